"""A second answer by the version before, to choose between: drawn, asked, chosen."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from assistant.conversation import Assistant
from assistant.llamacpp import LlamaCppEngine
from assistant.page.choosing import chosen
from assistant.page.showing import Shown, chat_value, shown, under
from assistant.second import Pair, choose, drawn, with_second
from models.catalogue import base_model
from models.gguf_file import replace_tensors
from models.promotion import promote
from models.version_files import seal_version
from store import conversations, documents, duels, feedback, ratings, versions
from store.database import opened
from store.errors import NotFound
from store.records import Duel, Score, Version, now
from store.settings import Settings


@pytest.fixture
def assistant(home, tiny):
    """An assistant whose version lacks what the base's last layer adds, so that it answers differently."""
    directory, _ = tiny("llama")
    settings = Settings(home=home, model=str(directory), threads=1, second_answers=1.0)
    base = base_model(settings.model, home, settings.serve_format)
    staging = home / "staging"
    staging.mkdir()
    layer = json.loads((directory / "config.json").read_text())
    none = np.zeros((layer["hidden_size"], layer["intermediate_size"]), np.float32)
    last = layer["num_hidden_layers"] - 1
    replace_tensors(base.gguf, staging / "model.gguf", {f"model.layers.{last}.mlp.down_proj.weight": none})
    made = seal_version(home, staging)
    with opened(home) as db:
        versions.add_version(db, Version(made, "base", None, now(), "promoted", (), {}))
        promote(db, home, made)
    running = Assistant(settings, base)
    yield running
    running.close()


def asked(assistant, pair: Pair, cancelled=lambda: False):
    turn = assistant.send(None, "Who keeps the mill?", version=pair.first)
    return list(with_second(assistant, pair, turn, cancelled))


def test_none_is_drawn_unless_the_owner_allows_it_or_where_only_the_base_ever_answered(assistant, home):
    with opened(home) as db:
        pair = drawn(db, assistant)
        assert sorted([pair.first, pair.second]) == sorted(["base", assistant.serving.version])
        assistant.settings = replace(assistant.settings, second_answers=0.0)
        assert drawn(db, assistant) is None
        assistant.settings = replace(assistant.settings, second_answers=1.0)
        promote(db, home, "base")
        assert drawn(db, assistant) is None


def test_either_version_answers_first(assistant, home):
    random.seed(3)
    with opened(home) as db:
        assert {drawn(db, assistant).first for _ in range(20)} == {"base", assistant.serving.version}


def test_two_versions_answer_and_the_choice_is_a_duel_and_a_preference(assistant, home):
    version = assistant.serving.version
    *_, writing, last = asked(assistant, Pair(version, "base"))
    assert (writing.status, last.status, last.version) == ("writing", "complete", version)
    with opened(home) as db:
        duel = duels.duel_of(db, last.id)
        rival = conversations.message(db, duel.second_message)
        assert (rival.version, rival.parent_id) == ("base", last.parent_id) and rival.content != last.content
        assert duel.question == "" and duel == duels.duel_of(db, rival.id)
        html = under([shown(db, last)])
        assert "A is better" in html and version.removeprefix("v-") not in html and "Answered by" not in html
        _, goes_on = choose(db, duel.id, "second")
        assert goes_on == rival.id
        assert ratings.preferences(db) == [(rival.id, last.id)]
        assert duels.scores(db) == {tuple(sorted(["base", version])): duels.score(db, *sorted(["base", version]))}
        assert duels.score(db, "base", version) == Score(1, 0, 0)
        assert "You preferred this answer by the original model" in under([shown(db, rival)])
        conversations.delete_conversation(db, last.conversation_id)
        assert duels.score(db, "base", version) == Score(1, 0, 0)


def test_the_second_answer_goes_by_the_wishes_and_the_documents_that_the_first_went_by(assistant, home, monkeypatch):
    asked, read = "When does the ferry across the Tarn leave Harlow?", []
    notes = b"The ferry across the Tarn leaves Harlow at nine in the morning."
    with opened(home) as db:
        talk = conversations.create_conversation(db, owner="ana")
        hello = conversations.add_message(db, talk.id, None, "user", "Hello.")
        said = conversations.add_message(db, talk.id, hello.id, "assistant", "Hi.")
        feedback.correct(db, said.id, "Answer in Spanish.")
        assistant.memory.read_here(db, "notes.md", notes, talk.id)
    stream = LlamaCppEngine.stream

    def overheard(engine, messages, *rest):
        read.append(list(messages))
        return stream(engine, messages, *rest)

    monkeypatch.setattr(LlamaCppEngine, "stream", overheard)
    pair = Pair("base", assistant.serving.version)
    *_, last = with_second(assistant, pair, assistant.send(talk.id, asked, version="base"), lambda: False)
    first, second = read
    assert first == second and "Spanish" in first[-1].content and "nine in the morning" in str(first)
    with opened(home) as db:
        rival = duels.duel_of(db, last.id).second_message
        assert [each.document for each in documents.quotes(db, rival)] == ["notes.md"]


def test_nothing_is_chosen_in_the_chat_between_answers_that_are_not_in_it(home):
    with opened(home) as db:
        compared = duels.begin_duel(db, "Who?", "base", "v-1")
        with pytest.raises(NotFound, match="nothing left to choose"):
            choose(db, compared.id, "first")
        assert duels.duel(db, compared.id).preferred is None


def test_no_difference_prefers_nothing_and_goes_on_with_the_first(assistant, home):
    *_, last = asked(assistant, Pair("base", assistant.serving.version))
    with opened(home) as db:
        _, goes_on = choose(db, duels.duel_of(db, last.id).id, "neither")
        assert goes_on == last.id and ratings.preferences(db) == []


def test_the_same_answer_twice_or_a_stopped_one_is_no_choice(assistant, home):
    for pair, cancelled in (
        (Pair("base", "base"), lambda: False),
        (Pair("base", assistant.serving.version), lambda: True),
    ):
        *_, last = asked(assistant, pair, cancelled)
        with opened(home) as db:
            assert last.status == "complete" and duels.duel_of(db, last.id) is None
            assert len(conversations.siblings(db, last.id)) == 1


def test_an_answer_is_shown_whole_though_there_can_be_no_second_one(assistant):
    states = []
    with pytest.raises(NotFound):
        for state in with_second(
            assistant, Pair("base", "v-0"), assistant.send(None, "Who?", version="base"), lambda: False
        ):
            states.append(state)
    assert states[-1].status == "complete"


def test_what_memory_answers_is_answered_once(assistant, home):
    *_, last = asked(assistant, Pair("base", assistant.serving.version))
    with opened(home) as db:
        feedback.correct(db, last.id, "Ada Calder keeps it.")
    states = asked(assistant, Pair("base", assistant.serving.version))
    assert [state.content for state in states] == ["Ada Calder keeps it."]


def test_under_either_answer_it_says_what_was_chosen(assistant):
    *_, last = asked(assistant, Pair("base", "base"))
    duel = Duel(1, "", "base", "v-1", "v-1", last.id, "other")
    assert "You preferred the answer by version 1 to this one" in chosen(duel, last)
    assert "You preferred this answer by version 1" in chosen(duel, replace(last, id="other"))
    assert "no difference" in chosen(replace(duel, preferred=""), last)
    assert chosen(replace(duel, preferred=None), last) == "" == chosen(None, last)
    rival = replace(last, id="other", content="<b>")
    for message, beside in ((last, rival), (rival, last)):
        rows = chat_value([Shown(message, duel=replace(duel, preferred=None), rival=beside)])
        assert [row["metadata"]["id"] for row in rows] == [last.id, "other", message.id]
        assert [row["content"][0]["text"] for row in rows] == [f"### A\n\n{last.content}", "### B\n\n<b>", ""]
