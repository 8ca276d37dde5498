"""The messages panel and the parts that only it has."""
