"""What two questions of the same subject differ in: one word put for another, one word more, or another order.

Sentence vectors take hardly any notice of one word among many ("Who is the coach of Kelso FC?", "... the treasurer of
Kelso FC?") and none of order ("Did Tom hit Ben?", "Did Ben hit Tom?"). Who puts a question in other words changes more
at once, or takes a synonym. So what differs in one place alone is another question, unless the words there mean the
same. Memory asks this before it is sure; an answer to another question is then merely near. Pure.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from store.questions.line import (
    ARTICLES,
    AUXILIARIES,
    BE,
    CLASSES,
    FREE,
    OWNERS,
    beyond,
    line_of,
    matters,
    plainly,
    says,
)
from store.questions.sides import other_side, turned_round
from store.questions.subject import name_words
from store.questions.synonyms import senses, synonyms
from store.questions.verbs import PREPOSITIONS, may_be

_MINE = frozenset("my our mi mis nuestro nuestra nuestros nuestras".split())
_AGREEING = {"are": "is", "were": "was", "do": "does", "have": "has"}
_WE = frozenset("there we i you they us".split())
_CAN = frozenset("do does can".split())
_WHICH = frozenset("which what que".split())
_BARE = _WHICH | frozenset("who is are quien cual es".split())
"""The words with which a question begins that may as well be a few words for a search."""
_WHERE, _WHO = frozenset("where donde adonde".split()), frozenset("who whom quien quienes".split())
_PLACED = frozenset(
    "where in at on to inside near under behind located situated found kept stored place location address town city "
    "village country county region district state area street road building floor room office shop school university "
    "church hotel hospital folder file drawer cupboard shelf site spot entity birthplace hometown home residence "
    "origin nationality destination headquarters venue donde en lugar sitio direccion domicilio sede ciudad pueblo "
    "pais calle edificio piso sala oficina colegio hospital carpeta cajon armario estante".split()
)
"""What a question says that asks for a place, though it asks for what."""
_NAMED = frozenset("name names named called call person serves acts works nombre llama llaman persona".split())
"""What a question says that asks for a name, though it asks for what."""
_SOMEBODY = re.compile(
    r"(?:er|or|ist|ian|ant|ent|ect|man|woman|men|women|tor|tora|ora|ista)s?$|^(?:person|people|boy|girl|company|"
    r"companies|firm|organi[sz]ation|institution|entity|group|team|club|band|studio|label|party|family|couple|friend|"
    r"uncle|aunt|nurse|individual|figure|body|judge|king|queen|chief|coach|country|state|university|school|church|agency|bank|board|"
    r"committee|council|government|brand|persona|empresa|compania|organizacion|grupo|equipo|familia|medico|medica)$|"
    rf"^(?:{'|'.join(sorted(_NAMED))})$"
)
"""What is asked for by what, and may as well be by who."""
_IN_ORDER = frozenset("first second third fourth fifth last latest previous next".split())
_WAYS = frozenset("way form format manner fashion means method".split())
_TIMES = frozenset(
    "before previously formerly earlier now currently next use used going ago antes ahora anterior "
    "anteriormente".split()
)
_PAST = frozenset("was were did had era eran fue fueron estaba estaban tenia tenian".split())
_PRESENT = frozenset("is are do does has have es son esta estan tiene tienen".split())
_HABIT = re.compile(r"^(?!.*\b(?:is|are|was|were|be)\b.*\bused to\b).*\b(?:used?|going) to [a-z]+")
_ANSWER = re.compile(r"\b(?:which|what|que) (\w+)")
_MEASURE = re.compile(
    r"\bhow (much|many|old|tall|high|long|far|big|large|deep|wide|heavy|often|fast|soon|late|warm|cold|hot)\b"
)


def one_thing_else(one: str, other: str) -> bool:
    """Whether two questions differ in one thing that changes what is asked, or in the order of what they say."""
    names = name_words(one) | name_words(other)
    first, second = plainly(line_of(one), line_of(other), names)
    return (
        turned_round(first, second, names)
        or other_side(first, second, names)
        or _other_measure(first, second)
        or _other_time(first, second, names)
        or _exchanged(first, second, names)
        or _exchanged(*_asking_what(first, second), names)
        or _exchanged_with_its_auxiliary(first, second)
        or _adds_matter(first, second, names)
        or _adds_matter(second, first, names)
        or _other_one(first, second, names)
        or _something_of_it(first, second, names)
        or _something_of_it(second, first, names)
    )


def another_word(one: str, other: str) -> bool:
    """Whether, beside names and what the answer is called, each says one thing that the other does not, in any order.

    This alone does not make another question, but where two are not very near it mostly does: Kelso FC's coach and
    the treasurer of Kelso FC.
    """
    names = name_words(one) | name_words(other)
    first, second = (
        {word for word in line if word not in names and matters(word)} - set(_ANSWER.findall(" ".join(line)))
        for line in plainly(line_of(one), line_of(other), names)
    )
    return len(beyond(first, second)) == 1 == len(beyond(second, first))


def _exchanged(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether one or two words were put for others of another meaning, or added, and all else is in the same order."""
    ours = _MINE if OWNERS.isdisjoint(one) != OWNERS.isdisjoint(other) else frozenset[str]()
    first, second = (
        [_AGREEING.get(word, word) for word in line if word not in ARTICLES | ours] for line in (one, other)
    )
    steps = [step for step in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if step[0] != "equal"]
    if len(steps) != 1:
        return False
    _, start, end, begin, stop = steps[0]
    gone, come, before, behind = first[start:end], second[begin:stop], first[:start][-1:], first[end:][:1]
    return not (
        _alike(gone, come, bool(names.intersection(behind)))
        or (BE.intersection(behind) and (_kind_named(gone, come) or _kind_named(come, gone)))
        or synonyms(" ".join([*gone, *behind]), " ".join([*come, *behind]))
        or synonyms(" ".join([*before, *gone]), " ".join([*before, *come]))
    )


def _asking_what(one: Sequence[str], other: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Both with what for who, where each asks what somebody is or something is: the author of it, its genre."""
    asking = _WHO | {"what", "cual"}
    both = all(line[0] in asking and not BE.isdisjoint(line[1:2]) for line in (one, other) if line)
    if not (one and other and both) or one[0] == other[0] or not _NAMED.isdisjoint([*one, *other]):
        return one, other
    return ["what", *one[1:]], ["what", *other[1:]]


def _exchanged_with_its_auxiliary(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a verb was put for another with its auxiliary: when did the wall fall, when was the wall built."""
    helped, instead = (AUXILIARIES.intersection(line) for line in (one, other))
    if helped == instead or not (helped and instead):
        return False
    first, second = ([word for word in line if word not in ARTICLES | AUXILIARIES] for line in (one, other))
    steps = [step for step in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if step[0] != "equal"]
    if len(steps) != 1 or any(end - start != 1 for start, end in (steps[0][1:3], steps[0][3:5])):
        return False
    gone, come = first[steps[0][1]], second[steps[0][3]]
    if not (says(gone) and says(come)) and not _WE.isdisjoint((gone, come)):  # do we have, are there
        return False
    return FREE.isdisjoint((gone, come)) and senses({gone}).isdisjoint(senses({come}))


def _alike(gone: Sequence[str], come: Sequence[str], before_name: bool) -> bool:
    """Whether what was put for the words `gone` asks the same, or is so much that nothing can be said."""
    said, instead = ([word for word in part if word not in FREE] for part in (gone, come))
    if before_name and CLASSES.isdisjoint(gone) != CLASSES.isdisjoint(come):
        said, instead = ([word for word in part if word not in CLASSES] for part in (said, instead))
    if len(said) + len(instead) == 3:  # is the owner of, owns
        said, instead = ([word for word in part if word not in BE] for part in (said, instead))
        said, instead = ([_deed(word, other) for word in part] for part, other in ((said, instead), (instead, said)))
    added = said + instead if not (said and instead) else None
    return (
        max(len(said), len(instead)) > 2
        or (len(said) == len(instead) and all(map(_same_word, said, instead)))
        or synonyms(" ".join(gone), " ".join(come))
        or synonyms(" ".join(said), " ".join(instead))
        or (added is not None and (_BARE.issuperset(added) or {"type", "of"} <= {*gone, *come}))
        or _answer_named(said, instead)
        or _answer_named(instead, said)
        or _way_named(said, instead)
        or _way_named(instead, said)
    )


def _same_word(one: str, other: str) -> bool:
    return synonyms(one, other) or {one, other} <= _CAN


def _deed(word: str, others: Sequence[str]) -> str:
    """What one does who is called `word`, if one of the `others` is a form of it: own for owner."""
    deed = re.sub(r"(?:er|or|r)$", "", word)
    same = (other for other in others if synonyms(deed, other) or synonyms(deed + "e", other))
    return word if deed == word else next(same, word)


def _answer_named(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one says who or where, and the other what the answer is: which firm, in which town."""
    return len(other) == 2 and other[0] in _WHICH and list(one) in (["who"], ["where"], ["donde"], ["quien"])


def _way_named(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one says how, and the other in what form, or by which means."""
    return list(one) == ["how"] and len(other) > 1 and other[-2] in _WHICH and other[-1] in _WAYS


def _kind_named(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks what something is, and the other which city or which bird."""
    return len(other) == 2 and other[0] in _WHICH and list(one) in (["what"], ["que"], ["cual"])


def _adds_matter(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether the one asks for what it names alone, and the other for something of it ("Who is Ana's accountant?")."""
    first, second = ({word for word in line if word not in names and matters(word)} for line in (one, other))
    return not first and not second <= {"name", "called", "call", *_ANSWER.findall(" ".join(other))}


def _something_of_it(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether the one asks where or who, and the other for something of that: where is the safe, what is its code."""
    if not (one and other) or other[0] not in _WHICH | {"cual"} or one[0] not in _WHERE | _WHO:
        return False
    if one[0] in _WHERE:
        return _PLACED.isdisjoint(word for word in other if not (matters(word) and word in one))
    first, second = ({word for word in line if word not in names and matters(word)} for line in (one, other))
    more = beyond(second, first) - {*_NAMED, *_ANSWER.findall(" ".join(other))}
    if more and first and not BE.isdisjoint(one[1:2]) and not beyond(first, second):
        return True
    if other[0] == "what" and not (AUXILIARIES - BE).isdisjoint(other[1:2]):
        return True
    wanted = _wanted(other)
    return bool(wanted) and not _SOMEBODY.search(wanted) and senses({wanted}).isdisjoint(senses(first))


def _wanted(line: Sequence[str]) -> str:
    """What is asked for: model in "what model is it", genre in "what is the genre of it"; "" where that is not said."""
    said = [word for word in line[1:] if word not in ARTICLES]
    if not BE.isdisjoint(said[:1]):
        said = said[1:]
    found = ""
    for word in said:
        ends = word in AUXILIARIES | PREPOSITIONS | {"of", "de", "del"} or not matters(word)
        if ends or (found and may_be(word, "participle")):
            break
        found = word
    return found


def _other_one(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether the one asks for the first or the next of what the other asks for."""
    idle = names | _IN_ORDER | _PAST | _PRESENT
    first, second = ({word for word in line if word not in idle and matters(word)} for line in (one, other))
    same = not (beyond(first, second) or beyond(second, first))
    return same and _IN_ORDER.intersection(one) != _IN_ORDER.intersection(other)


def _other_measure(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks how old and the other how tall."""
    first, second = (_MEASURE.findall(" ".join(line)) for line in (one, other))
    return bool(first and second) and not any(synonyms(a, b) for a in first for b in second)


def _other_time(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether the same is asked of another time: who was it before, who used to, who will be."""
    idle = names | _TIMES | _PAST | _PRESENT
    said, also = ({word for word in line if word not in idle and matters(word)} for line in (one, other))
    if beyond(said, also) or beyond(also, said):
        return False
    first, second = _tense(one), _tense(other)
    if bool(_HABIT.search(" ".join(one))) != bool(_HABIT.search(" ".join(other))):
        return True
    if "" in (first, second) or first == second:
        return False
    settled = {first, second} == {"past", "present"} and any(may_be(word, "participle") for word in said | also)
    return not settled or not _TIMES.isdisjoint([*one, *other])  # "was it written" and "is it written" are one


def _tense(line: Sequence[str]) -> str:
    """When that is about which a question asks: "past", "present", "future", or "" where no word tells."""
    if _HABIT.search(" ".join(line)):
        return "future" if "going" in line else "past"
    if "will" in line:
        return "future"
    return "past" if not _PAST.isdisjoint(line) else "present" if not _PRESENT.isdisjoint(line) else ""
