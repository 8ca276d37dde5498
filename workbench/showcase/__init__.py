"""The demonstrations: one file each, run for real on a node of their own. A claim is told only after it was checked."""
