"""Guests that mean harm, each a real module, and what must be left of a node after each of them."""
