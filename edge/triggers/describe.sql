describe {sql}
