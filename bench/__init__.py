"""Benchmarks: each module runs alone, prints a table, and says what was measured on what."""
