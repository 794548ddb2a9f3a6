"""What the page calls things, in words for people who know nothing of models. Pure."""

from datetime import UTC, datetime

from models.version_files import BASE
from store.records import CorrectionStanding, Entry, Run

REASONS = {
    1: ("correct", "clear", "well put"),
    -1: ("wrong", "not what I asked", "too long", "too short", "hard to understand"),
}

PHASES = {
    "review": "Looking back on the version that answers",
    "collect": "Gathering your corrections",
    "synthesise": "Writing practice questions",
    "finetune": "Training",
    "merge": "Building the new version",
    "examine": "Examining the new version",
    "decide": "Deciding",
    "promote": "Switching over",
}

_VERDICTS = {
    "promoted": "The new version passed its examination and answers now.",
    "refused": "The new version did not pass its examination.",
    "nothing learned": "There was nothing new to learn.",
    "failed": "The night could not finish.",
    "cancelled": "The night was cancelled.",
}

_STAYS = ("refused", "failed", "cancelled")

_TRIGGERS = {"schedule": "on schedule", "command": "from the command line", "page": "from this page"}


def version_name(version: str | None) -> str:
    """A version as it is named in a sentence."""
    if version is None:
        return "an earlier program"
    return "the original model" if version == BASE else f"version {version.removeprefix('v-')}"


def standing_words(standing: CorrectionStanding) -> str:
    """Where a correction stands, as a sentence after its one word."""
    if standing.correction.manner and standing.standing == "remembered":
        return "A wish for every answer: the model is told with each question. It is not trained."
    score = f"{standing.right} of {standing.asked} test questions right"
    return {
        "remembered": "Used in answers; the model learns it in the next night.",
        "in training": "The model is learning it right now.",
        "stuck": f"The model knows it by itself: {score}.",
        "not stuck": f"Used in answers, but the model does not know it by itself yet: {score}.",
        "superseded": "Replaced by a newer correction.",
        "forgotten": "Taken back; nothing of it is used.",
    }[standing.standing]


def verdict_words(run: Run) -> str:
    """How a night ended."""
    said = _VERDICTS.get(run.verdict or "", "The night was interrupted; the next one finishes its work.")
    if run.verdict == "promoted":
        return said
    if run.took_back:
        return f"{said} The version that answered did harm: the one before it answers again."
    return f"{said} Everything stays as it was." if run.verdict in _STAYS else said


def taken_back_line(last: Run | None) -> str:
    """For the head of the page, when the last night took a version back. Pure."""
    if last is None or not last.took_back:
        return ""
    return (
        '<p class="badge bad alarm" role="status">The last night took a version back that did harm. '
        "What it did stands under Night.</p>"
    )


def trigger_words(run: Run) -> str:
    """Who began a night."""
    return _TRIGGERS[run.trigger]


def time_words(utc: str) -> str:
    """A stored time as local date and time."""
    return moment(utc).astimezone().strftime("%-d %b %Y, %H:%M")


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
    phase = PHASES.get(entry.note, entry.note)
    return {
        "begun": f"The night began, {_TRIGGERS.get(entry.note, entry.note)}.",
        "phase begun": f"{phase}: begun.",
        "phase again": f"{phase}: begun again, after an interruption.",
        "phase done": f"{phase}: done.",
        "busy": f"Busy with {entry.note}.",
        "paused": "Paused.",
        "resumed": "Resumed.",
        "ended": f"The night ended: {entry.note}.",
    }[entry.what]


def due_words(when: datetime | None, now: datetime) -> str:
    """When the next night comes."""
    if when is None:
        return "No night is planned. Start one when you like, or switch nights on under Settings."
    days = (when.date() - now.astimezone(when.tzinfo).date()).days
    day = {0: "today", 1: "tomorrow"}.get(days, when.strftime("on %A"))
    return f"The next night starts {day} at {when:%H:%M}."


def left_words(seconds: float) -> str:
    """A time that is left, as people say it."""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} minute{'s' if minutes > 1 else ''} left"
    return f"about {minutes // 60} h {minutes % 60} min left"


def moment(utc: str) -> datetime:
    """A stored time as a datetime."""
    return datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone(UTC)
