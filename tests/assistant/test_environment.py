"""The private environment: what is wrong is said in one line, what was interrupted goes on, what is done stays done."""

import ast
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import environment
from assistant.environment import SetupProblem

ROOT = Path(__file__).parents[2]

# A build backend in the project itself, so that nothing is fetched: it counts its builds, and can hang or fail.
BACKEND = """
import base64, os, time, zipfile
from pathlib import Path

METADATA = "Metadata-Version: 2.1\\nName: tiny-project\\nVersion: 1\\nProvides-Extra: test\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def get_requires_for_build_wheel(settings=None):
    return []

def build_wheel(directory, settings=None, metadata=None):
    with open("built", "a") as file:
        file.write("x")
    while Path("hang").exists():
        time.sleep(0.05)
    if Path("broken").exists():
        raise SystemExit("error: the disk is full of sand")
    name = "tiny_project-1-py3-none-any.whl"
    info = "tiny_project-1.dist-info"
    with zipfile.ZipFile(Path(directory, name), "w") as wheel:
        wheel.writestr("tiny_project.py", "")
        wheel.writestr(f"{info}/METADATA", METADATA)
        wheel.writestr(f"{info}/WHEEL", WHEEL)
        wheel.writestr(f"{info}/RECORD", "")
    return name

build_editable = build_wheel
get_requires_for_build_editable = get_requires_for_build_wheel
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny-project"
version = "1"
"""
MAKE = "import sys; from pathlib import Path; from assistant.environment import make; make(Path(sys.argv[1]))"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that pins nothing and needs nothing."""
    (tmp_path / "constraints.txt").touch()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    return tmp_path


def started(project: Path) -> subprocess.Popen[str]:
    """A set-up of `project` in a process of its own."""
    command = [sys.executable, "-c", MAKE, str(project)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def builds(project: Path) -> int:
    built = project / "built"
    return len(built.read_text()) if built.exists() else 0


def wait_for(happened, within_s: float = 60.0) -> None:
    ends = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


def test_a_python_that_is_too_old_is_told_which_one_to_install():
    assert environment.python_problem((3, 11)) == "" == environment.python_problem((3, 14))
    said = environment.python_problem((3, 9))
    assert "\n" not in said and "3.9" in said and "python3.11 run.py" in said


@pytest.mark.parametrize("name", ["run.py", "assistant/__init__.py", "assistant/environment.py"])
def test_an_old_python_gets_far_enough_to_say_so(name):
    ast.parse((ROOT / name).read_text(encoding="utf-8"), name, feature_version=(3, 8))


def test_pyproject_and_the_set_up_need_the_same_python():
    wanted = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert wanted and tuple(map(int, wanted.groups())) == environment.NEEDED_PYTHON


def test_only_what_an_installation_reads_makes_the_environment_anew(project):
    def mark() -> str:
        return environment._fingerprint(project)

    before = mark()
    (project / "pyproject.toml").write_text(PROJECT + "\n[tool.ruff]\nline-length = 100\n")
    assert mark() == before
    (project / "pyproject.toml").write_text(PROJECT.replace('version = "1"', 'version = "1"\ndependencies = ["babel"]'))
    assert mark() != before


def test_a_full_disk_is_told_how_much_is_needed_and_how_much_is_there():
    assert environment.disk_problem(environment.NEEDED_GIB) == ""
    said = environment.disk_problem(1.25)
    assert "\n" not in said and "1.2 GiB are free" in said and "6 GiB" in said


def test_a_missing_compiler_is_told_before_anything_is_downloaded_for_it(project):
    (project / "constraints.txt").write_text("llama-cpp-python==0.0.0\n")
    nothing = {name: value for name, value in os.environ.items() if name != "CXX"} | {"PATH": str(project / "empty")}
    command = [sys.executable, "-c", MAKE, str(project)]
    done = subprocess.run(command, cwd=ROOT, env=nothing, capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode != 0 and "no C++ compiler was found" in last and "apt install g++" in last
    assert len(done.stderr.split("Traceback")[0].splitlines()) == 0, "it is told first of all"
    assert not environment.interpreter(project).exists()


def test_a_folder_that_cannot_be_written_is_told(project):
    (project / ".venv").touch()
    with pytest.raises(SetupProblem, match=r"\.venv cannot be written: .*folder of your own"):
        environment.make(project)


def test_the_reason_of_a_failed_step_is_picked_out_of_its_output():
    full = "Collecting x\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
    assert "No space left" in environment._why(full)
    built = (
        "error: subprocess-exited-with-error\n  a.c:1: fatal error: math.h: No such file\nERROR: Failed building x\n"
    )
    assert "math.h" in environment._why(built)
    assert "python3-venv" in environment._why("ensurepip is missing\n\n  apt install python3-venv\n\nFailing command\n")
    assert environment._why("WARNING: odd\n\n") == "no reason given"


@pytest.mark.slow
def test_a_set_up_that_failed_goes_on_and_one_that_is_done_does_nothing(project, capfd):
    (project / "broken").touch()
    with pytest.raises(SetupProblem) as told:
        environment.make(project)
    assert "the disk is full of sand" in str(told.value) and "\n" not in str(told.value)
    assert "full of sand" in (project / ".venv" / "setup.log").read_text()
    assert not environment.ready(project) and builds(project) == 1
    made = (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns

    (project / "broken").unlink()
    capfd.readouterr()
    environment.make(project, "test")
    assert environment.ready(project) and environment.ready(project, "test") and builds(project) == 2
    assert (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == made, "the environment was made anew"
    out, err = capfd.readouterr()
    assert out == "" and "private Python environment" not in err and "test tools" in err

    environment.make(project, "test")
    assert builds(project) == 2 and capfd.readouterr() == ("", "")
    (project / "constraints.txt").write_text("something==1\n")
    assert not environment.ready(project), "other pins want another set-up"


@pytest.mark.slow
def test_a_set_up_that_was_killed_is_waited_for_and_finished_by_the_next(project):
    (project / "hang").touch()
    first = started(project)
    wait_for(lambda: builds(project) == 1)
    first.kill()
    first.wait()
    second = started(project)
    wait_for(lambda: "waiting" in second.stderr.readline())
    assert second.poll() is None and builds(project) == 1, "two steps changed the environment at once"
    (project / "hang").unlink()
    assert second.wait(60) == 0
    assert environment.ready(project)


@pytest.mark.slow
def test_an_environment_that_was_left_without_pip_is_mended(project):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(project / ".venv")], check=True)
    environment.make(project)
    assert environment.ready(project)
