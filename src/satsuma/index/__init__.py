"""The index: columns and interactions by member and by time, in memory-mapped files beside the record."""

from satsuma.index.index import Index

__all__ = ["Index"]
