"""Tests of the index: it holds what the record holds, of the version that it says, or is made anew."""
