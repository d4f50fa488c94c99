"""The rights of a person: whom data concerns, what of it is held, and proof that it is gone."""
