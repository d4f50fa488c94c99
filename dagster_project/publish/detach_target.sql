detach {name};
