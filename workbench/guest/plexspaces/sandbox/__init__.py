"""What makes a Python file an actor inside the sandbox; actors themselves never import it.

It is the same code in the shared interpreter and in a standalone component, so that both behave alike.
"""
