"""Sealing a version and moving the pointer leave the state before or the state after, wherever they are killed."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from models import version_files
from models.catalogue import BaseModel
from models.version_files import (
    clear_files,
    current,
    has_files,
    model_file,
    point_to,
    seal_version,
    verify,
    version_dir,
    was_cleared,
)
from store import whole_file
from store.errors import ModelRefused, NotFound

MODEL = b"GGUF, let us say" * 100
ID = "v-" + hashlib.sha256(MODEL).hexdigest()[:12]


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return home


def stage(home: Path, model: bytes = MODEL) -> Path:
    staging = home / "runs" / "r1" / "staging"
    (staging / "adapter").mkdir(parents=True)
    (staging / "model.gguf").write_bytes(model)
    (staging / "adapter" / "adapter.safetensors").write_bytes(b"adapter")
    (staging / "card.json").write_text('{"run": "r1"}')
    return staging


def test_a_version_whose_files_were_cleared_away_can_be_made_again(home):
    made = seal_version(home, stage(home))
    clear_files(home, made)
    assert was_cleared(home, made) and not has_files(home, made)
    assert [path.name for path in (home / "versions" / made).iterdir()] == ["card.json"]
    with pytest.raises(NotFound):
        point_to(home, made)
    assert seal_version(home, stage(home)) == made
    point_to(home, made)
    assert not was_cleared(home, made)


def killed_at_line(count: int, work) -> bool:
    """Run `work` in a child that dies without a word before the `count`th line of this room's code; say if it did."""
    watched = {version_files.__file__, whole_file.__file__}
    child = os.fork()
    if child == 0:
        left = count

        def line(frame, event, _):
            nonlocal left
            if frame.f_code.co_filename not in watched:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    os._exit(9)
            return line

        sys.settrace(line)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_sealed_version_is_named_by_its_model_and_keeps_its_card(home):
    staging = stage(home)
    assert seal_version(home, staging) == ID
    assert not staging.exists()
    card = json.loads((version_dir(home, ID) / "card.json").read_text())
    assert card["run"] == "r1"
    assert card["sha256"].keys() == {"model.gguf", "adapter/adapter.safetensors"}
    verify(home, ID)


def test_sealing_twice_makes_one_version(home):
    staging = stage(home)
    assert seal_version(home, staging) == ID
    assert seal_version(home, staging) == ID
    assert seal_version(home, stage(home)) == ID
    assert [path.name for path in (home / "versions").iterdir()] == [ID]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_sealing_survives_a_kill_before_each_of_its_lines(home):
    for count in range(1, 1000):
        shutil.rmtree(home)
        home.mkdir()
        staging = stage(home)
        killed = killed_at_line(count, lambda: seal_version(home, staging))  # noqa: B023 - run at once
        sealed = list((home / "versions").glob("v-*"))
        for path in sealed:
            verify(home, path.name)
        assert seal_version(home, staging) == ID, count
        verify(home, ID)
        assert [path.name for path in (home / "versions").iterdir()] == [ID], count
        assert not staging.exists()
        if not killed:
            assert count > 40
            return
    raise AssertionError("it never ended")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_pointer_survives_a_kill_before_each_of_its_lines(home):
    seal_version(home, stage(home))
    for count in range(1, 1000):
        point_to(home, "base")
        killed = killed_at_line(count, lambda: point_to(home, ID))
        assert current(home) in ("base", ID), count
        point_to(home, ID)
        assert current(home) == ID
        assert not list(home.glob(".current*")), count
        if not killed:
            assert count > 20
            return
    raise AssertionError("it never ended")


def test_without_a_pointer_the_base_is_current(home):
    assert current(home) == "base"
    seal_version(home, stage(home))
    point_to(home, ID)
    assert current(home) == ID
    point_to(home, "base")
    assert current(home) == "base"


@pytest.mark.parametrize("content", [b"", b"v-../../etc", b"\xff\xfe", b"v-123"])
def test_a_pointer_that_names_no_version_is_told_with_the_remedy(home, content):
    (home / "current").write_bytes(content)
    with pytest.raises(ModelRefused, match="promote base"):
        current(home)


@pytest.mark.parametrize("name", ["v-000000000000", "../../etc", "", "v-xyz", "versions"])
def test_a_version_that_is_not_there_is_told_with_those_that_are(home, name):
    seal_version(home, stage(home))
    with pytest.raises(NotFound, match=f"There are: base, {ID}"):
        point_to(home, name)
    assert current(home) == "base"


def test_the_pointer_is_not_moved_to_a_version_without_model(home):
    seal_version(home, stage(home))
    (version_dir(home, ID) / "model.gguf").unlink()
    with pytest.raises(NotFound):
        point_to(home, ID)


def test_the_model_file_of_a_version_and_of_the_base(home, tmp_path):
    base = BaseModel(name="b", gguf=tmp_path / "b.gguf", training=None, licence="", source=tmp_path)
    seal_version(home, stage(home))
    assert model_file(home, "base", base) == base.gguf
    assert model_file(home, ID, base) == home / "versions" / ID / "model.gguf"
    with pytest.raises(NotFound):
        model_file(home, "v-000000000000", base)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda v: flip_a_bit(v / "model.gguf"), "model.gguf was changed"),
        (lambda v: flip_a_bit(v / "adapter" / "adapter.safetensors"), "adapter.safetensors was changed"),
        (lambda v: (v / "adapter" / "adapter.safetensors").unlink(), "adapter.safetensors was removed"),
        (lambda v: (v / "program.json").write_text("{}"), "program.json was added"),
        (lambda v: (v / "card.json").unlink(), "card was removed or changed"),
        (lambda v: (v / "card.json").write_text("["), "card.json is damaged"),
        (lambda v: (v / "card.json").write_text('{"sha256": {"model.gguf": "00"}}'), "card was removed or changed"),
    ],
)
def test_a_tampered_version_is_refused_and_the_pointer_stays(home, tamper, reason):
    seal_version(home, stage(home))
    tamper(version_dir(home, ID))
    with pytest.raises(ModelRefused, match=reason):
        verify(home, ID)
    with pytest.raises(ModelRefused, match=reason):
        point_to(home, ID)
    assert current(home) == "base"


def test_there_is_nothing_to_seal_without_a_model(home):
    with pytest.raises(NotFound, match=r"no model\.gguf"):
        seal_version(home, home / "runs" / "none")
