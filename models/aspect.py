"""Which of several related things a question asks for: her mother or her father, who or why, what is so or not so.

Sentence vectors hardly tell such questions apart ("Who is Ana's mother?" and "... father?" have a similarity of 0.93,
"What should I feed my dog?" and "What should I not feed my dog?" 0.89), yet the answer to one is wrong for the other.
English words, by hand; what is not listed is left to the vectors. Pure.
"""

import re

from models.subject import words

_CONTRASTS: tuple[tuple[str, ...], ...] = (
    ("mother mom mum", "father dad", "sister sisters", "brother brothers", "son sons", "daughter daughters",
     "husband", "wife", "uncle", "aunt", "cousin", "grandmother", "grandfather"),
    ("born birth birthplace birthday birthdate", "die died dies death dead deceased", "buried burial grave tomb",
     "married marry wedding", "grew raised childhood", "live lives lived living resides reside residence",
     "work works worked working employed employer workplace", "study studied studies educated school university"),
    ("north northern", "south southern", "east eastern", "west western"),
    ("left", "right"),
    ("first", "last final", "second", "third", "middle", "next following", "previous preceding"),
    ("phone telephone mobile", "address", "email mail", "website url", "birthday"),
    ("password passcode passphrase", "username login", "network ssid"),
    ("eat eats food dish meal", "drink drinks beverage"),
    ("breakfast", "lunch", "dinner supper"),
    ("wrote writes write written writer author authored", "published publishes publish publisher publishing",
     "directed directs director", "produced produces producer", "composed composer", "edited editor",
     "translated translator", "illustrated illustrator", "starred stars starring"),
    ("founded founder founders established", "leads led leader heads headed ceo president chairman",
     "owns owner owned owners", "designed designer architect"),
    ("make makes made maker build builds built builder invent invents invented inventor create created creator",
     "mend mends mended repair repairs repaired repairer fix fixes fixed restore restored",
     "break breaks broke broken destroy destroyed"),
    ("capital", "population inhabitants", "area", "currency", "language languages", "anthem", "flag"),
    ("start starts started begin begins began beginning", "end ends ended finish finished"),
    ("open opens opened", "close closes closed"),
    ("arrive arrives arrival", "depart departs departure leave leaves"),
    ("highest tallest largest biggest", "lowest shortest smallest"),
    ("oldest eldest", "youngest"), ("buy bought buys", "sell sold sells"), ("win won winner", "lose lost loser"),
    ("car", "house", "boat", "bike bicycle"), ("dog", "cat", "horse", "parrot"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"),
    ("morning", "afternoon", "evening", "night"), ("red", "blue", "green", "yellow", "black", "white"),
    ("height tall", "weight heavy weigh", "age old", "width wide", "length long", "depth deep"),
    ("position role", "team club", "number", "nationality country"),
    ("instrument", "sport", "game"), ("vice", "deputy", "former"),
    ("plus add added adding sum", "minus subtract subtracted", "times multiply multiplied", "divide divided"),
    ("enable enabling", "disable disabling"), ("on", "off"), ("increase raise", "decrease reduce lower"),
    ("install installing", "uninstall remove delete"), ("upload", "download"), ("import", "export"),
    ("lock", "unlock"), ("encrypt", "decrypt"), ("connect", "disconnect"), ("deposit", "withdraw"),
    ("lend", "borrow"), ("minimum least", "maximum most"), ("best", "worst"), ("advantages pros", "disadvantages cons"),
    ("yesterday", "today", "tomorrow"), ("spring", "summer", "autumn fall", "winter"), ("safe", "dangerous unsafe"),
)  # fmt: skip

_GROUPS: dict[str, list[tuple[int, int]]] = {}
for _number, _contrast in enumerate(_CONTRASTS):
    for _group, _members in enumerate(_contrast):
        for _word in _members.split():
            _GROUPS.setdefault(_word, []).append((_number, _group))


_KINDS: tuple[tuple[str, str], ...] = (
    ("time", r"\b(when|what year|which year|what date|which date|what time|what day|which day|how long ago)\b"),
    ("number", r"\bhow (many|much|old|tall|long|far|big|large|high|deep|heavy|often)\b"),
)
_CAUSES: tuple[tuple[str, str], ...] = (
    ("reason", r"\b(why|how come|what for|reasons?|what (?:causes|caused|makes|made))\b"),
    ("way", r"\bhow (do|does|did|can|could|should|to|is|are|was|were|would)\b"),
    ("person", r"\b(who|whom|whose)\b"),
    ("place", r"\bwhere\b"),
    ("thing", r"\b(what|which)\b"),
    ("yes or no", r"^(is|are|was|were|does|did|do|has|have|had|will)\b"),
)
_DENIED = re.compile(r"\b(?:not|never|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_ORDERED = re.compile(r"([^\W_]+) (?:to|into|over|than|minus|divided by) ([^\W_]+)", re.IGNORECASE)


def asks_for(question: str) -> str:
    """ "time" or "number" when the question words say so, else "": a date is no answer to where."""
    return _first(_KINDS, question)


def contrary(one: str, other: str, named: str = "") -> bool:
    """Whether two questions about the same ask for different things of it; words of its name, `named`, do not count."""
    aside = set(words(named))
    first, second = (_groups(set(words(text)) - aside) for text in (one, other))
    return (
        any(first[number].isdisjoint(second[number]) for number in first.keys() & second.keys())
        or denied(one) != denied(other)
        or _turned_round(one, other)
    )


def denied(question: str) -> bool:
    """Whether it asks for what is not so; twice not is so."""
    return len(_DENIED.findall(question)) % 2 == 1


def other_kind(one: str, other: str) -> bool:
    """Whether an answer of another kind is wanted: a reason is none to who, and a yes none to why."""
    kinds = {_kind(one), _kind(other)}
    return len(kinds) == 2 and ("reason" in kinds or kinds <= {"way", "person", "place", "yes or no"})


def _kind(question: str) -> str:
    return _first((*_KINDS, *_CAUSES), question)


def _first(kinds: tuple[tuple[str, str], ...], question: str) -> str:
    text = " ".join(words(question))
    return next((kind for kind, form in kinds if re.search(form, text)), "")


def _turned_round(one: str, other: str) -> bool:
    """From Kelso to Denby is not from Denby to Kelso."""
    first, second = ({tuple(map(str.casefold, pair)) for pair in _ORDERED.findall(text)} for text in (one, other))
    return any((b, a) in second and (a, b) not in second for a, b in first)


def _groups(found: set[str]) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for word in found:
        for number, group in _GROUPS.get(word, ()):
            groups.setdefault(number, set()).add(group)
    return groups
