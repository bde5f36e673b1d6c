"""Kernel: errors, time, text, numbers, names and limits, on which every room stands."""
