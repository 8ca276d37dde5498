"""The editor of a tree: what is drawn, right or wrong, the form for it, and what applying it would do."""
