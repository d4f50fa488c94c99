select distinct model_version::varchar as model_version
from ml.{table}
where model_version is not null
order by model_version
