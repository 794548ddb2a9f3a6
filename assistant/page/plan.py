"""What the next night is about, before it comes: what it will teach, so that its owner can still say no.

What is new can be looked through one by one, with the questions in which it is practised: the newest dozen, so that
it takes three minutes a day at most. Pure.
"""

from collections.abc import Sequence
from html import escape

from assistant.page.correction_card import Unfolded
from assistant.page.night_control import Plan
from assistant.page.practised import practice_list
from assistant.page.pressed import button
from assistant.page.speech import heard, say, say_many
from assistant.page.words import duration_words, left_words
from store.records import Correction

SHOWN = 12
EACH_S = 15.0  # what it takes to look at one correction
CHARACTERS = 160


def to_look_at(planned: Plan) -> list[Correction]:
    """What is new, the newest first, as much of it as is shown."""
    return list(reversed(planned.new[-SHOWN:]))


def plan(planned: Plan, looked: Unfolded | None = None) -> str:
    """A card with what is new, or with the one correction that is `looked` at; with a word when there is nothing."""
    title = f'<h2 class="part">{say("What the next night is about")}</h2>'
    if not (planned.new or planned.withdrawn or planned.manner):
        return f'{title}<p class="none">{say("Nothing was corrected since the last one.")}</p>'
    shown = to_look_at(planned)
    place = next((place for place, each in enumerate(shown) if looked and each.id == looked.id), None)
    if looked and place is not None:
        return f'{title}<div class="card">{_one(shown, place, looked)}</div>'
    items = "".join(
        f"<li>{escape(_cut(each.question))} <strong>{escape(_cut(each.answer))}</strong></li>" for each in shown
    )
    listed = f"<ul>{items}</ul>{_begin(shown)}" if items else ""
    return f'{title}<div class="card">{listed}{"".join(f"<p>{escape(line)}</p>" for line in _more(planned))}</div>'


def _begin(shown: Sequence[Correction]) -> str:
    text = say("Look through their practice questions ({time})", time=duration_words(EACH_S * len(shown)))
    return f'<div class="acts">{button("ahead", "look", text, kind="plain", id=shown[0].id)}</div>'


def _one(shown: Sequence[Correction], place: int, looked: Unfolded) -> str:
    """One correction with its practice questions, and the way on."""
    each, after = shown[place], shown[place + 1 : place + 2]
    at = say("{right} of {count}", right=place + 1, count=len(shown))
    left = left_words(EACH_S * (len(shown) - place))
    on = button("ahead", "look", say("Next"), kind="strong", id=after[0].id) if after else ""
    end = button("ahead", "done", say("Back to the list") if after else say("Done"), kind="" if after else "strong")
    return (
        f'<p class="none" role="status">{at} · {left}</p><h3>{escape(each.question)}</h3>'
        f"<p><strong>{escape(_cut(each.answer))}</strong></p>"
        f'{practice_list("ahead", each.id, looked.forms or {}, looked.own)}<div class="acts">{on}{end}</div>'
    )


def _more(planned: Plan) -> list[str]:
    lines = []
    if planned.new[SHOWN:]:
        lines.append(say("and {count} more, all under Corrections.", count=len(planned.new) - SHOWN))
    if planned.withdrawn:
        lines.append(
            say_many(
                "{count} correction that you took back is unlearned.",
                "{count} corrections that you took back are unlearned.",
                planned.withdrawn,
            )
        )
    if planned.waiting > 0:
        lines.append(
            say_many(
                "{count} more waits for a later night; memory answers it until then.",
                "{count} more wait for a later night; memory answers them until then.",
                planned.waiting,
            )
        )
    if planned.manner:
        lines.append(say("From your votes: {manner}", manner=heard(planned.manner)))
    if planned.new:
        lines.append(
            say(
                "Of the practice questions you can leave some out, and add your own, also under Corrections. Left "
                "alone, the night goes ahead with all of them."
            )
        )
    return lines


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CHARACTERS else line[:CHARACTERS] + " …"
