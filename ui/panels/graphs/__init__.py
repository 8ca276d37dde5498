"""The graphs panel and the parts that only it has."""
