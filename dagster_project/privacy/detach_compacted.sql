detach {name}
