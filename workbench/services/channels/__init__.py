"""Channels: queues in memory over a table that is written first, and topics that are forgotten with the node."""
