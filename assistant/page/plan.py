"""What the next night is about, before it comes: what it will teach, so that its owner can still say no. Pure."""

from html import escape

from assistant.page.night_control import Plan
from assistant.page.speech import heard, say, say_many

SHOWN = 12
CHARACTERS = 160


def plan(planned: Plan) -> str:
    """A card with what is new, the newest first, twelve at most; with a word when there is nothing."""
    title = f'<h2 class="part">{say("What the next night is about")}</h2>'
    if not (planned.new or planned.withdrawn or planned.manner):
        return f'{title}<p class="none">{say("Nothing was corrected since the last one.")}</p>'
    items = "".join(
        f"<li>{escape(_cut(each.question))} <strong>{escape(_cut(each.answer))}</strong></li>"
        for each in reversed(planned.new[-SHOWN:])
    )
    listed = f"<ul>{items}</ul>" if items else ""
    return f'{title}<div class="card">{listed}{"".join(f"<p>{escape(line)}</p>" for line in _more(planned))}</div>'


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
                "Under Corrections each has its practice questions, of which you can leave some out, and add your own. "
                "Left alone, the night goes ahead with all of them."
            )
        )
    return lines


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CHARACTERS else line[:CHARACTERS] + " …"
