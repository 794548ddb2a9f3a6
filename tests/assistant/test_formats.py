"""Files of every form give their text with its place, and what is damaged, hostile or unreadable is told in a line."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from assistant import formats, reader
from assistant.formats import Part
from assistant.reader import read_apart
from store.errors import InputRefused
from tests.assistant import papers

ROOT = Path(__file__).parents[2]
PARAGRAPHS = ["The cabin", "The key hangs behind the flowerpot.", "The boiler needs forty minutes."]


def test_a_pdf_gives_its_pages():
    parts = read_apart("notes.pdf", papers.pdf("The key hangs\nbehind the flowerpot.", "", "The boiler is slow."))
    assert [part.place for part in parts] == ["page 1", "page 3"]
    assert " ".join(parts[0].text.split()) == "The key hangs behind the flowerpot."


def test_a_word_document_gives_its_paragraphs_and_its_table_in_order():
    table = [["Room", "Beds"], ["Attic", "2"], ["Hall", "0"]]
    (part,) = read_apart("notes.docx", papers.docx(PARAGRAPHS, table))
    assert part == Part("", "\n\n".join([*PARAGRAPHS, "Room; Beds", "Room: Attic; Beds: 2", "Room: Hall; Beds: 0"]))


def test_a_presentation_gives_its_slides_with_their_notes():
    parts = read_apart("talk.pptx", papers.pptx(("The harbour", "Speak slowly."), ("The ferry", "")))
    assert [part.place for part in parts] == ["slide 1", "slide 2"]
    assert parts[0].text.split("\n\n")[0] == "The harbour" and "Speak slowly." in parts[0].text


def test_a_workbook_gives_its_sheets_and_names_the_columns():
    parts = read_apart("costs.xlsx", papers.xlsx(Costs=[["Item", "Euro"], ["Rope", 12], [None, None]], Empty=[[None]]))
    assert parts == [Part("sheet Costs", "Item; Euro\n\nItem: Rope; Euro: 12")]
    (numbers,) = read_apart("n.xlsx", papers.xlsx(N=[[1, 2], [3, 4]]))
    assert numbers.text == "1; 2\n\n3; 4"


def test_an_opendocument_text_gives_its_paragraphs():
    assert read_apart("notes.odt", papers.odt(*PARAGRAPHS)) == [Part("", "\n\n".join(PARAGRAPHS))]


def test_a_web_page_gives_what_is_read_and_not_what_is_run():
    page = (
        b"<!doctype html><meta charset=utf-8><title>Cabin</title><style>p{color:red}</style><script>steal()</script>"
        b"<h1>The key</h1><p>Behind the <b>blue</b> flowerpot&mdash;left.<!-- psst --></p>"
        b"<table><tr><th>Room</th><th>Beds</th></tr><tr><td>Attic</td><td>2</td></tr></table>after"
    )
    (part,) = read_apart("cabin.html", page)
    assert "Behind the blue flowerpot—left." in part.text
    assert "Room: Attic; Beds: 2" in part.text and "after" in part.text
    assert not any(word in part.text for word in ("steal", "color", "psst"))


def test_a_table_of_values_gives_its_rows_whatever_parts_them():
    for sign in (",", ";", "\t"):
        rows = [["Town", "Ferry"], ["Harlow", "nine"], ["Barlow", "ten"]]
        (part,) = read_apart("ferries.csv", "\r\n".join(sign.join(row) for row in rows).encode("utf-8-sig"))
        assert part.text == "Town; Ferry\n\nTown: Harlow; Ferry: nine\n\nTown: Barlow; Ferry: ten"


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(InputRefused) as refused:
        read_apart(name, data)
    said = str(refused.value)
    assert said.startswith(name) and "\n" not in said
    return said


def test_what_has_no_text_is_told_with_the_remedy():
    assert "OCR" in refusal("scan.pdf", papers.pdf("", ""))
    assert "empty" in refusal("nothing.docx", b"")
    assert "no text" in refusal("blank.pptx", papers.pptx(("", "")))
    assert ".docx" in refusal("letter.pages", b"x")
    assert "UTF-8" in refusal("old.csv", b"caf\xe9;1")


def test_what_is_locked_is_told_and_an_empty_password_opens():
    assert "password" in refusal("locked.pdf", papers.locked_pdf("The key", "secret"))
    assert "The key" in read_apart("open.pdf", papers.locked_pdf("The key", ""))[0].text
    assert "password" in refusal("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_what_is_damaged_is_told_in_a_line():
    assert "save it again" in refusal("broken.pdf", b"%PDF-1.7 and no more").lower()
    for name in ("broken.docx", "broken.pptx", "broken.xlsx", "broken.odt"):
        assert "save it again" in refusal(name, b"PK\x03\x04 and no more").lower()
        empty = io.BytesIO()
        zipfile.ZipFile(empty, "w").close()
        assert "save it again" in refusal(name, empty.getvalue()).lower()
    half = papers.docx(PARAGRAPHS)
    assert "again" in refusal("half.docx", half[: len(half) // 2])


def test_a_zip_bomb_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"word/document{number}.xml", bytes(50_000_000))
    for name in ("bomb.docx", "bomb.xlsx"):
        assert "unpacks to 400 MB" in refusal(name, packed.getvalue())


def test_entities_that_multiply_fill_no_memory():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    evil = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>'
    whole = papers.docx(PARAGRAPHS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            text = old.read(member)
            if member.filename == "word/document.xml":
                body = text.decode().split("?>", 1)[1].replace("The cabin", "&a11;")
                text = (evil.replace("DOCTYPE x", "DOCTYPE w:document") + body).encode()
            new.writestr(member, text)
    try:
        (part,) = read_apart("laughs.docx", out.getvalue())
    except InputRefused as refused:
        assert "\n" not in str(refused)
    else:
        assert len(part.text) < 1000


def test_too_much_is_refused_before_or_while_it_is_read(monkeypatch):
    assert "50 can be read" in refusal("long.txt", b"x" * (formats.MOST_BYTES + 1))
    assert "million characters" in refusal("long.md", b"word " * 500_000)


def test_what_hangs_or_swells_is_ended(monkeypatch):
    """The limits are made small, since no honest file reaches them quickly."""
    pages = papers.pdf(*["word " * 200] * 60)
    monkeypatch.setattr(reader, "MOST_WALL_S", 0.05)
    assert "seconds" in refusal("slow.pdf", pages)
    code = "import sys; from assistant import reader; reader.MOST_CPU_S = 1; reader._limit()\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode < 0
    swell = "from assistant import reader; reader.MOST_MEMORY = 1 << 28; reader._limit(); bytearray(1 << 29)"
    assert b"MemoryError" in subprocess.run([sys.executable, "-c", swell], cwd=ROOT, capture_output=True).stderr
