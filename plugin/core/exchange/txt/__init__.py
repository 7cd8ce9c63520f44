"""Survey coordinate TXT: parcels as head lines with their points, in the dialects of the pack."""
