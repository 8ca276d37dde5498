"""A recorded session as a node: everything of one moment, and nothing that could be changed."""
