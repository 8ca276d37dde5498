"""The registry: entries, their health, and when they are removed."""
