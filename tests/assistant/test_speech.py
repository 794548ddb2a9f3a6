"""What the page says in another language: every sentence of it, filled in alike, and none that is not said any more."""

import ast
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import get_args

import pytest
from babel.messages.catalog import Catalog

from assistant.formats import read_parts
from assistant.page.look import SCRIPTS, script
from assistant.page.options import _PARTS
from assistant.page.printed import printed
from assistant.page.setting_control import SettingControl
from assistant.page.speech import HEARD, LANGUAGES, catalogue, heard, number, preferred, say, say_many, speaking
from assistant.page.whole import page
from assistant.page.words import due_words, time_words
from assistant.sampling import PRESETS
from store.conversations import add_message, create_conversation
from store.database import opened
from store.errors import InputRefused
from store.feedback import correct
from store.records import Standing, Verdict
from store.settings import Settings
from store.transfer import import_data
from store.wordings import MOST, add_wording
from tests.assistant.nights import NO_NIGHT
from trainer.examine import Evaluation
from trainer.gate import decide

ROOT = Path(__file__).parents[2]
SAYS = {"say": 1, "say_many": 2, "later": 1}
SAID_IN_SCRIPT = re.compile(r'\bsay\(\s*"([^"]*)"')


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    return catalogue("es")


def calls() -> list[tuple[Path, ast.Call]]:
    """Every call by which a text gets into the catalogue."""
    return [
        (path, node)
        for path in sorted((ROOT / "assistant").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS
    ]


def texts() -> set[str | tuple[str, ...]]:
    """All that is said, as the catalogue names it."""
    found: set[str | tuple[str, ...]] = set()
    for file in SCRIPTS.values():
        found.update(SAID_IN_SCRIPT.findall(file.read_text(encoding="utf-8")))
    for _, call in calls():
        args = call.args[: SAYS[call.func.id]]
        if all(isinstance(each, ast.Constant) for each in args):
            forms = tuple(each.value for each in args)
            found.add(forms if len(forms) > 1 else forms[0])
    return found


def strings_elsewhere() -> list[str]:
    """Every text in the source, without what is filled in."""
    found = []
    for path in [ROOT / "run.py", *(each for room in ("assistant", "trainer", "models", "store") for each in
                                    (ROOT / room).rglob("*.py"))]:  # fmt: skip
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("\0".join(str(each.value) for each in node.values if isinstance(each, ast.Constant)))
    return found


def filled(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def forms(message) -> list[tuple[str, str]]:
    """A sentence and its translation, for each of its numbers."""
    one_each = isinstance(message.id, str)
    return [(message.id, message.string)] if one_each else list(zip(message.id, message.string, strict=True))


def test_every_text_of_the_page_is_translated(spanish):
    known = {each.id for each in spanish if each.id and not each.fuzzy and all(said for _, said in forms(each))}
    assert sorted(map(str, texts() - known)) == []


def test_nothing_stands_in_the_catalogue_that_is_not_said_any_more(spanish):
    said, elsewhere = texts(), strings_elsewhere()
    for each in spanish:
        if not each.id or each.id in said:
            continue
        assert HEARD in each.user_comments, each.id
        pieces = [piece.strip(" .") or piece for piece in re.split(r"\{\w+\}", each.id) if piece.strip(" .")]
        assert [piece for piece in pieces if not any(piece in text for text in elsewhere)] == [], each.id


def test_a_translation_is_filled_in_as_the_english_is_and_fits_into_html(spanish):
    for each in spanish:
        for english, said in forms(each) if each.id else ():
            assert filled(english) == filled(said), english
            assert english.startswith(" ") == said.startswith(" ") and english.endswith(" ") == said.endswith(" ")
            assert not set('<>&"') & set(said), said


def test_a_text_is_filled_in_when_it_is_said_and_not_before():
    early = [(path.name, call.lineno) for path, call in calls() if isinstance(call.args[0], ast.JoinedStr)]
    assert early == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("es-ES,es;q=0.9,en;q=0.8", "es"), ("en-US,en;q=0.9,es;q=0.8", "en"), ("ES-mx", "es"), ("fr, es;q=0.3", "es"),
        ("fr-FR", "en"), ("", "en"), ("*", "en"), ("es;q=0, de", "en"), ("en;q=0.4, es;q=0.5", "es"),
        ("es;q=often", "en"), (",;q=,es", "es"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_that_the_browser_likes_best(accepted, language):
    assert preferred(accepted) == language


def test_numbers_and_dates_are_written_as_the_language_does():
    with speaking("es"):
        assert say_many("{count} message", "{count} messages", 1) == "1 mensaje"
        assert say_many("{count} message", "{count} messages", 12_345) == "12.345 mensajes"
        assert number(0.034, "0.000") == "0,034"
        assert re.fullmatch(r"\d sept 2026, \d\d:\d\d", time_words("2026-09-03T12:00:00.000Z"))
        assert due_words(None, None).startswith("No hay ninguna noche prevista")
    assert re.fullmatch(r"\d Sep 2026, \d\d:\d\d", time_words("2026-09-03T12:00:00.000Z"))


def test_what_other_rooms_name_and_say_is_known():
    named = [*get_args(Standing), *get_args(Verdict), *(each.name for each in PRESETS), *(p.meaning for p in PRESETS)]
    weak = Evaluation(10, 1, 10, 1, 9, 6, 40, 9, 2, 5, 1, broken=30, drift=0.4, old_answers=(True, *[False] * 9))
    strong = Evaluation(10, 9, 10, 9, 0, 0, 4, 0, 4, 5, 4, drift=0.01, old_answers=(True,) * 10)
    reasons = [*decide(weak, strong, strong).reasons, *decide(strong, None, weak).reasons]
    assert len(reasons) > 12
    with speaking("es"):
        assert [each for each in [*named, *reasons] if heard(each) == each] == []


def test_what_is_filled_into_a_sentence_of_another_room_stays_as_it_was():
    with speaking("es"):
        assert heard("The conversation “Training” was deleted. Bring it back from the bin first.") == (
            "La conversación «Training» se eliminó. Recupérala primero de la papelera."
        )
        refused = heard("port is 'x'; it must be a whole number from 1 to 9.")
        assert refused == "port es 'x'; debe ser un número entero de 1 a 9."
        assert heard("The disk sang.") == "The disk sang."


def refusals(db, home: Path) -> Iterator[str]:
    """What is told of files that cannot be taken, and of wordings."""
    line = {"conversation": "c", "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
    said, asked = line["messages"][1], line["messages"][0]
    unpacked = io.BytesIO()
    with zipfile.ZipFile(unpacked, "w") as archive:
        archive.writestr("user.json", "{}")
    wrong = [
        {**line, "colour": 1}, {**line, "title": 1}, {**line, "tags": 1}, {**line, "messages": []},
        {**line, "feedback": {"rating": 5}}, {**line, "feedback": {"reasons": 1}}, {**line, "feedback": 1},
        {**line, "feedback": {"stars": 5}}, {**line, "created": "soon"}, {"messages": []}, 7,
        *({**line, "messages": messages} for messages in (
            [1], [{"role": "human: me", "content": "x"}], [{"role": "user", "content": 7}],
            [asked, {**said, "parent": 7}],
            [asked, {**said, "created": 5}], [asked, {**said, "colour": 1}], [{**said, "feedback": {"rating": 1}}],
            [{**said, "parent": None}, {**said, "parent": 0, "feedback": {"correction": "x"}}],
        )),
        {**line, "messages": [asked], "feedback": {"rating": 1}},
    ]  # fmt: skip
    files = {
        "c.jsonl": [*(json.dumps(each).encode() for each in wrong), b'{"conversation": x', b"\xff", b"{" * 9],
        "c.json": [b"[{}]", b'[{"mapping": {}}]', b'[{"chat": {}}]', b"[" * 100_000],
        "c.zip": [unpacked.getvalue(), unpacked.getvalue()[:-60] + bytes(38) + unpacked.getvalue()[-22:]],
    }
    for name, contents in files.items():
        for data in contents:
            yield refused(import_data, db, name, data)
    documents = {
        "a.docx": [b"\xd0\xcf\x11\xe0 and so on", b"no archive"],
        "a.csv": [b'a,"' + b"x" * 200_000],
        "a.html": [b"<!-- -->", b"<p> </p>"],
        "a.txt": [b" "],
    }
    for name, contents in documents.items():
        for data in contents:
            yield refused(read_parts, name, data)
    talk = create_conversation(db)
    question = add_message(db, talk.id, None, "user", "Who?")
    taught = correct(db, add_message(db, talk.id, question.id, "assistant", "Me.").id, "You.")
    yield refused(add_wording, db, taught.id, "")
    yield refused(add_wording, db, taught.id, "who?")
    for other in range(MOST):
        add_wording(db, taught.id, f"Who is number {other}?")
    yield refused(add_wording, db, taught.id, "Who else?")


def refused(act: Callable[..., object], *given: object) -> str:
    with pytest.raises(InputRefused) as told:
        act(*given)
    return str(told.value)


def test_what_is_wrong_with_a_file_or_a_wording_is_told_in_one_language(home):
    english = re.compile(r"\b(?:the|is|of|it|there|must|cannot|has|no (?:table|web)|file|taken|save|message)\b", re.I)
    with opened(home) as db:
        told = list(refusals(db, home))
    with speaking("es"):
        said = [heard(each) for each in told]
    in_brackets = re.compile(r" \(.*\)|'.*?'")  # what a library says, and what stood in the file
    assert [each for each in said if english.search(in_brackets.sub("", each))] == []
    assert [each for each, before in zip(said, told, strict=True) if each == before] == []


def test_the_script_and_the_printed_page_come_in_the_language_that_is_spoken(home):
    for language in LANGUAGES:
        with speaking(language):
            text = script("speech.js").body.decode()
            assert f'"language": "{language}"' in text.split("\n")[0]
            assert text.endswith(SCRIPTS["speech.js"].read_text())
            assert script("keys.js").body.decode() == SCRIPTS["keys.js"].read_text()
            report = printed(home, "none").body.decode()
            assert f'<html lang="{language}">' in report and say("No such night") in report
    assert "Copiado" in text


def test_the_parts_of_the_settings_are_translated():
    with speaking("es"):
        assert [say(part) for part in _PARTS] == ["Respuestas", "Noches", "Maestro", "Modelo", "Servidor"]


def test_the_page_is_built_alike_in_every_language_but_for_its_texts(home):
    assistant = SimpleNamespace(settings=Settings(home=home))
    blocks = page(assistant.settings, assistant, NO_NIGHT, SettingControl({}, lambda _: None))
    english = [(each["id"], each["type"], set(each["props"])) for each in blocks.config["components"]]
    with speaking("es"):
        spoken = blocks.config["components"]
    assert [(each["id"], each["type"], set(each["props"])) for each in spoken] == english
    labels = {each["props"].get("label") for each in spoken if each["type"] == "tabitem"}
    assert labels == {"Chat", "Correcciones", "Noche", "Comparar", "Ajustes"}
