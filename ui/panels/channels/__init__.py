"""The Channels panel."""
