"""The recording on disk: a ring of segments, each a piece of text with one line for each turn."""
