"""A night whose process ends again and again in one phase, without anybody having ended it, is given up."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.page.speech import heard, speaking
from models.version_files import BASE, current
from store import runs
from store.database import opened
from store.errors import NightFailed
from store.journal import journal
from store.pausing import pause, resume
from store.settings import Settings
from tests.assistant.nights import corrected
from tests.trainer.test_night_promotion import begun
from tests.trainer.test_review import of_base
from trainer.clearing import clear_ended
from trainer.finetune import WHOLE
from trainer.night import _Night, _once, run_night

ROOT = Path(__file__).parents[2]


class Died(BaseException):
    """What ends a night's process, as no night catches it."""


@pytest.fixture
def unfinished(home) -> str:
    """A run that has its examination before it."""
    with opened(home) as db:
        id = corrected(db, "Who keeps the mill?", "Nobody.", "Ada.").id
        collected = {"incumbent": BASE, "corrections": [id], "new": [id], "withdrawn": []}
        return begun(db, collect=collected, synthesise={}, finetune={}, merge={"version": "v-0123456789ab"})


def ends_by(home: Path, end: BaseException, before=lambda: None) -> None:
    """A night that goes on, and ends when it opens its first model."""

    def opening(path: Path, version: str):
        before()
        raise end

    with pytest.raises(type(end)):
        run_night(Settings(home=home), of_base(home), opening, "command")


def state(home: Path, run: str) -> str:
    with opened(home) as db:
        return runs.run(db, run).state


def test_the_fourth_beginning_of_a_phase_in_which_the_system_ended_the_night_fails_it(home, unfinished):
    for _ in range(3):
        ends_by(home, Died())
        assert state(home, unfinished) == "running"
    with pytest.raises(NightFailed, match="three times in examine, perhaps for want of memory"):
        run_night(Settings(home=home), of_base(home), lambda path, version: None, "command")
    with opened(home) as db:
        ended = runs.run(db, unfinished)
    assert (ended.state, current(home)) == ("failed", BASE)
    assert "Close other programs" in ended.reasons[0]
    with speaking("es"):
        assert "quizá por falta de memoria" in heard(ended.reasons[0])


def test_a_night_that_somebody_ended_or_paused_goes_on_as_often_as_it_takes(home, unfinished):
    def paused() -> None:
        with opened(home) as db:
            pause(db, home)

    for _ in range(3):
        ends_by(home, SystemExit(143))
        ends_by(home, KeyboardInterrupt())
        ends_by(home, Died(), paused)
        with opened(home) as db:
            resume(db, home)
    assert state(home, unfinished) == "running"
    with opened(home) as db:
        assert [entry.what for entry in journal(db, unfinished)].count("stopped") == 6


def test_a_training_that_keeps_another_checkpoint_each_time_goes_on(home):
    with opened(home) as db:
        night = _Night(
            Settings(home=home), None, None, db, runs.begin_run(db, "page"), home, lambda *told: None, time.monotonic()
        )

        def trained(step: int) -> None:
            time.sleep(0.01)  # stored times are in milliseconds, and those of files lag behind
            if step:
                checkpoint = home / "checkpoints" / f"checkpoint-{step}"
                checkpoint.mkdir(parents=True)
                (checkpoint / WHOLE).touch()
            time.sleep(0.01)
            raise Died

        for step in (0, 0, 20, 40, 60, 80, 0, 0, 0):
            with pytest.raises(Died):
                _once(night, "finetune", lambda: trained(step))  # noqa: B023 - run at once
        with pytest.raises(NightFailed):
            _once(night, "finetune", dict)


def test_what_an_ended_run_left_of_its_work_goes(home):
    with opened(home) as db:
        failed, going_on = (runs.begin_run(db, "page").id for _ in range(2))
        runs.fail_run(db, failed, "The disk is full.")
        for run in (failed, going_on):
            work = home / "runs" / run
            (work / "version").mkdir(parents=True)
            for name in ("full.gguf", "log.jsonl"):
                (work / name).write_text("x")
        sealed = home / "versions" / "v-0123456789ab"
        sealed.mkdir(parents=True)
        (home / "runs" / failed / "version.sealed").write_text(f"{sealed.name}\n")
        clear_ended(db, home)
    assert [path.name for path in (home / "runs" / failed).iterdir()] == ["log.jsonl"] and not sealed.exists()
    assert len(list((home / "runs" / going_on).iterdir())) == 3


CHILD = """
import sys, time
from pathlib import Path
from trainer.process import die_with
die_with(int(sys.argv[1]), Path(sys.argv[2]))
time.sleep(60)
"""


ENDING = """
import sys, time
from pathlib import Path
from tests.trainer.test_night_dying import opens_and_waits
from trainer.process import end_when_told
end_when_told()
opens_and_waits(Path(sys.argv[1]))
"""


def opens_and_waits(home: Path) -> None:
    def opening(path: Path, version: str) -> None:
        print("ready", flush=True)
        for _ in range(600):  # a signal that comes just before a sleep waits for its end
            time.sleep(0.1)

    run_night(Settings(home=home), of_base(home), opening, "command")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there are no hangups on this system")
@pytest.mark.parametrize("under", [[], ["nohup"]])
def test_a_night_whose_terminal_goes_was_not_ended_by_the_system(home, unfinished, under):
    command = [*under, sys.executable, "-c", ENDING, str(home)]
    night = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the tests may be under `nohup` themselves
    )
    assert night.stdout.readline() == "ready\n"
    night.send_signal(signal.SIGHUP)
    if under:
        with pytest.raises(subprocess.TimeoutExpired):
            night.wait(3)
        night.kill()
    assert night.wait(30) == (-signal.SIGKILL if under else 128 + signal.SIGHUP)
    with opened(home) as db:
        assert [entry.what for entry in journal(db, unfinished)].count("stopped") == (0 if under else 1)


def test_a_night_that_goes_with_its_server_says_so(home):
    server = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with opened(home) as db:
        run = runs.begin_run(db, "page").id
    night = subprocess.Popen([sys.executable, "-c", CHILD, str(server.pid), str(home)], cwd=ROOT)
    server.communicate(b"\n")
    assert night.wait(30) != 0
    with opened(home) as db:
        assert journal(db, run)[-1].what == "stopped"
