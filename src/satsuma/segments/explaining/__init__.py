"""Explaining: why a record is in a segment or not, since when, and until when if nothing else happens."""

from satsuma.segments.explaining.explain import explain
from satsuma.segments.explaining.explanation import Explained, Explanation, Override
from satsuma.segments.explaining.turning import Known

__all__ = ["Explained", "Explanation", "Known", "Override", "explain"]
