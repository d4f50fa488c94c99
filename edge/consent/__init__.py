"""Consent: for which purposes a person's data may be used, asked in one place by every way out."""
