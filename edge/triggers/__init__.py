"""Triggers: who entered one when, by the rules, recent events and what was done before."""
