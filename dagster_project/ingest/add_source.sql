insert into raw.sources values ($source, $kind, $namespace)
