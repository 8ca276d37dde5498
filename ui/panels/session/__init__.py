"""The Session panel."""
