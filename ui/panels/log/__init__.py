"""The log panel and the parts that only it has."""
