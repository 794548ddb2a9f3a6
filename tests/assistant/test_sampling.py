"""Each conversation is sampled as its owner set it, and an answer that ended early is continued."""

from threading import Event

import pytest

from assistant.conversation import Assistant
from assistant.sampling import PRESETS, preset_of, sampling_of, sampling_of_another
from models.engine import Sampling
from store import conversations
from store.database import opened
from store.errors import InputRefused, NotFound
from store.records import Conversation
from store.settings import Settings

STORY = "Tell a story about a lighthouse keeper."


@pytest.fixture(scope="module")
def assistant(tmp_path_factory, default_model):
    made = Assistant(Settings(home=tmp_path_factory.mktemp("home"), threads=1), default_model)
    yield made
    made.close()


def sampled(assistant, temperature=0.0, top_p=1.0, max_tokens=None):
    """A conversation that is sampled so."""
    with opened(assistant.settings.home) as db:
        made = conversations.create_conversation(db)
        conversations.sample(db, made.id, temperature, top_p, max_tokens)
    return made.id


def talk(**more):
    return Conversation("c", "", "", "", "", **more)


def test_a_conversation_is_greedy_until_its_owner_says_otherwise():
    assert sampling_of(talk()) == Sampling(max_tokens=1024, temperature=0.0, top_p=1.0)
    assert preset_of(talk()).name == "Exact"
    assert preset_of(talk(temperature=0.33)) is None
    for preset in PRESETS:
        assert preset_of(talk(temperature=preset.temperature, top_p=preset.top_p)) == preset


def test_another_answer_is_never_greedy_and_as_long_as_the_first():
    assert sampling_of_another(talk(max_tokens=7)) == Sampling(max_tokens=7, temperature=0.7, top_p=0.95)
    assert sampling_of_another(talk(temperature=1.2, top_p=0.5)).temperature == 1.2


def test_what_cannot_be_sampled_is_refused_in_words(assistant):
    with opened(assistant.settings.home) as db:
        made = conversations.create_conversation(db).id
        for wrong in ((-0.1, 1.0, 5), (2.1, 1.0, 5), (0.5, 0.0, 5), (0.5, 1.1, 5), (0.5, 1.0, 0), (0.5, 1.0, 10**6)):
            with pytest.raises(InputRefused):
                conversations.sample(db, made, *wrong)
        with pytest.raises(NotFound):
            conversations.sample(db, "nothing", 0.0, 1.0, None)
        assert conversations.conversation(db, made).temperature == 0.0


def test_the_turn_keeps_to_the_conversation(assistant):
    *_, short = assistant.send(sampled(assistant, max_tokens=9), STORY)
    assert (short.tokens, short.status, short.cut) == (9, "complete", 1)
    told = {list(assistant.send(sampled(assistant, 1.5, 1.0, 24), STORY))[-1].content for _ in range(3)}
    assert len(told) == 3
    told = {list(assistant.send(sampled(assistant, max_tokens=24), STORY))[-1].content for _ in range(2)}
    assert len(told) == 1


def test_an_answer_that_was_cut_goes_on_as_if_it_had_not_been(assistant):
    *_, whole = assistant.send(sampled(assistant, max_tokens=40), STORY)
    *_, half = assistant.send(sampled(assistant, max_tokens=20), STORY)
    states = list(assistant.go_on(half.id))
    assert states[0].status == "writing" and states[0].content == half.content
    assert states[-1].content == whole.content
    assert (states[-1].id, states[-1].tokens, states[-1].cut) == (half.id, 40, 1)
    assert states[-1].first_token_s == half.first_token_s and states[-1].seconds > half.seconds


def test_a_stopped_answer_keeps_what_it_said_when_it_goes_on_and_is_stopped_again(assistant):
    begun = Event()
    for stopped in assistant.send(sampled(assistant), STORY, cancelled=begun.is_set):
        if stopped.content:
            begun.set()
    assert stopped.status == "stopped" and stopped.content
    *_, again = assistant.go_on(stopped.id, cancelled=lambda: True)
    assert again.status == "stopped" and again.content.startswith(stopped.content)
    with opened(assistant.settings.home) as db:
        assert conversations.message(db, stopped.id) == again


def test_an_answer_at_its_end_and_a_question_cannot_go_on(assistant):
    *_, whole = assistant.send(sampled(assistant), "What is the capital of France?")
    assert (whole.status, whole.cut) == ("complete", 0)
    for id in (whole.id, whole.parent_id):
        with pytest.raises(InputRefused, match="stopped or cut off"):
            list(assistant.go_on(id))
