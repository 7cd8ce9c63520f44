"""Coordinate tables: sheets of points as parcels, and parcels as lists of points."""
