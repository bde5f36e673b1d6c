"""Versions of rows: what is taken, what is refused, and what is tried again."""
