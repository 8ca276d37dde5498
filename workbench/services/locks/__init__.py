"""Locks: leases, who waits, fencing tokens."""
