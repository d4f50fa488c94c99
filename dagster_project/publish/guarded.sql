select * replace ({replaced}) from {relation}
