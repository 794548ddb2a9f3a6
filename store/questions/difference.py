"""What two questions of the same subject differ in: one word put for another, one word more, or another order.

Sentence vectors take hardly any notice of one word among many ("Who is the coach of Kelso FC?", "... the treasurer of
Kelso FC?") and none of order ("Did Tom hit Ben?", "Did Ben hit Tom?"). Who puts a question in other words changes more
at once, or takes a synonym. So what differs in one place alone is another question, unless the words there mean the
same. Memory asks this before it is sure; an answer to another question is then merely near. Pure.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import dropwhile

from store.questions.subject import is_content, name_words, subject_spans, terms, without_aside
from store.questions.synonyms import meanings, roots, synonyms, topics
from store.questions.verbs import PREPOSITIONS, lemmas, may_be

_IS = re.compile(r"\b(who|what|where|when|how|why|that|it|there|he|she)['’]s\b", re.IGNORECASE)
_NOT = re.compile(r"\b(ca|wo)n['’]t\b|n['’]t\b", re.IGNORECASE)
_OWNING = re.compile(r"(?<=\w)['’]s?(?=\s)")
_CLEFT = re.compile(r"\b(?:is|was) it (?:true |so )?(?:that|who)\b", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?){2,}")
_HOW_TO = re.compile(
    r"\bhow (?:exactly )?(?:(?:(?:do|can|could|should|would|must) )?(?:i|you|we|one)|to)\b", re.IGNORECASE
)

_ARTICLES = frozenset("a an the el la los las un una unos unas s".split())
_OWNERS = frozenset("my our your his her its their mi mis tu tus su sus".split())
_DETERMINERS = (_ARTICLES | _OWNERS | frozenset("this that este esta ese esa".split())) - {"s"}
_FREE = frozenset(
    "in on at of for by within during en please exactly precisely specifically specific particular actually really "
    "currently presently now just located situated found again also ever favor type kind sort".split()
)
"""Words that may come or go, or stand for one another, without another question being asked."""
_BE = frozenset("is are was were".split())
_WHICH = frozenset("which what que".split())
_BARE = _WHICH | frozenset("who is are quien cual es".split())
"""The words with which a question begins that may as well be a few words for a search."""
_CLASSES = frozenset(
    "book novel work film movie song album poem piece play painting town city village country river lake island "
    "company firm band libro novela obra pelicula cancion ciudad pueblo empresa".split()
)
"""What may stand before a name to say what it is the name of."""
_TELLING = frozenset("list name write describe explain tell give say".split())
"""Words that connect nothing and ask nothing, unless a question begins with them."""
_BOTH_WAYS = frozenset("and or with y o e u con between entre versus vs".split())
_REACH = 5
"""So many words may stand between two that are in a relation."""

_AUXILIARY = "do|does|did|is|are|was|were|has|have|had|can|could|will|would|should"
_NOUN = rf"(?:which|what)(?: (?!(?:{_AUXILIARY})\b)\w+){{1,3}}?"
_DONE = (
    r"(?:\w+ed|taught|bitten|beaten|led|made|written|given|sold|bought|paid|sent|told|chosen|driven|taken|held|met|"
    r"found|built|lent)"
)
_OF_OBJECT = re.compile(
    rf"\b(?:who|whom|what|{_NOUN}) (?:do|does|did) \w|\bwho (?:is|are|was|were) (?:\w+ )?{_DONE} by \w"
)
_OF_SUBJECT = re.compile(rf"\bwho (?!(?:{_AUXILIARY})\b)\w|^{_NOUN} (?!(?:{_AUXILIARY})\b)\w(?!.*\b(?:{_AUXILIARY})\b)")
_WHOSE = re.compile(r"\bwhose\b|\bde quien(?:es)?\b|\bwessen\b")
_ENGLISH = frozenset(
    "who whom whose what which where when why how is are were does did do has have had can could will tell".split()
)
_LIGHT = frozenset("tiene tienen tenia tenian tuvo hace hizo hacen este esta sont etait avoir haben wird wurde".split())
"""Words of other languages that say nothing of what is asked for."""
_STEM = 4  # letters
_ENDING = re.compile(
    r"(?:adoras?|adores?|ador|idor|acion|iciones|aciones|amiento|imiento|eria|ados?|adas?|idos?|idas?|aron|ieron|aban?|"
    r"ian?|amos|emos|imos|ar|er|ir|an|en|io|as|es|os|a|e|o)$"
)
_MUTUAL = frozenset("married related engaged connected linked friends similar casado casada casados".split())
_STRANDED = (PREPOSITIONS - {"at"}) | {"of"}
_ASKING = frozenset("which what who whom whose where when how that".split())
_QUIEN, _A_QUIEN = re.compile(r"\bquien(?:es)?\b"), re.compile(r"\ba quien(?:es)?\b")
_AUXILIARIES = frozenset("do does did is are was were has have had".split())
_ANSWER = re.compile(r"\b(?:which|what|que) (\w+)")
_MEASURE = re.compile(
    r"\bhow (much|many|old|tall|high|long|far|big|large|deep|wide|heavy|often|fast|soon|late|warm|cold|hot)\b"
)


def one_thing_else(one: str, other: str) -> bool:
    """Whether two questions differ in one thing that changes what is asked, or in the order of what they say."""
    names = name_words(one) | name_words(other)
    first, second = _plainly(_line(one), _line(other), names)
    return (
        _turned_round(first, second, names)
        or _other_side(first, second)
        or _other_measure(first, second)
        or _exchanged(first, second, names)
        or _exchanged_with_its_auxiliary(first, second)
        or _adds_matter(first, second, names)
        or _adds_matter(second, first, names)
    )


def another_word(one: str, other: str) -> bool:
    """Whether, beside names and what the answer is called, each says one thing that the other does not, in any order.

    This alone does not make another question, but where two are not very near it mostly does: Kelso FC's coach and
    the treasurer of Kelso FC.
    """
    names = name_words(one) | name_words(other)
    first, second = (
        {word for word in line if word not in names and _matters(word)} - set(_ANSWER.findall(" ".join(line)))
        for line in _plainly(_line(one), _line(other), names)
    )
    return len(_beyond(first, second)) == 1 == len(_beyond(second, first))


def asked_alone(one: str, other: str) -> tuple[str, str] | None:
    """Two questions without what they are about, where they say nothing alike beside it; None where they do.

    "Where does Nina live?" and "What is Nina's favourite food?" are near as vectors, by the name. Whether the rest of
    the two asks the same is for the vectors of the rest to say: "Where does it live?", "What is its favourite food?".
    """
    names = name_words(one) | name_words(other)
    whole = _line(one), _line(other)
    lines = _plainly(*whole, names)
    told = {word for all, kept in zip(whole, lines, strict=True) for word in {*all} - {*kept} if _matters(word)}
    kinds = _kinds_of_names(lines[0], names) & _kinds_of_names(lines[1], names)
    first, second = ({word for word in line if word not in names | kinds and _matters(word)} for line in lines)
    if in_english(one) or in_english(other):
        nothing = bool(first and second)
    else:
        nothing = bool(first or second)
        first, second = ({word for word in said if len(word) > 3} - _LIGHT for said in (first, second))
    if not (names and nothing) or not _says_of(first).isdisjoint(_says_of(second)):
        return None
    return _without_names(one, kinds, told), _without_names(other, kinds, told)


def in_english(question: str) -> bool:
    """Whether `question` begins with words that ask in English."""
    return not _ENGLISH.isdisjoint(terms(without_aside(question))[:4])


def _says_of(words: set[str]) -> set[str]:
    """What `words` mean, whatever their form, and what they may be said for: writing and an author have that alike."""
    forms = {form for word in words for form in (word, *lemmas(word), *_deeds(word))}
    meant = {meaning for form in forms for meaning in meanings(form)} | {f"stem {_stem(word)}" for word in words}
    return meant | {f"topic {topic}" for form in forms for topic in topics(form)}


def _stem(word: str) -> str:
    """The stem of a Spanish word, fund of fundo and fundador, where one of four letters is left; else the word."""
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _STEM else word


def _deeds(word: str) -> tuple[str, ...]:
    """What one may do who is called `word`: teach for teacher, manage for manager."""
    deed = re.sub("(?:er|or)$", "", word)
    return () if deed == word else (deed, deed + "e")


def _kinds_of_names(line: Sequence[str], names: set[str]) -> set[str]:
    """The words that belong to a name behind an article: the depot in "the Harrow Lane depot"."""
    found = set()
    for index, word in enumerate(line):
        before = [*dropwhile(names.__contains__, reversed(line[:index]))]
        if len(before) < index and word not in names and _matters(word) and before and before[0] in _DETERMINERS:
            found.add(word)
    return found


def _plainly(one: list[str], other: list[str], names: set[str]) -> tuple[list[str], list[str]]:
    """Both lines without what their names are the names of: "where is Rex" for "where is our dog Rex".

    Where one says our dog Rex and the other our cat Rex both stay.
    """
    found = [[i for i, word in enumerate(line) if _names_it(line, i, names)] for line in (one, other)]
    said, also = ({line[i] for i in at} for line, at in zip((one, other), found, strict=True))
    if said and also and said.isdisjoint(also):
        return one, other
    first, second = (_without(line, at) for line, at in zip((one, other), found, strict=True))
    return first, second


def _names_it(line: Sequence[str], index: int, names: set[str]) -> bool:
    """Whether the word there says what the name behind it is of: our dog Rex, uncle Bob, the village of Kelso."""
    word, before, behind = line[index], line[index - 1] if index else "", list(line[index + 1 : index + 4])
    if word in names or not _matters(word) or before == "s":
        return False
    if behind[:1] in (["of"], ["de"]) and word in _CLASSES:
        behind = behind[1:]
    if behind[:1] != ["s"]:
        behind = [*dropwhile(_ARTICLES.__contains__, behind)]
    if not behind or behind[0] not in names:
        return False
    if before in _DETERMINERS | {"del", "al"}:
        return True
    follows = before in _AUXILIARIES | PREPOSITIONS
    return follows and not may_be(word, "verb") and not _ENGLISH.isdisjoint(line)


def _without(line: Sequence[str], at: Sequence[int]) -> list[str]:
    """`line` without the words `at` some places, their articles before and an "of" behind them."""
    gone = {place for i in at for place in (i, i - (line[i - 1] in _DETERMINERS), i + (line[i + 1] in ("of", "de")))}
    return [word for i, word in enumerate(line) if i not in gone]


def _without_names(question: str, kinds: set[str], told: set[str]) -> str:
    """`question` with "it" for its names and, with their articles, for the `kinds` behind and what is `told` before."""
    for start, end in reversed(subject_spans(question)):
        question = f"{question[:start]}it{question[end:]}"
    for word in told:
        owner = "|".join(sorted(_DETERMINERS))
        question = re.sub(rf"(?i)\b(?:(?:{owner}) )?{re.escape(word)} (?:of |de )?it\b", "it", question)
    for kind in kinds:
        question = re.sub(rf"(?i)\b\w+ it {re.escape(kind)}\b", "it", question)
    return question


def _beyond(words: set[str], others: set[str]) -> set[str]:
    """Those `words` of which none of the `others` means the same."""
    meant = {meaning for other in others for meaning in meanings(other)}
    return {word for word in words if meant.isdisjoint(meanings(word))}


def _line(question: str) -> list[str]:
    """The words of a question in order, without a polite beginning; "s" behind an owner."""
    text = _CLEFT.sub("", _IS.sub(r"\1 is", without_aside(question)))
    text = _NOT.sub(lambda match: {"ca": "cannot", "wo": "will not"}.get((match[1] or "").casefold(), " not"), text)
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", text)
    return terms(_OWNING.sub(" s", _HOW_TO.sub("how to", text)))


def _exchanged(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether one or two words were put for others of another meaning, or added, and all else is in the same order."""
    first, second = ([word for word in line if word not in _ARTICLES] for line in (one, other))
    steps = [step for step in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if step[0] != "equal"]
    if len(steps) != 1:
        return False
    _, start, end, begin, stop = steps[0]
    gone, come, before, behind = first[start:end], second[begin:stop], first[:start][-1:], first[end:][:1]
    return not (
        _alike(gone, come, bool(names.intersection(behind)))
        or (_BE.intersection(behind) and (_kind_named(gone, come) or _kind_named(come, gone)))
        or synonyms(" ".join([*gone, *behind]), " ".join([*come, *behind]))
        or synonyms(" ".join([*before, *gone]), " ".join([*before, *come]))
    )


def _exchanged_with_its_auxiliary(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a verb was put for another with its auxiliary: when did the wall fall, when was the wall built."""
    helped, instead = (_AUXILIARIES.intersection(line) for line in (one, other))
    if helped == instead or not (helped and instead):
        return False
    first, second = ([word for word in line if word not in _ARTICLES | _AUXILIARIES] for line in (one, other))
    steps = [step for step in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if step[0] != "equal"]
    if len(steps) != 1 or any(end - start != 1 for start, end in (steps[0][1:3], steps[0][3:5])):
        return False
    gone, come = first[steps[0][1]], second[steps[0][3]]
    return _FREE.isdisjoint((gone, come)) and _says_of({gone}).isdisjoint(_says_of({come}))


def _alike(gone: Sequence[str], come: Sequence[str], before_name: bool) -> bool:
    """Whether what was put for the words `gone` asks the same, or is so much that nothing can be said."""
    said, instead = ([word for word in part if word not in _FREE] for part in (gone, come))
    if before_name and _CLASSES.isdisjoint(gone) != _CLASSES.isdisjoint(come):
        said, instead = ([word for word in part if word not in _CLASSES] for part in (said, instead))
    if len(said) + len(instead) == 3:  # is the owner of, owns
        said, instead = ([word for word in part if word not in _BE] for part in (said, instead))
        said, instead = ([_deed(word, other) for word in part] for part, other in ((said, instead), (instead, said)))
    added = said + instead if not (said and instead) else None
    return (
        max(len(said), len(instead)) > 2
        or synonyms(" ".join(gone), " ".join(come))
        or synonyms(" ".join(said), " ".join(instead))
        or (added is not None and (_BARE.issuperset(added) or {"type", "of"} <= {*gone, *come}))
        or _answer_named(said, instead)
        or _answer_named(instead, said)
    )


def _deed(word: str, others: Sequence[str]) -> str:
    """What one does who is called `word`, if one of the `others` is a form of it: own for owner."""
    deed = re.sub(r"(?:er|or|r)$", "", word)
    same = (other for other in others if synonyms(deed, other) or synonyms(deed + "e", other))
    return word if deed == word else next(same, word)


def _answer_named(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one says who or where, and the other what the answer is: which firm, in which town."""
    return len(other) == 2 and other[0] in _WHICH and list(one) in (["who"], ["where"], ["donde"])


def _kind_named(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks what something is, and the other which city or which bird."""
    return len(other) == 2 and other[0] in _WHICH and list(one) in (["what"], ["que"], ["cual"])


def _adds_matter(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether the one asks for what it names alone, and the other for something of it ("Who is Ana's accountant?")."""
    first, second = ({word for word in line if word not in names and _matters(word)} for line in (one, other))
    return not first and not second <= {"name", "called", "call", *_ANSWER.findall(" ".join(other))}


def _matters(word: str) -> bool:
    return word not in _FREE and _says(word)


def _says(word: str) -> bool:
    return (is_content(word) or word in _TELLING) and word not in _ARTICLES


def _other_measure(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks how old and the other how tall."""
    first, second = (_MEASURE.findall(" ".join(line)) for line in (one, other))
    return bool(first and second) and not any(synonyms(a, b) for a in first for b in second)


def _other_side(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one asks who did it and the other to whom, or the one whose and the other of whom."""
    first, second = " ".join(one), " ".join(other)
    if bool(_WHOSE.search(first)) != bool(_WHOSE.search(second)):
        return {word for word in one if _says(word)} == {word for word in other if _says(word)}
    if _stranded(one, other) or _stranded(other, one):
        return True
    if _QUIEN.search(first) and _QUIEN.search(second) and bool(_A_QUIEN.search(first)) != bool(_A_QUIEN.search(second)):
        return True
    return any(_OF_SUBJECT.search(a) and _OF_OBJECT.search(b) for a, b in ((first, second), (second, first)))


def _stranded(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks with whom she is angry ("who is she angry with"), and the other who is with her."""
    if {word for word in one if _says(word)} != {word for word in other if _says(word)} or not _MUTUAL.isdisjoint(one):
        return False
    end = one[-1] if one else ""
    if end not in _STRANDED or other[-1:] == [end]:
        return False
    return any(word == end and place and other[place + 1] not in _ASKING for place, word in enumerate(other[:-1]))


def _turned_round(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether two words changed their places around the same relation: from Kelso to Denby, from Denby to Kelso."""
    first, second = _relations(one, names), _relations(other, names)

    def there(a: str, between: tuple[str, ...], b: str) -> bool:
        return any(between == also and _forms(a, c) and _forms(b, d) for c, also, d in second)

    return any(there(b, between, a) and not there(a, between, b) for a, between, b in first if not _forms(a, b))


def _forms(one: str, other: str) -> bool:
    """Whether two words are forms of one: ounce and ounces."""
    return one == other or not roots(one).isdisjoint(roots(other))


def _relations(line: Sequence[str], names: set[str]) -> set[tuple[str, tuple[str, ...], str]]:
    """Every two words that say something, with what stands between them but articles, possessives and other names."""
    speaking = [word in names or _says(word) for word in line]
    found = set()
    for start, one in enumerate(line):
        for end in range(start + 2, min(start + _REACH + 2, len(line)) if speaking[start] else 0):
            inside = [word for word in line[start + 1 : end] if word not in names]
            between = tuple(word for word in inside if word not in _ARTICLES | _BE | _OWNERS) or tuple(inside)
            if speaking[end] and between and _BOTH_WAYS.isdisjoint(between) and one != line[end]:
                found.add((one, between, line[end]))
    return found
