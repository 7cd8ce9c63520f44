"""Codes: numbers of map sheets, and codes that are made of parts and have serials."""
