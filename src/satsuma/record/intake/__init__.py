"""Intake: rows as they come, made to fit the catalog, or refused one by one with their reason."""

from satsuma.record.intake.results import MEMBER_KEY, POSITION, REFUSED_SCHEMA, Intake, RowGroup
from satsuma.record.intake.take import take_interactions, take_records

__all__ = [
    "MEMBER_KEY",
    "POSITION",
    "REFUSED_SCHEMA",
    "Intake",
    "RowGroup",
    "take_interactions",
    "take_records",
]
