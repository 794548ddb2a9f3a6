"""Which words of a question name what it is about.

Memory asks it whether two questions have the same subject; the night asks it which words to keep when it
words a question anew, and which to exchange for a neighbour. Pure: text in, text out; no model.
"""

import re
import unicodedata

from store.questions.figures import same_signs, spelled
from store.questions.synonyms import meanings

_TOKEN = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*\.?", re.UNICODE)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han."""
_PIECE = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")
_QUOTED = re.compile(r"[\"“«„]([^\"”»“]{2,})[\"”»“]|(?<!\w)'([^']{2,})'(?!\w)")
_VERB = re.compile(r"\b(is|was|are|were|does|did|do|can|could|has|have|had|will|would|should)\b")
LINKS = frozenset(
    "of the de del della di da do dos du des la le los las el van von der den zu af av al and und y e et & in on "
    "at for to a an".split()
)
_QUESTION_WORDS = frozenset(
    "who whom whose what which when where why how is are was were do does did can could would will should has "
    "have had in on at to of by from with under for during after before the a an tell name give please say i me "
    "my you your it its this that these those there and or if not as be been being about into than then so "
    "explain describe list write we us our ours he him his she her hers they them their theirs".split()
)

_SPANISH = frozenset(
    "qué que cuál cual cuáles cuales quién quien quiénes quienes dónde donde adónde cuándo cuando cuánto cuanto cuánta "
    "cuanta cuántos cuantos cuántas cuantas cómo como por para en de del al a el la los las lo un una unos unas "
    "y o u e es eran fue fueron está esta están estan hay ha han se me te le les mi mis tu tus su sus yo tú "
    "nos nuestro nuestra nuestros nuestras nosotros "
    "dime dame di dinos escribe explica explícame describe lista nombra sabes puedes puede podrías favor".split()
)
"""Spanish words that ask or connect, also as they are typed without accents."""

_BEGINNINGS = (
    _QUESTION_WORDS
    | _SPANISH
    | frozenset(
        "hi hello hey ok okay thanks thank quick question remind now also again well just yes no sorry actually maybe "
        "do know need want let see show check find ask answer so but because here today yesterday tomorrow isn aren "
        "wasn weren doesn don didn cannot couldn wouldn won shouldn hasn haven hadn we they he she our their his her "
        "any is all some may might must shall am dear good morning afternoon evening someone somebody anyone "
        "anybody everyone besides next first second finally suppose assume imagine consider "
        "summarise summarize define recommend convert calculate compute suggest translate compare count draw draft "
        "create make generate help fix correct rewrite rephrase complete continue classify extract identify order sort "
        "solve simplify read spell pick choose rank rate estimate guess plan design outline prove evaluate discuss "
        "remember think use using add subtract multiply divide look search call email repeat shorten expand edit "
        "improve turn change analyse analyze at since while until although though whether between among without within "
        "hola oye buenos buenas gracias sí vale ahora también perdona perdón necesito quiero quisiera cuéntame háblame "
        "muéstrame enséñame resume traduce calcula convierte define recomienda sugiere compara corrige recuerda haz "
        "hazme busca elige ayúdame cuenta habla pon "
        "wer wie wo wann warum wieso welche welcher welches wem wen wessen ist sind hat haben kann kannst können gibt "
        "der die das ein eine qui que quoi quel quelle quels quelles quand comment combien pourquoi où à est sont a "
        "chi che cosa come dove quando perché quale quali quanto quanti quanta quante è sono il lo le les "
        "o os as um uma quem qual quais onde porque são "
        "con abre abren cierra cierran enumera cada desde hasta puedo podemos debo debemos según tras sobre entre ante "
        "mit seit für darf dürfen gib nenne bei nach vor unter über von aus um im am zu ab "
        "avec pour depuis dis donne nomme dans chez vers dès sur".split()
    )
)
"""Words with which a sentence begins, and which are no names there."""

HALF, THIRD = 1 / 2, 1 / 3
"""What share of the content words of two questions without a name is to be in both."""

_CONTRACTED = re.compile(r"(?:n['’]t|['’](?:s|re|ve|d|ll|m))$")
_ASIDE = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|so|well|and|hola|oye|please|por favor|(?:quick )?question|"
    r"i (?:forgot|forget)|aprendiz)\b\W*)*"
    r"(?:(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|show|give|remind|say)(?: (?:to )?me)?(?: again)?|"
    r"do you (?:happen to )?(?:know|remember)|(?:please )?(?:tell|show|remind) me|"
    r"i(?: would|['’]d)? (?:like|want|need|have) to (?:know|ask)|i wonder|i am wondering|"
    r"(?:me )?(?:puedes|podrías|puede) decir(?:me)?|sabes|dime|(?:necesito|quiero|quisiera) saber|recuérdame|"
    r"(?:name|state|give me)(?= the\b))\b\W*)?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[.?!]\s{0,9}(?:answer (?:briefly|shortly|in (?:short|one word))|one short answer is enough|be brief|please|"
    r"por favor)|[.?!,]?\s{0,9}(?:thanks|thank you|many thanks|gracias))\W*$",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\W*where\b", re.IGNORECASE)
_KEPT = re.compile(r"\s(?:kept|stored|located|situated|found)(\W*)$", re.IGNORECASE)
_KEPT_BY = re.compile(
    r"^\W*where (?:do|can|could|should|would) (?:i|we|you|one) (?:keep|find|store)(?= \w)", re.IGNORECASE
)
_DONDE = re.compile(
    r"^\W*d[oó]nde (?:se (?:encuentra|guarda|halla)n?|guardamos|tenemos|est[aá]n|"
    r"(?:puedo|podemos|se puede) encontrar) ",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:hay que|(?:les? |nos |me )?toca|ten(?:go|emos) que|(?:se )?debe(?:mos)?) (?=\w+[aei]r\b)", re.IGNORECASE
)
_PARTICLES = frozenset("up out off over away back down around along".split())
"""Words behind a verb that say too little to count: started, started up."""
_CALLED = re.compile(r"^\W*(?:(?:hi|hello|hey|hola|oye|ok|okay)\W+)?aprendiz\s*[,:!]", re.IGNORECASE)
_LONGEST_SHORTENED = 4
"""Letters of a word that may have been shortened, as in Inc. or Prof., so that its full stop is of it."""
_DECIMAL = re.compile(r"\d+\.\d+")
_ACCENT = re.compile(r"([A-Za-z])[\u0300-\u036f]+")


def words(text: str) -> list[str]:
    """The words of `text` for comparing: case folded, accents kept, possessives and punctuation gone."""
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        word = re.sub(r"['’]s$", "", token.rstrip(".")).casefold()
        found.extend(part for part in re.split(r"[.'’&/-]", word) if part)
    return found


def terms(text: str) -> list[str]:
    """The words of `text` for comparing two questions: without accents, decimals whole, money behind its number."""
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", spelled(text))):
        number = token.rstrip(".")
        found.extend([number] if _DECIMAL.fullmatch(number) else map(plain, words(token)))
    return found


def without_aside(question: str) -> str:
    """`question` without a greeting, a polite beginning ("Could you tell me"), and thanks or "be brief" at its end."""
    return _AFTER.sub("", _ASIDE.sub("", question, count=1)) or question


def plainly_put(question: str) -> str:
    """`question` without asides, and without those who keep, have to or may where nothing else is asked for thereby.

    "Where do we keep the keys?", "Where are the keys kept?" and "Where can I find the keys?" ask where the keys are.
    """
    text = _DUTY.sub("", _DONDE.sub("dónde está ", _KEPT_BY.sub("where is", without_aside(question))))
    return _KEPT.sub(r"\1", text) if _WHERE.match(text) else text


def plain(word: str) -> str:
    """`word` without the accents of its Latin letters, as it is often typed."""
    return unicodedata.normalize("NFC", _ACCENT.sub(r"\1", unicodedata.normalize("NFD", word)))


def pieces(text: str) -> list[str]:
    """The words of `text`, and what is written without spaces between words character by character."""
    return [piece for word in words(text) for piece in _PIECE.findall(word)]


def is_unspaced(piece: str) -> bool:
    """Whether a piece is a character of a script without spaces, which is about half a word."""
    return re.match(f"[{_UNSPACED}]", piece) is not None


def content_words(text: str) -> set[str]:
    """The words of `text` that are not question words or connectives."""
    return {word for word in words(text) if is_content(word)}


def is_content(word: str) -> bool:
    """Whether a word, written small, is no question word and no connective."""
    return word not in _QUESTION_WORDS and word not in _SPANISH


def subject_span(question: str) -> tuple[int, int] | None:
    """Start and end of the part of `question` that names its subject; None when nothing looks like a name.

    Of several names that it could be, the longest.
    """
    return max(subject_spans(question), key=lambda span: span[1] - span[0], default=None)


def subject_spans(question: str) -> list[tuple[int, int]]:
    """Start and end of every name that `question` could be about.

    Something in quotation marks wins; otherwise runs of capitalised or numbered words, joined across connectives,
    and rather those after the verb ("in which part of Scotland is Kelso?" is about Kelso). The first word counts
    only when it is no question word.
    """
    quoted = [match.span(1 if match.group(1) is not None else 2) for match in _QUOTED.finditer(question)]
    quoted = [(start, end) for start, end in quoted if question[start:end].strip()]
    called = _CALLED.match(question)
    runs = [run for run in _runs(question) if not called or run[0] >= called.end()]
    verb = _VERB.search(question)
    return quoted or [run for run in runs if verb and run[0] > verb.start()] or runs


def _runs(question: str) -> list[tuple[int, int]]:
    """Runs of capitalised or numbered words, joined across connectives, with both ends of a bracket, without a
    possessive at the end."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for index, match in enumerate(_TOKEN.finditer(question)):
        token = match.group()
        named = _is_name(token, index == 0 or _begins(question, match.start()))
        gap = question[end : match.start()] if start >= 0 else ""
        if named:
            if start >= 0 and re.search(r"[?!;:]|\.\s", gap):
                runs.append((start, end))
                start = -1
            start = match.start() if start < 0 else start
            end = match.end()
        elif start >= 0 and token.casefold() not in LINKS:
            runs.append((start, end))
            start = -1
    if start >= 0:
        runs.append((start, end))
    return [_whole_name(question, first, last) for first, last in runs]


def _whole_name(question: str, start: int, end: int) -> tuple[int, int]:
    """A name that holds one end of a bracket has the other too; a possessive or a full stop at its end is not of it."""
    name = question[start:end]
    if name.endswith(("'s", "’s")):
        return start, end - 2
    if len(re.split(r"[^\w]", name[:-1])[-1]) > _LONGEST_SHORTENED and name.endswith("."):
        return start, end - 1
    opened, closed = name.count("("), name.count(")")
    if closed > opened and question[:start].endswith("("):
        return start - 1, end
    return start, end + (opened > closed and question[end:].startswith(")"))


def subject(question: str) -> str:
    """The words that name what `question` is about, or "" when nothing looks like a name."""
    span = subject_span(question)
    return question[span[0] : span[1]] if span else ""


def name_words(question: str) -> set[str]:
    """The words of every name in `question`: capitalised after the first word, numbered, or in quotation marks."""
    return {word for name in _names(question) for word in name} - LINKS


def _names(question: str) -> list[list[str]]:
    """What `name_words` finds, those together that are written as one: ["wi", "fi"] of Wi-Fi."""
    question = spelled(_AFTER.sub("", _CALLED.sub("", question)))
    if question.isupper():
        question = question.casefold()  # what is all in capitals sets no name apart
    found = [[word] for match in _QUOTED.finditer(question) for word in terms(match.group())]
    for index, match in enumerate(_TOKEN.finditer(question)):
        if _is_name(match.group(), index == 0 or _begins(question, match.start())):
            found.append(terms(match.group()))
    return [name for name in found if len(name) > 1 or not LINKS.issuperset(name)]


def _begins(question: str, start: int) -> bool:
    """Whether a sentence begins at `start`."""
    before = question[max(0, start - 20) : start]
    return before.endswith("\n") or before.rstrip().endswith((".", "?", "!", ":", "¿", "¡"))


def _is_name(token: str, begins: bool) -> bool:
    """Capitalised or numbered; where a sentence begins, only what is no ordinary beginning of one."""
    word = _CONTRACTED.sub("", token.rstrip(".").casefold())
    if word == "i":
        return False
    return any(c.isupper() or c.isdigit() for c in token) and not (begins and word in _BEGINNINGS)


def same_subject(known: str, asked: str, share: float = HALF) -> bool:
    """Whether `asked` names the same things as the `known` question.

    Each name in the one question must occur in the other, and its numbers with the same signs. Without any name in
    the known one the content words decide too: a `share` of all must be in both; where there are none ("Who are you?"),
    all words have to be the same but for "is".
    """
    if not same_signs(known, asked) or _accents_differ(known, asked):
        return False
    if not (_all_said(_names(known), asked) and _all_said(_names(asked), known)):
        return False
    if name_words(known):
        return True
    first, second = _content(known), _content(asked)
    meant = {meaning for word in second for meaning in meanings(word)}
    shared = sum(not meant.isdisjoint(meanings(word)) for word in first)
    every = len(first) + len(second) - shared
    return shared >= share * every if every else _bare(known) == _bare(asked)


def _content(question: str) -> set[str]:
    """The words that say something, those with a hyphen as one."""
    joined = ("".join(map(plain, words(token))) for token in _TOKEN.findall(spelled(plainly_put(question))))
    return {word for word in joined if word and is_content(word) and word not in _PARTICLES}


def _all_said(names: list[list[str]], question: str) -> bool:
    """Whether `question` says every one of `names`, in its parts or in one word: wifi is Wi-Fi, and US is U.S."""
    said = set(terms(question))
    said |= {"".join(map(plain, words(token))) for token in _TOKEN.findall(spelled(question))}
    return all(said.issuperset(name) or "".join(name) in said for name in names)


def _accents_differ(one: str, other: str) -> bool:
    """Whether a word that has accents in both has others in each; one that has none may be typed without."""
    first, second = ({plain(word): word for word in words(text)} for text in (one, other))
    return any(first[p] != second[p] and p not in (first[p], second[p]) for p in first.keys() & second.keys())


def _bare(question: str) -> list[str]:
    return [word for word in terms(question) if word not in ("is", "are", "am", "please")]
