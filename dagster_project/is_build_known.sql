select count(*) > 0 as is_known from ops.ledger where kind = 'build' and (payload ->> 'build_id') = $build_id
