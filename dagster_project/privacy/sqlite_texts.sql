select rowid, {column} from {table}
