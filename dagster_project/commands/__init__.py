"""Commands of ``tessera`` that need more than a few lines, one module each."""
