"""Satsuma: customer segmentation in which every live segment is exact at every version of the data."""

__version__ = "0.1.0"
