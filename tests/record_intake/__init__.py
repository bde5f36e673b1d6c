"""Tests of intake: every row that comes is taken exactly or refused with its reason."""
