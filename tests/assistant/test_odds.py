"""Log-probabilities of tokens, and which of them are told when a text is shown in pieces."""

import numpy as np
import pytest

from assistant.odds import PendingOdds, odds_of
from models.engine import TokenOdds


def test_the_odds_of_a_token_are_its_share_among_all():
    logits = np.log(np.array([0.1, 0.6, 0.3], dtype=np.float32)) + 5
    odds = odds_of(logits, 0, 2, lambda token: b"abc"[token : token + 1])
    assert odds.token == b"a" and np.exp(odds.logprob) == pytest.approx(0.1)
    assert [token for token, _ in odds.others] == [b"b", b"c"]
    assert [np.exp(logprob) for _, logprob in odds.others] == pytest.approx([0.6, 0.3])
    assert odds_of(logits, 1, 0, lambda token: b"").others == ()


def test_the_odds_are_told_when_their_text_is_shown_and_not_when_a_stop_word_takes_it_back():
    told = PendingOdds()
    tokens = [TokenOdds(each, -1.0, ()) for each in (b"He", b"ll", "é"[:1].encode()[:1], b"\xa9", b"END")]
    for each in tokens[:2]:
        told.add(each, len(each.token))
    assert told.shown("He") == (tokens[0],)
    for each in tokens[2:]:
        told.add(each, len(each.token))
    assert told.shown("llé") == tuple(tokens[1:4])
    assert told.shown("") == ()


def test_tokens_without_text_are_told_when_an_answer_ends_by_itself():
    told, special = PendingOdds(), TokenOdds(b"<end>", -1.0, ())
    told.add(special, 0)
    assert told.shown("") == ()
    assert told.shown("", whole=True) == (special,)
