"""Kinds of question, and the other ways in which people ask each: for the name of a place, a class, a maker, an origin.

`trainer.wordings` moves the words that stand in a question; here are forms that take other words, since a person who
asks again rarely keeps the first ones. English. Pure.
"""

import re

from models.subject import subject_span
from trainer.verbs import AUXILIARIES, passive, past, third_person, verb

_AUXILIARY = r"(is|was|are|were|does|did|do|can|could|has|have|had)"
_WHERE = ("in", "at", "on", "within")
_SET_IN_PLACE = r"(located|situated|found|based|set|placed)"
_FRONTED = re.compile(
    rf"^(in|at|on|within|to|from|by|under|with|for|of|during) (?:which|what) (.+?) {_AUXILIARY} (.+)$", re.I
)
_NOUN = re.compile(rf"^(?:what|which) (.+?) {_AUXILIARY} (.+)$", re.I)
_WHERE_IS = re.compile(rf"^(where|when) {_AUXILIARY} (.+)$", re.I)
_ROLE = re.compile(
    r"^(?:who|which person|what person) (?:is|was|were|are) the (?:main )?([\w ]+?) (?:of|for|behind) (.+)$", re.I
)
_ATTRIBUTE = re.compile(r"^(?:what|which) (?:is|was|are|were) the (?!name)(.+?) (of|for) (.+)$", re.I)
_POSSESSED = re.compile(r"^(?:what|which) (?:is|was|are|were) (.+?)['’]s (.+)$", re.I)
_LIVELIHOOD = re.compile(r"\b(occupation|profession|job|line of work|trade)$", re.I)
_WHO_DID = re.compile(r"^who ([a-z]+) (.+)$", re.I)
_WHICH_DID = tuple(  # with a verb in small letters: "Mars" is none
    re.compile(rf"^(?i:which ({noun})) ([a-z]+) (.+)$") for noun in ("[a-z]+", "[a-z]+ [a-z]+")
)
_NAMED_AFTER = re.compile(
    r"^(?:who|what|whom) (?:is|was) (?:the person that )?(.+?)(?: is| was)? named (?:after|for)$", re.I
)
_EXAMPLE = re.compile(r"^what (?:is|was|are|were) (.+?) (?:an example|an instance|a kind|a type) of$", re.I)
_MEMBER = "(?:example|instance|member)"
_ASIDE = re.compile(rf" as an? (?:particular |specific )?{_MEMBER}(?: (?:and|or) {_MEMBER})?$", re.I)
_KIND = re.compile(
    r"^(?:specific |particular |exact )?(type|kind|sort|category|class|classification|form|group)(?: of (.+))?$", re.I
)

MAKERS: dict[str, str] = {
    "author": "written",
    "writer": "written",
    "creator": "created",
    "founder": "founded",
    "director": "directed",
    "composer": "composed",
    "designer": "designed",
    "architect": "designed",
    "inventor": "invented",
    "discoverer": "discovered",
    "owner": "owned",
    "developer": "developed",
    "publisher": "published",
    "manufacturer": "made",
    "maker": "made",
    "editor": "edited",
    "translator": "translated",
    "painter": "painted",
    "producer": "produced",
    "leader": "led",
    "builder": "built",
    "performer": "performed",
}
"""What somebody is called who did a thing, and the word for the thing done."""

_ROLES = {done: role for role, done in reversed(MAKERS.items())}


def relatives(question: str) -> list[str]:
    """Other ways to ask `question`, without their mark; empty where it is of no kind that is known here."""
    core = _ASIDE.sub("", re.sub(r"\s+", " ", question.strip()).rstrip("?!. "))
    span = subject_span(core)
    if span is None:
        return []
    named = core[span[0] : span[1]]
    found: list[str] = []
    if match := _NAMED_AFTER.match(core):
        found += _named_after(match.group(1))
    elif match := _EXAMPLE.match(core):
        found += _classed("category", match.group(1))
    elif match := _FRONTED.match(core):
        preposition, noun, auxiliary, rest = match.groups()
        found += _fronted(preposition.lower(), noun, auxiliary.lower(), rest, named)
    elif match := _ROLE.match(core):
        found += _role(match.group(1).lower(), match.group(2))
    elif match := _POSSESSED.match(core):
        found += _attribute(match.group(2), "of", match.group(1))
    elif match := _ATTRIBUTE.match(core):
        found += _attribute(*match.groups())
    elif match := _WHERE_IS.match(core):
        found += _where(match.group(1).lower(), match.group(2).lower(), match.group(3), named)
    elif match := _NOUN.match(core):
        found += _noun(match.group(1), match.group(2).lower(), match.group(3), named)
    elif match := _WHO_DID.match(core):
        found += _who_did(match.group(1).lower(), match.group(2))
    else:
        matches = (pattern.match(core) for pattern in _WHICH_DID)
        found += next((_which_did(*match.groups()) for match in matches if match and verb(match.group(2))), [])
    return [each for each in dict.fromkeys(found) if named in each]


def statement(auxiliary: str, rest: str, named: str) -> str:
    """`rest` of a question as a statement: "does", "Ada live in" and "Ada" give "Ada lives in". Pure.

    Where nothing is `named`, its end is not known, and the auxiliary comes last.
    """
    if not named:
        return f"{rest} {auxiliary}"
    start = rest.find(named)
    end = start + len(named) if start >= 0 else len(rest)
    end += rest[end : end + 1] in tuple("\"”»“'")
    head, tail = rest[:end], rest[end:].strip()
    if auxiliary in ("does", "did") and tail:
        lemma, *others = tail.split(" ")
        return " ".join([head, third_person(lemma) if auxiliary == "does" else past(lemma), *others])
    return " ".join(part for part in (head, "" if auxiliary == "do" else auxiliary, tail) if part)


def _fronted(preposition: str, noun: str, auxiliary: str, rest: str, named: str) -> list[str]:
    said = statement(auxiliary, rest, named)
    placed = preposition in _WHERE
    by = "where" if placed else f"{preposition} which"
    found = [
        f"what is the name of the {noun} {by} {said}",
        f"what is the {noun} {by} {said}",
        f"{said} {preposition} what {noun}",
        f"which {noun} {auxiliary} {rest} {preposition}",
        f"the {noun} {preposition} which {said}",
    ]
    if placed and (bare := _unplaced(rest)):
        found += [
            f"what {noun} is home to {bare}",
            f"which {noun} contains {bare}",
            f"what {noun} houses {bare}",
            f"what {noun} is {bare} in",
            f"{preposition} what {noun} can {bare} be found",
            f"{preposition} which {noun} does {bare} lie",
            f"what is the {noun} of {bare}",
        ]
    elif placed and (match := re.match(r"^(.+) (born|discovered|made|published|released|founded|built)$", rest)):
        thing, done = match.groups()
        found += [f"what {noun} was {thing} {done} in", f"which {noun} saw {thing} {done}"]
    if preposition == "from" and re.search(r" (originate|come|stem|be|hail)s?$", rest):
        thing = rest.rsplit(" ", 1)[0]
        found += [f"what is the {noun} of origin of {thing}", f"what {noun} is {thing} from"]
    if preposition == "to" and rest.endswith(" belong"):
        found += [f"what {noun} is {named} part of", f"what is the {noun} of {named}", *_classed(noun, named)]
    return found


def _noun(noun: str, auxiliary: str, rest: str, named: str) -> list[str]:
    said = statement(auxiliary, rest, named)
    found = [f"what is the name of the {noun} that {said}", f"what is the {noun} that {said}", f"{said} what {noun}"]
    placed = re.search(rf" {_SET_IN_PLACE} (in|at|on|within)$", rest)
    if placed and (bare := _unplaced(rest.rsplit(" ", 1)[0])):
        found += [
            f"in what {noun} is {bare}",
            f"in which {noun} can {bare} be found",
            f"what is the name of the {noun} where {bare} is situated",
            f"what {noun} is home to {bare}",
        ]
    if re.search(r" (a )?(member|part) of$", rest) or re.search(r" (belong to|affiliated with)$", rest):
        found += [
            f"to which {noun} does {named} belong",
            f"what {noun} does {named} belong to",
            f"which {noun} has {named} as a member",
            f"with which {noun} is {named} affiliated",
        ]
    if re.match(rf"^{re.escape(named)} (hold|have|receive|bear|speak|practise|practice|play)$", rest):
        found += [f"what is {named}'s {noun}", f"what is the {noun} of {named}"]
    return found + _classed(noun, named) + _living(noun, named)


def _living(noun: str, named: str) -> list[str]:
    """Ways to ask what somebody works as, where `noun` says that this is asked."""
    if not _LIVELIHOOD.search(noun):
        return []
    return [f"what does {named} do for a living", f"what does {named} work as", f"as what is {named} known"]


def _which_did(noun: str, did: str, thing: str) -> list[str]:
    found = [f"what is the name of the {noun} that {did} {thing}", f"what {noun} {did} {thing}"]
    if done := passive(did, thing):
        by_whom = f"by which {noun} {done.auxiliary} {thing} {done.participle}"
        found += [by_whom, f"{thing} {done.auxiliary} {done.participle} by what {noun}"]
    return found


def _classed(noun: str, named: str) -> list[str]:
    """Ways to ask what kind of thing something is, where `noun` says that this is asked."""
    match = _KIND.match(noun)
    if match is None:
        return []
    head, thing = match.group(1), match.group(2)
    return [
        f"how is {named} classified" + (f" as a {thing}" if thing else ""),
        f"how would one classify {named}",
        f"under what {head} does {named} fall",
        f"under which classification is {named} placed",
        f"as what {noun} is {named} categorised",
        f"what is {named} an example of",
        f"what kind of {thing or 'thing'} is {named}",
        f"to what {head}{f' of {thing}' if thing else ''} does {named} belong",
        f"{named} is an instance of what {head}",
        f"under what {head} is {named} categorised",
    ]


def _where(word: str, auxiliary: str, rest: str, named: str) -> list[str]:
    said = statement(auxiliary, rest, named)
    noun = "place" if word == "where" else "time"
    at = "at what location" if word == "where" else "at what time"
    found = [f"what is the {noun} {word} {said}", f"{at} {auxiliary} {rest}"]
    if bare := _unplaced(rest):
        found += [
            f"what is the location of {bare}",
            f"in which place can {bare} be found",
            f"in what town or place is {bare}",
            f"what is the name of the place where {bare} is",
        ]
    if match := re.match(r"^(.+?) (born|discovered|founded|published|released|made|buried|held)\b", rest):
        thing, done = match.groups()
        found += [f"what is the {noun} that {thing} was {done}", f"{thing} was {done} {word}"]
        if done == "born" and word == "where":
            found += [f"what is the birthplace of {thing}", f"what is {thing}'s place of birth"]
        elif done == "born":
            found += [f"what is the date of birth of {thing}", f"what is {thing}'s birthday"]
        if done == "discovered" and word == "where":
            found += [f"at which place was the discovery of {thing} made", f"what is the place of {thing}'s discovery"]
    if word == "where" and re.search(r" (come|originate) from$| (originate)$", rest):
        found += [f"what is the origin of {named}", f"from which place does {named} originate"]
    return found


def _role(role: str, thing: str) -> list[str]:
    found = [
        f"what is the name of the {role} of {thing}",
        f"which person is the {role} of {thing}",
        f"whose name is given as the {role} of {thing}",
        f"{thing} has whom as its {role}",
    ]
    if done := MAKERS.get(role):
        found += [f"by whom was {thing} {done}", f"which person is {thing} {done} by", f"{thing} is the work of whom"]
    return found


def _attribute(what: str, preposition: str, thing: str) -> list[str]:
    return [
        *_living(what, thing),
        f"what {what} does {thing} have",
        f"which {what} belongs to {thing}",
        f"what is given as the {what} {preposition} {thing}",
        f"{thing} has what {what}",
        f"what is the {what} of {thing}",
        f"what is {thing}'s {what}",
        f"which is the {what} {preposition} {thing}",
    ]


def _who_did(did: str, thing: str) -> list[str]:
    if did in AUXILIARIES:
        return []
    found = [f"what is the name of the person who {did} {thing}", f"which individual {did} {thing}"]
    if done := passive(did, thing):
        by_whom = f"by whom {done.auxiliary} {thing} {done.participle}"
        found += [by_whom, f"{thing} {done.auxiliary} {done.participle} by which person"]
        if role := _ROLES.get(done.participle):
            found += [f"who is the {role} of {thing}", f"what is the name of {thing}'s {role}"]
    return found


def _named_after(thing: str) -> list[str]:
    return [
        f"after whom is {thing} named",
        f"whose name does {thing} bear",
        f"from whom does {thing} have its name",
        f"who gave {thing} its name",
        f"what is the origin of the name of {thing}",
    ]


def _unplaced(rest: str) -> str:
    """`rest` without "located" or its like at the end; empty when it says something else of the thing."""
    match = re.match(rf"^(.+?) {_SET_IN_PLACE}$", rest)
    return match.group(1) if match else ""
