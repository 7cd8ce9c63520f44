"""Files of exchange formats: opened, staged, read back."""
