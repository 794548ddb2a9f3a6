"""What the next night is about, before it comes: what it will teach, so that its owner can still say no.

What is new can be looked through one by one, with the questions in which it is practised, until it is accepted: a dozen
a day, so that it takes three minutes at most. Pure.
"""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

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


def to_look_at(planned: Plan, accepted: Mapping[int, str] = MappingProxyType({}), today: str = "") -> list[Correction]:
    """What is new and not `accepted` yet, the newest first: no more than a dozen with those accepted since `today`."""
    left = SHOWN - sum(time >= today for time in accepted.values())
    fresh = [each for each in reversed(planned.new) if each.id not in accepted]
    return fresh[: max(0, left)]


def plan(
    planned: Plan,
    looked: Unfolded | None = None,
    accepted: Mapping[int, str] = MappingProxyType({}),
    today: str = "",
) -> str:
    """A card with what is new, or with the one correction that is `looked` at; with a word when there is nothing.

    `accepted` says when each was, by id; `today` is when this day began.
    """
    title = f'<h2 class="part">{say("What the next night is about")}</h2>'
    if not (planned.new or planned.withdrawn or planned.manner or planned.alarm):
        return f'{title}<p class="none">{say("Nothing was corrected since the last one.")}</p>'
    left = to_look_at(planned, accepted, today)
    place = next((place for place, each in enumerate(left) if looked and each.id == looked.id), None)
    if looked and place is not None:
        return f'{title}<div class="card">{_one(left, place, looked)}</div>'
    items = "".join(_item(each, each.id in accepted) for each in planned.new[: -SHOWN - 1 : -1])
    listed = f"<ul>{items}</ul>{_begin(left) if left else ''}" if items else ""
    return f'{title}<div class="card">{listed}{"".join(f"<p>{escape(line)}</p>" for line in _more(planned))}</div>'


def _item(each: Correction, accepted: bool) -> str:
    mark = f" <small>({say('accepted')})</small>" if accepted else ""
    return f"<li>{escape(_cut(each.question))} <strong>{escape(_cut(each.answer))}</strong>{mark}</li>"


def _begin(shown: Sequence[Correction]) -> str:
    text = say("Look through their practice questions ({time})", time=duration_words(EACH_S * len(shown)))
    return f'<div class="acts">{button("ahead", "look", text, kind="plain", id=shown[0].id)}</div>'


def _one(shown: Sequence[Correction], place: int, looked: Unfolded) -> str:
    """One correction with its practice questions, to be accepted or left for another time."""
    each, after = shown[place], shown[place + 1 : place + 2]
    at = say("{right} of {count}", right=place + 1, count=len(shown))
    left = left_words(EACH_S * (len(shown) - place))
    accept = button("ahead", "accept", say("Accept"), kind="strong", id=each.id)
    on = button("ahead", "look", say("Next"), id=after[0].id) if after else ""
    end = button("ahead", "done", say("Back to the list"))
    return (
        f'<p class="none" role="status">{at} · {left}</p><h3>{escape(each.question)}</h3>'
        f"<p><strong>{escape(_cut(each.answer))}</strong></p>"
        f'{practice_list("ahead", each.id, looked.forms or {}, looked.own)}<div class="acts">{accept}{on}{end}</div>'
    )


def _more(planned: Plan) -> list[str]:
    lines = []
    if planned.new[SHOWN:]:
        lines.append(say("and {count} more, all under Corrections.", count=len(planned.new) - SHOWN))
    if planned.withdrawn:
        lines.append(
            say_many(
                "{count} correction that is not to be taught any more is unlearned.",
                "{count} corrections that are not to be taught any more are unlearned.",
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
    if planned.alarm:
        lines.append(say("For the week that was worse: what was taught and is not known yet is practised again."))
    if planned.manner:
        lines.append(say("From your votes: {manner}", manner=heard(planned.manner)))
    if planned.new:
        lines.append(
            say(
                "Of the practice questions you can leave some out, reword them and add your own, also under "
                "Corrections. Left alone, the night goes ahead with them."
            )
        )
    return lines


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CHARACTERS else line[:CHARACTERS] + " …"
