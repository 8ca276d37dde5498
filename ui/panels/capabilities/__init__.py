"""The capabilities panel and the parts that only it has."""
