"""Files as text, in parts that know their place: PDF, Word, PowerPoint, Excel, OpenDocument, web pages, tables, text.

Pure: bytes in, parts out. `assistant.reader` calls it, for what comes from elsewhere in a process of its own; the
libraries are imported where they are needed. Pictures are not looked at: a scanned page has no text.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from store.errors import InputRefused

TEXT = (".txt", ".md", ".markdown", ".rst", ".text")
MOST_BYTES = 50_000_000
MOST_CHARACTERS = 2_000_000
MOST_UNPACKED = 300_000_000
MOST_MEMBERS = 20_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # Word, Excel and PowerPoint before 2007, and every one with a password
_PROTECTED = "is protected with a password. Save it without one and add that"


@dataclass(frozen=True, slots=True)
class Part:
    """Some text of a document, paragraphs with an empty line between; `place` says where: "page 3", or nothing."""

    place: str
    text: str


def read_parts(name: str, data: bytes) -> list[Part]:
    """The text of the file `name`. Raises InputRefused in one line: what it is, what is wrong, what to do."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise InputRefused(f"{name} cannot be read: there are {', '.join(_READERS)}. Save it as one of these.")
    if len(data) > MOST_BYTES:
        raise InputRefused(f"{name} has {len(data) / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} can be read. Split it.")
    if not data.strip():
        raise InputRefused(f"{name} is empty.")
    parts, characters = [], 0
    for part in _READERS[suffix](name, data):
        characters += len(part.text)
        if characters > MOST_CHARACTERS:
            raise InputRefused(f"{name} has more than {MOST_CHARACTERS // 1_000_000} million characters. Split it.")
        if part.text.strip():
            parts.append(part)
    if not parts:
        raise InputRefused(_without_text(name, suffix))
    return parts


def _without_text(name: str, suffix: str) -> str:
    if suffix == ".pdf":
        return f"{name} has no text, only pictures, as a scan has. Run text recognition (OCR) on it and add the result."
    return f"{name} has no text."


def _plain(name: str, data: bytes) -> Iterator[Part]:
    yield Part("", _decoded(name, data))


def _decoded(name: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        fault = f"{error.reason} at byte {error.start}"
        raise InputRefused(f"{name} is not UTF-8 text ({fault}). Save it as UTF-8.") from error


def _csv(name: str, data: bytes) -> Iterator[Part]:
    text = _decoded(name, data)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:65_536], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        yield Part("", _rows(csv.reader(io.StringIO(text, newline=""), dialect)))
    except csv.Error as error:
        raise InputRefused(f"{name} is no table that can be read ({error}). Save it as CSV again.") from error


def _html(name: str, data: bytes) -> Iterator[Part]:
    from lxml import etree, html

    try:
        document = html.document_fromstring(data)
    except (etree.ParserError, ValueError) as error:
        raise InputRefused(f"{name} is no web page that can be read ({error}). Save it again.") from error
    etree.strip_elements(document, "script", "style", "noscript", "template", etree.Comment, with_tail=False)
    for table in document.iter("table"):
        cells = [[" ".join(cell.text_content().split()) for cell in row.iter("td", "th")] for row in table.iter("tr")]
        tail = table.tail
        table.clear()
        table.text, table.tail = f"\n\n{_rows(cells)}\n\n", tail
    for line in document.iter("br"):
        line.tail = "\n" + (line.tail or "")
    for block in document.iter(*_BLOCKS):
        block.text = "\n\n" + (block.text or "")
        block.tail = "\n\n" + (block.tail or "")
    yield Part("", document.text_content())


def _pdf(name: str, data: bytes) -> Iterator[Part]:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputRefused(f"{name} {_PROTECTED}.")
        for number, page in enumerate(reader.pages, 1):
            yield Part(f"page {number}", page.extract_text())
    except DependencyError as error:
        raise InputRefused(f"{name} {_PROTECTED}.") from error
    except PyPdfError as error:
        raise _damaged(name, "PDF", error) from error


def _docx(name: str, data: bytes) -> Iterator[Part]:
    import docx
    from docx.table import Table

    document = docx.Document(_unzipped(name, data))
    blocks = (
        _rows([cell.text for cell in row.cells] for row in block.rows) if isinstance(block, Table) else block.text
        for block in document.iter_inner_content()
    )
    yield Part("", "\n\n".join(blocks))


def _pptx(name: str, data: bytes) -> Iterator[Part]:
    import pptx

    def said(shapes: Iterable[Any]) -> Iterator[str]:
        for shape in shapes:
            if hasattr(shape, "shapes"):
                yield from said(shape.shapes)
            elif shape.has_text_frame:
                yield shape.text_frame.text
            elif getattr(shape, "has_table", False):
                yield _rows([cell.text for cell in row.cells] for row in shape.table.rows)

    for number, slide in enumerate(pptx.Presentation(_unzipped(name, data)).slides, 1):
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        yield Part(f"slide {number}", "\n\n".join([*said(slide.shapes), notes.text if notes else ""]))


def _xlsx(name: str, data: bytes) -> Iterator[Part]:
    import openpyxl

    book = openpyxl.load_workbook(_unzipped(name, data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        cells = (["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True))
        yield Part(f"sheet {sheet.title}", _rows(cells))


def _odt(name: str, data: bytes) -> Iterator[Part]:
    from odfdo import Document, Table

    def said(elements: Iterable[Any]) -> Iterator[str]:
        for element in elements:
            if isinstance(element, Table):
                yield _rows([str(value or "") for value in row] for row in element.get_values())
            elif element.tag in ("text:p", "text:h"):
                yield element.inner_text
            elif element.tag != "text:tracked-changes":
                yield from said(element.children)

    yield Part("", "\n\n".join(said(Document(_unzipped(name, data)).body.children)))


def _rows(rows: Iterable[Sequence[str]]) -> str:
    """A table as one paragraph a row. A first row of words alone names the columns, and each row then says them."""
    lines, head = list[str](), None
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        if head is None:
            head = cells if len(cells) > 1 and all(cell and not _number(cell) for cell in cells) else []
            lines.append("; ".join(filter(None, cells)))
        elif head:
            names = [*head, *[""] * (len(cells) - len(head))]
            named = (f"{key}: {cell}" if key else cell for key, cell in zip(names, cells, strict=False) if cell)
            lines.append("; ".join(named))
        else:
            lines.append("; ".join(filter(None, cells)))
    return "\n\n".join(lines)


def _number(cell: str) -> bool:
    return not any(map(str.isalpha, cell))


def _unzipped(name: str, data: bytes) -> io.BytesIO:
    """The file, once its archive was looked at. Raises InputRefused for what is no archive or unpacks to too much."""
    if data.startswith(_OLD_OFFICE):
        raise InputRefused(f"{name} is protected with a password, or of an old form. Save it without, in today's form.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _damaged(name, "Office", error) from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED or len(members) > MOST_MEMBERS:
        size = f"{unpacked / 1e6:.0f} MB in {len(members)} pieces"
        raise InputRefused(f"{name} unpacks to {size}, more than any honest document. It was not read.")
    return io.BytesIO(data)


def _damaged(name: str, kind: str, error: Exception) -> InputRefused:
    return InputRefused(f"{name} is no {kind} file that can be read ({error}). Open it and save it again.")


_BLOCKS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "main", "aside",
    "blockquote", "pre", "dt", "dd", "figure", "figcaption", "title", "ul", "ol", "form",
)  # fmt: skip
_READERS: dict[str, Callable[[str, bytes], Iterator[Part]]] = {
    **dict.fromkeys(TEXT, _plain),
    ".csv": _csv,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".odt": _odt,
}
KINDS = tuple(_READERS)
