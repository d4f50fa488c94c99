delete from halts
