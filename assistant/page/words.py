"""What the page calls things, in words for people who know nothing of models. Pure."""

from datetime import UTC, datetime
from html import escape

from assistant.page.speech import date, heard, later, say, say_many
from models.version_files import BASE
from store.records import CorrectionStanding, Entry, Run, TakenBack

REASONS = {
    1: (later("correct"), later("clear"), later("well put")),
    -1: (later("wrong"), later("not what I asked"), later("too long"), later("too short"), later("hard to understand")),
}
"""What is stored of a thumb; it is said in the language of the page."""

PHASES = {
    "review": later("Looking back on the version that answers"),
    "collect": later("Gathering your corrections"),
    "synthesise": later("Writing practice questions"),
    "finetune": later("Training"),
    "merge": later("Building the new version"),
    "examine": later("Examining the new version"),
    "decide": later("Deciding"),
    "promote": later("Switching over"),
}

_VERDICTS = {
    "promoted": later("The new version passed its examination and answers now."),
    "refused": later("The new version did not pass its examination."),
    "nothing learned": later("There was nothing new to learn."),
    "failed": later("The night could not finish."),
    "cancelled": later("The night was cancelled."),
}

_PASSED_BY = later("The new version passed its examination, and does not answer: you chose another one meanwhile.")
_STAYS = ("refused", "failed", "cancelled")

_TRIGGERS = {
    "schedule": later("on schedule"),
    "command": later("from the command line"),
    "page": later("from this page"),
}


def version_name(version: str | None) -> str:
    """A version as it is named in a sentence."""
    if version is None:
        return say("an earlier program")
    return say("the original model") if version == BASE else say("version {name}", name=version.removeprefix("v-"))


def phase_name(phase: str) -> str:
    """A phase of the night, or the name it goes by inside where it has none here."""
    return say(PHASES[phase]) if phase in PHASES else phase


def right_words(right: int, asked: int) -> str:
    """How many test questions were answered right."""
    return say("{right} of {asked} test questions right", right=right, asked=asked)


def standing_words(standing: CorrectionStanding) -> str:
    """Where a correction stands, as a sentence after its one word."""
    if standing.correction.manner and standing.standing == "remembered":
        return say("A wish for every answer: the model is told with each question. It is not trained.")
    if standing.correction.context and standing.standing == "remembered":
        return say("Used where the same was said or read before. By itself the question says too little to be trained.")
    if standing.alone and standing.standing in ("remembered", "not stuck"):
        return say("Used for {name} alone, who asks it of themselves; it is not trained.", name=standing.correction.by)
    if standing.too_long and standing.standing in ("remembered", "not stuck"):
        return say("Used in answers; it is too long for a night to teach, so that memory alone gives it.")
    score = right_words(standing.right, standing.asked)
    return {
        "remembered": say("Used in answers; the model learns it in the next night."),
        "in training": say("The model is learning it right now."),
        "stuck": say("The model knows it by itself: {score}.", score=score),
        "not stuck": say("Used in answers, but the model does not know it by itself yet: {score}.", score=score),
        "superseded": say("Replaced by a newer correction."),
        "forgotten": say("Taken back; nothing of it is used."),
    }[standing.standing]


def verdict_words(run: Run, back: TakenBack | None = None, *, passed: bool = False) -> str:
    """How a night ended, that took `back` a version at its beginning, and whose own `passed` its examination."""
    if run.verdict not in _VERDICTS:
        return say("The night was interrupted; the next one finishes its work.")
    said = [_PASSED_BY if run.verdict == "refused" and passed else _VERDICTS[run.verdict]]
    if run.verdict != "promoted" and back:
        said.append(later("The version that answered did not pass a second look: the one before it answers again."))
    elif run.verdict in _STAYS:
        said.append(later("Everything stays as it was."))
    return " ".join(map(say, said))


def taken_back_line(back: TakenBack | None) -> str:
    """For the head of the page, when a night took a version back lately. Pure."""
    if back is None:
        return ""
    told = say("A night took a version back, and the one before it answered again: {why}.", why=heard(back.sentence))
    return f'<p class="badge bad alarm" role="status">{escape(told)}</p>'


def trigger_words(run: Run) -> str:
    """Who began a night."""
    return say(_TRIGGERS[run.trigger])


def time_words(utc: str) -> str:
    """A stored time as local date and time."""
    return date(moment(utc).astimezone(), say("d MMM y, HH:mm"))


def clock_words(utc: str) -> str:
    """A stored time as local time of day."""
    return moment(utc).astimezone().strftime("%H:%M:%S")


def duration_words(seconds: float) -> str:
    """How long something took."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def happening_words(entry: Entry) -> str:
    """A line of a night's journal as a sentence."""
    phase, note = phase_name(entry.note), entry.note
    return {
        "begun": say("The night began, {how}.", how=say(_TRIGGERS.get(note, note))),
        "phase begun": say("{phase}: begun.", phase=phase),
        "phase again": say("{phase}: begun again, after an interruption.", phase=phase),
        "phase done": say("{phase}: done.", phase=phase),
        "busy": say("Busy with {what}.", what=heard(note)),
        "paused": say("Paused."),
        "resumed": say("Resumed."),
        "stopped": say("Stopped."),
        "ended": say("The night ended: {how}.", how=heard(note)),
    }[entry.what]


def due_words(when: datetime | None, now: datetime) -> str:
    """When the next night comes."""
    if when is None:
        return say("No night is planned. Start one when you like, or switch nights on under Settings.")
    return say("The next night starts {day} at {time}.", day=_day_words(when, now), time=f"{when:%H:%M}")


def alarm_night_words(when: datetime | None, now: datetime) -> str:
    """Which night comes for a week that was worse than before."""
    if when is None:
        return say("A night would practise again what is not known yet: start one under Night.")
    return say(
        "The night {day} at {time} comes for that: what is not known yet is practised again.",
        day=_day_words(when, now),
        time=f"{when:%H:%M}",
    )


def _day_words(when: datetime, now: datetime) -> str:
    days = (when.date() - now.astimezone(when.tzinfo).date()).days
    return {0: say("today"), 1: say("tomorrow")}.get(days) or say("on {weekday}", weekday=date(when, "EEEE"))


def left_words(seconds: float) -> str:
    """A time that is left, as people say it."""
    if seconds < 60:
        return say("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 60:
        return say_many("about {count} minute left", "about {count} minutes left", minutes)
    return say("about {hours} h {minutes} min left", hours=minutes // 60, minutes=minutes % 60)


def moment(utc: str) -> datetime:
    """A stored time as a datetime."""
    return datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone(UTC)
