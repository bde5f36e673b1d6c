"""Importing files: formats, mapping, resuming, undoing."""
