"""The desktop app. It sees the door (`workbench`) and `workbench.api`, and nothing else of the system."""
