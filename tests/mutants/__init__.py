"""Binaries mutated at random, and what a real node makes of them."""
