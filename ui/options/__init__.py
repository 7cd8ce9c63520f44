"""Settings ▸ Options ▸ Shanshui."""
