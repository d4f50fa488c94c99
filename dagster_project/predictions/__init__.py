"""Predictions of customers: examples from past moments, training, promotion and scoring."""
