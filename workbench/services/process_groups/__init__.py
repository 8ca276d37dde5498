"""Process groups: who is in which, and who gets what is published."""
