delete from raw.sources
