"""One night, read from top to bottom: review, collect, synthesise, fine-tune, merge, examine, decide, promote.

Each phase is on record when it is done, and what it made lies in the store or in the run's directory, so that a
night that is killed goes on where it stopped. `run.py improve` calls `run_night` in a process of its own; the
served model is touched by nothing but the one pointer at the end.
"""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from models.adapter import MergedWeights
from models.catalogue import BaseModel, training_dir
from models.embedding import Embedder, embedding_file
from models.engine import Engine
from models.gguf_file import quantise, replace_tensors
from models.promotion import promote
from models.question_vectors import in_step
from models.version_files import BASE, adapter_of, current, model_file, seal_version
from store import checks, examples, feedback, ratings, runs, versions, wordings
from store.answering import GiveWay
from store.database import opened
from store.errors import AprendizError, NightFailed
from store.journal import journal, paused_s, write
from store.light_sqlite_utils import Database
from store.records import Run, Version, at, now
from store.settings import Settings
from store.wordings import own_wordings
from trainer.clearing import clear_ended, clear_old
from trainer.collect import Ledger, collect, goes_on_from
from trainer.examine import Evaluation, Questions, examine
from trainer.gate import Decision, decide
from trainer.lengths import Fits, fits
from trainer.liked import liked_examples
from trainer.resume import begin_anew, not_for_ever, outdated
from trainer.review import PHASE, due, review, take_back
from trainer.reward import Reward
from trainer.worth import alarmed, worth_a_night

log = logging.getLogger(__name__)
PHASES = ("review", "collect", "synthesise", "finetune", "merge", "examine", "decide", "promote")
Progress = Callable[[str, int, int, str], None]
OpenEngine = Callable[[Path, str], Engine]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `improve --json` prints last: the run, the decision, the version it is about, how long, and figures."""

    run: str
    decision: str
    version: str | None
    seconds: float
    metrics: dict[str, Any]
    reasons: tuple[str, ...]


def run_night(
    settings: Settings,
    base: BaseModel,
    open_engine: OpenEngine,
    trigger: Literal["schedule", "command", "page"],
    *,
    local_date: str | None = None,
    progress: Progress = lambda phase, done, total, note: None,
) -> Outcome:
    """Do a night's work, or finish one that was interrupted. The caller holds the lock of the home.

    Whatever goes wrong is recorded as a failed run with its reason, and raised again as NightFailed; the served
    version stays. `open_engine` loads a GGUF file under a version's name.
    """
    started = time.monotonic()
    with opened(settings.home) as db:
        run = runs.unfinished_run(db) or runs.begin_run(db, trigger, local_date)
        if local_date:
            run = runs.go_on(db, run.id, local_date)
        clear_ended(db, settings.home)
        work = settings.home / "runs" / run.id
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            finished = _phases(_Night(settings, base, open_engine, db, run, work, progress, started))
        except (KeyboardInterrupt, SystemExit):
            write(db, run.id, "stopped")
            raise
        except AprendizError as error:
            runs.fail_run(db, run.id, str(error))
            clear_ended(db, settings.home)
            raise
        except Exception as error:
            log.exception("run %s failed", run.id)
            runs.fail_run(db, run.id, f"{type(error).__name__}: {error}")
            clear_ended(db, settings.home)
            raise NightFailed(f"The night {run.id} failed: {error}. The served version is unchanged.") from error
        return finished


@dataclass(frozen=True, slots=True)
class _Night:
    """What every phase of one night has at hand."""

    settings: Settings
    base: BaseModel
    open_engine: OpenEngine
    db: Database
    run: Run
    work: Path
    tell: Progress
    started: float

    @contextmanager
    def engine(self, path: Path, version: str) -> Iterator[Engine]:
        engine = self.open_engine(path, version)
        try:
            yield engine
        finally:
            engine.close()

    @property
    def fits(self) -> Fits:
        """Whether a question and its answer are short enough to be taught to this base."""
        return fits(lambda: self.base.gguf)

    def worked_s(self) -> float:
        """For how long this process has been at it, without what it was paused."""
        passed = time.monotonic() - self.started
        since = at(datetime.now(UTC) - timedelta(seconds=passed))
        return passed - paused_s(journal(self.db, self.run.id), since, now())

    def progress(self, phase: str) -> Callable[[int, int, str], None]:
        """Tell how far `phase` is, to the terminal each time and to the store twice a second."""
        last = 0.0

        def report(done: int, total: int, note: str) -> None:
            nonlocal last
            self.tell(phase, done, total, note)
            if time.monotonic() - last > 0.5 or done >= total:
                last = time.monotonic()
                runs.progress(self.db, self.run.id, phase, done, total, note)

        return report


def _phases(night: _Night) -> Outcome:
    db, run = night.db, night.run
    if runs.finished_phase(db, run.id, "collect") is None:  # an earlier program's run has no review
        take_back(db, night.settings.home, _once(night, PHASE, lambda: _review(night)))
    if why := outdated(db, run.id, night.base.name):
        night.progress("collect")(0, 1, why)
        begin_anew(db, night.settings.home, run.id, night.work, PHASES[1:])
    found = _once(night, "collect", lambda: _collect(night))
    incumbent, start = found["incumbent"], found.get("from")  # a run of an earlier program may lack the second
    active = {c.id: c for c in feedback.active_corrections(db)}
    ledger = Ledger(
        tuple(active[id] for id in found["corrections"] if id in active),
        frozenset(found["new"]),
        frozenset(found.get("weak", ())),
        frozenset(found["withdrawn"]),
        tuple(vote for vote in ratings.votes(db) if vote.message_id in set(found.get("votes", ()))),
        found.get("fresh_votes", 0),
        held=frozenset(found.get("held", ())),
        rule=_reward(found),
    )
    if not worth_a_night(ledger, found.get("alarm", False)):
        reason = "nothing was corrected since the last night"
        if found.get("too_long"):
            reason = "nothing was corrected since the last night that is short enough to be taught"
        return _end(night, "nothing learned", None, [reason], {})
    if not ledger.corrections and not ledger.rule:
        return _all_withdrawn(night, incumbent)
    made = _once(night, "synthesise", lambda: _synthesise(night, ledger, start))
    trained = _once(night, "finetune", lambda: _finetune(night, start))
    taught = made.get("corrections", [c.id for c in ledger.corrections])  # not those superseded before it was resumed
    version = _once(night, "merge", lambda: _merge(night, incumbent, taught, ledger.rule))["version"]
    examined = _once(night, "examine", lambda: _examine(night, version, incumbent, ledger))
    origin = {"corrections": taught, "from": start, "votes": len(ledger.votes)}
    decided = _once(night, "decide", lambda: _decide(night, version, incumbent, examined, origin))
    metrics = {"synthesise": made, "finetune": trained, "examine": examined["candidate"]}
    if not decided["promoted"]:
        return _end(night, "refused", version, decided["reasons"], metrics)
    if instead := _once(night, "promote", lambda: _promote(night, version, incumbent)).get("instead"):
        return _end(night, "refused", version, [f"{instead} was put into service by hand while the night ran"], metrics)
    log.info("run %s promoted %s", run.id, version)
    return _end(night, "promoted", version, decided["reasons"], metrics)


def _once(night: _Night, phase: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of a phase: remembered when it was finished before, else done now."""
    done = runs.finished_phase(night.db, night.run.id, phase)
    if done is not None:
        return done
    GiveWay(night.settings.home)()
    not_for_ever(night.db, night.run.id, phase, night.work)
    runs.begin_phase(night.db, night.run.id, phase)
    night.progress(phase)(0, 1, "")
    started = time.monotonic()
    result = {**work(), "seconds": round(time.monotonic() - started, 1)}
    runs.finish_phase(night.db, night.run.id, phase, result)
    return result


def _review(night: _Night) -> dict[str, Any]:
    from trainer.replay import replay

    served = current(night.settings.home)
    if not due(night.db, night.settings.home, night.base):
        return {}
    report = night.progress(PHASE)
    with (
        night.engine(night.base.gguf, BASE) as base,
        night.engine(model_file(night.settings.home, served, night.base), served) as engine,
    ):
        _, general = replay(training_dir(night.base), night.base.folder, base, report)
        found = review(night.db, served, engine, base, general, report)
    return {"version": served, "kept": found.promoted, "reasons": list(found.reasons)}


def _collect(night: _Night) -> dict[str, Any]:
    embedder = Embedder(embedding_file(night.settings.home), night.settings.threads)
    try:
        in_step(night.db, embedder)
    finally:
        embedder.close()
    incumbent = current(night.settings.home)
    made = versions.versions(night.db)
    ledger = collect(night.db, made, incumbent, night.fits)
    start = goes_on_from(made, incumbent, ledger, now())
    return {
        "base": night.base.name,
        "incumbent": incumbent,
        "from": start if start and adapter_of(night.settings.home, start, night.base) else None,
        "corrections": [c.id for c in ledger.corrections],
        "new": sorted(ledger.new),
        "weak": sorted(ledger.weak),
        "withdrawn": sorted(ledger.withdrawn),
        "too_long": sorted(ledger.too_long),
        "held": sorted(ledger.held) if night.run.trigger == "schedule" else [],
        "votes": [vote.message_id for vote in ledger.votes],
        "fresh_votes": ledger.fresh_votes,
        "alarm": alarmed(night.db),
        "reward": asdict(ledger.rule) if ledger.rule else None,
    }


def _reward(collected: dict[str, Any]) -> Reward | None:
    """What this night found that the owner likes."""
    found: dict[str, Any] | None = collected.get("reward")
    return Reward(**found) if found else None


def _synthesise(night: _Night, ledger: Ledger, start: str | None) -> dict[str, Any]:
    from trainer.replay import replay
    from trainer.rewording import Rewording
    from trainer.synthesise import Lessons, synthesise
    from trainer.teacher import teacher

    report = night.progress("synthesise")
    examples.clear_examples(night.db, night.run.id)
    training = training_dir(night.base)
    embedder = Embedder(embedding_file(night.settings.home), night.settings.threads)
    try:
        with night.engine(night.base.gguf, BASE) as base:
            kept, _ = replay(training, night.base.folder, base, report)
            lessons = Lessons(
                ledger.corrections,
                ledger.new,
                {c.id for c in ledger.corrections} - ledger.new - ledger.weak if start else set(),
                [c for c in feedback.corrections(night.db) if start and c.id in ledger.withdrawn],
                wordings.refused_wordings(night.db),
                own_wordings(night.db),
            )
            rewording = Rewording(teacher(night.settings, base), embedder)
            made, counts = synthesise(lessons, base, rewording, night.run.id, report)
    finally:
        embedder.close()
    liked = liked_examples(ledger.votes, ledger.rule, night.fits) if ledger.rule else []
    examples.save_examples(night.db, night.run.id, [*made, *liked, *kept])
    taught = [c.id for c in ledger.corrections]
    return {**counts, "corrections": taught, "liked": sum(e.kind == "liked" for e in liked), "replay": len(kept)}


def _finetune(night: _Night, start: str | None) -> dict[str, Any]:
    from trainer.finetune import FinetuneConfig, finetune
    from trainer.loading import four_bits, give_back

    left = night.settings.night_minutes - night.worked_s() / 60
    give_way, tell = GiveWay(night.settings.home), night.progress("finetune")
    give_way.pausing = False  # what passes before the first step is counted into the budget of the training

    def report(done: int, total: int, note: str) -> None:
        give_way.pausing = done > 0
        tell(done, total, note)

    data = [e for e in examples.examples_of(night.db, night.run.id) if e.kind not in ("probe", "liked probe")]
    training = training_dir(night.base)
    config = FinetuneConfig(minutes=max(1.0, left * 0.7), nf4=four_bits(training))
    trained = finetune(
        training,
        data,
        night.work,
        config,
        report,
        give_way,
        adapter_of(night.settings.home, start, night.base) if start else None,
    )
    give_back()
    return {name: value for name, value in asdict(trained).items() if name != "adapter"}


def _merge(night: _Night, incumbent: str, taught: list[int], rule: Reward | None) -> dict[str, Any]:
    staging = night.work / "version"
    if not (night.work / "version.sealed").exists():
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        adapter = night.work / "adapter"
        weights = MergedWeights(training_dir(night.base), adapter)
        night.progress("merge")(0, 2, "writing the merged model")
        if night.base.file_type == "f16":
            replace_tensors(night.base.gguf, staging / "model.gguf", weights)
        else:
            replace_tensors(night.base.full_precision(), night.work / "full.gguf", weights)
            quantise(night.work / "full.gguf", staging / "model.gguf", night.base.file_type)
            (night.work / "full.gguf").unlink()
        shutil.copytree(adapter, staging / "adapter")
        card = {
            "base": night.base.name,
            "parent": incumbent,
            "run": night.run.id,
            "created": night.run.started,
            "corrections": sorted(taught),
            "manner": (rule.in_words or "as voted") if rule else "",
        }
        _write_card(staging / "card.json", card)
        night.progress("merge")(1, 2, "sealing it")
    return {"version": seal_version(night.settings.home, staging)}


def _examine(night: _Night, version: str, incumbent: str, ledger: Ledger) -> dict[str, Any]:
    from trainer.replay import replay

    home = night.settings.home
    probes = examples.examples_of(night.db, night.run.id, "probe")
    voted = examples.examples_of(night.db, night.run.id, "liked probe")
    report = night.progress("examine")
    with night.engine(night.base.gguf, BASE) as base:
        _, general = replay(training_dir(night.base), night.base.folder, base, report)
        questions = Questions.of(ledger.corrections, ledger.new, probes, general, voted, ledger.rule)
        found = {"base": examine(base, questions, base, report)}
        with night.engine(model_file(home, version, night.base), version) as candidate:
            found["candidate"] = examine(candidate, questions, base, report)
        seen = found["candidate"]
        for id, (asked, right) in seen.checks.items():
            checks.record_check(night.db, id, version, asked, right, seen.said.get(id, ""))
        if incumbent != BASE:
            with night.engine(model_file(home, incumbent, night.base), incumbent) as served:
                found["incumbent"] = examine(served, questions.earlier, base, report)
    return {name: evaluation.as_dict() for name, evaluation in found.items()}


def _decide(
    night: _Night, version: str, incumbent: str, examined: dict[str, Any], origin: dict[str, Any]
) -> dict[str, Any]:
    served = _evaluation(examined["incumbent"]) if "incumbent" in examined else None
    decision: Decision = decide(_evaluation(examined["candidate"]), served, _evaluation(examined["base"]))
    versions.add_version(
        night.db,
        Version(
            version,
            incumbent,
            night.run.id,
            now(),
            "promoted" if decision.promoted else "refused",
            decision.reasons,
            {**examined["candidate"], **origin},
        ),
    )
    return {"promoted": decision.promoted, "reasons": list(decision.reasons)}


def _promote(night: _Night, version: str, incumbent: str) -> dict[str, Any]:
    """Have `version` answer, unless its owner chose `instead` of it or of the incumbent since the night began."""
    served = current(night.settings.home)
    moves = [move for move in versions.promotions(night.db) if move.created >= night.run.started]
    left = served != version and any((move.version, move.by) == (version, "night") for move in moves)
    if left or served not in (incumbent, version):
        return {"instead": served}
    promote(night.db, night.settings.home, version, "night")
    return {}


def _all_withdrawn(night: _Night, incumbent: str) -> Outcome:
    """Nothing is left to know: the base knows just that."""
    if instead := _once(night, "promote", lambda: _promote(night, BASE, incumbent)).get("instead"):
        reason = f"{instead} was put into service by hand while the night ran"
        return _end(night, "nothing learned", None, [reason], {})
    return _end(night, "promoted", BASE, ["every correction was withdrawn: the base serves again"], {})


def _end(night: _Night, verdict: Any, version: str | None, reasons: list[str], metrics: dict[str, Any]) -> Outcome:
    runs.finish_run(night.db, night.run.id, verdict, version, reasons)
    clear_ended(night.db, night.settings.home)
    clear_old(night.db, night.settings.home, night.settings.keep_versions)
    back = runs.taken_back(night.db, night.run.id)
    every = (*([back.sentence] if back else ()), *reasons)
    return Outcome(night.run.id, verdict, version, round(time.monotonic() - night.started, 1), metrics, every)


def _evaluation(row: dict[str, Any]) -> Evaluation:
    checks = {int(id): (int(asked), int(right)) for id, (asked, right) in row["checks"].items()}
    names = Evaluation.__slots__
    kept = {name: value for name, value in row.items() if name in names}
    sequences = {name: tuple(row.get(name, ())) for name in ("corrections", "old_answers")}
    return Evaluation(**{**kept, **sequences, "checks": checks})


def _write_card(path: Path, card: dict[str, Any]) -> None:
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
