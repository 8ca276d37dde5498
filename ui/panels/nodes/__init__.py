"""The Nodes panel."""
