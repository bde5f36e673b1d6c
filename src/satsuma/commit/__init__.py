"""The one writer: every change of a workspace becomes a version here, one at a time."""
