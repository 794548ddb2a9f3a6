"""Which of several related things a question asks for: her mother or her father, who or why, what is so or not so.

Sentence vectors hardly tell such questions apart ("Who is Ana's mother?" and "... father?" have a similarity of 0.93,
"What should I feed my dog?" and "What should I not feed my dog?" 0.89), yet the answer to one is wrong for the other.
English and Spanish words, by hand, the latter without accents; what is not listed is left to the vectors. Pure.
"""

import re

from store.questions.subject import plainly_put, terms
from store.questions.synonyms import roots

_CONTRASTS: tuple[tuple[str, ...], ...] = (
    ("mother mom mum", "father dad", "sister sisters", "brother brothers", "son sons", "daughter daughters",
     "husband", "wife", "uncle", "aunt", "cousin", "grandmother", "grandfather"),
    ("born birth birthplace birthday birthdate", "die died dies death dead deceased", "buried burial grave tomb",
     "married marry wedding", "divorced divorce", "grew raised childhood",
     "live lives lived living resides reside residence", "work works worked working employed employer workplace",
     "study studied studies educated school university"),
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
    ("make makes made maker build builds built builder invent invents invented inventor create created creator",
     "mend mends mended repair repairs repaired repairer fix fixes fixed restore restored",
     "break breaks broke broken destroy destroyed"),
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
    ("plus add added adding sum", "minus subtract subtracted", "times multiply multiplied", "divide divided"),
    ("enable enabling", "disable disabling"), ("on", "off"), ("increase raise", "decrease reduce lower"),
    ("install installing", "uninstall remove delete"), ("upload", "download"), ("import", "export"),
    ("lock", "unlock"), ("encrypt", "decrypt"), ("connect", "disconnect"), ("deposit", "withdraw"),
    ("lend", "borrow"), ("minimum least", "maximum most"), ("best", "worst"), ("advantages pros", "disadvantages cons"),
    ("allowed permitted legal", "forbidden prohibited banned illegal barred"), ("before", "after"), ("for", "against"),
    ("above upstairs", "below beneath downstairs", "opposite beside"), ("front", "back rear"), ("up", "down"),
    ("big large huge", "small little tiny", "medium"), ("inside indoors", "outside outdoors"),
    ("hot warm", "cold cool"), ("hired hire hires", "fired fires dismissed sacked"),
    ("pass passed passes", "fail failed fails"),
    ("boiling boil boils", "melting melt melts", "freezing freeze freezes"), ("am", "pm"),
    ("adult adults", "child children kid kids baby babies", "pensioner pensioners senior seniors", "student students"),
    ("accept accepted accepts", "reject rejected rejects refuse refused declined"), ("edible", "poisonous toxic"),
    ("love loves like likes", "hate hates dislike dislikes"), ("strengths strength", "weaknesses weakness"),
    ("ascending", "descending"), ("cheapest", "dearest expensive"), ("newest latest", "oldest earliest"),
    ("weekday weekdays", "weekend weekends", "holiday holidays"), ("landlord landlady", "tenant tenants"),
    ("king", "queen"), ("ceo", "cfo", "cto", "coo"), ("revenue turnover", "profit", "loss losses", "debt debts"),
    ("rich", "poor"), ("true", "false"), ("positive", "negative"), ("singular", "plural"), ("teacher", "pupil student"),
    ("buyer", "seller"), ("killer murderer", "victim"), ("attack attacked", "defend defended"), ("nephew", "niece"),
    ("will", "was were did had"), ("bus", "train", "plane flight", "ferry ship"), ("copy", "move"),
    ("attend attended", "missed"), ("quit", "stay stayed"), ("minutes minute", "seconds second", "hours hour"),
    ("madre mama", "padre papa", "hermana hermanas", "hermano hermanos", "hijo hijos", "hija hijas", "marido esposo",
     "mujer esposa", "tio", "tia", "primo", "prima", "abuela", "abuelo", "sobrino", "sobrina"),
    ("nacio nacieron nacimiento nacer", "murio murieron muerte morir", "enterrado enterrada tumba", "vive viven vivir",
     "trabaja trabajan trabajo trabajar", "estudia estudio estudiar", "caso casaron boda"),
    ("abre abren abrio abrir", "cierra cierran cerro cerrar"),
    ("empieza comienza empezo comenzo", "termina acaba termino"),
    ("llega llegan llegada llego", "sale salen salida salio"), ("compro compra comprar", "vendio vende vender"),
    ("gano gana ganador", "perdio pierde perdedor"), ("come comen comida", "bebe beben bebida"),
    ("desayuna desayuno", "almuerza almuerzo", "cena cenan"), ("norte", "sur", "este", "oeste"),
    ("izquierda", "derecha"), ("primero primera primer", "segundo segunda", "ultimo ultima"),
    ("escribio autor autora", "publico editorial", "dirigio director directora", "tradujo traductor"),
    ("telefono movil", "direccion domicilio", "correo email"), ("contrasena clave", "usuario", "nombre"),
    ("capital", "poblacion habitantes", "moneda", "idioma lengua", "superficie"), ("largo larga", "corto corta"),
    ("grande", "pequeno pequena"), ("alto alta", "bajo baja"), ("mayor", "menor"), ("mejor", "peor"),
    ("mas", "menos"), ("antes", "despues"), ("perro perra", "gato gata", "caballo"), ("coche", "casa", "barco", "bici"),
    ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
     "diciembre"), ("ebullicion", "fusion", "congelacion"), ("permitido permitida", "prohibido prohibida"),
    ("anos edad", "hijos", "hermanos"), ("rojo roja", "azul", "verde", "amarillo", "negro negra", "blanco blanca"),
    ("ayer", "hoy", "manana"), ("verano", "invierno", "primavera", "otono"), ("arriba", "abajo"), ("dentro", "fuera"),
    ("yesterday", "today", "tomorrow"), ("spring", "summer", "autumn fall", "winter"), ("safe", "dangerous unsafe"),
)  # fmt: skip

_GROUPS: dict[str, list[tuple[int, int]]] = {}
for _number, _contrast in enumerate(_CONTRASTS):
    for _group, _members in enumerate(_contrast):
        for _word in _members.split():
            _GROUPS.setdefault(_word, []).append((_number, _group))


_MEASURED = (
    ("age", "how old", "age", "que edad|cuantos anos tiene|edad"),
    ("height", "how (?:tall|high)", "height", "que altura|altura"),
    ("weight", "how heavy|how much (?:do|does|did) .*weigh", "weight", "cuanto pesa|peso"),
    ("length", "how long(?! ago)", "length|duration", "longitud|duracion"),
    ("distance", "how far", "distance", "a que distancia|distancia"),
    ("price", r"how much (?:is|are|was|were|(?:\w+ ){0,9}?(?:costs?|pays?|paid|charge[sd]?)\b)|"
              r"what (?:do|does|did) .*(?:cost|pay|charge)\b", "price|cost|fees?|rent",
     "cuanto (?:l[ae]s? |nos |me )?(?:cuesta|vale|cobra|paga(?:mos)?|se paga)|que precio|precio"),
    ("size", "how (?:big|large)", "size", "que tamano|cuanto mide|tamano"),
    ("population", "how many (?:people|inhabitants) (?:live|lived|are there)", "population",
     "cuantos habitantes|poblacion"),
)  # fmt: skip
"""What may be asked by how much it is and by its name: in English by how, by name, and in Spanish."""
_KINDS: tuple[tuple[str, str], ...] = (
    ("since", r"\b(?:since when|desde cuando)\b"),
    ("time", r"\b(when|(?:what|which) (?:year|date|day|month|week|century|hour)|(?:what|which) times?(?! zone)|"
             r"how long ago|cuando|que (?:ano|dia|fecha|hora|mes))\b|"
             r"^what (?:is|are|was|were) (?:.* )?(?:birthday|opening hours|deadline|dates?|"
             r"(?:opening|closing|departure|arrival|starting|start|finishing|finish) times?)\b"),
    *(
        (kind, rf"\b(?:{how})\b|\b(?:what|which) (?:{name})\b|"
               rf"^what (?:(?:is|are|was|were) )?(?:the )?(?:{name}) (?:of|between|for|from|to)\b \w|"
               rf"^what (?:(?:is|are|was|were) )?.*(?<!by )\b(?:{name})$|\b(?:{spanish})\b")
        for kind, how, name, spanish in _MEASURED
    ),
    ("number", r"\bhow (many|much|deep|often|frequently)\b|\b(?:what|which) (?:is the )?number of\b|\bcuant[oa]s?\b"),
)  # fmt: skip
_CAUSES: tuple[tuple[str, str], ...] = (
    ("reason", r"\b(why|how come|what for|reasons?|what (?:causes|caused|makes|made)|por que|para que|razon|motivo)\b"),
    ("thing", r"\bcomo se (?:llama|llaman|llamaba)\b"),
    ("way", r"\bhow (do|does|did|can|could|should|to|is|are|was|were|would)\b|^como\b"),
    ("person", r"\b(who|whom|whose|quien|quienes)\b"),
    ("place", r"\b(where|donde|adonde)\b"),
    ("thing", r"\b(what|which|que|cual|cuales)\b"),
    ("yes or no", r"^(is|are|was|were|does|did|do|has|have|had|will|hay)\b(?! you)(?!.* or )"),
)
_WHEN_SO = re.compile(
    r"\b((?:who|whom|whose|what|which|where|why|how|quien|quienes|que|cual|cuales|donde|como|cuant[oa]s?)\b.*?\w)"
    r" (?:when|cuando)\b.*"
)
"""Behind another question word it says when something is so: who feeds it when we are away."""
_TAG = re.compile(
    r"\b(?:or not|o no)\W*$|,\s*¿?(?:(?:is|are|was|were|do|does|did|has|have|had|can|will|would)n['’]t "
    r"(?:i|it|he|she|they|you|we)|no|verdad|right)\W*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|cannot|without|none|nobody|hardly|sin)\b|n['’]t\b|(?<!\bor )(?<!\bo )\bno\b(?![.,;:!]|\W*\d)",
    re.IGNORECASE,
)
_DENIED_ALONE = re.compile(r"\b(?:nunca|jamás|nadie|ningún|ningun[oa]s?|tampoco)\b", re.IGNORECASE)
"""These deny in Spanish with "no" before them or without."""
_NO = re.compile(r"\bno\b", re.IGNORECASE)
_OPPOSITE = ("un", "dis", "il", "im", "in", "ir", "non", "des")
_ORDERED = re.compile(r"([^\W_]+) (?:to|into|over|than|minus|divided by) ([^\W_]+)", re.IGNORECASE)


def asks_for(question: str) -> str:
    """ "time", "age", "number" or the like when the question says so, else "": a date is no answer to where."""
    return _first(_KINDS, question)


def contrary(one: str, other: str, named: str = "") -> bool:
    """Whether two questions about the same ask for different things of it; words of its name, `named`, do not count."""
    aside = set(terms(named))
    said, asked = (set(terms(text)) - aside for text in (one, other))
    first, second = _groups(said), _groups(asked)
    return (
        any(first[number].isdisjoint(second[number]) for number in first.keys() & second.keys())
        or _opposite(said - asked, asked - said)
        or _opposite(asked - said, said - asked)
        or denied(one) != denied(other)
        or _turned_round(one, other)
    )


def denied(question: str) -> bool:
    """Whether it asks for what is not so; twice not is so."""
    text = _TAG.sub("", question)
    alone = _DENIED_ALONE.search(text) is not None and _NO.search(text) is None
    return (len(_DENIED.findall(text)) + alone) % 2 == 1


def _opposite(words: set[str], others: set[str]) -> bool:
    """Whether one of the `others` is the contrary of one of the `words` by its beginning: unmarried, illegal."""
    known = {root for word in words if len(word) > 3 for root in roots(word)}
    ends = (word.removeprefix(start) for word in others for start in _OPPOSITE if word.startswith(start))
    return any(len(end) > 3 and not known.isdisjoint(roots(end)) for end in ends)


def other_kind(one: str, other: str) -> bool:
    """Whether an answer of another kind is wanted: a reason is none to who, and a yes none to why."""
    kinds = {_kind(one), _kind(other)}
    return len(kinds) == 2 and (
        "reason" in kinds or kinds <= {"way", "person", "place", "time", "yes or no"} or kinds == {"yes or no", "thing"}
    )


def _kind(question: str) -> str:
    return _first((*_KINDS, *_CAUSES), question)


def _first(kinds: tuple[tuple[str, str], ...], question: str) -> str:
    text = _WHEN_SO.sub(r"\1", " ".join(terms(plainly_put(question))))
    return next((kind for kind, form in kinds if re.search(form, text)), "")


def _turned_round(one: str, other: str) -> bool:
    """From Kelso to Denby is not from Denby to Kelso."""
    first, second = ({tuple(map(str.casefold, pair)) for pair in _ORDERED.findall(text)} for text in (one, other))
    return any((b, a) in second and (a, b) not in second for a, b in first)


def _groups(found: set[str]) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for word in found:
        for number, group in _GROUPS.get(word, ()):
            groups.setdefault(number, set()).add(group)
    return groups
