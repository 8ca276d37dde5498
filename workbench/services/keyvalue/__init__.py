"""Key/value: one service over a store that is chosen by URL; every store passes `tests/conformance`."""
