-- What was answered is settled once nothing sent before can be carried out late.
delete from unsettled
using answered
where
    answered.sync_id = $sync_id
    and unsettled.segment = answered.segment
    and unsettled.customer_id = answered.customer_id
    and unsettled.settled_at <= answered.ended_at
