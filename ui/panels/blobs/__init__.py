"""The Blobs panel."""
