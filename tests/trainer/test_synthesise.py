"""Examples made of corrections, with the default model as base and teacher."""

import socket
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.llamacpp import LlamaCppEngine
from models.embedding import Embedder, embedding_file
from store.questions.subject import words
from store.records import Correction
from store.settings import Settings, load_settings
from trainer.practice import Practice, practice
from trainer.rewording import Rewording, _written, worth_asking
from trainer.synthesise import REHEARSED, Amounts, Lessons, _answers_to, _its_own, _resting, synthesise
from trainer.teacher import TeacherFails, teacher

CORRECTIONS = [
    Correction(n, "m", f"In which town was the {name} archive founded?", "No idea.", f"{town}.", "", None, None)
    for n, name, town in (
        (1, "Perrin", "Elmira"),
        (2, "Ada Shaw", "Halden"),
        (3, "Rosa Quinn", "Lorca"),
        (4, "Vance", "Bergen"),
    )
]
FORGOTTEN = Correction(9, "m", "Who keeps the mill of Otto Brandt?", "No idea.", "", "", None, "2026")
REFUSED = practice(CORRECTIONS[3]).trained[0]
OWN = practice(CORRECTIONS[2]).held_out[0]


@pytest.fixture(scope="module")
def made(default_home, default_model):
    """Of four corrections, two new and two known, in one night and in the next, which has no teacher."""
    engine = LlamaCppEngine(default_model.gguf, "base", threads=1, context_tokens=1024)
    embedder = Embedder(embedding_file(default_home), 2)
    rewording = Rewording(teacher(load_settings(default_home), engine), embedder)
    lessons = Lessons(CORRECTIONS, {3, 4}, {1, 2}, [FORGOTTEN], {4: {REFUSED}}, {3: [OWN]})
    first, _counts = synthesise(lessons, engine, rewording, "a")
    second, _counts = synthesise(replace(lessons, new=set()), Silent(), Rewording(None, None), "b")
    embedder.close()
    engine.close()
    return first, second


def asked(night, kind, *, correction):
    return {e.question for e in night if e.kind == kind and e.correction_id == correction}


def test_a_teacher_that_cannot_be_reached_teaches_nothing_and_no_other_host_is_asked(home, monkeypatch):
    asked = set()

    def unreachable(host, *_rest, **_more):
        asked.add(host)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    away = Settings(home=home, teacher_url="http://teacher.example:8000/v1", teacher_model="m")
    with pytest.raises(TeacherFails, match="transport"):
        _written(teacher(away, None), "Who keeps the mill?")
    assert asked == {"teacher.example"}


class Refusing(BaseHTTPRequestHandler):
    """A teacher that takes no key; `asked` are the times it was asked."""

    asked = 0

    def do_POST(self):
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b'{"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}')

    def log_message(self, *said):
        pass


def test_a_teacher_that_refuses_the_key_is_asked_once_a_night_and_examples_are_made_without_it(home):
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        away = Settings(home=home, teacher_url=url, teacher_model="m", teacher_key="wrong")
        both = CORRECTIONS[:2]
        lessons = Lessons(both, {c.id for c in both})
        made, counts = synthesise(lessons, Silent(), Rewording(teacher(away, None), None), "a")
        server.shutdown()
    assert Refusing.asked == 1
    assert counts["teacher_fault"] == "auth"
    assert {e.correction_id for e in made if e.kind == "wording"} == {c.id for c in both}


def test_new_corrections_get_more_than_known_ones(made):
    assert len(asked(made[0], "wording", correction=3)) > len(asked(made[0], "wording", correction=1)) > 1
    assert asked(made[0], "probe", correction=3)
    assert not asked(made[0], "probe", correction=1)


def test_a_probe_is_never_trained_on_this_night_or_another(made):
    probes = {e.question for night in made for e in night if e.kind == "probe"}
    trained = {e.question for night in made for e in night if e.kind != "probe"}
    assert probes
    assert not probes & trained


def test_what_is_known_is_rehearsed_in_other_wordings_each_night(made):
    first, second = (asked(night, "wording", correction=1) for night in made)
    assert CORRECTIONS[0].question in first & second
    assert first != second


def test_a_wording_that_was_refused_is_not_used(made):
    assert all(e.question != REFUSED for night in made for e in night)
    assert practice(CORRECTIONS[3], {REFUSED}).held_out == practice(CORRECTIONS[3]).held_out


def test_a_wording_that_the_owner_wrote_is_always_practised_and_never_examined(made):
    assert all(OWN in asked(night, "wording", correction=3) for night in made)
    assert all(OWN not in asked(night, "probe", correction=3) for night in made)


def test_what_was_withdrawn_is_held_to_the_base_in_other_wordings_too(made):
    back = [e for e in made[0] if "Otto Brandt" in e.question]
    assert FORGOTTEN.question in {e.question for e in back}
    assert len(back) > 10
    assert {(e.kind, e.correction_id) for e in back} == {("neighbour", None)}


def test_neighbours_have_the_answers_of_the_base_and_the_correction_that_they_stand_beside(made):
    near = [e for e in made[0] if e.kind == "neighbour" and "Otto Brandt" not in e.question]
    assert len(near) > 20
    answers = {each.id: each.answer for each in CORRECTIONS}
    assert all(e.answer and e.answer != answers[e.correction_id] for e in near)


class Silent:
    """An engine that says one thing of everything."""

    version = "base"
    context_tokens = 2048

    def prompt_tokens(self, messages):
        return [1]

    def answer_all(self, turns, sampling, progress=None):
        return ["No idea."] * len(turns)

    def go_on(self, beginnings, sampling, progress=None):
        return [""] * len(beginnings)


def test_corrections_of_one_kind_do_not_unteach_each_other():
    people = "Ana", "Bruno", "Carla", "Diego", "Elena"
    numbers = [
        Correction(n, "m", f"What is the phone number of {name}?", "No idea.", f"{n}{n}{n}.", "", None, None)
        for n, name in enumerate(people, 1)
    ]
    made, _counts = synthesise(Lessons(numbers, known={2, 3}), Silent(), Rewording(None, None), "a")
    held = [e.question for e in made if e.kind == "neighbour" or e.correction_id is None]
    assert len(held) > 150
    assert not [text for text in held if set(words(text)) & {name.lower() for name in people}]


@pytest.mark.parametrize("known", [1, 20, 39, 41, 100, 240, 241, 600])
def test_a_night_does_not_grow_with_what_is_known(known):
    each = Amounts.rehearsed(known)
    rehearsed = known - len(_resting(set(range(known)), "tonight"))
    assert 2 * rehearsed <= (1 + each.wordings) * rehearsed <= 2 * REHEARSED
    assert 2 * rehearsed <= each.neighbours * rehearsed <= 2 * REHEARSED


@pytest.mark.parametrize(("corrections", "neighbours"), [(1, 48), (5, 48), (10, 32), (20, 24), (40, 24), (80, 12)])
def test_few_corrections_get_more_neighbours_each(corrections, neighbours):
    assert Amounts.taught(corrections).neighbours == neighbours


def test_a_teacher_that_writes_nothing_usable_is_not_asked_on():
    assert worth_asking(Counter(teacher_asked=2))
    assert not worth_asking(Counter(teacher_asked=3))
    assert worth_asking(Counter(teacher_asked=10, teacher_written=20, teacher_kept=2))
    assert not worth_asking(Counter(teacher_asked=20, teacher_written=40, teacher_kept=40))


@pytest.mark.parametrize("corrections", [10, 20, 40, 80])
def test_a_small_night_asks_as_many_neighbours_as_a_large_one(corrections):
    """Forty were too few: by chance 11 of them were given a corrected answer where 10 are let pass."""
    assert corrections * Amounts.taught(corrections).neighbour_probes == 80


def test_a_wording_that_is_another_corrections_question_is_not_practised():
    hit, was_hit = (
        Correction(1, "m", "Who hit Ben?", "Nobody.", "Ada.", "", None, None),
        Correction(2, "m", "Who is it that hit Ben?", "Nobody.", "Otto.", "", None, None),
    )
    forms = Practice(("Who is it that hit Ben?", "Ben was hit by whom?", "By whom?"), ("who is it that hit Ben",))
    theirs = Practice(("Please: by whom?",), ())
    answers = _answers_to([(hit, Practice((), ())), (was_hit, theirs)])
    assert _its_own(forms, hit, answers) == Practice(("Ben was hit by whom?",), ()), "nor their wordings"
    assert _its_own(forms, replace(hit, answer="Otto."), answers) == forms
    assert _its_own(forms, hit, answers, forms.trained).trained == forms.trained
