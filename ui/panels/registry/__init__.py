"""The Registry panel."""
