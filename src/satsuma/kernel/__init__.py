"""Kernel: what every room stands on (errors, time, text, numbers, limits, names) and which imports nothing of ours."""
