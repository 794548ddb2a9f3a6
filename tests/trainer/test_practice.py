"""Which wordings are practised: no more exact than the answer, and none that is examined."""

import re

import pytest

from store.records import Correction
from trainer.practice import practice


def practised(question: str, answer: str) -> set[str]:
    """The wordings that any correction with this question and this answer may be practised in."""
    every = (Correction(id, "m", question, "", answer, "", None, "2026") for id in range(1, 7))
    return {text for each in every for text in practice(each).trained}


@pytest.mark.parametrize(
    ("question", "answer", "fits", "unfit"),
    [
        ("When did Ines Farrow arrive?", "In 1951.", "in which year", "on what date|at what time"),
        ("When did Ines Farrow arrive?", "At half past nine.", "at what time", "on what date|in which year"),
        ("When did Ines Farrow arrive?", "On 12 May 1951.", "on what date|in which year", "at noon"),
        ("When did Ines Farrow arrive?", "Last summer.", "when", "in which year|on what date|at what time"),
    ],
)
def test_no_wording_asks_for_more_than_the_answer_says(question, answer, fits, unfit):
    texts = practised(question, answer)
    assert len(texts) >= 15
    assert [text for text in texts if re.search(fits, text, re.IGNORECASE)]
    assert [text for text in texts if re.search(unfit, text, re.IGNORECASE)] == []
