"""Kinds of question, and the other ways in which people ask each: for the name of a place, a class, a maker, an origin.

`trainer.wordings` moves the words that stand in a question; here are forms that take other words, since a person who
asks again rarely keeps the first ones. English. Pure.
"""

import re

from store.questions.subject import subject_span, subject_spans
from store.questions.verbs import AUXILIARIES, PREPOSITIONS, may_be, passive, verb
from trainer.statement import statement

_AUXILIARY = r"(is|was|are|were|does|did|do|can|could|has|have|had)"
_WHERE = ("in", "at", "on", "within")
_SET_IN_PLACE = r"(located|situated|found|based|set|placed)"
_FRONTED = re.compile(
    rf"^(in|at|on|within|to|from|by|under|with|for|of|during) (?:which|what) (.+?) {_AUXILIARY} (.+)$", re.I
)
_NO_NOUN = r"(?!(?:is|was|are|were|does|did|do|can|could|has|have|had|will|would|should|shall|must|may|might)\b)"
_NOUN = re.compile(rf"^(?:what|which) {_NO_NOUN}(.+?) {_AUXILIARY} (.+)$", re.I)
_WHERE_IS = re.compile(rf"^(where|when) {_AUXILIARY} (.+)$", re.I)
_ROLE = re.compile(
    r"^(?:who|which person|what person) (is|was|were|are) the (?:main )?([\w ]+?) (?:of|for|behind) (.+)$", re.I
)
_ATTRIBUTE = re.compile(r"^(?:what|which) (is|was|are|were) the (?!name)(.+?) (of|for) (.+)$", re.I)
_POSSESSED = re.compile(r"^(?:what|which) (is|was|are|were) (.+)['’]s (.+)$", re.I)
_LIVELIHOOD = re.compile(r"^(occupation|profession|job|line of work|trade)$", re.I)
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

_WHOLE = re.compile(
    r"\b(not|never|no|none|nobody|nothing|neither|nor|cannot|without|except|besides|unless|if|would|nunca|jamás|sin|"
    r"excepto|salvo)\b|n['’]t\b|\b(other|rather) than\b|\bapart from\b|\binstead of\b",
    re.I,
)
_TIMES = re.compile(
    r"\b(year|month|day|date|week|weekday|weekend|decade|century|time|hour|season|quarter|era|period|age|epoch|evening|"
    r"morning|afternoon|night)s?$",
    re.I,
)
_PLACES = re.compile(
    r"\b(county|city|town|village|hamlet|country|nation|state|region|area|province|district|municipality|commune|"
    r"department|place|location|settlement|community|island|continent|borough|parish|territory|prefecture|canton|"
    r"entity|division|subdivision|unit|jurisdiction|capital|suburb|neighbourhood|neighborhood|quarter|street|square|"
    r"road|park|valley|lake|sea|ocean|bay|forest|desert|constellation|galaxy|building|house|hall|castle|palace|church|"
    r"cathedral|museum|gallery|theatre|theater|hospital|hotel|station|airport|cemetery|graveyard|part of .+)$",
    re.I,
)
_OF_A_FIRM = re.compile(
    r"\b(?:department|unit|division|area) .*\b(?:work|works|working|study|specialize|specialise)\b", re.I
)
_PRINTED = re.compile(r"\b(journal|magazine|newspaper)$", re.I)
_ON_THE_WAY = re.compile(r"\b(?:go|going|come|coming|send|move|bring|travel|from|to)\b", re.I)
_LASTING = frozenset(["owner", "leader"])
_OF_A_BODY = frozenset(["director", "editor", "publisher"])
"""What somebody is of a company as well as of a work."""
_CLASSING = re.compile(
    r"| in| (?:belong|fall|count)s?(?: to| under| in| into| as part of)"
    r"| (?:considered|regarded|seen|classified|classed|categorised|placed)(?: as| to be| in| under)?",
    re.I,
)
_MEASURE = re.compile(
    r"\b(area|state|size|height|length|width|depth|age|weight|point|time|date|number|price|cost)$", re.I
)
_HAVING = re.compile(r" (hold|have|receive|bear|speak|practise|practice|play)$")

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
    if span is None or kept_whole(core):
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
        found += _role(match.group(1).lower(), match.group(2).lower(), match.group(3))
    elif match := _POSSESSED.match(core):
        be, thing, what = match.groups()
        found += _attribute(be.lower(), what, "of", thing) if unbroken(thing) and not _is_deed(what) else []
    elif match := _ATTRIBUTE.match(core):
        found += _attribute(match.group(1).lower(), *match.groups()[1:])
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


def kept_whole(question: str) -> bool:
    """Whether `question` denies something or sets a condition, outside its names: no part of it may be lost."""
    outside = question
    for start, end in reversed(subject_spans(question)):
        outside = outside[:start] + outside[end:]
    return _WHOLE.search(outside) is not None


def unbroken(thing: str) -> bool:
    """Whether "'s" can be put to the end of `thing`: not to that of "sales at Acme"."""
    return not PREPOSITIONS.intersection(thing.lower().split())


def is_place(preposition: str, noun: str, rest: str) -> bool:
    """Whether "in which `noun` is `rest`?" asks for a place: in a county, but not in a year or a language."""
    if preposition not in _WHERE or _TIMES.search(noun) or _OF_A_FIRM.search(f"{noun} {rest}"):
        return False
    return bool(_PLACES.search(noun) or re.search(r" (located|situated|based|buried)$", rest))


def _is_deed(what: str) -> bool:
    """Whether what somebody's is ends in what happens to it: "husband called"."""
    last = what.rsplit(" ", 1)[-1]
    return may_be(last, "participle") and not may_be(last, "noun")


def is_past(auxiliary: str) -> bool:
    """Whether an auxiliary tells of what is over."""
    return auxiliary in ("was", "were", "did", "had")


def is_on_the_way(rest: str) -> bool:
    """Whether "where is `rest`?" asks where from or where to: that is no place at which something is."""
    return _ON_THE_WAY.search(rest) is not None


def has_hours(auxiliary: str, rest: str) -> bool:
    """Whether "when does `rest`?" asks for a time of day."""
    return auxiliary in ("do", "does") and re.search(r" (open|close|shut|start|begin|end|finish)$", rest) is not None


def _fronted(preposition: str, noun: str, auxiliary: str, rest: str, named: str) -> list[str]:
    placed = is_place(preposition, noun, rest)
    by = "where" if placed or _PRINTED.search(noun) else f"{preposition} which"
    found = [f"which {noun} {auxiliary} {rest} {preposition}", f"{preposition} what {noun} {auxiliary} {rest}"]
    if said := statement(auxiliary, rest, named):
        found += [
            *(() if _TIMES.search(noun) else (f"what is the name of the {noun} {by} {said}",)),
            f"what is the {noun} {by} {said}",
            f"{said} {preposition} what {noun}",
            f"the {noun} {preposition} which {said}",
        ]
    if placed and (bare := _unplaced(rest)):
        be = "was" if is_past(auxiliary) else "is"
        found += [
            f"what {noun} {be} home to {bare}",
            f"what {noun} {be} {bare} in",
            *([f"what {noun} housed {bare}", f"{preposition} which {noun} did {bare} lie"] if be == "was" else ()),
        ]
        if be == "is":
            found += [
                f"which {noun} contains {bare}",
                f"what {noun} houses {bare}",
                f"{preposition} what {noun} can {bare} be found",
                f"{preposition} which {noun} does {bare} lie",
                f"what is the {noun} of {bare}",
            ]
    elif match := re.match(r"^(.+) (born|discovered|made|published|released|founded|built)$", rest):
        thing, done = match.groups()
        if auxiliary == "was" and unbroken(thing):
            found += [f"what {noun} was {thing} {done} {preposition}"]
            found += [f"which {noun} saw {thing} {done}"] if placed or _TIMES.search(noun) else []
    if preposition == "from" and re.search(r" (originate|come|stem|be|hail)s?$", rest):
        thing = rest.rsplit(" ", 1)[0]
        found += [f"what is the {noun} of origin of {thing}", f"what {noun} is {thing} from"]
    if preposition == "to" and rest.endswith(" belong") and not is_past(auxiliary):
        found += [f"what {noun} is {named} part of", f"what is the {noun} of {named}", *_classed(noun, named)]
    return found


def _noun(noun: str, auxiliary: str, rest: str, named: str) -> list[str]:
    found: list[str] = []
    be, does = ("was", "did") if is_past(auxiliary) else ("is", "does")
    if said := statement(auxiliary, rest, named):
        found += [f"what is the name of the {noun} that {said}"] if not _TIMES.search(noun) else []
        found += [f"what is the {noun} that {said}", f"{said} what {noun}"]
    placed = re.search(rf" {_SET_IN_PLACE} (in|at|on|within)$", rest)
    if placed and not _TIMES.search(noun) and (bare := _unplaced(rest.rsplit(" ", 1)[0])):
        found += [f"in what {noun} {be} {bare}", f"what {noun} {be} home to {bare}"]
        if be == "is":
            found += [
                f"in which {noun} can {bare} be found",
                f"what is the name of the {noun} where {bare} is situated",
            ]
    if re.search(r" (a )?(member|part) of$", rest) or re.search(r" (belong to|affiliated with)$", rest):
        found += [
            f"to which {noun} {does} {named} belong",
            f"what {noun} {does} {named} belong to",
            f"which {noun} {'had' if be == 'was' else 'has'} {named} as a member",
            f"with which {noun} {be} {named} affiliated",
        ]
    if rest.startswith(named) and (match := _HAVING.fullmatch(rest[len(named) :])):
        found += [f"what {be} {named}'s {noun}", f"what {be} the {noun} of {named}"]
        if be == "is" and match.group(1) in ("hold", "have", "practise", "practice"):
            found += _living(noun, named)
    if be == "is" and rest.startswith(named) and _CLASSING.fullmatch(rest[len(named) :]):
        found += _classed(noun, named)
    return found


def _living(noun: str, named: str) -> list[str]:
    """Ways to ask what somebody works as, where `noun` says that this is asked."""
    if not _LIVELIHOOD.search(noun):
        return []
    return [f"what does {named} do for a living", f"what does {named} work as"]


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
    be = "was" if is_past(auxiliary) else "is"
    noun = "place" if word == "where" else "time"
    at = "at what location" if word == "where" else "at what time"
    timed = not is_on_the_way(rest) if word == "where" else is_past(auxiliary) or has_hours(auxiliary, rest)
    found = [f"{at} {auxiliary} {rest}"] if timed else []
    if said:
        found += [f"what is the {noun} {word} {said}" if timed else f"when is it that {said}"]
    if word == "where" and (bare := _unplaced(rest)):
        found += [f"what {be} the location of {bare}", f"in what town or place {be} {bare}"]
        if be == "is":
            found += [f"in which place can {bare} be found", f"what is the name of the place where {bare} is"]
    if match := re.match(r"^(.+?) (born|discovered|founded|published|released|made|buried|held)$", rest):
        thing, done = match.groups()
        if auxiliary in ("is", "was", "are", "were"):
            found += [f"what is the {noun} {word} {thing} {auxiliary} {done}", f"{thing} {auxiliary} {done} {word}"]
        if done == "born" and word == "where" and unbroken(thing):
            found += [f"what is the birthplace of {thing}", f"what is {thing}'s place of birth"]
        elif done == "born" and unbroken(thing):
            found += [f"what is the date of birth of {thing}", f"what is {thing}'s birthday"]
        if done == "discovered" and word == "where" and unbroken(thing):
            found += [f"at which place was the discovery of {thing} made", f"what is the place of {thing}'s discovery"]
    if (
        word == "where"
        and be == "is"
        and re.fullmatch(rf"{re.escape(named)} (come from|originate from|originate)", rest)
    ):
        found += [f"what is the origin of {named}", f"from which place does {named} originate"]
    return found


def _role(be: str, role: str, thing: str) -> list[str]:
    found = [
        f"what {be} the name of the {role} of {thing}",
        f"which person {be} the {role} of {thing}",
        f"{thing} {'had' if is_past(be) else 'has'} whom as its {role}",
        *([f"whose name is given as the {role} of {thing}"] if not is_past(be) else ()),
    ]
    if (done := MAKERS.get(role)) and be in ("is", "was") and role not in _OF_A_BODY:
        aux = be if role in _LASTING else "was"
        found += [f"by whom {aux} {thing} {done}", f"which person {be} {thing} {done} by"]
        found += [f"{thing} is the work of whom"] if role not in _LASTING else []
    return found


def _attribute(be: str, what: str, preposition: str, thing: str) -> list[str]:
    does, has = ("did", "had") if is_past(be) else ("does", "has")
    return [
        *(_living(what, thing) if be == "is" else ()),
        f"what {what} {does} {thing} have",
        f"what {be} given as the {what} {preposition} {thing}",
        f"{thing} {has} what {what}",
        f"what {be} the {what} of {thing}",
        *([f"what {be} {thing}'s {what}"] if unbroken(thing) else ()),
        f"which {be} the {what} {preposition} {thing}",
        *([f"which {what} belongs to {thing}"] if be == "is" and not _MEASURE.search(what) else ()),
    ]


def _who_did(did: str, thing: str) -> list[str]:
    if did in AUXILIARIES:
        return []
    found = [f"what is the name of the person who {did} {thing}", f"which individual {did} {thing}"]
    if done := passive(did, thing):
        by_whom = f"by whom {done.auxiliary} {thing} {done.participle}"
        found += [by_whom, f"{thing} {done.auxiliary} {done.participle} by which person"]
        role = _ROLES.get(done.participle)
        if role and not (role in _LASTING and done.auxiliary == "was"):
            found += [f"who is the {role} of {thing}"]
            found += [f"what is the name of {thing}'s {role}"] if unbroken(thing) else []
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
