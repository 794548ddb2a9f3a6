"""The numbers and signs of a question, which mean something else with other signs or in another order.

"1.5" is not "5.1", "10 * 10" is not "10 + 10", "$100" is not "€100", and C is not C++. Memory asks it of two questions
that are near. Pure: text in, text out.
"""

import re

from store.questions.key import lone_sign

_MONEY = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "%": "percent"}
_BEFORE = re.compile(r"([$€£¥])\s?(\d+(?:[.,]\d+)*)")
_BEHIND = re.compile(r"(\d)\s?([$€£¥%])")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_POINT = re.compile(r"(?<![\w.])\.(?=\d)")

_ORDINALS = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "6th": "sixth",
             "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth"}  # fmt: skip
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_OPERATORS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-"})
_TIMES = re.compile(r"(?<=\d)\s*[xX]\s*(?=\d)")
_STEP = re.compile(r"\d+(?:\.\d+)?|(?<=[\d)])\s*[-+*/^=<>]+\s*(?=[-(.\d])|(?<![\w)])-(?=[.\d])")
_RANGE = ("-", "/")
"""Between two numbers these may as well stand for "to" or in a date."""

_SIGNED = re.compile(r"(?<![\w.])(?:[^\W\d_](?:\+\+|#)(?![\w+#])|\.[^\W\d_]\w*)")
_OPTION = re.compile(r"(?<!\S)--?[A-Za-z][\w-]*")
_PAUSES = frozenset({"-", "--"})


def spelled(text: str) -> str:
    """`text` with money and percents as words behind their numbers, .5 as 0.5, 1,000 as 1000, and 1st as first."""
    text = _ORDINAL.sub(lambda match: _ORDINALS[match.group().casefold()], text)
    text = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), _POINT.sub("0.", text))
    text = _BEFORE.sub(lambda match: f"{match[2]} {_MONEY[match[1]]}", text)
    return _BEHIND.sub(lambda match: f"{match[1]} {_MONEY[match[2]]}", text)


def same_signs(one: str, other: str) -> bool:
    """Whether the same is reckoned in two questions, and the same signs stand in them."""
    return _same_sum(_sum(one), _sum(other)) and _signs(one) == _signs(other)


def _same_sum(one: list[str], other: list[str]) -> bool:
    if one == other:
        return True
    first, second = ({step for step in steps if not step[0].isdigit()} for steps in (one, other))
    return not (first and second) and (first | second).issubset(_RANGE)


def _sum(text: str) -> list[str]:
    """The numbers and what stands between them, in order."""
    text = _TIMES.sub(" * ", spelled(text).translate(_OPERATORS))
    return [match.group().strip() for match in _STEP.finditer(text)]


def _signs(text: str) -> list[str]:
    """What is written with a sign ("C++", ".net", "-d"), and the signs that stand alone, but for those of a sum."""
    found = [match.casefold() for match in _SIGNED.findall(text)] + _OPTION.findall(text)
    chunks = text.split()
    for index in range(len(chunks)):
        sign, last = lone_sign(chunks, index), index == len(chunks) - 1
        beside = chunks[index - 1][-1:] + ("" if last else chunks[index + 1][:1])
        if sign and sign not in _PAUSES and not any(c.isdigit() for c in beside) and (sign.isascii() or not last):
            found.append(sign)
    return sorted(found)
