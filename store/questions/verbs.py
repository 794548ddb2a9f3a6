"""Forms of English verbs, from the dictionary of lemminflect. Pure.

Only the dictionary is asked: for words it does not hold, lemminflect would unpickle a model of its own.
"""

from functools import cache
from typing import NamedTuple

AUXILIARIES = frozenset(
    "is was are were be does did do can could has have had will would shall should must may might".split()
)

PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below beside between beyond by down "
    "during for from in into near of off on onto out over past through to toward towards under until up upon with "
    "within".split()
)


_NEVER = frozenset("become look come go sit live weigh marry get stay finish mean cost last".split())
"""Verbs that have no passive, or one that asks for somebody else."""
_NO_OBJECT = frozenset("me you him her it us them like next more first second last".split())
_APART = (PREPOSITIONS - {"of"}) | frozenset("a an the his her their my our your money".split())


class Verb(NamedTuple):
    """What the passive of a verb is made of: its participle, and the auxiliary of its tense."""

    participle: str
    auxiliary: str


@cache
def verb(word: str) -> Verb | None:
    """`word` as a verb in its third person or its past; None where it is neither, or an auxiliary."""
    from lemminflect import getLemma

    if word in AUXILIARIES:
        return None
    for lemma in getLemma(word, upos="VERB", lemmatize_oov=False):
        for tag, auxiliary in (("VBZ", "is"), ("VBD", "was")):
            if word in _forms(lemma, tag):
                return Verb(_forms(lemma, "VBN")[-1], auxiliary)
    return None


def passive(word: str, thing: str) -> Verb | None:
    """What "by whom was `thing` ..." is made of; None where `word` has no such form, or `thing` is not its object."""
    done = verb(word.lower()) if _is_object(thing) and _NEVER.isdisjoint(lemmas(word.lower())) else None
    return done._replace(auxiliary={"is": "are", "was": "were"}[done.auxiliary]) if done and _many(thing) else done


def _is_object(thing: str) -> bool:
    """Whether `thing` is one object and nothing else: not "Nina the bicycle", "Nina to Kamil" or "me to swim"."""
    first, *others = thing.split(" ")
    if first.lower() in _NO_OBJECT | PREPOSITIONS or first.endswith("ing"):
        return False
    return not (first[:1].isupper() and first.lower() not in _APART and others[:1] and others[0] in _APART)


@cache
def may_be(word: str, kind: str) -> bool:
    """Whether `word` can be a "verb" (as it stands in the dictionary), a "participle" or a "noun"."""
    from lemminflect import getAllLemmas

    found = getAllLemmas(word)
    verbs = {*found.get("VERB", ()), *found.get("AUX", ())}
    if kind == "noun":
        return "NOUN" in found
    if kind == "verb":
        return word in verbs
    return any(word in _forms(lemma, tag) for lemma in verbs for tag in ("VBN", "VBG"))


@cache
def lemmas(word: str) -> frozenset[str]:
    """The forms in which a dictionary lists `word`: "written" gives "write". Empty where none does."""
    from lemminflect import getAllLemmas

    return frozenset(lemma for found in getAllLemmas(word).values() for lemma in found)


@cache
def verb_lemmas(word: str) -> frozenset[str]:
    """The verbs that `word` is a form of, keep for kept; none for those that only help."""
    from lemminflect import getLemma

    return frozenset() if word in AUXILIARIES else frozenset(getLemma(word, upos="VERB", lemmatize_oov=False))


@cache
def third_person(lemma: str) -> str:
    """What he, she or it does: "teach" gives "teaches", "study" "studies"."""
    regular = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "o")) else "s")
    return (*_forms(lemma, "VBZ"), regular)[0]


@cache
def past(lemma: str) -> str:
    """What somebody did: "write" gives "wrote"; with "did" where that is not known."""
    return (*_forms(lemma, "VBD"), f"did {lemma}")[0]


def _many(thing: str) -> bool:
    """Whether "the keys of Harlow" are many; a name, in capitals, is one thing."""
    from lemminflect import getLemma

    head = ""
    for word in thing.split(" "):
        if word in PREPOSITIONS:
            break
        head = word
    lemmas = getLemma(head, upos="NOUN", lemmatize_oov=False) if head.islower() else ()
    return bool(lemmas) and head not in lemmas


def _forms(lemma: str, tag: str) -> tuple[str, ...]:
    """The forms of a verb that the dictionary gives for a tag of the Penn Treebank."""
    from lemminflect import getInflection

    found: tuple[str, ...] = getInflection(lemma, tag, inflect_oov=False)
    return found
