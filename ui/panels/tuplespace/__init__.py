"""The TupleSpace panel."""
