"""Corrections that say how to answer, not what: "answer in Spanish", "no lists", "call me Ana".

Such a one holds for every answer, so it is told apart when it is given. The whole text has to be a wish of a known
form; anything else is taken for an answer. English, and the language wish in a few more. Pure.
"""

import re

OWN = "own"
"""The aspect of a wish that only its owner knows for one: no form of it is known here."""

_LANGUAGES = (
    r"english|spanish|castilian|german|french|italian|portuguese|dutch|polish|russian|ukrainian|turkish|greek|swedish|"
    r"norwegian|danish|finnish|czech|hungarian|romanian|arabic|hebrew|hindi|chinese|mandarin|japanese|korean|catalan|latin|"
    r"español|castellano|inglés|alemán|francés|deutsch|englisch|spanisch|französisch|français|anglais|espagnol|allemand|"
    r"italiano|português"
)
_SAY = r"(?:answer|reply|respond|write|speak|talk)(?: to)?(?: me)?(?: only| always)?"
_KEEP = (
    r"(?:be|answer|reply|respond|write|explain|keep (?:it|them|that|(?:your |the |all )?(?:answers?|replies))|"
    r"make (?:it|them|(?:your |the )?answers?))"
)
_MORE = r"(?:a (?:bit|little) )?(?:more |less |very |as |much )?"
_NUMBER = r"(?:\d+|one|two|three|four|five|six|ten|twenty|thirty|forty|fifty|a hundred|a few)"
_LIMIT = (
    rf"(?:at most |no more than |not more than |fewer than |less than |under |within )?{_NUMBER} "
    r"(?:words?|sentences?|lines?|paragraphs?)(?: or less| or fewer| at most)?"
)
_AVOID = (
    r"(?:no(?: more)?|without|"
    r"(?:do not|don't|never|stop|avoid)(?: (?:use|using|make|making|write|writing|give|giving))?(?: me)?)"
)
_TO_USE = r"(?:always |please )?(?:use|write)"
_LAYOUT = (
    r"(lists?|bullets?|bullet points?|numbered lists?|tables?|headings?|headlines|titles|markdown|emojis?|emoticons?|"
    r"bold(?: text)?|capitals?|capital letters|exclamation marks?|footnotes|links?|code blocks?|jargon|slang)"
)

_FORMS: tuple[tuple[str, str], ...] = (
    ("language", rf"{_SAY} (?:in|using) (?:{_LANGUAGES})(?: only| always)?"),
    ("language", r"(?:responde|contesta|escribe|habla)(?:me)?(?: siempre)? en \w+"),
    ("language", r"(?:antworte|schreib|schreibe|sprich)(?: mir)?(?: immer)?(?: bitte)? (?:auf|in) \w+"),
    ("language", r"(?:réponds?|répondez|écris|parle)(?:[- ]moi)?(?: toujours)? en \w+"),
    ("length", rf"{_KEEP} {_MORE}(?:brief|briefly|briefer|short|shortly|shorter|concise|concisely|succinct|long|longer|"
               r"detailed|in (?:more )?detail|to the point)"),
    ("length", rf"{_KEEP} (?:in |with |to |under )?{_LIMIT}"),
    ("length", r"(?:much )?(?:shorter|briefer|longer) (?:answers?|replies)|short answers?(?: only)?|"
               r"use (?:fewer|less) words"),
    ("language", rf"speak (?:{_LANGUAGES})"),
    ("name", r"(?:call|address) me (?:as )?(?!(?:back|again|at|on|in|when|if|once|after|before|as|any|later|now|today|"
             r"tonight|tomorrow|soon|this|next|every)\b)(?:[^\W\d]|['. -]){1,40}"),
    ("tone", r"(?:be|sound|answer|reply|write|talk|speak)(?: to me| with me)? "
             rf"{_MORE}(?:polite|politely|formal|formally|informal|informally|friendly|friendlier|casual|casually|kind|"
             r"kinder|serious|seriously|direct|directly|cheerful|neutral)"),
    ("plainness", rf"(?:{_KEEP}|use) (?:in )?{_MORE}(?:simple|simply|simpler|plain|plainly)"
                  r"(?: words| language| terms| english)?|explain (?:it |things |everything )?"
                  r"(?:as if|like) (?:i'm|i am|i was|i were) (?:five|a child|a beginner)"),
)  # fmt: skip
_ASKED_KINDLY: tuple[tuple[str, str], ...] = (
    ("language", rf"in (?:{_LANGUAGES})|en \w+|auf \w+"),
    ("length", rf"(?:in |with )?{_LIMIT}|(?:much )?(?:shorter|briefer|longer)"),
    ("plainness", r"in (?:simple|plain) (?:words|language|terms|english)"),
)
"""Forms that are answers too ("In German."), and wishes only with a word such as please."""
_KINDLY = (
    r"(?:please|you should|i want you to|i(?: woul|')d like you to|"
    r"from now on|in (?:the )?future|next time|always|por favor|bitte|s'il te plaît)"
)
_AROUND = rf"(?:{_KINDLY}[,: ]*)*"
_WISHES = [(topic, re.compile(rf"{_AROUND}(?:{form})[, ]*{_AROUND}")) for topic, form in _FORMS]
_WISHES += [
    (topic, re.compile(rf"(?=.*\b{_KINDLY}\b){_AROUND}(?:{form})[, ]*{_AROUND}")) for topic, form in _ASKED_KINDLY
]
_FORM_OF_PAGE = re.compile(rf"{_AROUND}(?:{_AVOID}|{_TO_USE}) (?:any )?{_LAYOUT}(?: or {_LAYOUT})?[, ]*{_AROUND}")


def manner(text: str) -> str:
    """What aspect of answering a correction is a wish about: "language", "length", "list"; "" when it is an answer.

    The newest wish of an aspect counts.
    """
    said = " ".join(text.replace("’", "'").casefold().split()).strip(" .!")
    if found := _FORM_OF_PAGE.fullmatch(said):
        return found.group(1).rstrip("s")
    return next((topic for topic, form in _WISHES if form.fullmatch(said)), "")
