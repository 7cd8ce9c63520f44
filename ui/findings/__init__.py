"""The findings panel: what checks have found, to look at and to decide."""
