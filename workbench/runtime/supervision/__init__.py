"""Supervision: the decision (pure), one supervisor (its children, one thing at a time), and all trees of a node."""
