"""The timeline of a recorded session: its turns in the order in which they ended, and what was at any moment."""
