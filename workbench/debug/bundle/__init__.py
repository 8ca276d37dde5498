"""Session bundles: a recorded session in one file, written by a node and read as what strangers wrote."""
