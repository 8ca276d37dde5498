"""Actors that move between nodes."""
