"""GGUF model files: what one is, the same in full precision, with other weights, quantised.

The catalogue asks `inspect` before anything is served; the night asks `replace_tensors` for the merged model.
Tokenizer, chat template and all other metadata are carried over as they are. Making a GGUF from a Hugging Face
directory is `hf_to_gguf`'s business. llama.cpp is imported only to quantise.
"""

import logging
import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from gguf import GGMLQuantizationType, GGUFValueType, GGUFWriter, LlamaFileType, dequantize
from gguf.quants import quant_shape_to_byte_shape
from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.architecture import ARCHITECTURES, gguf_name, stored_form, tensor_shapes
from models.gguf_header import GgufHeader, TensorPlace, Value, read_header
from store.errors import ModelRefused
from store.whole_file import whole_file

Weights = np.ndarray
Quantised = Literal["q8_0", "q4_k_m"]

_F16, _F32 = GGMLQuantizationType.F16, GGMLQuantizationType.F32
# What llama.cpp multiplies with and `dequantize` reads; for vectors only F32. Anything else ends the process.
_SERVED = frozenset(
    kind for kind in GGMLQuantizationType if kind.name not in ("I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K")
)
_LARGEST_F16 = 65_504.0
_QUANTISED = {"q8_0": LlamaFileType.MOSTLY_Q8_0, "q4_k_m": LlamaFileType.MOSTLY_Q4_K_M}


@dataclass(frozen=True, slots=True)
class GgufSummary:
    """What a sound chat model's file says of itself. `file_type` is llama.cpp's word, as `MOSTLY_Q4_1`."""

    architecture: str
    name: str
    layers: int
    context_tokens: int
    file_type: str
    chat_template: str
    bytes: int
    parameters: int
    licence: str


def inspect(path: Path) -> GgufSummary:
    """Say what model `path` holds, having checked that it can be served as a chat model.

    Reads the header only. Raises ModelRefused for a file that is damaged, no GGUF, an adapter, one part of
    several, of an architecture outside `ARCHITECTURES`, without chat template, or whose tensors do not have the
    shapes that its own metadata asks for.
    """
    return _summary(read_header(path))


def write_f16(source: Path, target: Path) -> None:
    """Write `source` in full precision: matrices as F16, vectors as F32, everything else as it was."""
    header = read_header(source)
    _summary(header)
    _write(header, target, {}, lambda place: _stored_type(place.shape))


def replace_tensors(base: Path, target: Path, tensors: Mapping[str, Weights]) -> None:
    """Write `base` with other weights in the place of some.

    `tensors` are whole parameters in float32 under their Hugging Face names, as a merged adapter gives them;
    matrices are stored as F16 and brought into llama.cpp's order of rows. Tensors that are not named are copied
    byte for byte. Each of `tensors` is asked for once, when it is written, so that they need not all be in memory.
    Raises ModelRefused, and writes nothing, for a name or shape that `base` does not have and for weights that are
    not finite.
    """
    header = read_header(base)
    summary = _summary(header)
    architecture = summary.architecture
    heads = header.get(f"{architecture}.attention.head_count")
    kv_heads = header.get(f"{architecture}.attention.head_count_kv", heads)
    hf_names: dict[str, str] = {}
    for hf_name in tensors:
        name = gguf_name(architecture, summary.layers, hf_name)
        if name == "output.weight" and name not in header.tensors:
            if "model.embed_tokens.weight" not in tensors:
                raise ModelRefused(f"{base} ties its output to its embedding, but only {hf_name} is to be replaced.")
            continue
        if name is None or name not in header.tensors:
            raise ModelRefused(f"{base} has no tensor for the parameter {hf_name}.")
        hf_names[name] = hf_name

    def stored(name: str) -> Weights:
        hf_name = hf_names[name]
        weights = tensors[hf_name]
        if weights.shape != header.tensors[name].shape:
            raise ModelRefused(f"{hf_name} has shape {weights.shape}; in {base} it is {header.tensors[name].shape}.")
        if not np.isfinite(weights).all():
            raise ModelRefused(f"{hf_name} holds weights that are not finite numbers; the training went wrong.")
        return stored_form(architecture, name, weights.astype(np.float32), heads, kv_heads)

    _write(header, target, dict.fromkeys(hf_names, stored))


def quantise(source: Path, target: Path, file_type: Quantised) -> None:
    """Write `source` quantised by llama.cpp. Raises ModelRefused when llama.cpp will not."""
    import llama_cpp

    logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)
    inspect(source)
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = int(_QUANTISED[file_type])
    params.allow_requantize = True
    with whole_file(target) as part:
        failed = llama_cpp.llama_model_quantize(str(source).encode(), str(part).encode(), params)
        if failed:
            raise ModelRefused(f"llama.cpp could not quantise {source} to {file_type} (status {failed}).")
        inspect(part)


def read_tensor(header: GgufHeader, name: str) -> Weights:
    """One tensor in float32, rows first, in llama.cpp's order of rows."""
    place = header.tensors[name]
    return np.asarray(dequantize(_raw(header.path, place), place.type), dtype=np.float32).reshape(place.shape)


def write_model(
    target: Path,
    architecture: str,
    values: Mapping[str, Value],
    tensors: Mapping[str, Weights],
    exact: Container[str] = (),
) -> None:
    """Write a new GGUF file from metadata and float32 tensors: matrices as F16, vectors and those in `exact` as F32."""
    header = GgufHeader(
        path=target,
        values={"general.architecture": Value(architecture, GGUFValueType.STRING), **values},
        tensors={name: TensorPlace(name, weights.shape, _F32, 0, 0) for name, weights in tensors.items()},
        bytes=0,
    )
    _write(header, target, dict.fromkeys(tensors, lambda name: tensors[name]), exact=exact)


def _summary(header: GgufHeader) -> GgufSummary:
    path, architecture = header.path, header.get("general.architecture")
    kind = header.get("general.type", "model")
    if kind != "model":
        raise ModelRefused(f"{path} is a GGUF file of type {kind!r}, not a whole model. Bring the model it belongs to.")
    parts = header.get("split.count", 0)
    if parts not in (0, 1):
        raise ModelRefused(f"{path} is one of {parts} parts. Join them with llama-gguf-split --merge.")
    if architecture not in ARCHITECTURES:
        raise ModelRefused(f"{path} is of the architecture {architecture!r}; supported are {', '.join(ARCHITECTURES)}.")
    if header.get(f"{architecture}.expert_count", 0):
        raise ModelRefused(f"{path} is a mixture of experts, which is not supported; bring a dense model.")
    expected = tensor_shapes(header)
    for name, shape in expected.items():
        place = header.tensors.get(name)
        if place is None or place.shape != shape:
            found = "is missing" if place is None else f"has shape {place.shape}"
            raise ModelRefused(f"{path} is damaged or incomplete: tensor {name} {found}, where {shape} is expected.")
    for place in header.tensors.values():
        if place.type not in _SERVED or (len(place.shape) == 1 and place.type != _F32):
            raise ModelRefused(f"{path} stores tensor {place.name} as {place.type.name}, which cannot be served.")
    foreign = header.tensors.keys() - expected.keys()
    if foreign:
        raise ModelRefused(f"{path} has tensors that no supported {architecture} model has, as {min(foreign)}.")
    template = header.get("tokenizer.chat_template")
    if not isinstance(template, str) or not template.strip():
        raise ModelRefused(f"{path} has no chat template: it is no chat model. Bring its instruct or chat version.")
    try:
        ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"]).parse(template)
    except TemplateSyntaxError as error:
        raise ModelRefused(f"The chat template of {path} is broken: {error.message} (line {error.lineno}).") from error
    file_type = header.get("general.file_type", LlamaFileType.GUESSED)
    return GgufSummary(
        architecture=architecture,
        name=str(header.get("general.name") or path.stem),
        layers=header.get(f"{architecture}.block_count"),
        context_tokens=header.get(f"{architecture}.context_length"),
        file_type=LlamaFileType(file_type).name if file_type in list(LlamaFileType) else str(file_type),
        chat_template=template,
        bytes=header.bytes,
        parameters=sum(math.prod(place.shape) for place in header.tensors.values()),
        licence=str(header.get("general.license") or "unknown"),
    )


def _stored_type(shape: tuple[int, ...]) -> GGMLQuantizationType:
    return _F16 if len(shape) > 1 else _F32


def _raw(path: Path, place: TensorPlace) -> Weights:
    """The bytes of a tensor, shaped as `dequantize` wants them; mapped, not read."""
    kinds = {_F16: np.float16, _F32: np.float32, GGMLQuantizationType.F64: np.float64}
    kind = kinds.get(place.type)
    if kind is not None:
        return np.memmap(path, kind, "r", place.offset, place.shape)
    return np.memmap(path, np.uint8, "r", place.offset, quant_shape_to_byte_shape(place.shape, place.type))


def _write(
    header: GgufHeader,
    target: Path,
    new: Mapping[str, Callable[[str], Weights]],
    copied_as: Callable[[TensorPlace], GGMLQuantizationType] = lambda place: place.type,
    exact: Container[str] = (),
) -> None:
    """Write metadata and tensors of `header`, one tensor in memory at a time, atomically.

    Tensors in `new` come from there and are stored in full precision, as F32 those in `exact`; the others come
    from the file and are stored as `copied_as` says.
    """
    types = {
        name: _F32 if name in exact else _stored_type(place.shape) if name in new else copied_as(place)
        for name, place in header.tensors.items()
    }
    matrices = {types[name] for name, place in header.tensors.items() if len(place.shape) > 1}
    with whole_file(target) as part:
        writer = GGUFWriter(part, header.get("general.architecture"))
        alignment = header.get("general.alignment")
        if alignment is not None:
            writer.add_custom_alignment(alignment)
        for key, value in header.values.items():
            if key in ("general.architecture", "general.alignment", "general.file_type") or value.content == []:
                continue
            writer.add_key_value(key, value.content, value.type, value.items)
        file_type = LlamaFileType.MOSTLY_F16 if matrices == {_F16} else header.get("general.file_type")
        if file_type is not None:
            writer.add_file_type(int(file_type))
        for name, place in header.tensors.items():
            kind = types[name]
            shape = place.shape if kind in (_F16, _F32) else quant_shape_to_byte_shape(place.shape, kind)
            form = np.dtype({_F16: np.float16, _F32: np.float32}.get(kind, np.uint8))
            writer.add_tensor_info(name, shape, form, math.prod(shape) * form.itemsize, raw_dtype=kind)
        try:
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            for name, place in header.tensors.items():
                kind = types[name]
                if name not in new and kind == place.type:
                    writer.write_tensor_data(np.asarray(_raw(header.path, place)).view(np.ndarray))
                    continue
                weights = new[name](name) if name in new else read_tensor(header, name)
                writer.write_tensor_data(_as_stored(name, weights, kind))
        finally:
            writer.close()


def _as_stored(name: str, weights: Weights, kind: GGMLQuantizationType) -> Weights:
    """`weights` as F16 or F32; raises ModelRefused when F16 cannot hold them, rather than store infinities."""
    if kind == _F32:
        return np.ascontiguousarray(weights, dtype=np.float32)
    if float(np.abs(weights).max()) > _LARGEST_F16:
        raise ModelRefused(f"Tensor {name} holds weights beyond 65504, which F16 cannot store.")
    return np.ascontiguousarray(weights, dtype=np.float16)
