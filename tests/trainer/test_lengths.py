"""What is too long for a night: measured by tokens, left to memory, and said."""

from dataclasses import replace

import pytest

from assistant.llamacpp import LlamaCppEngine
from assistant.page.report import report
from assistant.page.teaching import corrections_html
from models.training_copy import training_copy, training_tokenizer
from store import checks, conversations, feedback, ratings, runs
from store.database import opened
from store.records import CorrectionStanding, Example, Vote, now
from store.settings import load_settings
from tests.trainer.killing import improve, outcome
from tests.trainer.test_collect import CORRECTION, corrected, version
from tests.trainer.test_reward import votes
from trainer.collect import collect
from trainer.finetune import FinetuneConfig, _encoded
from trainer.lengths import LONGEST, WORDED, fits
from trainer.liked import liked_examples
from trainer.replay import PROBE_ANSWER, answered_by
from trainer.reward import reward
from trainer.rewording import _written
from trainer.teacher import teacher
from trainer.worth import worth_a_night

ONE = {"APRENDIZ_THREADS": "1"}
"""Two threads that wait for each other crawl when other work shares the cores."""
LONG = "What stands in this letter? " + "The mill at Harlow was sold to the baker in spring. " * 230


def never(question: str, answer: str) -> bool:
    return len(question) < 500


@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_what_fits_is_just_what_fine_tuning_reads(tiny, tmp_path, architecture):
    _, gguf = tiny(architecture)
    tokenizer = training_tokenizer(training_copy(gguf, tmp_path / "copy"))
    most = 512 - WORDED  # a tiny model reads no more than 512
    for answer in ("Ada.", "Señora Müller, 東京 😀. " * 12):
        told = fits(lambda gguf=gguf: gguf)
        last = max(n for n in range(400) if told("mill " * n, answer))
        example = Example("wording", "mill " * last, answer)
        (encoded,), beginning = _encoded(tokenizer, [example], FinetuneConfig())
        assert most - 2 <= len(beginning) + encoded.length + 1 <= most


def test_a_short_text_is_not_measured():
    def unasked():
        raise AssertionError

    assert fits(unasked)("Who keeps the mill?", "Ada.")


def test_a_token_limit_counts_for_texts_in_every_script(default_model):
    told = fits(lambda: default_model.gguf)
    assert told(LONG[:2500], "Ada.") and not told(LONG, "Ada.") and not told("Why?", LONG)
    assert not told("ประเทศไทยอยู่ที่ไหน" * 60, "Ada."), "no more characters, and twice the tokens"
    assert 2 * FinetuneConfig().row_tokens == LONGEST


def test_a_correction_that_is_too_long_stays_with_memory_and_is_worth_no_night(home):
    with opened(home) as db:
        long, short = corrected(db, LONG, "Ada."), corrected(db, "Who keeps the mill?", "Ada.")
        ledger = collect(db, [], "base", never)
        assert (ledger.new, ledger.too_long) == ({short}, {long})
        trained = replace(version("a", 1), evaluation={"corrections": [long, short], "from": None})
        checks.record_check(db, long, "a", 3, 0)
        ledger = collect(db, [trained], "a", never)
        assert [c.id for c in ledger.corrections] == [short] and not ledger.new and not ledger.weak
        assert not worth_a_night(ledger, True), "what an earlier program trained on in vain"
        assert {c.id for c in feedback.active_corrections(db)} == {long, short}


def test_votes_on_what_is_too_long_count_for_the_rule_and_are_not_trained_on():
    given = [*votes(60), *(replace(v, question=f"{LONG} {n}", message_id=f"l{n}") for n, v in enumerate(votes(60)))]
    made = liked_examples(given, reward(given), never)
    assert {e.kind for e in made} == {"liked", "liked probe"}
    assert all(len(e.question) < 500 for e in made)
    assert any(len(e.question) > 500 for e in liked_examples(given, reward(given)))


def test_a_neighbour_that_the_engine_has_no_room_for_is_not_asked(tiny):
    _, gguf = tiny("llama")
    engine = LlamaCppEngine(gguf, "base", context_tokens=128)
    try:
        made = answered_by(engine, "probe", ["Who keeps the mill?", LONG], PROBE_ANSWER)
    finally:
        engine.close()
    assert [e.question for e in made] == ["Who keeps the mill?"]


def test_a_question_that_the_teacher_has_no_room_for_is_worded_without_it(home, tiny):
    _, gguf = tiny("llama")
    engine = LlamaCppEngine(gguf, "base", context_tokens=512)
    try:
        assert _written(teacher(load_settings(home), engine), "Who keeps the mill of Łódź? " * 20) == []
    finally:
        engine.close()


def test_a_night_with_nothing_but_what_is_too_long_ends_well_and_says_why(home, tiny):
    directory, _ = tiny("llama")
    with opened(home) as db:
        corrected(db, LONG, "Ada.")
    result = outcome(improve(home, APRENDIZ_MODEL=str(directory), **ONE))
    assert result["decision"] == "nothing learned"
    assert "short enough" in result["reasons"][0]
    with opened(home) as db:
        told = report(db, runs.runs(db)[0])
    assert "1 correction is too long for a night to teach: memory alone gives it." in told


@pytest.mark.slow
def test_a_night_teaches_the_rest_beside_what_is_too_long(home, tiny):
    directory, _ = tiny("llama")
    with opened(home) as db:
        long, short = corrected(db, LONG, "Ada."), corrected(db, "Who keeps the mill at Harlow?", "Ada.")
        talk = conversations.create_conversation(db, "votes")
        for vote in [*votes(60), Vote("", LONG, "A list.", 1)]:
            asked = conversations.add_message(db, talk.id, None, "user", vote.question)
            said = conversations.add_message(db, talk.id, asked.id, "assistant", vote.answer)
            ratings.rate(db, said.id, vote.value)
    outcome(improve(home, APRENDIZ_MODEL=str(directory), **ONE))
    with opened(home) as db:
        (made,) = runs.runs(db)
        assert made.verdict == "refused", made.reasons
        assert [c.correction.id for c in checks.checks(db, made.version)] == [short]
        assert runs.finished_phase(db, made.id, "collect")["too_long"] == [long]


def test_the_list_of_corrections_says_that_memory_alone_gives_it():
    long = replace(CORRECTION, created=now())
    every = [CorrectionStanding(long, standing, None, 0, 0) for standing in ("remembered", "not stuck")]
    assert corrections_html(every, "", None, lambda _: True).count("memory alone gives it") == 2
    assert "memory alone gives it" not in corrections_html(every, "")
