"""Blobs: their bytes in an object store chosen by URL, what is known of them in the database."""
