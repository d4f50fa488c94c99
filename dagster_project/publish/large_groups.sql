from {relation} where {by} >= {minimum}
