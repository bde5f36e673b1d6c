"""The HTTP API of a workspace."""
