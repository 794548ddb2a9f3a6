"""What people put around a question: a greeting, a request, thanks; in the question's language. Pure."""

import re

OPENINGS = frozenset(
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
MORE_FRAMES: tuple[str, ...] = (
    *FRAMES,
    "Could you tell me: {l}?",
    "{q}? Thank you.",
    "One more thing: {l}?",
    "Let me ask: {l}?",
    "Sorry, {l}?",
    "{q}? In a few words.",
    "Tell me: {l}?",
    "So, {l}?",
    "Hello. {q}?",
    "A question: {l}?",
    "Say, {l}?",
    "{q}? I do not remember.",
)
"""For what must be kept whole, and so has no other forms."""
_ONLY_BEFORE_A_QUESTION = frozenset(["Can you tell me {l}?", "Do you know {l}?", "I would like to know {l}."])

_OTHER_LANGUAGES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"^\W*¿|^(?:(?:qué|quién|quiénes|dónde|cuándo|cuál|cuáles|cuánto|cuánta|cuántos|cuántas|cómo|quien|donde|cuando|"
            r"cual|cuanto|como|dime) |(?:a|de|en|por|con|para) (?:qué|quién|dónde|cuál|cuántos|cuántas)\b)",
            re.IGNORECASE,
        ),
        (
            "{q}?", "Dime: {q}?", "Por favor, {q}?", "Una pregunta: {q}?", "Hola. {q}?", "Oye, {q}?", "{q}, por favor?",
            "{q}? Gracias.", "{q}? Responde brevemente.", "Recuérdame: {q}?", "Quiero saber: {q}?", "A ver, {q}?",
            "Otra pregunta: {q}?", "No me acuerdo: {q}?", "{q}? En pocas palabras.", "Perdona, {q}?",
        ),
    ),
    (
        re.compile(
            r"^(?:wer|wessen|wem|wen|was (?:ist|war|sind|hat|macht|bedeutet|kostet|heißt|soll)|wann|wo|woher|wohin|wie|"
            r"warum|wieso|welche[rsnm]?) ",
            re.IGNORECASE,
        ),
        (
            "{q}?", "Sag mir bitte: {q}?", "Eine Frage: {q}?", "Hallo! {q}?", "Bitte: {q}?", "{q}? Danke.",
            "{q}? Antworte kurz.", "Noch eine Frage: {q}?", "Ich habe es vergessen: {q}?", "{q}, bitte?", "Sag, {q}?",
            "Erinnere mich: {q}?", "Entschuldigung, {q}?", "{q}? In wenigen Worten.",
        ),
    ),
    (
        re.compile(
            r"^(?:qui|que|quoi|quel|quelle|quels|quelles|quand|où|comment (?!on\b)|pourquoi|combien|à qui|de qui|"
            r"à quelle|dans quel|dans quelle|est-ce que|qu['’]est-ce) ?",
            re.IGNORECASE,
        ),
        (
            "{q} ?", "Dis-moi : {q} ?", "Une question : {q} ?", "Bonjour. {q} ?", "S'il te plaît : {q} ?",
            "{q} ? Merci.", "{q} ? Réponds brièvement.", "Encore une question : {q} ?", "J'ai oublié : {q} ?",
            "Rappelle-moi : {q} ?", "Pardon, {q} ?", "{q} ? En quelques mots.",
        ),
    ),
)  # fmt: skip
"""How questions begin that are not English, and what people put around those."""


def is_english(question: str) -> bool:
    """Whether `question` begins as none of another language that is known here."""
    return not any(beginning.match(question.strip()) for beginning, _frames in _OTHER_LANGUAGES)


def frames_for(question: str, whole: bool) -> tuple[str, ...]:
    """What may be put around `question`; more where it has to be kept `whole`, and so has no other forms."""
    found = (frames for beginning, frames in _OTHER_LANGUAGES if beginning.match(question.strip()))
    return next(found, MORE_FRAMES if whole else FRAMES)


def framed(core: str, frame: str) -> str:
    """`core` (a question without its mark) set into a frame; `{l}` asks for a small first letter."""
    asks = starts_with_question_word(core)
    lowered = core[:1].lower() + core[1:] if not core[:2].isupper() and asks else core
    if not asks and frame in _ONLY_BEFORE_A_QUESTION:
        frame = FRAMES[0]
    return frame.format(q=core[:1].upper() + core[1:], l=lowered)


def starts_with_question_word(text: str) -> bool:
    return re.split(r"[ '’]", text, maxsplit=1)[0].lower() in OPENINGS
