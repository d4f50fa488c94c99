"""Privacy: what holds personal data and where it goes, its end by age, access and erasure."""
