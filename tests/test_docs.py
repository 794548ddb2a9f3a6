"""What the README says is so: its commands, settings, files, links and its example; and every room says what it is."""

import argparse
import ast
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import run
from store.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = ("assistant", "trainer", "models", "store")


def section(title: str) -> str:
    """The text under a heading of the second level."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a Markdown table, without its head; `\\|` is no border."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = [action for action in run._parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def shown(parser: argparse.ArgumentParser) -> set[str]:
    """The options that a user is told about."""
    return {
        option
        for action in parser._actions
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
        if option.startswith("--") and option not in ("--help", "--home")
    }


def test_every_command_and_option_is_in_the_readme_and_the_other_way_round():
    told: dict[str, set[str]] = {}
    for usage, _ in rows(section("Commands, in full")):
        name = re.match(r"`(\w+)", usage).group(1)
        told.setdefault(name, set()).update(re.findall(r"--[\w-]+", usage))
    assert told == {name: shown(parser) for name, parser in commands().items()}
    assert "Every command takes `--home DIR`" in README


def test_every_choice_of_a_command_is_in_the_readme():
    for name, parser in commands().items():
        usages = "\n".join(usage for usage, _ in rows(section("Commands, in full")) if usage.startswith(f"`{name}"))
        for action in parser._actions:
            for choice in (action.choices or ()) if action.help != argparse.SUPPRESS else ():
                assert re.search(rf"\b{choice}\b", usages), f"{name} {choice}"


def test_every_command_that_the_readme_calls_exists():
    called = re.findall(r"run\.py(?: --home \w+)? ([a-z]+)\b", README)
    assert called and set(called) <= set(commands())


def test_every_setting_is_in_the_readme_with_its_default_and_the_other_way_round():
    def written(value: object) -> str:
        return value if isinstance(value, str) else str(value).lower()

    told = {name.strip("`"): default.strip("`") for name, default, _ in rows(section("Settings"))}
    assert told == {each.name: written(each.default) for each in fields(Settings) if each.name != "home"}


def test_every_file_in_the_tree_exists():
    (tree,) = re.findall(r"```\n(run\.py .*?)```", section("For those who read code"), re.DOTALL)
    places: list[str] = []
    for line in tree.splitlines():
        indent, name, comment = re.fullmatch(r"( *)(\S+) +(.+)", line).groups()
        places = [*places[: len(indent) // 2], name]
        path = ROOT.joinpath(*places)
        assert path.is_dir() if name.endswith("/") else path.is_file(), path
        assert comment


def test_every_file_and_heading_that_is_linked_exists():
    headings = {
        re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / target).is_file(), target
    for path in re.findall(r"`((?:assistant|trainer|models|store|tests)/[\w/]+\.py)`", README):
        assert (ROOT / path).is_file(), path


def test_every_test_that_is_named_beside_others_exists_and_what_is_claimed_is_tested():
    for what, ours, *_, tested in rows(section("Beside others")):
        named = re.findall(r"`([\w/]+\.py)`", tested)
        assert named or ours.startswith(("no", "not tried")), what
        for path in named:
            assert (ROOT / path).is_file() or (ROOT / "tests/assistant" / path).is_file(), path


def test_the_two_commands_are_there():
    started = re.findall(r"^    python3 (run\.py.*?)(?:  |$)", section("Start"), re.MULTILINE)
    assert started == ["run.py", "run.py test"]


def test_the_map_of_the_rooms_names_every_module_and_no_other():
    named, above = set(), {}
    for line in README.split("### Every room\n\n```\n")[1].split("```")[0].splitlines():
        name = line.split()[0]
        depth = len(line) - len(line.lstrip())
        above = {level: place for level, place in above.items() if level < depth}
        named.add("".join(above.values()) + name)
        if name.endswith("/"):
            above[depth] = name
    modules = {path for room in ROOMS for end in ("py", "js") for path in (ROOT / room).rglob(f"*.{end}")}
    there = {str(path.relative_to(ROOT)) for path in modules if path.name != "__init__.py"}
    assert {name for name in named if "/" in name and name.endswith((".py", ".js"))} == there


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_module_says_what_it_is(room):
    for path in sorted((ROOT / room).rglob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert said and len(said.split()) > 3, path


def test_the_change_log_knows_this_version():
    (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_import_from_elsewhere_is_a_declared_dependency():
    declared = re.findall(r'^ {4}"([\w-]+)', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    names = {name.lower().replace("-", "_") for name in declared} | {"dspy"}
    imported = set()
    for path in [ROOT / "run.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                found = [node.module]
            imported |= {name.split(".")[0] for name in found}
    strangers = imported - sys.stdlib_module_names - set(ROOMS)
    packages = {"llama_cpp": "llama_cpp_python", "docx": "python_docx", "pptx": "python_pptx"}
    assert {packages.get(name, name).lower() for name in strangers} <= names


@pytest.mark.slow
def test_the_example_runs_as_it_stands(tmp_path, tiny):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    _, gguf = tiny("llama")
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "APRENDIZ_MODEL": str(gguf)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "Ines Farrow mends it.\n", done.stderr
