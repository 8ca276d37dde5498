"""The tuple space: matching is pure, the tuples are in memory for speed and in the workspace's file to stay."""
