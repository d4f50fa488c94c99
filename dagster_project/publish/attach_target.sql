attach {path} as {name};
