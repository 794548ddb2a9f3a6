"""Which words may stand for one another in a question: synonyms, and forms of one word. Pure; by hand."""

import re

from store.questions.verbs import lemmas, verb_lemmas

_SYNONYMS: tuple[str, ...] = (
    # asking and connecting
    "which, what", "who, whom", "can, could, may", "do, does", "is, are", "was, were", "has, have", "this, that",
    "about, on, of", "why, what reason, which reason, how come", "through, across, via", "into, to, in", "inside, in",
    "when, what time, which time, what day, which day, what date, which date, what year, which year, what month, "
    "which month, what hour, which hour", "when, what",
    "how old, what age, which age", "how big, how large, what size, which size", "how tall, how high, what height",
    "how heavy, what weight", "how much, what, what price",
    # people
    "given name, first name, forename, christian name", "last name, surname, family name",
    "spouse, partner, married to", "husband, married to", "wife, married to", "spouse, husband",
    "spouse, wife", "parent, father", "parent, mother",
    "mother, mum, mom, mummy", "father, dad, daddy", "grandmother, grandma, granny, nan",
    "grandfather, grandpa, granddad", "children, kids", "child, kid", "boss, manager, superior",
    "head, leader, chief", "doctor, physician, gp", "lawyer, attorney", "job, occupation, profession",
    "position, post, role", "author, writer", "owner, proprietor", "maker, creator", "founder, creator",
    "salary, pay, wage, wages", "birthday, date of birth, birthdate", "birthplace, place of birth",
    # things and places
    "kind, type, sort, classification", "category, class, classification, group", "exact, precise", "area, region",
    "town, city", "nation, country", "company, firm, business", "organisation, organization, institution",
    "entity, organisation, organization", "responsible, accountable", "publish, release, issue",
    "flat, apartment", "film, movie", "car, automobile", "bike, bicycle", "sofa, couch", "shop, store", "street, road",
    "cost, price", "cost, pay", "phone, telephone", "mobile, mobile phone, cell phone, cellphone",
    "e-mail, email, mail",
    "wifi, wireless", "password, passcode, passphrase", "picture, photo, photograph, image",
    "tv, television", "mistake, error, fault",
    "meaning, sense", "illness, disease", "rubbish, trash, garbage", "holiday, vacation", "holidays, vacations",
    "autumn, fall", "award, prize, honour, honor", "example, instance", "rule, regulation", "aim, goal, purpose",
    "responsible for, in charge of, tasked with",
    "km, kilometre, kilometer, kilometres, kilometers", "kg, kilo, kilos, kilogram, kilograms", "metre, meter",
    "metres, meters", "litre, liter", "litres, liters", "gram, gramme", "grams, grammes",
    "capital, capital city", "1st, first", "2nd, second", "3rd, third",
    # doing
    "situated, located, found, based, placed", "named, called, titled, name", "reside, live, dwell", "resides, lives",
    "die, pass away", "died, passed away", "buried, interred, laid to rest", "marry, wed", "earn, make",
    "wrote, authored, penned", "build, construct", "built, constructed", "make, create, produce, manufacture",
    "made, created, produced, manufactured", "mend, repair, fix", "mends, repairs, fixes", "mended, repaired, fixed",
    "keep, look after", "keeps, looks after", "own, possess", "owns, possesses, owner", "wrote, author, writer",
    "founded, established, set up, started", "runs, leads, heads, manages", "discovered, found",
    "released, published, issued", "received, got, was given", "start, begin, commence",
    "started, began, commenced", "end, finish", "ended, finished", "leave, depart", "get, obtain",
    "buy, purchase", "bought, purchased", "restart, reboot", "delete, remove, erase", "participate, take part",
    "turn on, switch on, enable, activate", "turn off, switch off, disable, deactivate", "use, utilise, utilize",
    "allowed, permitted", "forbidden, prohibited, banned", "considered, regarded, seen",
    "linked, connected, associated",
    "summarise, summarize, sum up", "explain, describe", "belong, pertain", "belongs, pertains", "show, display",
    "turn, switch", "famous, known",
    # how things are
    "big, large, great", "biggest, largest, greatest", "small, little", "smallest, littlest", "high, tall",
    "highest, tallest", "fast, quick, quickly", "fastest, quickest", "ill, sick", "colour, color",
    "favourite, favorite, preferred", "historic, historical, traditional", "usual, normal", "often, frequently",
    "main, chief, principal, primary",
    "subject, topic, theme, focus",
    "father, male parent", "mother, female parent",
    # Spanish
    "que, cual, cuales", "cuando, cual", "cuando, que hora, que dia, que fecha, que ano", "cuantos anos, que edad",
    "del, de, de la", "nombre, llama, llaman", "repara, arregla", "contrasena, clave", "coche, carro, auto",
    "vive, reside", "piso, apartamento", "movil, celular", "esposa, mujer", "marido, esposo", "padre, papa",
    "hay, tenemos", "cuando, que mes, que meses, que dias, que horas", "murio, fallecio", "murieron, fallecieron",
    "usa, utiliza", "madre, mama", "empieza, comienza", "termina, acaba", "favorito, preferido", "favorita, preferida",
    "ordenador, computadora", "telefono, numero de telefono", "alcalde, alcaldesa", "cuentame, hablame, dime",
)  # fmt: skip

_STEM = 4  # letters
_ENDING = re.compile(
    r"(?:adoras?|adores?|ador|idor|acion|iciones|aciones|amiento|imiento|eria|ados?|adas?|idos?|idas?|aron|ieron|aban?|"
    r"ian?|amos|emos|imos|ar|er|ir|an|en|io|as|es|os|a|e|o)$"
)

TOPICS: tuple[str, ...] = (
    "phone telephone mobile cellphone number call ring reach contact",
    "address live reside residence home house dwell",
    "email mail",
    "job profession occupation work living trade career employ employer",
    "boss manager head lead leader supervisor superior report run charge chief director direct",
    "price cost pay worth charge fee rate much",
    "birthday birthdate birth birthplace bear born age old",
    "die death dead pass",
    "wife husband spouse partner marry",
    "child son daughter kid",
    "come originate origin nationality hail",
    "open close hour time start begin end finish",
    "name call",
    "found founder create creator make maker start establish begin set build builder",
    "own owner belong possess",
    "member belong part",
    "like favourite favorite prefer love",
    "mean meaning definition define stand",
    "high height tall",
    "weight weigh heavy",
    "password passphrase passcode code pin",
    "kind type sort category class classification classify categorize categorise genre consider identify example "
    "exemplify entity designation community settlement locality",
    "locate situate find region area division district location territorial entity locality place",
    "field industry sector specialize specialise specialization specialty focus expertise operate work",
    "publish publisher come release issue responsible",
    "discover discovery invent invention credit",
    "title recognition award honour honor",
    "religion religious faith church",
    "part include belong member category",
    "wear dress",
    "telefono movil numero llamar llama llamo",
    "direccion domicilio vive viven vivir vivia reside residencia casa",
    "trabaja trabajan trabajo trabajar trabajaba dedica dedicaba profesion oficio empleo puesto",
    "jefe jefa dirige director directora encargado encargada responsable gerente lleva manda",
    "precio cuesta vale coste cobra cobran paga pagamos tarifa",
    "cumpleanos cumple nacio nacimiento nacer edad anos",
    "murio muerte morir fallecio fallecimiento",
    "mujer marido esposo esposa pareja conyuge casado casada caso",
    "procedencia origen viene vino nacionalidad",
    "abre cierra horario hora abierto abierta cerrado cerrada",
    "fundo fundador fundadora fundacion creo creador creadora creado creada",
    "dueno duena propietario propietaria pertenece",
    "empleados empleado trabajadores personas plantilla",
    "fabrica fabrican produce producen productos elabora",
    "gusta favorito favorita preferido preferida prefiere",
    "significa significado definicion",
    "contrasena clave pin codigo",
    "escribio autor autora escritor",
    "compro comprador compradora compra",
    "sede ubicado ubicada oficina",
)
"""Words, as a dictionary lists them, of which one may be put for another when the same is asked in other words. They
are no synonyms: what has one in common may ask for something else."""

_TOPICS = [frozenset(each.split()) for each in TOPICS]
_GROUPS: dict[str, set[int]] = {}
for _number, _group in enumerate(_SYNONYMS):
    for _member in _group.split(", "):
        _GROUPS.setdefault(_member, set()).add(_number)


def synonyms(one: str, other: str) -> bool:
    """Whether two words or phrases, written small and without accents, mean about the same or are forms of one word."""
    return one.replace(" ", "") == other.replace(" ", "") or not meanings(one).isdisjoint(meanings(other))


def meanings(phrase: str) -> set[str]:
    """What a word or phrase has in common with its synonyms and its other forms, for comparing only."""
    forms = {phrase} if " " in phrase else roots(phrase) | verb_lemmas(phrase)
    groups = {f"synonyms {number}" for form in forms for number in _GROUPS.get(form, ())}
    return groups if " " in phrase else groups | forms


def topics(word: str) -> set[int]:
    """The numbers of the `TOPICS` that `word` belongs to, in whatever form."""
    forms = {word, *roots(word), *lemmas(word)}
    return {number for number, words in enumerate(_TOPICS) if not words.isdisjoint(forms)}


def roots(word: str) -> set[str]:
    """The words that `word` may be a plural, a past or another form of: mend of mends, mended and mending."""
    found = {word}
    for ending, instead in (("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""),
                            ("ing", "e")):  # fmt: skip
        root = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(root) >= 3 and not word.endswith("ss"):
            found.add(root)
            if ending in ("ed", "ing") and len(root) > 3 and root[-1] == root[-2]:
                found.add(root[:-1])
    return found


def senses(words: set[str]) -> set[str]:
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
