"""Segment definitions: tree, JSON, text, checker, canonical form, plain English."""
