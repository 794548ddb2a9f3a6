"""Other wordings of one question, by transformation: frames, word order, synonyms, keywords.

A model of 135M parameters cannot rephrase on request, but it can be shown many surface forms of one
question. Every function here is pure and takes its randomness as an argument.
"""

import random
import re
from collections.abc import Callable, Set

from store.questions.subject import subject_span, subject_spans, words
from store.questions.verbs import PREPOSITIONS, may_be, passive
from trainer.families import has_hours, is_on_the_way, is_past, is_place, kept_whole, relatives, unbroken
from trainer.frames import framed, frames_for, is_english, starts_with_question_word
from trainer.statement import statement

_PREPOSITIONS = "in|at|on|to|from|under|by|with|for|of|within|into|during|through"
_AUXILIARIES = "is|was|are|were|does|did|do|can|could|has|have|had|will|would|should"
_FRONTED = re.compile(rf"^({_PREPOSITIONS}) (which|what|whom) (.*?) ?\b({_AUXILIARIES}) (.+)$", re.IGNORECASE)
_ASKED_NOUN = re.compile(
    rf"^(what|which) (?!(?:{_AUXILIARIES}|else|exactly|more|of|if|about)\b)(.+?) ({_AUXILIARIES}) (.+)$", re.IGNORECASE
)
_OF_PHRASE = re.compile(
    r"^(what|who|which)(?:['’](s)| (is|was|are|were)) (the .+? (?:of|for|in|by|behind)) (.+)$", re.IGNORECASE
)
_WAS = re.compile(r"^(?:what|who|which) (?:was|were) ", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"^(?:what|who)(?:['’]s| is| are) the (.+?) (?:of|for) (?:the )?$", re.IGNORECASE)
_POSSESSED = re.compile(r"^['’]s ([^'’]+)$")
_TOKEN = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*")
_WHO_DID = re.compile(
    r"^(who) (?!(?:is|was|are|were|can|could|will|would|should|shall|must|may|might) )(\w+) (.+)$", re.IGNORECASE
)
_WHERE = re.compile(rf"^(where|when|how|why) ({_AUXILIARIES}) (.+)$", re.IGNORECASE)

_NOT_DONE = r"(?<!\bis )(?<!\bwas )(?<!\bare )(?<!\bwere )"

SYNONYMS: dict[str, tuple[str, ...]] = {
    "located": ("situated", "found", "based"),
    "situated": ("located", "found"),
    "(?:type|kind|sort) of": ("type of", "kind of", "sort of"),
    "category": ("class", "classification", "group"),
    "classification": ("category", "class"),
    "class": ("category", "classification", "group"),
    "specific|particular|exact": ("specific", "particular", "exact"),
    "belong to": ("fall under", "count as part of"),
    "position": ("role", "post"),
    "occupation|profession": ("occupation", "profession", "job", "line of work"),
    "job$": ("occupation", "profession", "line of work"),
    "hold(?= (?:the )?(?:position|post|office|title|record|rank|degree|award|citizenship|licen[cs]e))": ("have",),
    "pass away|die": ("pass away", "die"),
    "passed away|died": ("passed away", "died"),
    "born": ("brought into the world",),
    "author|writer": ("author", "writer"),
    "wrote|authored|penned": ("wrote", "authored", "penned"),
    "created": ("made",),
    "creator|maker": ("creator", "maker"),
    "(?<!product )owner|proprietor": ("owner", "proprietor"),
    "owns": ("possesses", "is the owner of"),
    "discovered": ("first identified",),
    "discoverer": ("finder",),
    "responsible for|in charge of": ("responsible for", "in charge of"),
    "maintaining": ("looking after", "the upkeep of"),
    "considered": ("regarded", "seen"),
    "country(?! (?:code|singer|music|house|club))|nation": ("country", "nation"),
    "city": ("town",),
    "region": ("area", "division"),
    "organi[sz]ation": ("organization", "organisation", "body", "institution"),
    "entity": ("body", "unit"),
    "company|firm": ("company", "firm", "business"),
    "given name|first name|forename": ("given name", "first name", "forename"),
    "last name|surname|family name": ("last name", "surname", "family name"),
    "released(?! from)": ("published", "issued"),
    "published": ("brought out", "issued"),
    "award|prize": ("award", "prize", "honour"),
    "received": ("got",),
    "founded|established": ("founded", "established", "set up", "started"),
    "(?<!hich )(?<!hat )(?<!he )part of": ("included in", "contained in"),
    "historic|historical": ("historic", "historical", "traditional"),
    "example of": ("instance of",),
    "example": ("instance", "specimen"),
    "advis[eo]r": ("advisor", "adviser", "supervisor"),
    "buried|laid to rest|interred": ("buried", "laid to rest", "interred"),
    "biggest|largest": ("biggest", "largest"),
    "capital of": ("capital city of",),
    "capital city of": ("capital of",),
    "started|began": ("started", "began", "commenced"),
    _NOT_DONE + "ended": ("finished", "came to an end"),
    "boss": ("manager",),
    "leads(?! to)": ("heads", "is in charge of"),
    "(?:tele)?phone number": ("phone number", "telephone number", "number to call"),
    "date of birth": ("birthday",),
    "wife|husband": ("spouse",),
    "father|dad": ("father", "dad", "male parent"),
    "mother|mum": ("mother", "mum", "female parent"),
    "originate": ("come", "stem"),
    "worked (?=for|at)": ("was employed ",),
    "studied at": ("was educated at", "went to school at"),
    "sponsored|funded": ("sponsored", "funded", "paid for"),
    "used(?= (?:for|as|by|in))": ("employed",),
    "who replaced(?! (?:a|an|the|my|our|your|his|her|its|their))": ("who took over from", "who succeeded"),
}
"""What may stand in place of what: expressions of the same meaning, and no others. The first are patterns.

Each way is listed by itself: a region is an area, but the area of Navarre is no region.
"""

_ONLY_WITH: dict[str, str] = {
    "class": r"\bbelong",
    "position": r"\bh[eo]ld\b",
    "belong to": r"(?i)^(?!.*\bwho)",
    "pass away|die": r"(?i)\b(?:did|does|do|will|would|can)\b",  # in German it is an article
}
"""What else has to stand in a question for an expression of it to be exchanged: not the class that somebody teaches."""

_OF_WORDS = re.compile(
    r"\b(?:words?|means?|meaning|definition|define|spell|spelt|spelled|plural|synonym|opposite|translate|translation|"
    r"stands? for)\b|\bdifference between\b|^what (?:is|are) an? \w+\W*$",
    re.IGNORECASE,
)
"""A question about words themselves: none of them can be exchanged."""

OTHER_WORDS = 0.6
"""How many of the wordings are of another form where there is one; the rest move the words that stand there."""

_KEYWORD_FRAMES: tuple[str, ...] = (
    "{s}: {k}?",
    "{s} {k}",
    "{s} {k}?",
    "{k}, {s}?",
    "{s}, {k}?",
    "What about {s}, {k}?",
)
_ORDERED_FRAMES: tuple[str, ...] = ("{k}", "{k}?", "What about this: {k}?")
"""Of two names each stays where it stood: "Ana taller Bob" is not "Bob taller Ana"."""
_ATTRIBUTE_FRAMES: tuple[str, ...] = (*_KEYWORD_FRAMES, "{k} of {s}?", "{k} of {s}", "Tell me the {k} of {s}.")
_MOST_KEYWORDS = 6
_DROPPED = frozenset(
    "what which is are was were do does did can could will would should has have had in on at to of by from with for "
    "the a an me i you it its this that these those there and as be been being please about into so s".split()
)
"""Words that a search leaves out. Not "when" and "where": "Ana born" would ask for neither."""
_REQUEST = re.compile(r"^(please )?(tell|give|show|name|say) (me )?", re.IGNORECASE)
_DISPENSABLE = frozenset("located situated specific particular exact".split())


def wordings(
    question: str, count: int, rng: random.Random, fits: Callable[[str], bool] = lambda text: True
) -> list[str]:
    """Up to `count` different wordings of `question` that fit, none equal to it, each still naming its subject."""
    if "\n" in question or len(question) > 300:
        return [f"Please: {question}", f"{question} Thank you.", f"Hello. {question}"][:count]
    whole = kept_whole(question)
    frames, english = frames_for(question, whole), is_english(question)
    orders, others = reordered(question), relatives(question)
    found: dict[str, str] = {}
    own = " ".join(words(question))
    for attempt in range(count * 12):
        if len(found) >= count:
            break
        core = rng.choice(others if others and rng.random() < OTHER_WORDS else orders)
        if rng.random() < 0.6 and not whole and not _OF_WORDS.search(question):
            core = with_synonyms(core, question, rng)
        if attempt % 6 == 5 and not whole and english:
            text = keywords(question, rng)
        else:
            text = framed(core, frames[0] if rng.random() < 0.45 else rng.choice(frames))
        key = " ".join(words(text)) + text[-1:]
        new = key not in found and text != question and (key[:-1] != own or attempt > count * 8)
        if text and new and fits(text):
            found[key] = text
    return list(found.values())


def reordered(question: str) -> list[str]:
    """The question in other word orders, without its mark; the first is the question itself."""
    core = re.sub(r"\s+", " ", question.strip()).rstrip("?!. ")
    if kept_whole(core):
        return [core]
    named = core[slice(*span)] if (span := subject_span(core)) else ""
    orders = [core]
    if match := _FRONTED.match(core):
        prep, which, noun, aux, rest = match.groups()
        placed = is_place(prep.lower(), noun, rest)
        if noun:
            orders += [
                f"{which} {noun} {aux} {rest} {prep.lower()}",
                f"{prep.lower()} what {noun} {aux} {rest}",
                f"{prep.lower()} which {noun} {aux} {rest}",
            ]
            tail, said = _without_tail(rest) if placed else rest, statement(aux.lower(), rest, named)
            if said:
                orders += [f"{said} {prep.lower()} which {noun}"]
            if (
                sought := f"the {noun} of {tail}"
                if tail != rest
                else said and f"the {noun} {prep.lower()} which {said}"
            ):
                orders += [f"what is {sought}", sought, f"name {sought}"]
            if placed:
                orders += [f"where {aux} {rest}", f"where exactly {aux} {rest}, {prep.lower()} what {noun}"]
    elif (match := _OF_PHRASE.match(core)) and _is_thing(match.group(5)):
        who, short, be, noun, rest = match.groups()
        who, be = who.lower(), "is" if short else be.lower()
        bare, past = re.sub(r" (of|for|in|by|behind)$", "", noun[4:]), is_past(be)
        orders += [f"{who} {be} {noun} {rest}", *([f"{who}'s {noun} {rest}"] if be == "is" else ())]
        if unbroken(rest):
            orders += [f"{who} {be} {rest}'s {bare}", f"{rest}'s {bare} {be} {who}"]
        if past:
            orders += [f"tell me {who} {noun} {rest} {be}", f"{noun} {rest} {be} {who}"]
        else:
            orders += [f"name {noun} {rest}", f"tell me {noun} {rest}", f"{noun} {rest}"]
        orders += [f"{rest} {'had' if past else 'has'} which {bare}"]
    elif match := _ASKED_NOUN.match(core):
        which, noun, aux, rest = match.groups()
        orders += [f"which {noun} {aux} {rest}", f"what {noun} {aux} {rest}"]
        if said := statement(aux.lower(), rest, named):
            orders += [
                f"{said} what {noun}",
                f"what is the {noun} that {said}",
                f"name the {noun} that {said}",
                f"tell me what {noun} {said}",
            ]
        elif aux.lower() in ("is", "was", "are", "were") and may_be(rest.split(" ")[0], "participle"):
            orders += [f"what is the {noun} that {aux} {rest}", f"name the {noun} that {aux} {rest}"]
        if match := re.match(rf"^(.+) ({_PREPOSITIONS})$", rest):
            orders += [f"{match.group(2)} {which.lower()} {noun} {aux} {match.group(1)}"]
    elif match := _WHERE.match(core):
        which, aux, rest = match.groups()
        orders += [f"{which} exactly {aux} {rest}"]
        if said := statement(aux.lower(), rest, named):
            orders += [f"{said} {which.lower()}", f"tell me {which.lower()} {said}"]
        if which.lower() == "where" and not is_on_the_way(rest):
            orders += [f"in what place {aux} {rest}", f"in which place {aux} {rest}", f"at what location {aux} {rest}"]
        if which.lower() == "when" and is_past(aux.lower()):
            orders += [f"at what time {aux} {rest}", f"on what date {aux} {rest}", f"in which year {aux} {rest}"]
        elif which.lower() == "when" and has_hours(aux.lower(), rest):
            orders += [f"at what time {aux} {rest}"]
    elif match := _WHO_DID.match(core):
        _, did, rest = match.groups()
        orders += [f"which person {did} {rest}"]
        if did.lower() not in ("do", "does", "did"):
            orders += [f"who is it that {did} {rest}"]
        if done := passive(did, rest):
            orders += [
                f"{rest} {done.auxiliary} {done.participle} by whom",
                f"by whom {done.auxiliary} {rest} {done.participle}",
            ]
    return list(dict.fromkeys(orders))


def with_synonyms(core: str, question: str, rng: random.Random) -> str:
    """`core` with one to three expressions outside its subject exchanged for others of the same meaning."""
    span = subject_span(question)
    named = question[span[0] : span[1]] if span else ""
    head, mark, tail = core.partition(named) if named and named in core else (core, "", "")
    parts = [head, tail]
    fitting = [form for form in SYNONYMS if re.search(_ONLY_WITH.get(form, ""), question)]
    forms = [form for form in fitting if any(_found(form, part) for part in parts)]
    rng.shuffle(forms)
    for form in forms[: rng.randint(1, 3)]:
        for index, part in enumerate(parts):
            if match := _found(form, part):
                other = rng.choice([each for each in SYNONYMS[form] if each != match.group()] or [match.group()])
                parts[index] = part[: match.start()] + other + part[match.end() :]
                break
    return parts[0] + mark + parts[1]


_WHOM = re.compile(r"\W*whom? (?:do|does|did)\b", re.IGNORECASE)
"""To whom it was done: without the auxiliary it would be asked who did it."""
_DOES_IT = re.compile(rf"^(?:who|what|which)\b(?!.*\b(?:{_AUXILIARIES})\b).* \w", re.IGNORECASE)
"""Asked for who does it to what is named: "who beat"."""
_BINDING = frozenset("of to by from for with".split())
_BETWEEN = frozenset("from to by for with".split())
"""What says which of two names is which."""


def keywords(question: str, rng: random.Random) -> str:
    """The subject and all other words of content, as one types them into a search box; "" where that would not do."""
    span = subject_span(question)
    if span is None or kept_whole(question) or _WAS.match(question):
        return ""
    named, before, after = question[slice(*span)], question[: span[0]], question[span[1] :].rstrip("?!. ")
    match = (not after and _ATTRIBUTE.match(before)) or (_is_thing(after) and _POSSESSED.match(after))
    if match and (match.re is _ATTRIBUTE or re.fullmatch(r"(what|who)(['’]s| is| are) ", before, re.IGNORECASE)):
        return rng.choice(_ATTRIBUTE_FRAMES).format(s=named, k=match.group(1))
    if _WHOM.match(before):
        return ""
    dropped = _DROPPED | (_DISPENSABLE if rng.random() < 0.5 else set())
    if len(subject_spans(question)) > 1:
        dropped -= _BETWEEN
    if re.match(r"\s+do(?:ing)?\b", after):
        return ""  # what one does is asked for by that word alone
    asked = _REQUEST.sub("", before)
    first, last = _kept(asked, dropped), _kept(after, dropped)
    bound = [word for word in _TOKEN.findall(asked)[-1:] if word in _BINDING and word not in first[-1:]]
    ordered = [*first, *bound]
    if (end := _TOKEN.findall(after)[-1:]) and end[0] in PREPOSITIONS:
        last += end if end[0] not in last else []
    kept = [*first, *last]
    if not kept or len(kept) > _MOST_KEYWORDS:
        return ""
    if bound or any(word[0].isupper() for word in kept) or _DOES_IT.match(asked):
        return rng.choice(_ORDERED_FRAMES).format(k=" ".join([*ordered, named, *last]))
    return rng.choice(_KEYWORD_FRAMES).format(s=named, k=" ".join(kept))


def _kept(part: str, dropped: Set[str]) -> list[str]:
    """The words of a part of a question without those `dropped`."""
    told = [word for word in _TOKEN.findall(part) if set(words(word)) - dropped]
    return [word.lower() if starts_with_question_word(word) else word for word in told]


def _without_tail(rest: str) -> str:
    return re.sub(r"\s+(located|situated|found|based)$", "", rest)


def _found(form: str, text: str) -> re.Match[str] | None:
    return re.search(rf"\b(?:{form})(?!\w)", text)


def _is_thing(text: str) -> bool:
    """Whether `text` names something, and no deed or circumstance comes behind it: "Ana called", "Kelso about"."""
    last = text.rsplit(" ", 1)[-1]
    return last not in PREPOSITIONS and not (may_be(last, "participle") and not may_be(last, "noun"))
