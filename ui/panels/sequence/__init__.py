"""The Sequence panel."""
