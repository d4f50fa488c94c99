inner join consented as for_segment
    on members.customer_id = for_segment.customer_id and for_segment.purpose = audiences.purpose
