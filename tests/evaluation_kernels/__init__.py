"""Tests of the kernels where arrays and compiled loops could go wrong; conformance and oracle do the rest."""
