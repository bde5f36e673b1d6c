"""Segments: draft, going live, members."""
