"""The default model and the owner's own are made ready once, or refused with the reason."""

import json
import os
import shutil
import time

import pytest

from models import catalogue
from models.catalogue import base_model, training_dir
from models.gguf_file import inspect, quantise
from store.errors import InputRefused, ModelRefused


def test_the_default_model_is_served_in_full_precision_by_itself(default_model, default_home):
    assert default_model.gguf.is_relative_to(default_home / "base")
    assert default_model.licence == "apache-2.0"
    assert default_model.file_type == "f16"
    assert inspect(default_model.gguf).file_type == "MOSTLY_F16"
    assert base_model("", default_home).gguf == default_model.gguf


def test_a_second_start_takes_no_time_and_changes_nothing(default_model, default_home):
    before = default_model.gguf.stat().st_mtime_ns
    began = time.perf_counter()
    again = base_model("", default_home, "f16")
    assert time.perf_counter() - began < 2
    assert again.gguf == default_model.gguf
    assert again.gguf.stat().st_mtime_ns == before


def test_a_half_written_file_is_not_taken_for_a_whole_one(tiny, tmp_path):
    first = base_model(str(tiny("llama")[1]), tmp_path)
    whole = first.gguf.read_bytes()
    first.gguf.rename(first.gguf.with_name(".f16.gguf.999999999.part"))
    again = base_model(str(tiny("llama")[1]), tmp_path)
    assert again.gguf.read_bytes() == whole
    assert not list(again.gguf.parent.glob(".*.part"))


@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_a_hugging_face_directory_is_served_and_trained(tiny, tmp_path, architecture):
    base = base_model(str(tiny(architecture)[0]), tmp_path)
    assert inspect(base.gguf).architecture == architecture
    assert base.training is None
    directory = training_dir(base)
    assert (directory / "model.safetensors").is_file()
    assert base_model(str(tiny(architecture)[0]), tmp_path).training == directory
    assert training_dir(base) == directory


def test_a_quantised_file_is_served_as_asked(tiny, tmp_path):
    quantise(tiny("qwen3")[1], tmp_path / "brought.gguf", "q8_0")
    as_it_is = base_model(str(tmp_path / "brought.gguf"), tmp_path / "home", "q8_0")
    assert as_it_is.gguf == tmp_path / "brought.gguf"
    assert as_it_is.file_type == "q8_0"
    smaller = base_model(str(tmp_path / "brought.gguf"), tmp_path / "home", "q4_k_m")
    assert inspect(smaller.gguf).file_type == "MOSTLY_Q4_K_M"
    full = base_model(str(tmp_path / "brought.gguf"), tmp_path / "home")
    assert inspect(full.gguf).file_type == "MOSTLY_F16"
    assert (training_dir(as_it_is) / "config.json").is_file()


def test_another_file_of_the_same_name_gets_a_place_of_its_own(tiny, tmp_path):
    path = tmp_path / "my model.gguf"
    path.write_bytes(tiny("llama")[1].read_bytes())
    one = base_model(str(path), tmp_path)
    path.write_bytes(tiny("qwen2")[1].read_bytes())
    other = base_model(str(path), tmp_path)
    assert one.gguf != other.gguf
    assert inspect(other.gguf).architecture == "qwen2"


def test_the_same_file_keeps_its_place_whenever_and_wherever_it_was_written(tiny, tmp_path):
    source = tmp_path / "mine.gguf"
    shutil.copy(tiny("llama")[1], source)
    before = base_model(str(source), tmp_path / "home")
    for written in (1, 2):
        os.utime(source, (written, written))
        assert base_model(str(source), tmp_path / "home") == before
        assert base_model(str(source), tmp_path / f"another-{written}").name == before.name
    assert len(list((tmp_path / "home" / "base").glob("mine-*/"))) == 1


def test_a_place_that_an_earlier_program_named_after_the_time_stays_the_place(tiny, tmp_path):
    source = tiny("llama")[1]
    earlier = tmp_path / "base" / f"{source.stem}-{catalogue._stamp(source)}"
    earlier.mkdir(parents=True)
    assert base_model(str(source), tmp_path).folder == earlier


def test_a_damaged_file_leaves_nothing_behind(tiny, tmp_path):
    path = tmp_path / "broken.gguf"
    path.write_bytes(tiny("llama")[1].read_bytes()[:-9000])
    with pytest.raises(ModelRefused, match="damaged"):
        base_model(str(path), tmp_path / "home")
    assert not list((tmp_path / "home").rglob("*.gguf"))


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelRefused, match=r"no model /none/such\.gguf"):
        base_model("/none/such.gguf", tmp_path)
    with pytest.raises(InputRefused, match="There are: auto, f16, q8_0, q4_k_m"):
        base_model("", tmp_path, "q5")
    with pytest.raises(ModelRefused, match=r"no config\.json"):
        base_model(str(tmp_path), tmp_path / "home")


@pytest.mark.slow
def test_the_training_copy_stays_as_it_was_made(default_model):
    directory = training_dir(default_model)
    made = (directory / "model.safetensors").stat().st_mtime_ns
    assert training_dir(default_model) == directory
    assert (directory / "model.safetensors").stat().st_mtime_ns == made
    assert "quantization_config" not in json.loads((directory / "config.json").read_text())
