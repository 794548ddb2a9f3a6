"""The header of a GGUF file, read with suspicion: what it says, and where its tensors lie.

A file that the owner brings goes through here before llama.cpp or the `gguf` package sees it, because both trust
lengths and offsets that a damaged or hostile file states. Every length is checked against the file before it is
used, nothing is allocated on the word of the file, and tensor data must lie inside it. What the values mean for
a chat model is `gguf_file`'s business.

Form: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Never

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType

from store.errors import ModelRefused

_SCALARS = {
    GGUFValueType.UINT8: struct.Struct("<B"),
    GGUFValueType.INT8: struct.Struct("<b"),
    GGUFValueType.UINT16: struct.Struct("<H"),
    GGUFValueType.INT16: struct.Struct("<h"),
    GGUFValueType.UINT32: struct.Struct("<I"),
    GGUFValueType.INT32: struct.Struct("<i"),
    GGUFValueType.FLOAT32: struct.Struct("<f"),
    GGUFValueType.UINT64: struct.Struct("<Q"),
    GGUFValueType.INT64: struct.Struct("<q"),
    GGUFValueType.FLOAT64: struct.Struct("<d"),
    GGUFValueType.BOOL: struct.Struct("<B"),
}
_UINT32, _UINT64 = _SCALARS[GGUFValueType.UINT32], _SCALARS[GGUFValueType.UINT64]
_NAME_BYTES = 64  # GGML_MAX_NAME
_MOST_VALUES, _MOST_TENSORS, _MOST_ROWS = 10_000, 100_000, 1 << 40


@dataclass(frozen=True, slots=True)
class Value:
    """One metadata value; `items` is the type of an array's items, None for anything else."""

    content: Any
    type: GGUFValueType
    items: GGUFValueType | None = None


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """Where a tensor lies. `shape` has rows first, as NumPy counts; `offset` is from the start of the file."""

    name: str
    shape: tuple[int, ...]
    type: GGMLQuantizationType
    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    path: Path
    values: dict[str, Value]
    tensors: dict[str, TensorPlace]
    bytes: int

    def get(self, key: str, default: object = None) -> Any:
        """The content of a metadata value, or `default`."""
        value = self.values.get(key)
        return default if value is None else value.content


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of `path`; the tensors themselves are not read.

    Raises ModelRefused, naming the file and the fault, for anything that is not a sound GGUF file of version 2
    or 3 in little-endian order.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size < 24:
                raise ModelRefused(f"{path} is not a GGUF model: it has only {size} bytes.")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Cursor(path, data, size).header()
    except OSError as error:
        raise ModelRefused(f"{path} cannot be read: {error.strerror or error}.") from error


class _Cursor:
    """A place in the file that only moves forward and never past its end."""

    def __init__(self, path: Path, data: mmap.mmap, size: int) -> None:
        self.path, self.data, self.size, self.at = path, data, size, 0

    def refuse(self, fault: str) -> Never:
        raise ModelRefused(f"{self.path} is damaged: {fault}. Fetch or copy the file again.")

    def take(self, count: int, what: str) -> int:
        """Move over `count` bytes and say where they begin."""
        start = self.at
        if count > self.size - start:
            self.refuse(f"{what} at byte {start} reaches past the end of the file ({self.size} bytes)")
        self.at = start + count
        return start

    def number(self, form: struct.Struct, what: str) -> Any:
        return form.unpack_from(self.data, self.take(form.size, what))[0]

    def text(self, what: str, most: int | None = None) -> str:
        length = self.number(_UINT64, f"the length of {what}")
        if most is not None and length > most:
            self.refuse(f"{what} at byte {self.at} is {length} bytes long, where {most} are allowed")
        start = self.take(length, what)
        try:
            return self.data[start : start + length].decode("utf-8")
        except UnicodeDecodeError:
            self.refuse(f"{what} at byte {start} is not UTF-8 text")

    def header(self) -> GgufHeader:
        if self.data[:4] != b"GGUF":
            raise ModelRefused(f"{self.path} is not a GGUF model: it begins with {self.data[:4]!r}, not b'GGUF'.")
        self.at = 4
        version = self.number(_UINT32, "the version")
        if version not in (2, 3):
            raise ModelRefused(f"{self.path} is GGUF version {version}; versions 2 and 3, little-endian, are read.")
        tensor_count, value_count = self.number(_UINT64, "the tensor count"), self.number(_UINT64, "the value count")
        if tensor_count > _MOST_TENSORS or value_count > _MOST_VALUES:
            self.refuse(f"it claims {tensor_count} tensors and {value_count} metadata values")
        values: dict[str, Value] = {}
        for _ in range(value_count):
            key = self.text("a metadata key", most=65_535)
            if key in values:
                self.refuse(f"the metadata key {key!r} occurs twice")
            values[key] = self.value(self.value_type(key), key)
        places = [self.place() for _ in range(tensor_count)]
        return GgufHeader(self.path, values, self.placed(places, values), self.size)

    def value_type(self, key: str) -> GGUFValueType:
        raw = self.number(_UINT32, f"the type of {key}")
        try:
            return GGUFValueType(raw)
        except ValueError:
            self.refuse(f"{key} has the unknown type {raw}")

    def value(self, kind: GGUFValueType, key: str) -> Value:
        if kind is GGUFValueType.STRING:
            return Value(self.text(key), kind)
        if kind is not GGUFValueType.ARRAY:
            number = self.number(_SCALARS[kind], key)
            if kind is GGUFValueType.BOOL:
                if number > 1:
                    self.refuse(f"{key} is {number}, neither true nor false")
                number = bool(number)
            return Value(number, kind)
        items, count = self.value_type(key), self.number(_UINT64, f"the length of {key}")
        if items is GGUFValueType.ARRAY:
            self.refuse(f"{key} is an array of arrays, which no supported model has")
        least = 8 if items is GGUFValueType.STRING else _SCALARS[items].size
        if count > (self.size - self.at) // least:
            self.refuse(f"{key} claims {count} items, more than the file can hold")
        if items is GGUFValueType.STRING:
            return Value([self.text(key) for _ in range(count)], kind, items)
        form = _SCALARS[items].format[-1]
        numbers = list(struct.unpack_from(f"<{count}{form}", self.data, self.take(count * least, key)))
        return Value([bool(n) for n in numbers] if items is GGUFValueType.BOOL else numbers, kind, items)

    def place(self) -> tuple[str, tuple[int, ...], GGMLQuantizationType, int]:
        name = self.text("a tensor name", most=_NAME_BYTES - 1)
        dimensions = self.number(_UINT32, f"the dimensions of {name}")
        if not 1 <= dimensions <= 4:
            self.refuse(f"tensor {name} claims {dimensions} dimensions")
        shape = tuple(self.number(_UINT64, f"the shape of {name}") for _ in range(dimensions))[::-1]
        raw = self.number(_UINT32, f"the type of {name}")
        try:
            kind = GGMLQuantizationType(raw)
        except ValueError:
            self.refuse(f"tensor {name} has the unknown type {raw}")
        return name, shape, kind, self.number(_UINT64, f"the offset of {name}")

    def placed(
        self, places: list[tuple[str, tuple[int, ...], GGMLQuantizationType, int]], values: dict[str, Value]
    ) -> dict[str, TensorPlace]:
        """The tensors with absolute offsets, each inside the file, aligned, and none on top of another."""
        alignment = values.get("general.alignment", Value(32, GGUFValueType.UINT32))
        step = alignment.content
        if alignment.type is not GGUFValueType.UINT32 or not 8 <= step <= 65_536 or step & (step - 1):
            self.refuse(f"general.alignment is {step!r}, not a power of two from 8 to 65536")
        start = -(-self.at // step) * step
        tensors: dict[str, TensorPlace] = {}
        for name, shape, kind, offset in places:
            block, block_bytes = GGML_QUANT_SIZES[kind]
            count = 1
            for length in shape:
                count *= length
                if length < 1 or count > _MOST_ROWS:
                    self.refuse(f"tensor {name} claims the shape {shape}")
            if shape[-1] % block:
                self.refuse(f"tensor {name} has rows of {shape[-1]}, not a multiple of {kind.name}'s {block}")
            length = count // block * block_bytes
            if offset % step or start + offset + length > self.size:
                self.refuse(
                    f"tensor {name} should lie at bytes {start + offset} to {start + offset + length}, "
                    f"but the file has {self.size} bytes in steps of {step}"
                )
            if name in tensors:
                self.refuse(f"tensor {name} occurs twice")
            tensors[name] = TensorPlace(name, shape, kind, start + offset, length)
        end = 0
        for tensor in sorted(tensors.values(), key=lambda tensor: tensor.offset):
            if tensor.offset < end:
                self.refuse(f"tensor {tensor.name} lies on top of another one")
            end = tensor.offset + tensor.bytes
        return tensors
