#!/usr/bin/env python3
"""Aprendiz: a chat assistant on your own computer that learns from being corrected.

The command line: reads arguments and settings once and wires the rooms together. On a fresh clone it makes its
own environment first (`assistant.environment`); heavy imports happen in the command that needs them.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.page.night_control import Plan
    from models.catalogue import BaseModel
    from store.settings import Settings
    from trainer.collect import Ledger
    from trainer.lengths import Fits

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says. Returns the exit status; errors that a user can act on are one line."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    flags, unknown = parser.parse_known_args(given)
    if flags.command == "test":
        flags.rest = [*unknown, *flags.rest]  # argparse keeps pytest's own options apart when they come first
    elif unknown:
        parser.error(f"unknown: {' '.join(unknown)}")
    if (moved := _in_own_environment(flags.command, given)) is not None:
        return moved
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # Threads that spin long while they wait keep a second busy program, and so themselves, from getting on.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from store.errors import AprendizError

    try:
        status = int(globals()[f"_{flags.command}"](flags) or 0)
        sys.stdout.flush()
        return status
    except AprendizError as error:
        print(f"aprendiz: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        if not _unread():
            raise
        return 1
    except OSError as error:
        if error.filename is None and error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, None):
            raise
        what = f"{error.filename} cannot be used" if error.filename else "A file could not be written"
        print(f"aprendiz: {what}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("aprendiz: stopped.", file=sys.stderr)
        return 130


def _unread() -> bool:
    """Whether nobody reads any more what this prints; what is left of it then goes nowhere."""
    import select

    out = sys.stdout.fileno()
    seen = select.poll()
    seen.register(out, 0)  # asked for nothing, it still tells that the other end is closed
    if not seen.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), out)
    return True


def _in_own_environment(command: str, given: list[str]) -> int | None:
    """Go on in the private environment, made first when needed; None when this already is one that will do."""
    from assistant import environment

    extra = "test" if command == "test" else ""
    python = environment.interpreter(ROOT)
    inside = Path(sys.prefix).resolve() == python.parents[1].resolve()
    installed = not (ROOT / "constraints.txt").is_file()
    if installed or (not inside and os.environ.get("APRENDIZ_ENVIRONMENT") == "mine"):
        return None
    if not environment.ready(ROOT, extra):
        if "--parent" in given:  # of a night that a running server starts
            print("aprendiz: Aprendiz was updated while it ran. Stop it and start it again.", file=sys.stderr)
            return 1
        try:
            environment.make(ROOT, extra)
        except environment.SetupProblem as problem:
            print(f"aprendiz: {problem}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("aprendiz: stopped. The same command goes on from here.", file=sys.stderr)
            return 130
    if inside:
        return None
    os.execv(python, [str(python), str(ROOT / "run.py"), *given])
    return 1


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"aprendiz: {message}. See: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--home", type=Path, default=argparse.SUPPRESS, help="the data directory")
    parser = _Parser("run.py", description=(__doc__ or "").split("\n\n")[0], parents=[common])
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, text: str, *, reports: bool = False) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[common])
        if reports:
            made.add_argument("--json", action="store_true", help="print JSON")
        return made

    chat = command("chat", "serve page, API and schedule (what happens without a command)")
    chat.add_argument("--host")
    chat.add_argument("--port", type=int)
    ask = command("ask", "answer a question, or a batch of them")
    ask.add_argument("prompt", nargs="?")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl", help='rows {"id","prompt"} or {"id","messages"}')
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl")
    ask.add_argument("--version", default="current", help="base, current, or a version's id")
    ask.add_argument("--memory", choices=("on", "off"), help="whether corrections answer; without it as is set")
    ask.add_argument("--max-tokens", type=int, default=512)
    taken = command("import", "take in conversations with feedback", reports=True)
    taken.add_argument("files", nargs="+", type=Path)
    taken.add_argument("--user", metavar="NAME", help="whose they become; without it the first user's")
    command("add", "give documents to read").add_argument("documents", nargs="+", type=Path)
    improve = command("improve", "one night, now", reports=True)
    improve.add_argument("--dry-run", action="store_true", help="say what a night would learn")
    improve.add_argument(
        "--trigger", choices=("command", "page", "schedule"), default="command", help=argparse.SUPPRESS
    )
    improve.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    improve.add_argument("--local-date", help=argparse.SUPPRESS)
    command("versions", "the versions there are", reports=True)
    command("promote", "serve this version from now on").add_argument("id")
    command("rollback", "serve the version before this one again")
    command("status", "what runs, and what is next", reports=True)
    command("doctor", "look for what is wrong", reports=True)
    corrections = command("corrections", "each correction and where it stands", reports=True)
    corrections.add_argument("action", nargs="?", choices=("forget",))
    corrections.add_argument("id", nargs="?", type=int)
    people = command("users", "who may log in", reports=True)
    people.add_argument("action", nargs="?", choices=("add", "remove", "password", "key"))
    people.add_argument("name", nargs="?")
    export = command("export", "training data, an adapter or a model as files")
    export.add_argument("what", choices=("sft", "dpo", "kto", "adapter", "gguf"))
    export.add_argument("out", type=Path)
    export.add_argument("--version", default="current")
    command("backup", "the whole home as one archive").add_argument("archive", nargs="?", type=Path)
    command("restore", "bring an archive back into an empty home").add_argument("archive", type=Path)
    command("test", "set up the test tools and run the tests").add_argument("rest", nargs=argparse.REMAINDER)
    parser.set_defaults(command="chat", host=None, port=None)
    return parser


def _settings(flags: argparse.Namespace, **given: Any) -> Settings:
    from store.settings import load_settings

    return load_settings(getattr(flags, "home", None), **given)


def _base(settings: Settings) -> BaseModel:
    from models.catalogue import base_model

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return base_model(settings.model, settings.home, settings.serve_format)


def _assistant(settings: Settings) -> Assistant:
    from assistant.conversation import Assistant

    return Assistant(settings, _base(settings))


def _print(rows: object) -> None:
    print(json.dumps(rows, ensure_ascii=False, default=str))


def _chat(flags: argparse.Namespace) -> None:
    settings = _settings(flags, host=flags.host, port=flags.port)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from assistant.page.night_control import NightControl
    from assistant.page.setting_control import SettingControl
    from assistant.server import serve
    from store.config import running
    from store.errors import AprendizError, NightRefused
    from trainer.lengths import fits
    from trainer.practice import practice
    from trainer.process import OwnNights, could_not_begin, end_when_told, paused, tell_of
    from trainer.readiness import hindrances, machine
    from trainer.schedule import Schedule

    def against() -> list[str]:
        return [*paused(settings.home), *hindrances(machine(settings.home), assistant.settings, unattended=True)]

    def due(local_date: str) -> None:
        try:
            if _worth_a_night(settings):
                tell_of(nights.start("schedule", local_date), settings.home, local_date)
        except NightRefused:
            raise
        except AprendizError as error:
            could_not_begin(settings.home, local_date, str(error))

    def by_hand() -> None:
        if hindered := hindrances(machine(settings.home), assistant.settings, unattended=False):
            raise NightRefused("The night cannot start: " + "; ".join(hindered) + ".")
        nights.start("page")

    def take(now: Settings) -> None:
        assistant.take(running(settings, now))
        schedule.take(assistant.settings)

    fitting = fits(lambda: _base(settings).gguf)
    nights = OwnNights(ROOT, settings.home)
    schedule = Schedule(settings, due, against)
    control = NightControl(
        start=by_hand,
        running=nights.running,
        cancel=nights.cancel,
        next_run=schedule.next_run,
        put_off=lambda: schedule.put_off,
        practised=lambda correction: practice(correction).trained,
        planned=lambda: _planned(settings.home, fitting),
        too_long=lambda correction: not fitting(correction.question, correction.answer),
    )
    assistant = _assistant(settings)
    end_when_told()
    schedule.begin()
    try:
        options = SettingControl({"host": flags.host, "port": flags.port}, take)
        serve(settings, assistant, control, options, lambda text: print(text, flush=True))
    finally:
        schedule.stop()


def _ask(flags: argparse.Namespace) -> None:
    from assistant.batch import Row, read_batch, writable, write_answers
    from models.engine import Sampling
    from store.database import storable
    from store.errors import InputRefused
    from store.records import ChatMessage

    if (flags.batch is None) == (flags.prompt is None):
        raise InputRefused(
            'Ask one question (run.py ask "...") or a batch (run.py ask --batch IN.jsonl --out OUT.jsonl).'
        )
    if flags.batch is not None and flags.out is None:
        raise InputRefused("A batch needs a place for its answers: --out OUT.jsonl.")
    if flags.max_tokens < 1:
        raise InputRefused(f"--max-tokens {flags.max_tokens}: an answer needs at least one token.")
    settings = _settings(flags)
    if flags.batch:
        writable(flags.out)
    rows = read_batch(flags.batch) if flags.batch else [Row(1, (ChatMessage("user", storable(flags.prompt)),))]
    assistant = _assistant(settings)
    try:
        answers = assistant.answer_rows(
            [row.messages for row in rows],
            version=flags.version,
            with_memory=flags.memory == "on" if flags.memory else settings.memory,
            sampling=Sampling(max_tokens=flags.max_tokens),
        )
    finally:
        assistant.close()
    if flags.batch:
        write_answers(flags.out, rows, answers)
    else:
        print(answers[0].text)


def _import(flags: argparse.Namespace) -> None:
    from dataclasses import asdict

    from store.database import opened
    from store.transfer import import_file
    from store.users import main_owner, user

    with opened(_settings(flags).home) as db:
        owner = user(db, flags.user).name if flags.user else main_owner(db)
        for path in flags.files:
            count = asdict(import_file(db, path, owner))
            if flags.json:
                _print({"file": str(path), **count})
            else:
                print(f"{path}: " + ", ".join(f"{number} {name}" for name, number in count.items()))


def _add(flags: argparse.Namespace) -> None:
    from assistant.memory import Memory
    from store.database import opened

    settings = _settings(flags)
    memory, tell = Memory(settings.home, threads=settings.threads), _on_terminal()
    try:
        with opened(settings.home) as db:
            for path in flags.documents:
                told = partial(tell, f"reading {path.name}", note="passages")
                print(f"{path}: " + ("read" if memory.read(db, path, told) else "known already"))
    finally:
        memory.close()


def _ledger(home: Path, fits: Fits) -> Ledger:
    """What a night would be about now."""
    from models.version_files import current
    from store.database import opened
    from store.versions import versions
    from trainer.collect import collect

    with opened(home) as db:
        return collect(db, versions(db), current(home), fits)


def _planned(home: Path, fits: Fits) -> Plan:
    """The same, for the page."""
    from assistant.page.night_control import Plan
    from store.database import opened
    from store.feedback import teachable_corrections
    from trainer.worth import alarmed, worth_a_night

    ledger = _ledger(home, fits)
    with opened(home) as db:
        able = [c for c in teachable_corrections(db) if fits(c.question, c.answer)]
        alarm = worth_a_night(ledger, alarm=True) and alarmed(db)
    comes = worth_a_night(ledger)
    new = tuple(each for each in ledger.corrections if each.id in ledger.new and comes)
    waiting = len(able) - len(ledger.corrections)
    return Plan(new, len(ledger.withdrawn), waiting, ledger.rule.in_words if ledger.rule and comes else "", alarm)


def _improve(flags: argparse.Namespace) -> None:
    from dataclasses import asdict

    settings = _settings(flags)
    if flags.dry_run:
        from trainer.lengths import fits

        ledger = _ledger(settings.home, fits(lambda: _base(settings).gguf))
        plan = {
            "corrections": len(ledger.corrections),
            "new": sorted(ledger.new),
            "withdrawn": sorted(ledger.withdrawn),
            "too_long": sorted(ledger.too_long),
            "votes": len(ledger.votes),
            "manner": ledger.rule.in_words if ledger.rule else "",
        }
        _print(plan) if flags.json else print(
            f"A night would learn {len(ledger.new)} of {len(ledger.corrections)} corrections"
            + (f", and from {plan['votes']} votes: {plan['manner']}." if ledger.rule else ".")
            + (f" Too long for a night, and given by memory alone: {len(ledger.too_long)}." * bool(ledger.too_long))
        )
        return
    from assistant.llamacpp import LlamaCppEngine
    from store.answering import GiveWay
    from store.errors import NightRefused
    from trainer.night import run_night
    from trainer.process import choose_gpu, die_with, end_when_told, lower_priority, only_night, unpaused
    from trainer.readiness import hindrances, machine

    end_when_told()
    if flags.parent:
        die_with(flags.parent, settings.home)
    lower_priority()
    choose_gpu(settings.engine)
    give_way = GiveWay(settings.home)
    with only_night(settings.home), unpaused(settings.home):
        if against := hindrances(machine(settings.home), settings, unattended=False):
            raise NightRefused("The night cannot start: " + "; ".join(against) + ".")
        outcome = run_night(
            settings,
            _base(settings),
            lambda path, version: LlamaCppEngine(
                path, version, context_tokens=2048, threads=settings.threads, give_way=give_way
            ),
            flags.trigger,
            local_date=flags.local_date,
            progress=_on_terminal(),
        )
    if flags.json:
        _print(asdict(outcome))
    else:
        print(
            f"{outcome.decision} ({outcome.version or 'no version'}, {outcome.seconds:.0f} s): "
            + "; ".join(outcome.reasons)
        )


def _on_terminal() -> Any:
    """Progress on standard error, one line a phase and second, only where somebody can see it."""
    shown = ("", 0.0)

    def tell(phase: str, done: int, total: int, note: str) -> None:
        nonlocal shown
        if sys.stderr.isatty() and (phase != shown[0] or time.monotonic() - shown[1] > 1):
            shown = (phase, time.monotonic())
            print(f"  {phase}: {done} of {total} {note}", file=sys.stderr, flush=True)

    return tell


def _worth_a_night(settings: Settings) -> bool:
    from models.version_files import current
    from store import runs
    from store.database import opened
    from store.versions import versions
    from trainer.collect import collect
    from trainer.lengths import fits
    from trainer.review import due
    from trainer.worth import alarmed, worth_a_night

    base = _base(settings)
    with opened(settings.home) as db:
        if runs.unfinished_run(db) is not None or due(db, settings.home, base):
            return True
        return worth_a_night(collect(db, versions(db), current(settings.home), fits(lambda: base.gguf)), alarmed(db))


def _versions(flags: argparse.Namespace) -> None:
    from models.version_files import BASE, current
    from store.database import opened
    from store.versions import versions

    settings = _settings(flags)
    base, now = _base(settings), current(settings.home)
    rows: list[dict[str, Any]] = [
        {"id": BASE, "path": str(base.gguf), "current": now == BASE, "created": None, "decision": None, "parent": None}
    ]
    with opened(settings.home) as db:
        for version in versions(db):
            path = settings.home / "versions" / version.id / "model.gguf"
            there = str(path) if path.is_file() else None
            row = {"id": version.id, "path": there, "current": version.id == now, "created": version.created}
            rows.append({**row, "decision": version.decision, "parent": version.parent})
    if flags.json:
        _print(rows)
        return
    for row in rows:
        gone = "" if row["path"] else "  its files are gone"
        print(f"{'*' if row['current'] else ' '} {row['id']}  {row['created'] or ''}  {row['decision'] or ''}{gone}")


def _promote(flags: argparse.Namespace) -> None:
    from models.promotion import promote
    from store.database import opened

    home = _settings(flags).home
    with opened(home) as db:
        before = promote(db, home, flags.id)
    print(f"{flags.id} serves from the next answer on; before it was {before}.")


def _rollback(flags: argparse.Namespace) -> None:
    from models.promotion import roll_back
    from models.version_files import current
    from store.database import opened

    home = _settings(flags).home
    before = current(home)
    with opened(home) as db:
        version = roll_back(db, home)
    print(f"{version} serves from the next answer on; before it was {before}.")


def _status(flags: argparse.Namespace) -> None:
    from store.glance import glance

    settings = _settings(flags)
    seen = {
        **glance(settings.home),
        "home": str(settings.home),
        "night": settings.night_time if settings.night else None,
    }
    if flags.json:
        _print(seen)
        return
    for name, value in seen.items():
        print(f"{name:18} {value}")


def _doctor(flags: argparse.Namespace) -> int:
    from assistant.doctor import findings

    found = findings(_settings(flags))
    if flags.json:
        _print([{"what": f.what, "well": f.well, "said": f.said} for f in found])
    else:
        for f in found:
            print(f"{'ok ' if f.well else 'BAD'}  {f.what}: {f.said}")
    return 0 if all(f.well for f in found) else 1


def _corrections(flags: argparse.Namespace) -> None:
    from models.version_files import current
    from store.checks import standings
    from store.database import opened
    from store.errors import InputRefused
    from store.forgetting import forget
    from trainer.lengths import fits

    settings = _settings(flags)
    home, fitting = settings.home, fits(lambda: _base(settings).gguf)
    with opened(home) as db:
        if flags.action == "forget":
            if flags.id is None:
                raise InputRefused("Which one? Write: run.py corrections forget ID")
            known = forget(db, flags.id)
            _print({"id": known.id, "standing": "forgotten"}) if flags.json else print(
                f"Correction {known.id} is forgotten."
            )
            return
        rows: list[dict[str, Any]] = [
            {
                "id": s.correction.id,
                "question": s.correction.question,
                "answer": s.correction.answer,
                "manner": s.correction.manner,
                "by": s.correction.by,
                "context": s.correction.context,
                "standing": s.standing,
                "version": s.version,
                "asked": s.asked,
                "right": s.right,
                "said": s.said,
                "alone": s.alone,
                "too_long": (c := s.correction).active and not c.manner and not fitting(c.question, c.answer),
            }
            for s in standings(db, current(home))
        ]
    if flags.json:
        _print(rows)
        return
    for row in rows:
        why = "too long to be taught" if row["too_long"] else f"about {row['by']} alone" if row["alone"] else ""
        only = f"  ({why}: memory alone gives it)" if why else ""
        print(f"{row['id']:4}  {row['standing']:11}  {row['question'][:50]} -> {row['answer'][:40]}{only}")


def _users(flags: argparse.Namespace) -> None:
    from store import users
    from store.database import opened
    from store.errors import InputRefused

    if flags.action and not flags.name:
        raise InputRefused(f"Who? Write: run.py users {flags.action} NAME")
    with opened(_settings(flags).home) as db:
        if flags.action == "key":
            key = users.new_key(db, flags.name)
            _print({"name": flags.name, "key": key}) if flags.json else print(key)
            return
        if flags.action == "add":
            users.add_user(db, flags.name, _password(flags.name))
        elif flags.action == "password":
            users.set_password(db, users.user(db, flags.name).name, _password(flags.name))
        elif flags.action == "remove":
            users.remove_user(db, flags.name)
        rows = [{"name": each.name, "admin": each.admin} for each in users.users(db)]
    if flags.json:
        _print(rows)
        return
    for row in rows:
        print(f"{row['name']}{'  looks after nights, versions and settings' if row['admin'] else ''}")
    if not rows:
        print("There are no users: the page asks for no password, and only this computer reaches it.")


def _password(name: str) -> str:
    """A new password, asked for twice on a terminal, or else the first line of standard input."""
    from getpass import getpass

    from store.errors import InputRefused

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    given = getpass(f"New password for {name}: ")
    if given != getpass("The same again: "):
        raise InputRefused("The two were different. Nothing was changed; try again.")
    return given


def _export(flags: argparse.Namespace) -> None:
    from models.export import export_files
    from models.version_files import current
    from store.export import export_data

    settings = _settings(flags)
    if flags.what in ("sft", "dpo", "kto"):
        print(f"{export_data(settings.home, flags.what, flags.out)} rows written to {flags.out}.")
        return
    version = current(settings.home) if flags.version == "current" else flags.version
    written = export_files(settings.home, flags.what, version, _base(settings), flags.out)
    print(f"Version {version} written to {written}.")


def _backup(flags: argparse.Namespace) -> None:
    from store.archive import backup

    print(f"Backed up and checked: {backup(_settings(flags).home, flags.archive)}")


def _restore(flags: argparse.Namespace) -> None:
    from store.archive import restore

    home = _settings(flags).home
    restore(home, flags.archive)
    print(f"Restored into {home}.")


def _test(flags: argparse.Namespace) -> int:
    import subprocess

    rest = [word for word in flags.rest if word != "--"]
    return subprocess.run([sys.executable, "-m", "pytest", *rest], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
