"""The Groups panel."""
