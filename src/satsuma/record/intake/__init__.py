"""Intake: rows as they come, made to fit the catalog, or refused one by one with their reason."""

from satsuma.record.intake.fit_times import instants_of_texts
from satsuma.record.intake.results import MEMBER_KEY, POSITION, REFUSED_SCHEMA, Intake, RowGroup
from satsuma.record.intake.sources import Instants, RowSource, Shape
from satsuma.record.intake.take import take_interactions, take_records

__all__ = [
    "MEMBER_KEY",
    "POSITION",
    "REFUSED_SCHEMA",
    "Instants",
    "Intake",
    "RowGroup",
    "RowSource",
    "Shape",
    "instants_of_texts",
    "take_interactions",
    "take_records",
]
