update {table} set {column} = ? where rowid = ?
