"""Where actors went, and where they came from."""
