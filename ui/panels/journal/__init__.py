"""The Journal panel."""
