"""Plain English: what a definition says, as one sentence that a marketer understands."""

from satsuma.language.english.sentences import english, hover

__all__ = ["english", "hover"]
