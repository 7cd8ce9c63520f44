"""VCT, the exchange text of the GB/T 17798 family: read from 1999, 2007, 2.0 and 3.0 heads, written as 3.0."""
