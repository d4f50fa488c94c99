attach {path} as {name} (read_only);
