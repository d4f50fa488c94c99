"""Evaluating models at other moments than the live one, without touching the warehouse."""
