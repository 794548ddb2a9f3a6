"""Damaged, foreign and hostile files are refused with the reason, before llama.cpp sees them."""

import json
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from gguf import GGUFValueType

from models.gguf_file import inspect
from models.gguf_header import Value, read_header
from store.errors import ModelRefused


@pytest.fixture
def gguf(tiny, tmp_path):
    """A copy of a small model that a test may damage."""
    copy = tmp_path / "model.gguf"
    copy.write_bytes(tiny("llama")[1].read_bytes())
    return copy


def change(path: Path, at: int, form: str, value: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(struct.pack(form, value))


def tensor_entry(path: Path, name: str) -> int:
    """Where in the file the entry of tensor `name` goes on after its name: dimensions, shape, type, offset."""
    data = path.read_bytes()
    return data.index(struct.pack("<Q", len(name)) + name.encode()) + 8 + len(name)


def test_a_sound_file_says_what_it_is(gguf):
    summary = inspect(gguf)
    assert (summary.architecture, summary.layers, summary.context_tokens) == ("llama", 2, 512)
    assert summary.file_type == "MOSTLY_F16"
    assert "<|im_start|>" in summary.chat_template
    assert summary.bytes == gguf.stat().st_size


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04" + bytes(100), b"GGML" + bytes(100), b"\x80\x04" * 60])
def test_what_is_no_gguf_is_refused(tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match="not a GGUF"):
        inspect(path)


def test_a_directory_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ModelRefused, match="cannot be read"):
        inspect(tmp_path)
    with pytest.raises(ModelRefused, match="cannot be read"):
        inspect(tmp_path / "none.gguf")


@pytest.mark.parametrize("share", [0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(gguf, share):
    data = gguf.read_bytes()
    gguf.write_bytes(data[: max(24, int(len(data) * share))])
    with pytest.raises(ModelRefused, match="damaged"):
        inspect(gguf)


def test_a_file_that_lacks_its_last_bytes_is_refused(gguf):
    header = read_header(gguf)
    end = max(tensor.offset + tensor.bytes for tensor in header.tensors.values())
    gguf.write_bytes(gguf.read_bytes()[: end - 1])
    with pytest.raises(ModelRefused, match="but the file has"):
        inspect(gguf)


@pytest.mark.parametrize(
    ("at", "form", "value", "reason"),
    [
        (4, "<I", 99, "version 99"),
        (4, ">I", 3, "version"),
        (8, "<Q", 1 << 62, "tensors"),
        (16, "<Q", 1 << 62, "metadata values"),
        (24, "<Q", 1 << 63, "65535 are allowed"),
    ],
)
def test_absurd_counts_are_refused(gguf, at, form, value, reason):
    change(gguf, at, form, value)
    with pytest.raises(ModelRefused, match=reason):
        inspect(gguf)


@pytest.mark.parametrize(
    ("skip", "form", "value", "reason"),
    [
        (0, "<I", 0, "0 dimensions"),
        (0, "<I", 5, "5 dimensions"),
        (0, "<I", 1 << 31, "dimensions"),
        (4, "<Q", 0, "claims the shape"),
        (4, "<Q", 1 << 62, "claims the shape"),
        (12, "<Q", (1 << 64) - 1, "claims the shape"),
        (12, "<Q", 1 << 33, "should lie at"),
        (20, "<I", 4, "unknown type 4"),
        (20, "<I", 12, "not a multiple"),
        (24, "<Q", 1, "should lie at"),
        (24, "<Q", 1 << 40, "should lie at"),
        (24, "<Q", (1 << 64) - 32, "should lie at"),
    ],
)
def test_absurd_tensors_are_refused(gguf, skip, form, value, reason):
    change(gguf, tensor_entry(gguf, "blk.0.ffn_up.weight") + skip, form, value)
    with pytest.raises(ModelRefused, match=reason):
        inspect(gguf)


def test_a_tensor_on_top_of_another_is_refused(gguf):
    header = read_header(gguf)
    start = min(tensor.offset for tensor in header.tensors.values())
    offset = header.tensors["blk.0.ffn_gate.weight"].offset - start
    change(gguf, tensor_entry(gguf, "blk.0.ffn_up.weight") + 24, "<Q", offset)
    with pytest.raises(ModelRefused, match="on top of another"):
        inspect(gguf)


def test_a_vector_that_llama_cpp_cannot_add_is_refused(gguf):
    change(gguf, tensor_entry(gguf, "blk.0.attn_norm.weight") + 12, "<I", 1)
    with pytest.raises(ModelRefused, match=r"stores tensor blk\.0\.attn_norm\.weight as F16"):
        inspect(gguf)


def test_an_array_longer_than_the_file_is_refused(gguf):
    data = gguf.read_bytes()
    key = b"tokenizer.ggml.token_type"
    change(gguf, data.index(key) + len(key) + 8, "<Q", 1 << 60)
    with pytest.raises(ModelRefused, match="more than the file can hold"):
        inspect(gguf)


FLIPS_CHILD = """
import json, logging, sys
import llama_cpp
logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL)
data, path = open(sys.argv[1], "rb").read(), sys.argv[2]
for bit in json.load(sys.stdin):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    open(path, "wb").write(changed)
    print(bit, flush=True)
    try:
        model = llama_cpp.Llama(path, n_ctx=64, verbose=False)
    except ValueError:
        continue
    model.eval([5, 6, 7])
    model.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_no_flipped_bit_of_the_header_brings_llama_cpp_down(tiny, tmp_path, architecture):
    """Either the file is refused, or llama.cpp loads it or says itself that it cannot; it never dies of it."""
    source = tiny(architecture)[1]
    data = source.read_bytes()
    header = read_header(source)
    end = min(tensor.offset for tensor in header.tensors.values())
    first, last = data.index(b"tokenizer.ggml.tokens"), data.index(b"tokenizer.ggml.add_bos_token")
    places = [at for at in range(end) if not first + 60 < at < last - 60]
    chosen = random.Random(1).sample([8 * at + bit for at in places for bit in range(8)], 1200)
    accepted, path = [], tmp_path / "flipped.gguf"
    for bit in chosen:
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            inspect(path)
        except ModelRefused:
            continue
        accepted.append(bit)
    assert len(accepted) < len(chosen) / 2
    child = subprocess.run(
        [sys.executable, "-c", FLIPS_CHILD, str(source), str(path)],
        input=json.dumps(accepted),
        capture_output=True,
        text=True,
        timeout=300,
    )
    reached = child.stdout.split()
    last_bit = int(reached[-1]) if reached else -1
    around = data[max(last_bit // 8 - 60, 0) : last_bit // 8 + 20]
    assert child.returncode == 0, f"bit {last_bit} near {around!r}: {child.stderr[-600:]}"


def test_values_keep_their_types(tiny):
    values = read_header(tiny("llama")[1]).values
    assert values["llama.block_count"] == Value(2, GGUFValueType.UINT32)
    assert values["tokenizer.ggml.add_bos_token"].content is False
    assert values["tokenizer.ggml.token_type"].items is GGUFValueType.INT32
