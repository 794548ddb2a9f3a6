"""Questions near a correction that have another answer: the same question about somebody else.

Training holds the model to the base's own answers on them, or it would give the corrected answer to the whole
street; others, never trained on, are asked in the examination. Pure.
"""

import random
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from store.questions.aspect import asks_for, contrary, other_kind
from store.questions.subject import content_words, name_words, subject_spans, words
from store.questions.synonyms import TOPICS, meanings
from store.questions.verbs import PREPOSITIONS, lemmas, verb
from trainer.families import MAKERS, relatives
from trainer.wordings import reordered

NAMES: tuple[str, ...] = tuple(
    (
        "Adler Alvarez Amsel Anders Ashford Baker Balaban Barros Becker Belmont Bergen Birch Bosko Brandt Brook "
        "Calder Camara Carver Cedar Chandra Clayton Cobalt Corbin Costa Crane Dalia Danvers Delgado Denby Dorval "
        "Duarte Eaton Edwin Elder Elmira Endo Fabian Falk Farrow Ferris Finch Florian Foster Fuentes Galen Garner "
        "Gideon Glenmore Goran Grant Greta Hadley Halden Harlow Haruki Hazel Henrik Holloway Ibarra Imran Ingrid "
        "Ismail Ivanov Jansen Jarvis Joaquin Jonas Juniper Kaplan Karim Keating Kenji Kestrel Kowalski Lambert "
        "Larkin Lena Linden Lorca Lowell Lucia Magnus Maple Marden Marisol Mateo Mercer Milan Mirza Moreau Nadia "
        "Nakamura Nash Nestor Nolan Novak Oakley Okafor Olsen Orchard Orson Osman Paloma Parker Pavel Perrin "
        "Petrov Pilar Quimby Quinn Rafael Ramsey Redfern Reyes Rhodes Ridley Rosa Rowan Salas Sandor Sato Selim "
        "Serrano Shaw Silas Sorrel Stanton Sterling Suarez Sven Tanaka Tamsin Thorne Tobias Torres Umar Ursula "
        "Vance Varga Vera Viktor Wagner Walden Weaver Whitby Willow Winslow Xavier Yamada Yusuf Zamora Zelda "
        "Zoltan"
    ).split()
)


HELD_OUT_NAMES: tuple[str, ...] = NAMES[::4]
"""Names that occur in probes only; what is trained on takes the others."""
HELD_OUT_WORDS = frozenset(name.casefold() for name in HELD_OUT_NAMES)
_TRAINED_NAMES: tuple[str, ...] = tuple(name for name in NAMES if name not in HELD_OUT_NAMES)

FEWEST_NAMES = 8
"""Where fewer than these are left by what is taught, all are taken."""


def neighbours(
    question: str,
    wordings: Sequence[str],
    subjects: Sequence[str],
    count: int,
    rng: random.Random,
    names: Sequence[str] = _TRAINED_NAMES,
    taught: Sequence[str] = (),
    namesakes: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[str]:
    """Up to `count` questions in which a name in `question` is exchanged for another.

    Half take one of its `namesakes`, where it has any. Of the others a third take a name that resembles it (a word or
    two of it replaced), a third one of `subjects`, which are known to have another answer, a third one that is made up
    and as long; new words come from `names`. Of several names that the question could be about each has its turn.
    Where it names nothing, "my" or a common noun is exchanged, or what stands where a name could.
    None asks what one of the questions `taught` asks, in whatever words. Empty when nothing can be exchanged.
    """
    spans = [question[start:end] for start, end in subject_spans(question)]
    names = _unused(names, taught)
    if not spans:
        return _of_the_nameless(question, wordings, count, rng, names, taught)
    taken = {tuple(words(text)) for text in (question, *wordings)}
    others = [name for name in subjects if name and name not in spans]
    found: dict[tuple[str, ...], str] = {}
    for attempt in range(count * 8):
        if len(found) >= count:
            break
        turn, way = divmod(attempt, 6)
        named = spans[(turn + way // 3) % len(spans)]
        forms = [question, question, *(w for w in wordings if named in w)]
        if way % 2 and named in namesakes:
            name = rng.choice(namesakes[named])
        elif way % 3 == 0 and others:
            name = rng.choice(others)
        elif way % 3 == 1:
            name = resembling(named, rng, names)
        elif len(named.split()) > 2 or _DIGIT.search(named):
            name = of_that_shape(named, rng, names)
        else:
            name = " ".join(rng.sample(names, max(1, min(3, len(named.split()) + rng.randint(-1, 1)))))
        text = name.join(re.split(rf"(?<!\w){re.escape(named)}(?!\w)", rng.choice(forms)))
        key = tuple(words(text))
        if name != named and key not in taken and not any(_asked(text, name, question, each) for each in taught):
            found.setdefault(key, text)
    return list(found.values())


def resembling(name: str, rng: random.Random, names: Sequence[str] = _TRAINED_NAMES) -> str:
    """`name` with one or two of its words exchanged, its digits changed, or a part of a word altered."""
    parts = name.split()
    able = [i for i, part in enumerate(parts) if any(c.isupper() or c.isdigit() for c in part)] or [len(parts) - 1]
    for index in rng.sample(able, 1 if len(able) == 1 or rng.random() < 0.6 else 2):
        part, other = parts[index], rng.choice(names)
        if _DIGIT.search(part):
            parts[index] = _NUMBER.sub(lambda match: _another_number(match.group(), rng), part)
        elif len(part) > _SMALL_WORD and rng.random() < 0.35:
            parts[index] = _mixed(part, other, rng)
        else:
            parts[index] = other
    return " ".join(parts)


_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_SMALL_WORD = 3  # letters: "of", "de", "the"


def of_that_shape(name: str, rng: random.Random, names: Sequence[str] = _TRAINED_NAMES) -> str:
    """Another name that is written like `name`: words, initials, numbers and years exchanged, each for one of its kind.

    "Farrow K. Oakley" for "John D. Terry", "(20391) 1998 KD40" for "(48667) 2013 SZ75"; small words stay.
    """

    def exchanged(match: re.Match[str]) -> str:
        piece, other = match.group(), rng.choice(names)
        if piece.isdigit():
            return _another_number(piece, rng)
        if len(piece) <= _SMALL_WORD and piece.isupper():
            return "".join(rng.choice(string.ascii_uppercase) for _letter in piece)
        if piece[0].isupper():
            return other
        return piece if len(piece) <= _SMALL_WORD else _mixed(piece, other, rng).lower()

    return _PIECE.sub(exchanged, name)


def _another_number(number: str, rng: random.Random) -> str:
    """As many other digits; another year where it may be one."""
    if _YEAR.fullmatch(number):
        return str(int(number) + rng.choice([-1, 1]) * rng.randint(1, 60))
    return "".join(rng.choice(string.digits[not index and len(number) > 1 :]) for index in range(len(number)))


def _mixed(word: str, other: str, rng: random.Random) -> str:
    """A word that begins or ends like `word`, which has more than three letters, and goes on like `other`."""
    cut = rng.randint(2, len(word) - 1)
    if rng.random() < 0.5:
        return word[:cut] + other[len(other) // 2 :].lower()
    return other[: len(other) // 2] + word[cut - 1 :].lower()


_KINDS: tuple[tuple[str, ...], ...] = tuple(
    tuple(kind.split())
    for kind in (
        "dog cat horse parrot rabbit hamster tortoise goldfish",
        "mother father sister brother aunt uncle cousin grandmother grandfather wife husband",
        "mum dad nan grandpa godmother godfather",
        "son daughter nephew niece godson goddaughter",
        "dentist doctor lawyer plumber electrician hairdresser accountant vet gardener",
        "boss neighbour teacher landlord colleague",
        "car bike boat van motorbike caravan",
        "laptop printer router phone television camera",
        "kitchen bedroom bathroom garage cellar attic",
        "library museum pool bank pharmacy gym bakery cinema market",
        "wifi alarm safe locker gate intercom",
        "bread rice pasta soup salad cake",
        "perro gato caballo loro conejo canario",
        "madre padre hermana hermano prima primo abuela abuelo",
        "hijo hija sobrino sobrina nieto nieta",
        "biblioteca piscina farmacia panadería tienda oficina",
        "museo banco gimnasio mercado cine teatro",
    )
)
"""Things of one kind. Every third is for probes only."""

_OWNERS = "my our his her their"
_UNNAMED = frozenset(
    f"{_OWNERS} the a an this that these those your its mi mis tu su el la los las un una i me you we us they them he "
    "she it who whom what which when where why how is was are were be do does did can could will would should has have "
    "had not no all any some each every both more most there here today tomorrow yesterday tonight now general total "
    "detail short brief full advance case time fact common particular example free sure good long ever let one else "
    "new wrong up next".split()
)
"""Words that stand for no name, though they stand where one could."""
_WORD = r"[^\W\d_]+"
_AFTER_A_PREPOSITION = re.compile(rf"\b(?:of|about|for|in|at|de|en|sobre) ((?:{_WORD} )?{_WORD})$")
_AFTER_TO_BE = re.compile(rf"^(?:who|what)(?:['’]s| is| was| are) ((?:{_WORD} )?{_WORD})$", re.I)
_AFTER_A_VERB = re.compile(rf"^who ({_WORD}) ((?:{_WORD} ){{0,2}}{_WORD})$", re.I)
_OWNER = re.compile(rf"(?<!\bmy )(?<!\bour )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bthe )\b({_WORD})['’]s (?=\w)")
_GENERAL = re.compile(r"^how (do|does|can|to)\b|\b(i|we|you|should|can|need)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A part of a question, how what replaces it is written, and what may; made-up names where that is empty."""

    part: str
    form: str = "{}"
    others: tuple[str, ...] = ()

    def place(self, text: str) -> re.Match[str] | None:
        return re.search(rf"(?<!\w){re.escape(self.part)}(?!\w)", text)


def _of_the_nameless(
    question: str, wordings: Sequence[str], count: int, rng: random.Random, names: Sequence[str], taught: Sequence[str]
) -> list[str]:
    """Up to `count` questions like one that names nothing, about something or somebody else."""
    exchanges = _exchanges(question, probed=set(names) <= set(HELD_OUT_NAMES))
    taken = {tuple(words(text)) for text in (question, *wordings)}
    found: dict[tuple[str, ...], str] = {}
    for attempt in range(count * 8 if exchanges else 0):
        if len(found) >= count:
            break
        exchange = exchanges[attempt % len(exchanges)]
        name = rng.choice(exchange.others) if exchange.others else " ".join(rng.sample(names, rng.randint(1, 2)))
        if exchange.form == "{}":
            name = name.lower()
        text = rng.choice([question, question, *filter(exchange.place, wordings)])
        if place := exchange.place(text):
            text = text[: place.start()] + exchange.form.format(name) + text[place.end() :]
        key = tuple(words(text))
        if key not in taken and not any(_asked(text, name, question, each) for each in taught):
            found.setdefault(key, text)
    return list(found.values())


def _exchanges(question: str, probed: bool) -> list[_Exchange]:
    """What can be exchanged in a question that names nothing; the common nouns of probes are other ones.

    In "How do I wash my car?" neither "I" nor "my" is: the answer is everybody's.
    """
    core = question.strip("¿ ").rstrip("?!. ")
    owned = re.findall(rf"\b(?:{_OWNERS.replace(' ', '|')}|mi|the|a|el|la) ({_WORD})\b", core)
    found = [
        _Exchange(noun, "{}", tuple(other for other in kind if other != noun and (other in kind[::3]) == probed))
        for noun in dict.fromkeys(owned)
        for kind in _KINDS
        if noun in kind
    ]
    if not _GENERAL.search(re.sub(r"\bdid (I|we)\b", "", core)):
        found += [_Exchange(owner, "{}'s") for owner in _OWNERS.split() if re.search(rf"\b{owner} \w", core)]
        found += [_Exchange(f"did {one}", "did {}") for one in ("I", "we") if re.search(rf"\bdid {one}\b", core)]
    parts = _OWNER.findall(core)
    if match := _AFTER_A_PREPOSITION.search(core) or _AFTER_TO_BE.match(core):
        parts.append(match.group(1))
    elif (match := _AFTER_A_VERB.match(core)) and verb(match.group(1).lower()):
        parts.append(match.group(2))
    fit = [part for part in parts if not _UNNAMED.intersection(part.lower().split()) and not _has_preposition(part)]
    return [*found, *(_Exchange(part) for part in dict.fromkeys(fit))]


def _has_preposition(part: str) -> bool:
    return not PREPOSITIONS.isdisjoint(part.split())


_TOPICS = (*TOPICS, *(f"{role} {done}" for role, done in MAKERS.items()))
"""Words that may stand for one another when the same is asked."""

_LIGHT = frozenset("locate situate base give have be s do exact exactly please".split())
"""Words that say nothing of what is asked for."""

_ASKING = re.compile(r"\b(who|whom|whose|what|which|where|when|why|how)\b", re.I)
_PERSON_OR_PLACE = re.compile(r"\b(who|whom|whose|where|why)\b", re.I)


def may_ask_the_same(one: str, other: str) -> bool:
    """Whether two questions about different things may ask the same of them: her number, and his. In doubt they do."""
    if contrary(one, other, " ".join(name_words(one) | name_words(other))) or _another_kind(one, other):
        return False
    first, second = _asked_words(one), _asked_words(other)
    sure = all((first, second, _ASKING.search(one), _ASKING.search(other)))
    return not sure or bool(first & _words_of_forms(other) or second & _words_of_forms(one))


def _asked(text: str, name: str, question: str, other: str) -> bool:
    """Whether `text`, which is `question` with `name` put in, may ask what the question `other` asks."""
    said, own = _all_words(text), _all_words(question)
    named = [each - own for each in _named(other)]
    if any(named):
        about = any(each and each <= said for each in named)
    else:
        about = not _meant(_content(other)).isdisjoint(_meant(_all_words(name) - own))
    return about and may_ask_the_same(question if any(named) else text, other)


def _meant(said: Iterable[str]) -> set[str]:
    """What words mean: a dad is a father."""
    return {meaning for word in said for meaning in meanings(word)}


def _unused(names: Sequence[str], taught: Sequence[str]) -> list[str]:
    """Those `names` that stand in none of the questions `taught`; all where hardly one is left."""
    said = frozenset().union(*map(_all_words, taught))
    free = [name for name in names if name.casefold() not in said]
    return free if len(free) >= FEWEST_NAMES else list(names)


def _another_kind(one: str, other: str) -> bool:
    """Whether one asks for a time or a number and the other for a person or a place, or they differ like that."""
    wanted = {asks_for(one): one, asks_for(other): other}
    odd = len(wanted) == 2 and ("" not in wanted or _PERSON_OR_PLACE.search(wanted[""]))
    return bool(odd) or other_kind(one, other)


@lru_cache(4096)
def _asked_words(question: str) -> frozenset[str]:
    """What `question` asks for: the stems of its words outside its names, and those that may stand for them."""
    return frozenset().union(*(_stems(word) for word in content_words(question) - name_words(question)))


@lru_cache(4096)
def _words_of_forms(question: str) -> frozenset[str]:
    """What `question` asks for, in all the forms that are known for it."""
    aside = name_words(question)
    found = {word for form in (question, *reordered(question), *relatives(question)) for word in content_words(form)}
    return frozenset().union(*(_stems(word) for word in found - aside))


@lru_cache(4096)
def _stems(word: str) -> frozenset[str]:
    own = {word, *lemmas(word)}
    alike = {each for topic in map(str.split, _TOPICS) if own & set(topic) for each in topic}
    return frozenset((own | alike) - _LIGHT) if not own & _LIGHT else frozenset()


@lru_cache(4096)
def _named(question: str) -> tuple[frozenset[str], ...]:
    """The words of each name that `question` could be about."""
    return tuple(_all_words(question[start:end]) for start, end in subject_spans(question))


@lru_cache(4096)
def _all_words(text: str) -> frozenset[str]:
    return frozenset(words(text))


@lru_cache(4096)
def _content(text: str) -> frozenset[str]:
    return frozenset(content_words(text))
