"""A recorded session shown as a node: at any recorded moment, with nothing in it that can be changed."""
