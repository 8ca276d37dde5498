"""The KeyValue panel."""
