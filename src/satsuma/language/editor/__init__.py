"""Editor support for the text form: what could stand at a place, and what the condition at a place says."""

from satsuma.language.editor.completion import Candidate, complete
from satsuma.language.editor.hovering import Hover, hover_at

__all__ = ["Candidate", "Hover", "complete", "hover_at"]
