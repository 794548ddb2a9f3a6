"""Whether a question can be understood by itself, or only below what was said before it.

"And how old is he?" has another answer in every conversation, so what corrects it counts only below the same questions
and the same documents. What is not surely of this kind is taken for a question of its own. English, and the commonest
in Spanish, by hand. Pure.
"""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FOLLOWS = frozenset(
    "why how who what when where which really sure right ok okay yes no yeah nope thanks thank thx cool great go on "
    "continue more again another example examples else instead shorter longer simpler simplify briefly elaborate "
    "explain rephrase summarise summarize summary translate rewrite repeat detail details further previous above next "
    "try please can could would will you me i do does did it is are be give tell say show make write the a an in of to "
    "for and or but so then about with as not "
    "por qué sigue continúa más otra vez otro ejemplo gracias sí vale resume resúmelo tradúcelo explica explícamelo "
    "explícalo".split()
)
_PERSON = re.compile(r"\b(he|she|him|his|her|hers|himself|herself|él|ella|ellos|ellas|sus?)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(it|its|they|them|their|theirs|(?:this|these|those|the former|the latter)(?! (?:week|month|year|day|morning|"
    r"afternoon|evening|weekend|time|summer|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b)|eso|esto|ese|esa)\b|"
    r"\b(?:is|was|does|did|about|of|like|mean|translate|explain|summari[sz]e|with|why|how|do|say) that\b|^that\b|"
    r"\bthat\W*$|\b(?:get|got|go|goes|went|live|lives|lived|stay|work|works|worked|eat|drive|fly|arrive) there\W*$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"\b(?:what (?:time|day|date|year) is it|it called|does it (?:take|cost)|it (?:is|takes|rains|snows)|is it that|"
    r"(?:do|does|did|will|can|could|may|might) it (?:often |always |ever )?(?:rain|snow|hail|freeze|thunder)|"
    r"(?:is|was|will) it (?:be )?(?:true|possible|legal|safe|ok|okay|worth|necessary|better|bad|good|normal|cold|hot|"
    r"far|raining|going to)|(?:this|these|that|it)(?: means?| says?)?:|this [^:?]*:|"
    r"how \w+ (?:is|was|does) it (?:get )?(?=(?:from|to|in|between|at|on) )|"
    r"(?:is|was) it (?!(?:open|close|near|next|similar|related|connected|due|equal|identical|opposite|subject|up|down|"
    r"back|known|said|used|over|still|just|all|about)\b)\w+ to (?!the\b|my\b|a\b)|"
    r"do they (?:speak|eat|drink|drive|celebrate|play) in\b)",
    re.IGNORECASE,
)
_ANTECEDENT = re.compile(
    r"\b(?:a|an|the|my|your|our|every|each|some|any|one|un|una|el|la|mi)\s+[^\W\d_]{2,}|:\s|\n|[\"“«]|"
    r"\b(?:mum|mom|mother|dad|father|grandma|granny|grandpa|nan|mamá|papá|(?:aunt|uncle|tía|tío) \w+)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE)
_MANY = re.compile(
    r"\b(?:do|does|did|are|were|can|could|will|would|should|have|many|few|most|some|of|if|when|that)\s+(?:not\s+)?"
    r"(?:people|men|women|children|mice|geese|sheep|fish|(?!this\b|his\b|hers\b|theirs\b|yours\b|always\b|its\b)"
    r"[a-z]{2,}(?<!s)s)\b",
    re.IGNORECASE,
)
"""Several things named without an article ("do cats"), which "they" after it may mean."""
_OF_SOMETHING = re.compile(
    r"^what happened (?:next|then|after(?:wards)?)\W*$|"
    r"^(?:what|which|who|how (?:big|large|high)) (?:is|are|was|were) the "
    r"(?:(?:first|second|third|last|next|previous|other) (?:one|step|point|part|item|option|paragraph|sentence|line|"
    r"chapter|verse|example|reason|sentence)|population|capital|currency|area|height|length|width|depth|weight|age|"
    r"author|director|plot|ending|moral|conclusion|result|title|abbreviation|plural|opposite)\W*$|"
    r"^(?:and )?which (?:one|of (?:them|these|those|the two)) (?:is|are|was|would|do|does|should)\b[^,:]*$|"
    r"^how (?:does|did|do) the (?:story|book|film|movie|novel|play|poem|tale) (?:end|begin|start|go on|continue)\W*$",
    re.IGNORECASE,
)
"""What something has of which nothing is said: "What is the population?" """
_SPANISH_DEED = re.compile(
    r"^(?:y )?(?:cuándo|cuando|dónde|donde|cuánto|cuanto|cómo|como|qué edad|que edad|cuántos años|cuantos años|"
    r"por qué|a qué hora) (?:se )?[^\W\d_]+(?:[aeáén]|ió|io|ó)\W*$",
    re.IGNORECASE,
)
"""A question of one verb in the third person, and nobody who does it: "¿Cuándo nació?" """
_SPANISH_THING = re.compile(
    r"^(?:y )?(?:qui[eé]n (?:es\W*$|(?:lo|le|los|les) \w|las? \w+\W*$)|qu[eé] (?:es|significa)\W*$|"
    r"(?:cu[aá]nt[oa]s|qu[eé]) \w+ (?:tiene|tienen|hay)\W*$)",
    re.IGNORECASE,
)
"""One of a thing that is not named: "¿Quién lo escribió?", "¿Cuántos habitantes tiene?" """
_GOES_ON = re.compile(r"^(?:and|or|but|what about|how about|y|pero)\b", re.IGNORECASE)
_HOW_MUCH = re.compile(r"^(?:how|what|which) [^\W\d_]+\W*$", re.IGNORECASE)
_IN_ANOTHER = re.compile(r"^(?:in|into|en) \w+(?:,? (?:please|por favor))?\W*$", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"\b(?:documents?|files?|pdf|texts?|pages?|tables?|reports?|articles?|papers?|attachments?|letter|contract|"
    r"documentos?|archivos?|textos?|informe|artículo|contrato)\b",
    re.IGNORECASE,
)


def refers_back(question: str) -> bool:
    """Whether a question surely points at what was said before it."""
    text = _NOTHING.sub(" ", question.strip().lstrip("¿¡ "))
    found = _WORD.findall(text.casefold())
    if _GOES_ON.match(text) and len(found) <= 5:
        return True
    if any(form.match(text) for form in (_IN_ANOTHER, _HOW_MUCH, _OF_SOMETHING, _SPANISH_DEED, _SPANISH_THING)):
        return True
    pointing = _PERSON.search(text) or (_THING.search(text) if len(found) <= 9 else None)
    if pointing and not _named(text[: pointing.start()]):
        several = _SEVERAL.match(pointing.group()) and _MANY.search(text[: pointing.start()])
        if not several:
            return True
    asks_of_us = found[:1] and found[0].split("'")[0] in ("who", "what", "how", "where") and "you" in found
    return not asks_of_us and "my" not in found and "your" not in found and all(word in _FOLLOWS for word in found)


def context_of(questions: Sequence[str], documents: Sequence[str] = ()) -> str:
    """What the last of a conversation's `questions` is bound to; "" when it is a question of its own.

    `documents` are the digests of what was given to read in that conversation: a question that names nothing is
    about them.
    """
    *before, asked = questions
    of_document = documents and _OF_SOMETHING.match(asked.strip())
    said = _above(before) if refers_back(asked) and not of_document else []
    read = sorted(documents) if _points(asked) or not _proper(asked) else []
    return "\n".join((*said, *(f"document {digest}" for digest in read)))


def contexts_of(questions: Sequence[str], documents: Sequence[str] = ()) -> frozenset[str]:
    """To which contexts a correction may be bound that answers the last of `questions`."""
    bound = context_of(questions, documents)
    return frozenset({bound} if _points(questions[-1]) else {bound, ""})


def _points(question: str) -> bool:
    return refers_back(question) or bool(_DOCUMENT.search(question))


def _above(before: Sequence[str]) -> list[str]:
    """The questions that one refers to: back to the last that is one of its own."""
    found: list[str] = []
    for question in reversed(before):
        found.insert(0, " ".join(_WORD.findall(question.casefold())))
        if not refers_back(question):
            break
    return found


def _named(text: str) -> bool:
    """Whether something is named in `text` that a pronoun after it may mean."""
    return _proper(text) or bool(_ANTECEDENT.search(text))


def _proper(text: str) -> bool:
    """Whether a name or a number stands in `text` after its first word."""
    rest = text.split(maxsplit=1)[1:]
    return bool(rest and re.search(r"\b[A-Z0-9]", re.sub(r"\bI\b", "", rest[0])))
