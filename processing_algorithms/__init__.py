"""Doors: one short file an algorithm, one folder a subject. `ALGORITHMS` of each folder names module:Class."""

GROUPS = ("start", "measure", "registration", "quality")
