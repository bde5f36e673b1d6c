"""Commands: the same as the Python API, for a terminal and for scripts."""
