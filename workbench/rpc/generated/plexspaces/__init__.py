"""Generated from proto/ by packaging/generate_rpc.py; do not edit."""
