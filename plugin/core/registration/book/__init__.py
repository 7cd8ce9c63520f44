"""The register book of a unit and its survey form: what stands in them, before anybody says how it looks."""
