"""Tests of the catalog: declared, changed, learned, stored, and walked through by paths."""
