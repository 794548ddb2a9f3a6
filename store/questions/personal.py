"""Whether somebody asks a question of themselves: "What is my name?" has another answer for everybody.

Where several share a home, what corrects it is memory's for whoever taught it alone, and no night's. "Our" is
everybody's, and so is "How do I wash my car?". English, and the commonest in Spanish, by hand. In doubt it is asked of
oneself. Pure.
"""

import re

from store.records import Correction

_OWN = re.compile(
    r"(?<![^\W\d_])(?:(?<!tell )(?<!give )(?<!show )(?<!remind )(?<!help )(?<!let )(?<!to )(?<!for )"
    r"me(?= [a-z]+ing\b| to\b|\W*$)|"
    r"meine?[nmrs]?(?= \w)|(?:mon|ma|mes)(?= [a-zàâéèêîôû])|my(?= [a-z0-9\"'“‘])|mine|myself|about me|"
    r"(?:am|was|have|had|did|do|will|would) [Ii]"
    r"(?! (?:need|have to)\b)|who [Ii] am|mis?(?= [a-záéíóúñ])|mí[oa]s?|conmigo|me llamo|(?:quién|quien) soy|"
    r"(?<!en )vivo|nací|tengo(?! que)|(?:dónde|donde) trabajo)(?![^\W\d_])"
)
_FIRST = re.compile(
    r"^\W*(?:Quién|Quien|Dónde|Donde|Meine?|Mon|Ma|Mes|My|Mis?|Mine|Am|Was|Have|Had|Did|Do|Will|Would|Vivo|Nací|Tengo)\b"
)
_OF_ALL = re.compile(
    r"(?:^|[,:;.!?]\s)\W*(?:how (?:do|does|can|could|should|would|to)|cómo (?:puedo|debo)) |"
    r"\b(?:should|can|must|may) I\b(?!.*\bmy\b)",
    re.I,
)


def personal(question: str, context: str = "") -> bool:
    """Whether `question`, or what it is bound to (`store.questions.context`), is asked of whoever asks."""
    return any(map(_of_oneself, (question, *context.split("\n"))))


def holder(of: Correction) -> str | None:
    """The user whom a correction holds for alone, "" where there are no users; None when it holds for everybody."""
    return of.by if of.manner or personal(of.question, of.context) else None


def _of_oneself(text: str) -> bool:
    if _OF_ALL.search(text):
        return False
    if text.istitle() or text.isupper() or " MY " in text:
        text = text.lower()
    return bool(_OWN.search(_FIRST.sub(lambda first: first.group().lower(), text)))
