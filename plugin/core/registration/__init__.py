"""Registration of natural resources: units, patches, boundaries, points and abutments."""
