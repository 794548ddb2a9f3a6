"""Which of several related things a question asks for: her mother or her father, where born or where buried.

Sentence vectors hardly tell such questions apart ("Who is Ana's mother?" and "... father?" have a similarity of 0.93),
yet the answer to one is wrong for the other. English words, by hand; what is not listed is left to the vectors. Pure.
"""

from models.subject import words

_CONTRASTS: tuple[tuple[str, ...], ...] = (
    ("mother mom mum", "father dad", "sister sisters", "brother brothers", "son sons", "daughter daughters",
     "husband", "wife", "uncle", "aunt", "cousin", "grandmother", "grandfather"),
    ("born birth birthplace birthday birthdate", "die died dies death dead deceased", "buried burial grave tomb",
     "married marry wedding", "grew raised childhood", "live lives lived living resides reside residence",
     "work works worked working employed employer workplace", "study studied studies educated school university"),
    ("north northern", "south southern", "east eastern", "west western"),
    ("left", "right"),
    ("first", "last final", "second", "third", "middle", "next following", "previous preceding"),
    ("phone telephone mobile", "address", "email mail", "website url", "birthday"),
    ("password passcode passphrase", "username login", "network ssid"),
    ("eat eats food dish meal", "drink drinks beverage"),
    ("breakfast", "lunch", "dinner supper"),
    ("wrote writes write written writer author authored", "published publishes publish publisher publishing",
     "directed directs director", "produced produces producer", "composed composer", "edited editor",
     "translated translator", "illustrated illustrator", "starred stars starring"),
    ("founded founder founders established", "leads led leader heads headed ceo president chairman",
     "owns owner owned owners", "designed designer architect"),
    ("capital", "population inhabitants", "area", "currency", "language languages", "anthem", "flag"),
    ("start starts started begin begins began beginning", "end ends ended finish finished"),
    ("open opens opened", "close closes closed"),
    ("arrive arrives arrival", "depart departs departure leave leaves"),
    ("highest tallest largest biggest", "lowest shortest smallest"),
    ("oldest eldest", "youngest"), ("buy bought buys", "sell sold sells"), ("win won winner", "lose lost loser"),
    ("car", "house", "boat", "bike bicycle"), ("dog", "cat", "horse", "parrot"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"),
    ("morning", "afternoon", "evening", "night"), ("red", "blue", "green", "yellow", "black", "white"),
    ("height tall", "weight heavy weigh", "age old", "width wide", "length long", "depth deep"),
    ("position role", "team club", "number", "nationality country"),
    ("instrument", "sport", "game"), ("vice", "deputy", "former"),
)  # fmt: skip

_GROUPS: dict[str, list[tuple[int, int]]] = {}
for _number, _contrast in enumerate(_CONTRASTS):
    for _group, _members in enumerate(_contrast):
        for _word in _members.split():
            _GROUPS.setdefault(_word, []).append((_number, _group))


def contrary(one: str, other: str, named: str = "") -> bool:
    """Whether two questions about the same ask for different things of it; words of its name, `named`, do not count."""
    aside = set(words(named))
    first, second = (_groups(set(words(text)) - aside) for text in (one, other))
    return any(first[number].isdisjoint(second[number]) for number in first.keys() & second.keys())


def _groups(found: set[str]) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for word in found:
        for number, group in _GROUPS.get(word, ()):
            groups.setdefault(number, set()).add(group)
    return groups
