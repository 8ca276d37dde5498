"""What is done with recorded turns apart from the node they were recorded on. Built on `runtime.replay` alone."""
