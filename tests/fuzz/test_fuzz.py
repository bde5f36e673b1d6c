"""Each search, shortly: it runs, finds its way into the grammar, and finds nothing."""

from tests.fuzz.text_fuzz import fuzz


def test_edited_texts_lead_through_ever_more_of_the_grammar_and_break_nothing() -> None:
    tried, reached = fuzz(1, texts_max=1_500)
    assert tried == 1_500
    assert reached > 120
