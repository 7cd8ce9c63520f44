"""00 Start here."""

ALGORITHMS = ("sample_county:SampleCounty",)
