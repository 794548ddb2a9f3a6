"""The report of a night in words and pictures: verdict, what was learned and what not, what was checked, how long.

Shown on the page of the night, and by `printed` as a page of its own. Reads the store and changes nothing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from assistant.page import words
from assistant.page.lessons import lessons
from assistant.page.speech import date, heard, later, number, percent, say, say_many
from store import checks, feedback, runs
from store.journal import journal, paused_s, seconds_between
from store.light_sqlite_utils import Database
from store.records import Check, Entry, Phase, Run, TakenBack

_TEACHER_FAULTS = {
    "transport": later("it cannot be reached"),
    "timeout": later("it took too long"),
    "auth": later("it refuses the key (Settings, Teacher)"),
    "billing": later("it wants to be paid"),
    "rate_limit": later("it was asked too often"),
    "unsupported_model": later("it has no such model (Settings, Teacher)"),
}
_OTHER_FAULT = later("it answered with an error")
STEADY = 0.02
LET_PASS = 0.1
"""Nats per token: up to the first the original's answers count as unmoved here, beyond the second the gate refuses."""


def report(db: Database, run: Run) -> str:
    """All that there is to say of a night that has ended."""
    taught, later = _taught(db, run), _later(db, run)
    collected = runs.finished_phase(db, run.id, "collect") or {}
    examined = runs.finished_phase(db, run.id, "examine") or {}
    passed = (runs.finished_phase(db, run.id, "decide") or {}).get("promoted", run.verdict == "promoted")
    return (
        _verdict(run, runs.taken_back(db, run.id), passed, _came_for(run, collected))
        + lessons(taught, promoted=passed)
        + later
        + _left_out(db, run)
        + _teacher(runs.finished_phase(db, run.id, "synthesise") or {})
        + checked(examined.get("candidate") or {}, examined.get("base") or {}, examined.get("incumbent") or {})
        + times(run, runs.phases(db, run.id), journal(db, run.id))
    )


def _came_for(run: Run, collected: Mapping[str, Any]) -> str:
    """Which alarm a night answered to, if any, and whether it came for nothing else."""
    if not collected.get("alarm"):
        return ""
    if run.trigger == "schedule" and not (collected.get("new") or collected.get("withdrawn")):
        return say("It came because a week was worse than those before: what was not known was practised again.")
    return say("It also answered to a week that was worse than those before.")


def _verdict(run: Run, back: TakenBack | None, passed: bool, came_for: str) -> str:
    every = (*([back.sentence] if back else ()), *run.reasons)
    reasons = "".join(f"<li>{escape(heard(reason))}</li>" for reason in every)
    when = say("{time}, begun {how}", time=words.time_words(run.ended or run.started), how=words.trigger_words(run))
    named = f"<span>{escape(words.version_name(run.version))}</span>" if run.version else ""
    verdict = escape(words.verdict_words(run, back, passed=passed))
    alarm = f"<p>{escape(came_for)}</p>" if came_for else ""
    return (
        f'<div class="card"><h3>{verdict}</h3>{alarm}{f"<ul>{reasons}</ul>" if reasons else ""}'
        f'<div class="foot"><span>{escape(when)}</span>{named}</div></div>'
    )


def _taught(db: Database, run: Run) -> list[Check]:
    """What the run's version was taught anew, with what it says now."""
    if run.version is None:
        return []
    new = set((runs.finished_phase(db, run.id, "collect") or {}).get("new", ()))
    return [each for each in checks.checks(db, run.version) if each.correction.id in new]


def _later(db: Database, run: Run) -> str:
    """What this night could not have learned, since it was corrected later."""
    count = sum(each.created > run.started for each in feedback.active_corrections(db))
    if not count:
        return ""
    said = say_many(
        "{count} correction was made after this night had begun: the next one learns from there.",
        "{count} corrections were made after this night had begun: the next one learns from there.",
        count,
    )
    return f'<p class="none">{said}</p>'


def _left_out(db: Database, run: Run) -> str:
    """What no night can teach."""
    too_long = set((runs.finished_phase(db, run.id, "collect") or {}).get("too_long", ()))
    count = sum(each.id in too_long for each in feedback.active_corrections(db))
    if not count:
        return ""
    said = say_many(
        "{count} correction is too long for a night to teach: memory alone gives it.",
        "{count} corrections are too long for a night to teach: memory alone gives them.",
        count,
    )
    return f'<p class="none">{said}</p>'


def _teacher(synthesised: Mapping[str, Any]) -> str:
    """Why the teacher that was set did not help, if it did not."""
    fault = synthesised.get("teacher_fault")
    if not fault:
        return ""
    why = say(_TEACHER_FAULTS.get(fault, _OTHER_FAULT))
    said = say("The teacher did not help: {why}. The practice questions of this night are written without it.", why=why)
    return f'<p class="none">{said}</p>'


def checked(candidate: dict[str, Any], base: dict[str, Any], incumbent: dict[str, Any]) -> str:
    """What was asked so that nothing else moved, with counts, each with a bar for what stayed as it was. Pure."""
    lines = "".join(_checks(candidate, base, incumbent))
    if not lines:
        return ""
    title = say("What was checked, so that nothing else moved")
    return f'<h2 class="part">{title}</h2><div class="card">{lines}</div>'


def checked_briefly(now: Mapping[str, Any]) -> Iterator[str]:
    """The same of a version in few words, for a list of many. Pure."""
    near, general = (int(now.get(name, 0)) for name in ("neighbours", "general"))
    if near:
        kept = near - int(now.get("neighbour_bleed", 0))
        yield say("Questions much like yours: {kept} of {asked} left alone", kept=kept, asked=near)
    if general:
        kept, same = general - int(now.get("general_bleed", 0)), now.get("general_same", 0)
        yield say(
            "Everyday questions: {kept} of {asked} left alone, {same} begin the same",
            kept=kept,
            asked=general,
            same=same,
        )
        yield say("The original's own answers to them: {drift}", drift=_felt(_nats(now)))


def _checks(now: dict[str, Any], base: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    old, near, general, liked = (
        int(now.get(name, 0)) for name in ("old_asked", "neighbours", "general", "liked_asked")
    )
    if old:
        right = int(now.get("old_right", 0))
        yield _line(say("What you taught earlier"), words.right_words(right, old) + _lost(now, before), right / old)
    if near:
        kept = near - int(now.get("neighbour_bleed", 0))
        text = say(
            "{kept} of {asked} were left alone; {moved} were given an answer that belongs to another question",
            kept=kept,
            asked=near,
            moved=near - kept,
        )
        yield _line(say("Questions much like yours, about somebody or something else"), text, kept / near)
    if general:
        kept = general - int(now.get("general_bleed", 0))
        text = say(
            "{kept} of {asked} were left alone; {same} answers begin word for word as the original's",
            kept=kept,
            asked=general,
            same=now.get("general_same", 0),
        )
        yield _line(say("Everyday questions"), text, kept / general)
        yield _line(say("The original's own answers to them"), _drift(_nats(now)))
    if near or general or old:
        text = say("{count}; the original gave {base}", count=now.get("broken", 0), base=base.get("broken", 0))
        yield _line(say("Answers that are empty or go round in circles"), text)
    if liked:
        right = int(now.get("liked_right", 0))
        text = say(
            "{right} of {asked}; the original's {base}", right=right, asked=liked, base=base.get("liked_right", 0)
        )
        yield _line(say("Answers as you like them"), text, right / liked)


def _lost(now: dict[str, Any], before: dict[str, Any]) -> str:
    pairs = list(zip(before.get("old_answers", ()), now.get("old_answers", ()), strict=False))
    if not pairs:
        return ""
    lost, gained = sum(b and not n for b, n in pairs), sum(n and not b for b, n in pairs)
    changed = say("{lost} were right before and are not now, {gained} the other way round", lost=lost, gained=gained)
    return f"; {changed}"


def _nats(now: Mapping[str, Any]) -> float:
    """The drift, per token; no number where it was not measured."""
    drift = now.get("drift")
    return float(drift) if isinstance(drift, int | float) else math.nan


def _felt(drift: float) -> str:
    if math.isnan(drift):
        return say("could not be measured")
    if drift <= STEADY:
        return say("as likely as before to the new version")
    if drift <= LET_PASS:
        return say("a little less likely to the new version")
    return say("less likely to the new version")


def _drift(drift: float) -> str:
    if math.isnan(drift):
        return _felt(drift)
    measured = number(drift, "+0.000;-0.000")
    return (
        _felt(drift)
        + " "
        + say("({drift} nats per token; up to {most} is let pass)", drift=measured, most=number(LET_PASS))
    )


def _line(title: str, text: str, share: float | None = None) -> str:
    picture = "" if share is None else bar(share, f"{title}: {percent(share)}")
    return f'<div class="check"><p><strong>{escape(title)}</strong></p>{picture}<p>{escape(text)}.</p></div>'


def bar(share: float, name: str) -> str:
    """A share as a picture. Pure."""
    filled = f'<span style="width: {100 * share:.1f}%"></span>'
    return f'<span class="bar" role="img" aria-label="{escape(name)}">{filled}</span>'


def times(run: Run, phases: Sequence[Phase], entries: Sequence[Entry]) -> str:
    """How long each phase took, without pauses, as bars beside each other. Pure."""
    took = {
        words.phase_name(phase.name): seconds_between(phase.started, phase.ended)
        - paused_s(entries, phase.started, phase.ended)
        for phase in phases
        if phase.ended
    }
    longest = max(took.values(), default=0.0)
    if longest <= 0:
        return ""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{words.duration_words(seconds)}</td>"
        f"<td>{bar(seconds / longest, f'{name}: {words.duration_words(seconds)}')}</td></tr>"
        for name, seconds in took.items()
    )
    paused = paused_s(entries, run.started, run.ended) if run.ended else 0.0
    pauses = say("It was paused for {time} besides.", time=words.duration_words(paused)) if paused else ""
    work = say("{time} of work.", time=words.duration_words(sum(took.values())))
    return (
        f'<h2 class="part">{say("How long it took")}</h2><div class="card"><p>{work} {pauses}</p>'
        f'<div class="wide"><table><thead><tr><th>{say("Step")}</th><th>{say("Time")}</th><th></th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def day(run: Run) -> str:
    """The day on which a night ended, for a title."""
    return date(words.moment(run.ended or run.started).astimezone(), say("d MMMM y"))
