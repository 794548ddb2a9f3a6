"""What must stay as it is: how what the base made up is divided, and that this stays so."""

import json
from itertools import count

import pytest

from trainer import replay as replaying
from trainer.replay import HELD_OUT, replay


class Saying:
    """Says to everything what `said` gives for it, and keeps what it was asked how."""

    def __init__(self, said=lambda question: "Yes."):
        self.said, self.asked = said, {}

    def answer_all(self, turns, sampling, progress=lambda done: None):
        self.asked.update({turn[0].content: sampling for turn in turns})
        return [self.said(turn[0].content) for turn in turns]


@pytest.fixture
def made_up(monkeypatch):
    def few(number: int) -> None:
        monkeypatch.setattr(replaying, "sampled", lambda training, most: [f"Question {n}?" for n in range(number)])

    return few


@pytest.mark.parametrize(("number", "held"), [(160, HELD_OUT), (20, 5), (3, 0)])
def test_a_quarter_at_most_is_kept_for_the_examination(home, made_up, number, held):
    made_up(number)
    trained, probes = replay(home, home, Saying())
    assert (len(trained), len(probes)) == (number - held, held)
    assert replay(home, home, Saying(said=None)) == (trained, probes), "nothing is asked again"


def test_a_question_that_gets_no_answer_shifts_no_other(home, made_up):
    made_up(160)
    told = count()
    base = Saying(lambda question: "" if next(told) == 0 else "Yes.")
    trained, probes = replay(home, home, base)
    assert (len(trained), len(probes)) == (120, HELD_OUT - 1)
    assert {base.asked[each.question] for each in probes} == {replaying.PROBE_ANSWER}


def test_what_an_earlier_program_kept_is_divided_as_it_was(home):
    rows = [{"question": f"Question {n}?", "answer": "Yes."} for n in range(100)]
    (home / "replay.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    trained, probes = replay(home, home, Saying(said=None))
    assert [each.question for each in probes] == [row["question"] for row in rows[:HELD_OUT]]
    assert len(trained) == 100 - HELD_OUT
