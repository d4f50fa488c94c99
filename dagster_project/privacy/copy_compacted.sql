copy from database {catalog} to {name}
