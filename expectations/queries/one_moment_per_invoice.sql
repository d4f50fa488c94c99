select 1 as found
from {batch}
group by source, invoice
having max(invoice_at) - min(invoice_at) > interval 24 hours
