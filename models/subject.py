"""Which words of a question name what it is about.

Memory asks it whether two questions have the same subject; the night asks it which words to keep when it
words a question anew, and which to exchange for a neighbour. Pure: text in, text out; no model.
"""

import re
import unicodedata

_TOKEN = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*\.?", re.UNICODE)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han."""
_PIECE = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")
_QUOTED = re.compile(r"[\"“«„]([^\"”»“]{2,})[\"”»“]|(?<!\w)'([^']{2,})'(?!\w)")
_VERB = re.compile(r"\b(is|was|are|were|does|did|do|can|could|has|have|had|will|would|should)\b")
_LINK = frozenset(
    [
        "of",
        "the",
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "du",
        "des",
        "la",
        "le",
        "los",
        "las",
        "el",
        "van",
        "von",
        "der",
        "den",
        "zu",
        "af",
        "av",
        "al",
        "and",
        "und",
        "y",
        "e",
        "et",
        "&",
        "in",
        "on",
        "at",
        "for",
        "to",
        "a",
        "an",
    ]
)
_QUESTION_WORDS = frozenset(
    [
        "who",
        "whom",
        "whose",
        "what",
        "which",
        "when",
        "where",
        "why",
        "how",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "would",
        "will",
        "should",
        "has",
        "have",
        "had",
        "in",
        "on",
        "at",
        "to",
        "of",
        "by",
        "from",
        "with",
        "under",
        "for",
        "during",
        "after",
        "before",
        "the",
        "a",
        "an",
        "tell",
        "name",
        "give",
        "please",
        "say",
        "i",
        "me",
        "my",
        "you",
        "your",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "there",
        "and",
        "or",
        "if",
        "not",
        "as",
        "be",
        "been",
        "being",
        "about",
        "into",
        "than",
        "then",
        "so",
        "explain",
        "describe",
        "list",
        "write",
    ]
)

_BEGINNINGS = _QUESTION_WORDS | frozenset(
    "hi hello hey ok okay thanks thank quick question remind now also again well just yes no sorry actually maybe do "
    "know need want let see show check find ask answer so but because here today yesterday tomorrow".split()
)


def words(text: str) -> list[str]:
    """The words of `text` for comparing: case folded, accents kept, possessives and punctuation gone."""
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        word = re.sub(r"['’]s$", "", token.rstrip(".")).casefold()
        found.extend(part for part in re.split(r"[.'’&/-]", word) if part)
    return found


def pieces(text: str) -> list[str]:
    """The words of `text`, and what is written without spaces between words character by character."""
    return [piece for word in words(text) for piece in _PIECE.findall(word)]


def is_unspaced(piece: str) -> bool:
    """Whether a piece is a character of a script without spaces, which is about half a word."""
    return re.match(f"[{_UNSPACED}]", piece) is not None


def content_words(text: str) -> set[str]:
    """The words of `text` that are not question words or connectives."""
    return {word for word in words(text) if word not in _QUESTION_WORDS}


def subject_span(question: str) -> tuple[int, int] | None:
    """Start and end of the part of `question` that names its subject; None when nothing looks like a name.

    Of several names that it could be, the longest.
    """
    return max(subject_spans(question), key=lambda span: span[1] - span[0], default=None)


def subject_spans(question: str) -> list[tuple[int, int]]:
    """Start and end of every name that `question` could be about.

    Something in quotation marks wins; otherwise runs of capitalised or numbered words, joined across connectives,
    and rather those after the verb ("in which part of Scotland is Kelso?" is about Kelso). The first word counts
    only when it is no question word.
    """
    quoted = [match.span(1 if match.group(1) is not None else 2) for match in _QUOTED.finditer(question)]
    runs = _runs(question)
    verb = _VERB.search(question)
    return quoted or [run for run in runs if verb and run[0] > verb.start()] or runs


def _runs(question: str) -> list[tuple[int, int]]:
    """Runs of capitalised or numbered words, joined across connectives, without a possessive at the end."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for index, match in enumerate(_TOKEN.finditer(question)):
        token = match.group()
        named = _is_name(token, index == 0 or bool(re.search(r"[.?!:]\s*$", question[: match.start()])))
        gap = question[end : match.start()] if start >= 0 else ""
        if named:
            if start >= 0 and re.search(r"[?!;:]|\.\s", gap):
                runs.append((start, end))
                start = -1
            start = match.start() if start < 0 else start
            end = match.end()
        elif start >= 0 and token.casefold() not in _LINK:
            runs.append((start, end))
            start = -1
    if start >= 0:
        runs.append((start, end))
    return [(first, last - 2 if question[first:last].endswith(("'s", "’s")) else last) for first, last in runs]


def subject(question: str) -> str:
    """The words that name what `question` is about, or "" when nothing looks like a name."""
    span = subject_span(question)
    return question[span[0] : span[1]] if span else ""


def name_words(question: str) -> set[str]:
    """The words of every name in `question`: capitalised after the first word, numbered, or in quotation marks."""
    found: set[str] = set()
    for match in _QUOTED.finditer(question):
        found.update(words(match.group()))
    for index, match in enumerate(_TOKEN.finditer(question)):
        token = match.group()
        if _is_name(token, index == 0 or bool(re.search(r"[.?!:]\s*$", question[: match.start()]))):
            found.update(words(token))
    return found - _LINK


def _is_name(token: str, begins: bool) -> bool:
    """Capitalised or numbered; where a sentence begins, only what is no ordinary beginning of one."""
    if token.casefold().split("'")[0].split("’")[0] == "i":
        return False
    return any(c.isupper() or c.isdigit() for c in token) and not (begins and token.casefold() in _BEGINNINGS)


def same_subject(known: str, asked: str) -> bool:
    """Whether `asked` names the same things as the `known` question.

    Each name in the known question must occur in the asked one, and the asked one may name nothing that
    the known one does not mention. Without any name on either side the content words decide: most of
    them must be shared; where there are none ("Who are you?"), all words have to be the same but for "is".
    """
    known_names, asked_words = name_words(known), set(words(asked))
    known_words = set(words(known))
    if known_names:
        return known_names <= asked_words and name_words(asked) <= known_words
    shared, every = content_words(known) & content_words(asked), content_words(known) | content_words(asked)
    return len(shared) >= 0.5 * len(every) if every else _bare(known) == _bare(asked)


def _bare(question: str) -> list[str]:
    return [word for word in words(question) if word not in ("is", "are", "am", "please")]
