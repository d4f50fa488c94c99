"""Late events: whom they concern at past moments, and what they change there."""
