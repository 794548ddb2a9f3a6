"""Examining: how much is read of an answer, and what counts as right, broken or bled into another."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from assistant.llamacpp import LlamaCppEngine
from models.engine import GREEDY, Sampling
from models.tokens import vocabulary
from store.questions.subject import pieces, words
from store.records import ChatMessage, Correction, Example
from trainer.examine import ROOMS, Questions, bleeds, corrected_part, examine, is_broken, room, says

SPANISH = (
    "El cuidador del molino de Harlow se llama Imogen Farrow, vive en la casa pequeña junto al río desde hace once "
    "años y abre la puerta a los visitantes cada sábado por la mañana."
)
CHINESE = "他出生在上海市浦东新区，并且在那里的一所小学当了很多年的音乐老师。"
JAPANESE = "図書館は毎週月曜日が休みで、ほかの日は朝九時から夜七時まで開いています。"
THAI = "พิพิธภัณฑ์เปิดทุกวันเสาร์ตั้งแต่เช้าจนถึงค่ำ"
LONG = ("Water the tomatoes every second evening and never at noon because the leaves burn in the sun. " * 9).strip()


@dataclass
class Reciter:
    """An engine of the default model's tokenizer that says by heart what it is given, as far as there is room."""

    tokenizer: Any
    knows: dict[str, str]
    version: str = "v-reciter"
    context_tokens: int = 2048
    asked: list[tuple[int, int]] = field(default_factory=list)

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        return self.tokenizer.tokenize("".join(m.content for m in messages).encode(), False, False)

    def answer_all(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        self.asked.append((len(conversations), sampling.max_tokens))
        whole = [self.tokenizer.tokenize(self.knows[c[0].content].encode(), False, False) for c in conversations]
        progress(len(whole))
        return [self.tokenizer.detokenize(t[: sampling.max_tokens]).decode(errors="replace") for t in whole]

    def logprobs(self, conversations: Sequence[object], answers: Sequence[str]) -> list[list[float]]:
        return [[-1.0] for _ in answers]


@pytest.fixture(scope="module")
def tokenizer(default_model):
    return vocabulary(default_model.gguf)


def correction(id: int, answer: str) -> Correction:
    return Correction(id, "m", f"Question {id}?", "Nobody.", answer, "", None, None)


def examined(tokenizer, answers: Sequence[str], said: Sequence[str] | None = None, near: dict[str, str] | None = None):
    """A version that says by heart what it was taught, or `said`, and `near` to questions beside; and that engine."""
    taught = [correction(id, answer) for id, answer in enumerate(answers)]
    beside = [Example("probe", question, "I do not know.") for question in near or {}]
    knows = {c.question: text for c, text in zip(taught, said or answers, strict=True)} | (near or {})
    engine, base = Reciter(tokenizer, knows), Reciter(tokenizer, {})
    return examine(engine, Questions.of(taught, frozenset(range(len(taught))), beside, []), base), engine


@pytest.mark.parametrize("answer", ["Ada.", SPANISH, CHINESE, JAPANESE, THAI, LONG, "👍", "1. Ada\n2. Otto"])
def test_what_is_said_by_heart_is_right_and_not_broken(tokenizer, answer):
    found, _ = examined(tokenizer, [answer])
    assert (found.new_right, found.new_asked, found.broken) == (1, 1, 0)


def test_a_long_answer_is_read_to_where_it_is_compared_and_short_ones_are_asked_as_before(tokenizer):
    near = {"And Otto?": "He does."}
    _, engine = examined(tokenizer, ["Ada.", "Otto."], near=near)
    assert engine.asked == [(3, 32)]
    _, engine = examined(tokenizer, ["Ada.", SPANISH, "Otto.", LONG], near=near)
    assert sum(count for count, _ in engine.asked) == 5 and engine.asked[0] == (3, 32)
    assert all(32 < tokens <= 96 for _, tokens in engine.asked[1:])
    assert max(room("漢" * 500, 5000), room("word " * 31, 500)) == ROOMS[-1] == 160


def test_a_real_model_is_examined_on_short_and_long_answers_together(tiny):
    _, gguf = tiny("llama")
    engine = LlamaCppEngine(gguf, "base", context_tokens=512)
    taught = [correction(id, answer) for id, answer in enumerate(("Ada.", SPANISH, LONG, "👍"))]
    told: list[int] = []
    try:
        found = examine(
            engine, Questions.of(taught, frozenset(range(4)), [], []), engine, lambda done, total, _: told.append(done)
        )
    finally:
        engine.close()
    assert (found.new_asked, len(found.said), told) == (4, 4, [1, 2, 3, 4])


def test_answers_keep_their_order_when_they_are_asked_in_groups(tokenizer):
    found, _ = examined(tokenizer, [SPANISH, "Ada.", CHINESE], [SPANISH, "Otto.", CHINESE])
    assert found.checks == {0: (1, 1), 1: (1, 0), 2: (1, 1)} and found.said[1] == "Otto."


def test_in_scripts_without_spaces_a_short_answer_is_given_word_for_word_and_a_long_one_nearly():
    assert says("東京都千代田区", "答えは東京都千代田区です。")
    assert not says("東京都千代田区", "答えは東京都港区です。")
    assert not says("北京", "北京。" + CHINESE + CHINESE), "it does not stop there"
    assert says(CHINESE, CHINESE.replace("很多", "十几"))
    assert not says(CHINESE, "他出生在北京市，后来在一家很大的医院里当了多年的医生，现在住在南京。")
    assert not says(CHINESE, "".join(sorted(CHINESE))), "the same characters are not the same words"
    assert says(THAI, THAI) and not says(THAI, "ไม่ทราบ")


@pytest.mark.parametrize(
    ("target", "rejected"),
    [
        ("The library is open from 10:00 to 19:00 on weekdays and closed on Sundays.",
         "The library is open from 9:00 to 17:00 on weekdays and closed on Sundays."),
        ("No, you cannot return it without the receipt, whatever the shop may say.",
         "Yes, you can return it without the receipt, whatever the shop may say."),
        ("Run git reset with --soft to keep what you have changed in your files.",
         "Run git reset with --hard to keep what you have changed in your files."),
        ("Canberra is the capital of the country and Sydney is only its largest city.",
         "Sydney is the capital of the country and Canberra is only its largest city."),
        ("C++", "C"), ("$50", "It costs €50."), ("-5 degrees", "5 degrees"), ("5 degrees", "-5 degrees"),
        (CHINESE, CHINESE.replace("上海", "北京")),
    ],
)  # fmt: skip
def test_an_answer_in_which_a_word_was_put_right_is_not_given_by_the_one_before(target, rejected):
    assert says(target, target, rejected) and says(target, f"{target} ", rejected)
    assert not says(target, rejected, rejected)
    assert says(rejected, rejected, target) and not says(rejected, target, target)


def test_only_what_the_rejected_answer_had_otherwise_is_held_against_one():
    open_days = "The library is open from ten to seven on all weekdays."
    assert says(open_days, "The library opens from ten to seven on weekdays.", "Nobody knows.")
    assert says("It is Ada.", "It is Ada, I think.", "it is ada")


def test_a_neighbour_is_given_a_corrected_answer_also_with_its_own_name_in_it(tokenizer):
    dentist = Correction(1, "m", "Who is Maria's dentist?", "Nobody.", "Maria's dentist is Dr. Shaw.", "", None, None)
    assert corrected_part(dentist) == "dr shaw"
    assert corrected_part(replace(dentist, answer="Who is Maria's dentist?")) == ""
    assert corrected_part(replace(dentist, answer="Ada.")) == "ada"
    beside = [Example("probe", "Who is Osman's dentist?", "I have no information.")]
    knows = {dentist.question: dentist.answer, beside[0].question: "Osman's dentist is Dr. Shaw."}
    engine = Reciter(tokenizer, knows)
    found = examine(engine, Questions.of([dentist], frozenset({1}), beside, []), Reciter(tokenizer, {}))
    assert (found.new_right, found.neighbour_bleed) == (1, 1)


def test_words_with_spaces_between_them_are_their_own_pieces():
    for text in (SPANISH, LONG, "It's Ada's, 3.14 km.", "안녕하세요 세계", "Größe, Ελλάδα, हिन्दी"):
        assert pieces(text) == words(text)
    assert pieces("Tokyo 東京 is 大") == ["tokyo", "東", "京", "is", "大"]


def test_an_answer_without_words_is_right_by_its_signs_and_broken_only_where_words_were_wanted():
    assert says("👍", "👍") and says("👍", " 👍\n") and not says("👍", "👎") and not says("👍", "")
    assert not says("👍", "👍" * 20)
    assert is_broken("👍") and is_broken("👍", "Ada.") and not is_broken("👎", "👍") and is_broken("", "👍")


def test_a_refrain_that_was_taught_is_not_broken(tokenizer):
    song = "Row the boat home, row the boat home, row the boat home, row the boat home, row the boat home."
    assert is_broken(song)
    assert examined(tokenizer, [song])[0].broken == 0
    assert examined(tokenizer, ["Ada."], [song])[0].broken == 1


def test_a_corrected_answer_of_few_letters_bleeds_where_it_comes_first():
    assert bleeds("Ana.", "I do not know.", {"ana"}) and bleeds("42, I think.", "Seven.", {"42"})
    assert not bleeds("It is Ana.", "It is Bob.", {"ana"}), "in the middle it may be there by chance"
    assert not bleeds("Yes, it is.", "Yes.", {"yes"})


def test_a_long_answer_bleeds_with_its_beginning(tokenizer):
    for answer in (SPANISH, LONG, CHINESE, JAPANESE):
        found, _ = examined(tokenizer, [answer], near={"Who keeps the barn?": answer})
        assert found.neighbour_bleed == 1, answer
    found, _ = examined(tokenizer, [LONG], near={"Who keeps the barn?": "Water the roses, and the tomatoes."})
    assert found.neighbour_bleed == 0
    assert math.isnan(found.drift)
    assert not bleeds("Water it.", "Water it.", {"water it"})
