"""What became of things between two years: which came from which, how much passed over, and what kind of change that is."""
