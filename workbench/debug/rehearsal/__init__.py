"""Recorded turns lived through on other code: see `rehearse`."""
