"""One file per panel; panels know the desk, never each other."""
