"""Turns: written before they are answered, corrected, remembered, routed, and kept when the program dies."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from assistant.batch import read_batch
from assistant.conversation import Assistant
from assistant.prompt import ContextExceeded
from models.engine import Sampling
from models.version_files import BASE
from store import conversations, feedback, forgetting
from store.answering import is_answering
from store.database import opened
from store.errors import InputRefused, NotFound
from store.records import ChatMessage
from store.settings import Settings

ROOT = Path(__file__).parents[2]
QUESTION = "Who is the caretaker of the Harlow Mill museum?"
SHORT = Sampling(max_tokens=12)


@pytest.fixture
def assistant(home_with_base, default_model):
    made = Assistant(Settings(home=home_with_base, threads=1), default_model)
    yield made
    made.close()


def taught(assistant: Assistant, question: str, answer: str) -> int:
    with opened(assistant.settings.home) as db:
        talk = conversations.create_conversation(db)
        asked = conversations.add_message(db, talk.id, None, "user", question)
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.")
        return feedback.correct(db, said.id, answer).id


def brief_talk(assistant: Assistant, system_prompt: str = "") -> str:
    """A new conversation with the shortest answers that tests need."""
    with opened(assistant.settings.home) as db:
        talk = conversations.create_conversation(db, system_prompt=system_prompt)
        conversations.sample(db, talk.id, 0, 1, SHORT.max_tokens)
    return talk.id


def ask(assistant: Assistant, question: str) -> tuple[str, int | None]:
    (answer,) = assistant.answer_rows([[ChatMessage("user", question)]], sampling=SHORT)
    return answer.text, answer.correction_id


def test_a_turn_is_stored_and_grows_until_it_is_complete(assistant):
    shown = list(assistant.send(None, "What is the capital of France?"))
    assert shown[-1].status == "complete"
    assert shown[-1].version == BASE
    assert shown[-1].tokens > 0
    with opened(assistant.settings.home) as db:
        path = conversations.newest_path(db, shown[-1].conversation_id)
    assert [m.role for m in path] == ["user", "assistant"]
    assert path[-1].content == shown[-1].content


@pytest.mark.parametrize("through", ["page", "API"])
def test_the_time_to_the_first_token_counts_looking_up_too(assistant, monkeypatch, through):
    home, look_up, talk = assistant.settings.home, assistant.memory.recall_all, brief_talk(assistant)

    clock, waited = time.monotonic, [0]

    def slowly(*asked, **more):
        waited[0] = 1000
        return look_up(*asked, **more)

    def keep(db):
        return conversations.add_message(db, talk, None, "user", QUESTION)

    monkeypatch.setattr(time, "monotonic", lambda: clock() + waited[0])
    monkeypatch.setattr(assistant.memory, "recall_all", slowly)
    if through == "page":
        list(assistant.send(talk, QUESTION))
    else:
        list(assistant.reply([ChatMessage("user", QUESTION)], sampling=SHORT, keep=keep))
    with opened(home) as db:
        answer = conversations.newest_path(db, talk)[-1]
    assert 1000 < answer.first_token_s < answer.seconds


@pytest.mark.parametrize("stored", [True, False])
def test_what_is_forgotten_while_it_is_looked_up_is_not_said_any_more(assistant, monkeypatch, stored):
    home = assistant.settings.home
    taught(assistant, QUESTION, "Nobody.")
    id = taught(assistant, QUESTION, "Imogen Farrow.")
    looked_up = assistant.memory.recall_all

    def forgotten_meanwhile(db, *asked, **whose):
        found = looked_up(db, *asked, **whose)
        with opened(home) as other:
            forgetting.forget(other, id)
        return found

    monkeypatch.setattr(assistant.memory, "recall_all", forgotten_meanwhile)
    if stored:
        answer = list(assistant.send(None, QUESTION))[-1]
        said, behind = answer.content, answer.correction_id
    else:
        begun, *pieces = assistant.reply([ChatMessage("user", QUESTION)], sampling=SHORT)
        said, behind = "".join(piece.text for piece in pieces), begun.correction_id
    assert "Imogen" not in said and behind is None and said


def test_a_correction_acts_in_the_next_answer_and_in_other_words(assistant):
    id = taught(assistant, QUESTION, "Imogen Farrow.")
    assert ask(assistant, QUESTION) == ("Imogen Farrow.", id)
    assert ask(assistant, "hey, who takes care of the Harlow Mill museum, as caretaker?") == ("Imogen Farrow.", id)
    assert ask(assistant, "Who is the caretaker of the Barlow Mill museum?")[1] is None
    assert ask(assistant, "When was the Harlow Mill museum opened?")[1] is None
    assert ask(assistant, "How do I boil an egg?")[1] is None


def test_the_newest_correction_wins_at_once(assistant):
    taught(assistant, QUESTION, "Imogen Farrow.")
    newer = taught(assistant, QUESTION.upper(), "Silas Denby.")
    assert ask(assistant, QUESTION) == ("Silas Denby.", newer)


def test_a_forgotten_correction_is_not_remembered(assistant):
    id = taught(assistant, QUESTION, "Imogen Farrow.")
    assert ask(assistant, QUESTION)[1] == id
    with opened(assistant.settings.home) as db:
        forgetting.forget(db, id)
    assert ask(assistant, QUESTION)[1] is None


def test_with_memory_off_only_the_weights_answer(home_with_base, default_model):
    assistant = Assistant(Settings(home=home_with_base, memory=False, threads=1), default_model)
    taught(assistant, QUESTION, "Imogen Farrow.")
    last = list(assistant.send(brief_talk(assistant), QUESTION))[-1]
    assistant.close()
    assert last.correction_id is None


def test_a_wish_holds_for_other_questions_and_is_never_said_as_an_answer(assistant):
    before, _ = ask(assistant, QUESTION)
    taught(assistant, QUESTION, "Answer in Spanish.")
    said, correction_id = ask(assistant, QUESTION)
    assert correction_id is None
    assert said not in (before, "Answer in Spanish.")
    (without,) = assistant.answer_rows([[ChatMessage("user", QUESTION)]], with_memory=False, sampling=SHORT)
    assert without.text == before
    *_, answer = assistant.send(brief_talk(assistant), QUESTION)
    assert answer.correction_id is None
    assert not answer.content.startswith(before)


def test_a_retry_is_a_sibling(assistant):
    first = list(assistant.send(None, "Name a colour."))[-1]
    second = list(assistant.retry(first.id))[-1]
    with opened(assistant.settings.home) as db:
        assert [m.id for m in conversations.siblings(db, first.id)] == [first.id, second.id]


def test_what_is_tried_again_beside_a_correction_is_answered_by_who_would_answer_it(assistant, monkeypatch):
    taught(assistant, QUESTION, "Ines Farrow.")
    asked = []
    monkeypatch.setattr(assistant, "_route", lambda version, found, memory: asked.append(found) or BASE)
    remembered = list(assistant.send(None, QUESTION))[-1]
    again = list(assistant.retry(remembered.id))[-1]
    assert remembered.correction_id and again.correction_id is None
    assert [found.sure for found in asked] == [True], "the model, as of a question that was corrected"


def test_an_assistant_that_closes_ends_what_it_is_writing(assistant):
    turn = assistant.send(None, "Tell me a very long story about the sea.")
    first = next(turn)
    closing = Thread(target=assistant.close)
    closing.start()
    last = [*turn][-1]
    closing.join(10)
    assert not closing.is_alive() and (last.id, last.status) == (first.id, "stopped")


def test_a_batch_takes_text_that_is_no_unicode_and_holds_a_night_up(home, assistant, monkeypatch):
    while_asked = []
    look_up = assistant.knowledge.on_all
    monkeypatch.setattr(assistant.knowledge, "on_all", lambda *a: while_asked.append(is_answering(home)) or look_up(*a))
    (home / "in.jsonl").write_text('{"id": 1, "prompt": "Who was \\ud83d?"}\n')
    (row,) = read_batch(home / "in.jsonl")
    assert row.messages == (ChatMessage("user", "Who was \ufffd?"),)
    assert assistant.answer_rows([row.messages], sampling=SHORT) and while_asked == [True]


def test_a_stopped_answer_is_kept_and_marked(assistant):
    seen = []
    for message in assistant.send(None, "Tell me a very long story about the sea.", cancelled=lambda: len(seen) >= 1):
        seen.append(message)
    assert seen[-1].status == "stopped"
    assert seen[-1].content


def test_an_answer_whose_reader_goes_away_is_kept(assistant):
    turn = assistant.send(None, "Tell me a very long story about the sea.")
    first = next(turn)
    turn.close()
    with opened(assistant.settings.home) as db:
        kept = conversations.message(db, first.id)
    assert kept.status == "stopped"
    assert kept.content.startswith(first.content)


def test_bad_questions_and_unknown_versions_are_refused(assistant):
    with pytest.raises(InputRefused):
        list(assistant.send(None, "  \n"))
    with pytest.raises(NotFound, match="base"):
        assistant.answer_rows([[ChatMessage("user", "hi")]], version="v-000000000000")


LONG = "word " * 5000


def test_a_question_that_is_too_long_is_refused_before_anything_is_stored(assistant):
    home = assistant.settings.home
    with pytest.raises(ContextExceeded, match="Shorten it"):
        list(assistant.send(None, LONG))
    answer = list(assistant.send(None, "Name a colour."))[-1]
    with opened(home) as db:
        question = conversations.message(db, answer.parent_id)
        with pytest.raises(ContextExceeded):
            list(assistant.send(answer.conversation_id, LONG))
        with pytest.raises(ContextExceeded):
            list(assistant.reword(question.id, LONG))
        conversations.instruct(db, answer.conversation_id, LONG)
        for refused in (assistant.send(answer.conversation_id, "Name a fruit."), assistant.retry(answer.id)):
            with pytest.raises(ContextExceeded):
                list(refused)
        (talk,) = conversations.list_conversations(db)
        assert [each.id for each in conversations.messages_of(db, talk.id)] == [question.id, answer.id]


def test_what_no_model_can_answer_or_go_on_with_is_shown_as_failed_before_the_error(assistant):
    states = []
    with pytest.raises(NotFound):
        for state in assistant.send(None, "Name a colour.", version="v-000000000000"):
            states.append(state)
    with opened(assistant.settings.home) as db:
        (talk,) = conversations.list_conversations(db)
        question, failed = conversations.newest_path(db, talk.id)
        assert states == [failed] and (failed.status, failed.content) == ("failed", "")
        half = conversations.add_message(db, talk.id, question.id, "assistant", LONG, status="stopped", version=BASE)
    states.clear()
    with pytest.raises(InputRefused, match="Shorten"):
        for state in assistant.go_on(half.id):
            states.append(state)
    assert [(state.id, state.status, state.content) for state in states] == [(half.id, "failed", half.content)]


def test_passages_leave_room_for_long_instructions(assistant):
    talk = brief_talk(assistant, "word " * 3600)
    with opened(assistant.settings.home) as db:
        lines = [f"The ferry of Harlow leaves at {hour}. " + "It carries sheep and wool. " * 90 for hour in range(3)]
        for number, text in enumerate(lines):
            assistant.memory.read_here(db, f"{number}.txt", text.encode(), talk)
    assert list(assistant.send(talk, "When does the ferry of Harlow leave?"))[-1].status == "complete"


def test_a_long_conversation_loses_its_oldest_turns_only_for_the_model(assistant):
    shown = list(assistant.send(brief_talk(assistant), "word " * 1500))[-1]
    again = list(assistant.send(shown.conversation_id, "And " + "word " * 1500))[-1]
    again = list(assistant.send(shown.conversation_id, "Say yes. " + "word " * 1500))[-1]
    assert again.status == "complete"
    with opened(assistant.settings.home) as db:
        assert len(conversations.newest_path(db, shown.conversation_id)) == 6


def test_a_program_killed_in_the_middle_of_an_answer_loses_neither_question_nor_answer(home, default_model):
    code = (
        "import sys; from pathlib import Path; from store.settings import Settings\n"
        "from assistant.conversation import Assistant; from models.catalogue import base_model\n"
        "home = Path(sys.argv[1]); a = Assistant(Settings(home=home), base_model('', Path(sys.argv[2]), 'f16'))\n"
        "for m in a.send(None, 'Tell me a very long story about the sea.'): print(len(m.content), flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(home), str(default_model.gguf.parents[2])],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(3):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    time.sleep(0.1)
    with opened(home) as db:
        assert conversations.close_interrupted(db) == 1
        (talk,) = conversations.list_conversations(db)
        question, answer = conversations.newest_path(db, talk.id)
    assert question.content.startswith("Tell me")
    assert answer.status == "stopped"
    assert len(answer.content) > 5
