delete from firings
where firing_id in (select payload ->> 'firing_id' from replayed)
