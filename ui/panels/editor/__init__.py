"""The editor panel and the parts that only it has."""
