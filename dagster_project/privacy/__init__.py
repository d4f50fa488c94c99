"""Privacy: what holds personal data and where it goes, and ending its use by age."""
