from {relation}
