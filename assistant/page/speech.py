"""The language of the page: the English of the source, or another from its catalogue (`es.po`), as the browser asks.

`say` and `say_many` word a sentence for whoever sent the request at hand, `later` marks one of a table that is said
later, and `heard` repeats what another room of the program said. The command line, the API and the log speak English.
How the catalogue is kept up is told at its head. What the page calls pure reads which language is spoken all the same.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es")
HEARD = "heard"
"""Marks a sentence of another room in the catalogue, and in what is filled in there one that is a sentence too."""

_FILLED_IN = re.compile(r"\{\w+\}")
_now = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language that is spoken now, as an HTML page names it."""
    return _now.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` to the end of the block, in this thread or task and those begun from it."""
    before = _now.set(language)
    try:
        yield
    finally:
        _now.reset(before)


class Speaking:
    """Wraps the application: each request is answered in the language that its browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        with speaking(asked_for(scope) if "headers" in scope else ENGLISH):
            await self._app(scope, receive, send)


def asked_for(scope: Scope) -> str:
    """The language of a request."""
    return preferred(Headers(scope=scope).get("accept-language", ""))


def preferred(accepted: str) -> str:
    """Of the languages that an Accept-Language header names, the best liked that is spoken here, else English. Pure."""
    liked = list[tuple[float, str]]()
    for part in accepted.split(","):
        tag, _, weight = part.replace(" ", "").partition(";q=")
        name = tag.partition("-")[0].lower()
        with suppress(ValueError):
            if name in LANGUAGES and float(weight or 1) > 0:
                liked.append((float(weight or 1), name))
    return max(liked, key=lambda each: each[0], default=(1.0, ENGLISH))[1]


def say(text: str, /, **values: object) -> str:
    """`text` in the language spoken now, with `values` filled in."""
    said = _translations(language()).gettext(text) if text else ""
    return said.format(**values) if values else said


def say_many(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` or `many`, as `count` asks for; it is filled in as {count}."""
    return _translations(language()).ngettext(one, many, count).format(count=number(count), **values)


def later(text: str) -> str:
    """Mark `text` for the catalogue; it is said by `say` when it is shown."""
    return text


def heard(text: str) -> str:
    """What another room said, in the language spoken now; as it came where the catalogue does not know it."""
    if (said := say(text)) != text:
        return said
    for form, filled in _heard(language()):
        if found := form.fullmatch(text):
            said_so = {name: _parts(value) if HEARD in name else value for name, value in found.groupdict().items()}
            return filled.format(**said_so)
    return text


def number(value: float, form: str | None = None) -> str:
    """A number, with as many digits as `form` has, such as "0.00"."""
    return format_decimal(value, form, locale=language())


def percent(share: float) -> str:
    """A share as whole percents."""
    return format_percent(share, locale=language())


def date(when: datetime, form: str) -> str:
    """A moment after a pattern of Unicode's, such as "d MMM y, HH:mm"."""
    return format_datetime(when, form, locale=language())


def catalogue(language: str) -> Catalog:
    """All that is translated into `language`."""
    with Path(__file__).with_name(f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def _translations(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _heard(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The sentences of other rooms that something is filled into, each as the form in which it is recognised.

    The one that says most by itself comes first, since less may be found in more: "x is empty." in another's reason.
    """
    if language == ENGLISH:
        return []
    forms = [
        each
        for each in catalogue(language)
        if HEARD in each.user_comments and isinstance(each.id, str) and "{" in each.id
    ]
    forms.sort(key=lambda each: len(_FILLED_IN.sub("", str(each.id))), reverse=True)
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(str(each.id))), re.DOTALL), str(each.string))
        for each in forms
    ]


def _parts(text: str) -> str:
    """What was filled in where that is a sentence too, or several."""
    said = heard(text)
    return said if said != text else "; ".join(map(heard, text.split("; ")))
