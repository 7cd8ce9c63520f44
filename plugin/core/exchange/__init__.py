"""Files that offices hand to each other: what stands in them as tables, and tables as what stands in them."""
