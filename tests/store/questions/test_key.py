"""Two spellings are one question, and signs with a meaning are not."""

import pytest

from store.feedback import (
    question_key,
)

VECTOR = bytes(range(16))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (' "What’s  UP", doc?! ', "what's up doc"),
        ("How are you ?", "How are you?"),
        ("Hello ! How are you", "hello how are you"),
        ("¿ Dónde está Ana ?", "¿Dónde está Ana?"),
        ("Kelso — where is it?", "Kelso, where is it"),
        ("What does '{}' mean?", "What does {} mean?"),
        ("What is '=='?", "What is ==?"),
        ("So ... where is Ana?", "So, where is Ana?"),
    ],
)
def test_spelling_does_not_make_another_question(one, other):
    assert question_key(one) == question_key(other)


@pytest.mark.parametrize(
    "signs",
    [
        ("C", "C++", "C#"),
        ("-5", "5", ".5"),
        ("{}", "[]", "()", "{"),
        (";", ":", ".", "!", "?"),
        (">", "<", "=", "==", "!=", "&", "&&"),
        ("git branch -d", "git branch -D", "git branch d"),
        ("cd ..", "cd", "cd ../..", "cd /"),
        ("NET", ".NET"),
        ("😀", "😡"),
    ],
)
def test_signs_with_a_meaning_make_another_question(signs):
    assert len({question_key(f"What does {sign} mean?") for sign in signs}) == len(signs)
    assert question_key("?!") != question_key("")
