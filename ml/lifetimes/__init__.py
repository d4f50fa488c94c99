"""How often customers with few signals will buy again, and what each purchase is worth."""
