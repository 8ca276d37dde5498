"""The Locks panel."""
