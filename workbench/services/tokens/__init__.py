"""Tokens of callers from outside."""
