"""The actors panel and the parts that only it has."""
