"""A version's files for other programs: the very bytes, whole or not at all."""

import json
from pathlib import Path

import pytest

from models.catalogue import BaseModel
from models.export import export_files
from models.version_files import BASE, seal_version
from store.errors import InputRefused, ModelRefused, NotFound


@pytest.fixture
def base(home: Path) -> BaseModel:
    (home / "base.gguf").write_bytes(b"the base")
    return BaseModel("tiny", home / "base.gguf", None, "", home / "base.gguf")


@pytest.fixture
def version(home: Path) -> str:
    """A sealed version with an adapter."""
    staging = home / "staging"
    (staging / "adapter").mkdir(parents=True)
    (staging / "model.gguf").write_bytes(b"merged")
    (staging / "adapter" / "adapter_config.json").write_text(json.dumps({"r": 8}))
    return seal_version(home, staging)


def test_model_and_adapter_come_out_as_they_are(home, base, version):
    assert export_files(home, "gguf", version, base, home / "out" / "m.gguf").read_bytes() == b"merged"
    assert export_files(home, "gguf", BASE, base, home / "b.gguf").read_bytes() == b"the base"
    adapter = export_files(home, "adapter", version, base, home / "adapter")
    assert [path.name for path in adapter.iterdir()] == ["adapter_config.json"]


def test_what_is_not_there_is_told_with_what_is(home, base, version):
    with pytest.raises(NotFound, match="The base has no adapter"):
        export_files(home, "adapter", BASE, base, home / "a")
    with pytest.raises(NotFound, match=f"no version 'v-000000000000'. There are: base, {version}"):
        export_files(home, "gguf", "v-000000000000", base, home / "m")
    bare = home / "bare"
    bare.mkdir()
    (bare / "model.gguf").write_bytes(b"another")
    other = seal_version(home, bare)
    with pytest.raises(NotFound, match=f"Version {other} has no adapter"):
        export_files(home, "adapter", other, base, home / "a")
    assert not (home / "a").exists()


def test_nothing_is_written_over_and_changed_files_are_not_handed_out(home, base, version):
    (home / "there").mkdir()
    with pytest.raises(InputRefused, match="exists already"):
        export_files(home, "adapter", version, base, home / "there")
    (home / "versions" / version / "adapter" / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelRefused, match="was changed"):
        export_files(home, "adapter", version, base, home / "a")
    assert not (home / "a").exists()
