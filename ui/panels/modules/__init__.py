"""The modules panel and the parts that only it has."""
