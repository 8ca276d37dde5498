"""The supervision panel and the parts that only it has."""
