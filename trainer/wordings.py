"""Other wordings of one question, by transformation: frames, word order, synonyms, keywords.

A model of 135M parameters cannot rephrase on request, but it can be shown many surface forms of one
question. Every function here is pure and takes its randomness as an argument; `trainer.synthesise` lets
the model judge what comes out.
"""

import random
import re

from models.subject import content_words, subject_span, words
from trainer.families import relatives, statement
from trainer.verbs import passive

_PREPOSITIONS = "in|at|on|to|from|under|by|with|for|of|within|into|during|through"
_AUXILIARIES = "is|was|are|were|does|did|do|can|could|has|have|had|will|would|should"
_FRONTED = re.compile(rf"^({_PREPOSITIONS}) (which|what|whom) (.*?) ?\b({_AUXILIARIES}) (.+)$", re.IGNORECASE)
_ASKED_NOUN = re.compile(rf"^(what|which) (.+?) ({_AUXILIARIES}) (.+)$", re.IGNORECASE)
_OF_PHRASE = re.compile(
    r"^(what|who|which)(?:'s| is| was| are| were) (the .+? (?:of|for|in|by|behind) )(.+)$", re.IGNORECASE
)
_WHO_DID = re.compile(r"^(who) (?!is |was |are |were )(\w+) (.+)$", re.IGNORECASE)
_WHERE = re.compile(rf"^(where|when|how|why) ({_AUXILIARIES}) (.+)$", re.IGNORECASE)

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("located", "situated", "found", "based"),
    ("type", "kind", "sort"),
    ("category", "class", "classification", "group"),
    ("specific", "particular", "exact"),
    ("belong to", "fall under", "count as part of"),
    ("position", "role", "post", "job"),
    ("occupation", "profession", "job", "line of work"),
    ("hold", "have", "occupy"),
    ("pass away", "die"),
    ("passed away", "died"),
    ("born", "brought into the world"),
    ("author", "writer"),
    ("wrote", "authored", "penned"),
    ("created", "made", "produced"),
    ("creator", "maker"),
    ("owner", "proprietor"),
    ("owns", "possesses", "is the owner of"),
    ("discovered", "first identified"),
    ("discoverer", "finder"),
    ("responsible for", "in charge of"),
    ("maintaining", "looking after", "the upkeep of"),
    ("considered", "regarded", "seen"),
    ("country", "nation", "state"),
    ("city", "town"),
    ("region", "area", "division"),
    ("organization", "organisation", "body", "institution"),
    ("entity", "body", "unit"),
    ("company", "firm", "business"),
    ("language", "tongue"),
    ("given name", "first name", "forename"),
    ("last name", "surname", "family name"),
    ("released", "published", "issued"),
    ("published", "brought out", "issued"),
    ("award", "prize", "honour"),
    ("received", "got", "was given"),
    ("founded", "established", "set up", "started"),
    ("member", "part"),
    ("part of", "included in", "contained in"),
    ("historic", "historical", "traditional"),
    ("example of", "instance of"),
    ("example", "instance", "specimen"),
    ("advisor", "adviser", "supervisor"),
    ("buried", "laid to rest", "interred"),
    ("biggest", "largest"),
    ("capital", "capital city"),
    ("started", "began", "commenced"),
    ("ended", "finished", "came to an end"),
    ("cost", "price"),
    ("opens", "starts"),
    ("boss", "manager", "head"),
    ("leads", "runs", "heads", "is in charge of"),
    ("phone number", "telephone number", "number to call"),
    ("birthday", "date of birth"),
    ("wife", "spouse"),
    ("husband", "spouse"),
    ("father", "dad", "male parent"),
    ("mother", "mum", "female parent"),
    ("originate", "come", "stem"),
    ("worked", "was employed"),
    ("studied", "was educated", "went to school"),
    ("plays", "performs"),
    ("sponsored", "funded", "paid for"),
    ("used", "employed"),
    ("replaced", "succeeded", "took over from"),
)

OTHER_WORDS = 0.6
"""How many of the wordings are of another form where there is one; the rest move the words that stand there."""

_OPENINGS = frozenset(
    "who what which where when why how in on at to from by with of under for the name tell during whose whom is was "
    "are does did do can could".split()
)

FRAMES: tuple[str, ...] = (
    "{q}?",
    "{l}",
    "{l}?",
    "{q}? Answer briefly.",
    "Question: {q}?",
    "Please tell me: {l}?",
    "Can you tell me {l}?",
    "Do you know {l}?",
    "I would like to know {l}.",
    "Hi! {q}?",
    "Quick question, {l}?",
    "{q}, please?",
    "I forgot: {l}?",
    "Remind me, {l}?",
    "{q}? One short answer is enough.",
    "Hey, {l}",
)
_KEYWORD_FRAMES: tuple[str, ...] = (
    "{s}: {k}?",
    "{k} of {s}?",
    "{s} {k}",
    "{k}, {s}?",
    "What about {s}, {k}?",
    "Tell me the {k} of {s}.",
)


def wordings(question: str, count: int, rng: random.Random) -> list[str]:
    """Up to `count` different wordings of `question`, none equal to it, each still naming its subject."""
    if "\n" in question or len(question) > 300:
        return [text for text in (f"Please: {question}", f"{question} Thank you.", f"Hello. {question}") if text][
            :count
        ]
    orders, others = reordered(question), relatives(question)
    found: dict[str, str] = {}
    own = " ".join(words(question))
    for attempt in range(count * 12):
        if len(found) >= count:
            break
        core = rng.choice(others if others and rng.random() < OTHER_WORDS else orders)
        if rng.random() < 0.6:
            core = with_synonyms(core, question, rng)
        if attempt % 6 == 5:
            text = keywords(question, rng)
        else:
            text = framed(core, FRAMES[0] if rng.random() < 0.45 else rng.choice(FRAMES))
        key = " ".join(words(text)) + text[-1:]
        if text and key not in found and (key[:-1] != own or attempt > count * 8) and text != question:
            found[key] = text
    return list(found.values())


def framed(core: str, frame: str) -> str:
    """`core` (a question without its mark) set into a frame; `{l}` asks for a small first letter."""
    lowered = core[:1].lower() + core[1:] if not core[:2].isupper() and _starts_with_question_word(core) else core
    return frame.format(q=core[:1].upper() + core[1:], l=lowered)


def reordered(question: str) -> list[str]:
    """The question in other word orders, without its mark; the first is the question itself."""
    core = re.sub(r"\s+", " ", question.strip()).rstrip("?!. ")
    named = core[slice(*span)] if (span := subject_span(core)) else ""
    orders = [core]
    if match := _FRONTED.match(core):
        prep, which, noun, aux, rest = match.groups()
        tail, said = _without_tail(rest, prep), statement(aux.lower(), rest, named)
        if noun:
            orders += [
                f"{which} {noun} {aux} {rest} {prep.lower()}",
                f"{prep.lower()} what {noun} {aux} {rest}",
                f"{prep.lower()} which {noun} {aux} {rest}",
                f"{said} {prep.lower()} which {noun}",
            ]
            sought = f"the {noun} {prep.lower()} which {said}" if tail == rest else f"the {noun} of {tail}"
            orders += [f"what is {sought}", sought, f"name {sought}"]
            if prep.lower() in ("in", "at", "on", "within"):
                orders += [f"where {aux} {rest}", f"where exactly {aux} {rest}, {prep.lower()} what {noun}"]
    elif match := _OF_PHRASE.match(core):
        who, noun, rest = match.groups()
        noun = noun.strip()
        bare = re.sub(r" (of|for|in|by|behind)$", "", noun[4:])
        orders += [
            f"{who.lower()} is {noun} {rest}",
            f"{who.lower()}'s {noun} {rest}",
            f"{who.lower()} is {rest}'s {bare}",
            f"{rest}'s {bare} is {who.lower()}",
            f"name {noun} {rest}",
            f"tell me {noun} {rest}",
            f"{noun} {rest}",
            f"{rest} has which {bare}",
        ]
    elif match := _ASKED_NOUN.match(core):
        which, noun, aux, rest = match.groups()
        said = statement(aux.lower(), rest, named)
        orders += [
            f"{said} what {noun}",
            f"what is the {noun} that {said}",
            f"name the {noun} that {said}",
            f"which {noun} {aux} {rest}",
            f"what {noun} {aux} {rest}",
            f"tell me what {noun} {said}",
        ]
        if match := re.match(rf"^(.+) ({_PREPOSITIONS})$", rest):
            orders += [f"{match.group(2)} {which.lower()} {noun} {aux} {match.group(1)}"]
    elif match := _WHERE.match(core):
        which, aux, rest = match.groups()
        said = statement(aux.lower(), rest, named)
        orders += [
            f"{said} {which.lower()}",
            f"{which} exactly {aux} {rest}",
            f"tell me {which.lower()} {said}",
        ]
        if which.lower() == "where":
            orders += [f"in what place {aux} {rest}", f"in which place {aux} {rest}", f"at what location {aux} {rest}"]
        if which.lower() == "when":
            orders += [f"at what time {aux} {rest}", f"on what date {aux} {rest}", f"in which year {aux} {rest}"]
    elif match := _WHO_DID.match(core):
        _, did, rest = match.groups()
        orders += [f"who is it that {did} {rest}", f"which person {did} {rest}"]
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
    groups = [group for group in SYNONYMS if any(_occurs(form, part) for form in group for part in parts)]
    rng.shuffle(groups)
    for group in groups[: rng.randint(1, 3)]:
        for index, part in enumerate(parts):
            for form in sorted(group, key=len, reverse=True):
                if _occurs(form, part):
                    other = rng.choice([g for g in group if g != form])
                    parts[index] = re.sub(rf"\b{re.escape(form)}\b", other, part, count=1, flags=re.IGNORECASE)
                    break
    return parts[0] + mark + parts[1]


def keywords(question: str, rng: random.Random) -> str:
    """The subject and a few content words, as one types into a search box; "" when there is no subject."""
    span = subject_span(question)
    if span is None:
        return ""
    named = question[span[0] : span[1]]
    outside = question[: span[0]] + " " + question[span[1] :]
    rest = [word for word in words(outside) if word in content_words(outside)]
    if not rest:
        return ""
    kept = [word for word in rest if rng.random() < 0.75] or rest
    return rng.choice(_KEYWORD_FRAMES).format(s=named, k=" ".join(kept[:5]))


def _without_tail(rest: str, prep: str) -> str:
    verb = re.sub(r"\s+\b(located|situated|found|based|born|held|made|published|created|written|released)$", "", rest)
    return re.sub(rf"\s+{prep}$", "", verb, flags=re.IGNORECASE) if verb != rest else rest


def _occurs(form: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(form)}\b", text, re.IGNORECASE) is not None


def _starts_with_question_word(text: str) -> bool:
    return text.split(" ", 1)[0].lower() in _OPENINGS
