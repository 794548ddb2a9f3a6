"""Questions near a correction that have another answer: the same question about somebody else.

Training holds the model to the base's own answers on them, or it would give the corrected answer to the whole
street; others, never trained on, are asked in the examination. Pure.
"""

import random
import re
from collections.abc import Sequence
from functools import partial

from models.subject import subject_spans, words

NAMES: tuple[str, ...] = tuple(
    [
        "Adler",
        "Alvarez",
        "Amsel",
        "Anders",
        "Ashford",
        "Baker",
        "Balaban",
        "Barros",
        "Becker",
        "Belmont",
        "Bergen",
        "Birch",
        "Bosko",
        "Brandt",
        "Brook",
        "Calder",
        "Camara",
        "Carver",
        "Cedar",
        "Chandra",
        "Clayton",
        "Cobalt",
        "Corbin",
        "Costa",
        "Crane",
        "Dalia",
        "Danvers",
        "Delgado",
        "Denby",
        "Dorval",
        "Duarte",
        "Eaton",
        "Edwin",
        "Elder",
        "Elmira",
        "Endo",
        "Fabian",
        "Falk",
        "Farrow",
        "Ferris",
        "Finch",
        "Florian",
        "Foster",
        "Fuentes",
        "Galen",
        "Garner",
        "Gideon",
        "Glenmore",
        "Goran",
        "Grant",
        "Greta",
        "Hadley",
        "Halden",
        "Harlow",
        "Haruki",
        "Hazel",
        "Henrik",
        "Holloway",
        "Ibarra",
        "Imran",
        "Ingrid",
        "Ismail",
        "Ivanov",
        "Jansen",
        "Jarvis",
        "Joaquin",
        "Jonas",
        "Juniper",
        "Kaplan",
        "Karim",
        "Keating",
        "Kenji",
        "Kestrel",
        "Kowalski",
        "Lambert",
        "Larkin",
        "Lena",
        "Linden",
        "Lorca",
        "Lowell",
        "Lucia",
        "Magnus",
        "Maple",
        "Marden",
        "Marisol",
        "Mateo",
        "Mercer",
        "Milan",
        "Mirza",
        "Moreau",
        "Nadia",
        "Nakamura",
        "Nash",
        "Nestor",
        "Nolan",
        "Novak",
        "Oakley",
        "Okafor",
        "Olsen",
        "Orchard",
        "Orson",
        "Osman",
        "Paloma",
        "Parker",
        "Pavel",
        "Perrin",
        "Petrov",
        "Pilar",
        "Quimby",
        "Quinn",
        "Rafael",
        "Ramsey",
        "Redfern",
        "Reyes",
        "Rhodes",
        "Ridley",
        "Rosa",
        "Rowan",
        "Salas",
        "Sandor",
        "Sato",
        "Selim",
        "Serrano",
        "Shaw",
        "Silas",
        "Sorrel",
        "Stanton",
        "Sterling",
        "Suarez",
        "Sven",
        "Tanaka",
        "Tamsin",
        "Thorne",
        "Tobias",
        "Torres",
        "Umar",
        "Ursula",
        "Vance",
        "Varga",
        "Vera",
        "Viktor",
        "Wagner",
        "Walden",
        "Weaver",
        "Whitby",
        "Willow",
        "Winslow",
        "Xavier",
        "Yamada",
        "Yusuf",
        "Zamora",
        "Zelda",
        "Zoltan",
    ]
)


HELD_OUT_NAMES: tuple[str, ...] = NAMES[::4]
"""Names that occur in probes only; what is trained on takes the others."""
_TRAINED_NAMES: tuple[str, ...] = tuple(name for name in NAMES if name not in HELD_OUT_NAMES)


def neighbours(
    question: str,
    wordings: Sequence[str],
    subjects: Sequence[str],
    count: int,
    rng: random.Random,
    names: Sequence[str] = _TRAINED_NAMES,
) -> list[str]:
    """Up to `count` questions in which a name in `question` is exchanged for another.

    Most take a name that resembles it (one word of it replaced), some one of `subjects`, which are known to have
    another answer, some one made up; new words come from `names`. Of several names that the question could be about
    each has its turn. Empty when it names nothing.
    """
    spans = [question[start:end] for start, end in map(partial(_with_bracket, question), subject_spans(question))]
    if not spans:
        return []
    taken = {tuple(words(text)) for text in (question, *wordings)}
    others = [name for name in subjects if name and name not in spans]
    found: dict[tuple[str, ...], str] = {}
    for attempt in range(count * 4):
        if len(found) >= count:
            break
        named = spans[attempt // 3 % len(spans)]
        forms = [question, question, *(w for w in wordings if named in w)]
        if attempt % 3 == 0 and others:
            name = rng.choice(others)
        elif attempt % 3 == 1 or len(named.split()) > 2:
            name = resembling(named, rng, names)
        else:
            name = " ".join(rng.sample(names, max(1, min(3, len(named.split()) + rng.randint(-1, 1)))))
        text = rng.choice(forms).replace(named, name)
        key = tuple(words(text))
        if name != named and key not in taken:
            found.setdefault(key, text)
    return list(found.values())


def resembling(name: str, rng: random.Random, names: Sequence[str] = _TRAINED_NAMES) -> str:
    """`name` with one or two of its words exchanged, its digits changed, or a part of a word altered."""
    parts = name.split()
    able = [i for i, part in enumerate(parts) if any(c.isupper() or c.isdigit() for c in part)] or [len(parts) - 1]
    for index in rng.sample(able, 1 if len(able) == 1 or rng.random() < 0.6 else 2):
        part, other = parts[index], rng.choice(names)
        if any(c.isdigit() for c in part):
            parts[index] = re.sub(r"\d", lambda _match: str(rng.randint(0, 9)), part)
        elif len(part) > 4 and rng.random() < 0.35:
            cut = rng.randint(2, len(part) - 1)
            parts[index] = (
                part[:cut] + other[len(other) // 2 :].lower()
                if rng.random() < 0.5
                else other[: len(other) // 2] + part[cut - 1 :].lower()
            )
        else:
            parts[index] = other
    return " ".join(parts)


def _with_bracket(question: str, span: tuple[int, int]) -> tuple[int, int]:
    """A name that closes a bracket has opened it too."""
    start, end = span
    return (start - 1 if start and question[start - 1] == "(" and ")" in question[start:end] else start), end
