"""Stretched positions (RoPE scaling), as transformers' configuration and as GGUF metadata say it.

llama.cpp and transformers name the same three methods differently: linear, YaRN, and Llama 3's, which in GGUF is
a tensor of divisors. A method that is none of these is refused rather than served wrongly. Pure.
"""

import math
from typing import Any

import numpy as np
from gguf import GGUFValueType

from models.gguf_file import read_tensor
from models.gguf_header import GgufHeader, Value
from store.errors import ModelRefused

Rope = dict[str, Any]


def hf_rope(header: GgufHeader, stated: Rope) -> Rope | None:
    """transformers' `rope_parameters` for the model in `header`; None when those `stated` are right as they are."""
    kind = header.get("general.architecture")
    method = header.get(f"{kind}.rope.scaling.type", "none")
    if method == "none" and "rope_freqs.weight" in header.tensors:
        return stated | _llama3_of(header, header.get(f"{kind}.rope.freq_base", 10_000.0))
    if method == "none":
        return None
    factor = header.get(f"{kind}.rope.scaling.factor", 1.0)
    if method == "linear" and kind == "gemma3":
        return stated | {"full_attention": stated["full_attention"] | {"rope_type": "linear", "factor": factor}}
    if method == "linear":
        return stated | {"rope_type": "linear", "factor": factor}
    if method == "yarn" and kind != "gemma3":
        length = header.get(f"{kind}.rope.scaling.original_context_length")
        return stated | {"rope_type": "yarn", "factor": factor, "original_max_position_embeddings": length}
    raise ModelRefused(f"{header.path} stretches its positions by the method {method!r}, which is not supported.")


def gguf_rope(kind: str, rope: Rope, head_width: int) -> tuple[dict[str, Value], np.ndarray | None]:
    """GGUF metadata for transformers' `rope` of an architecture, and Llama 3's tensor of divisors if it has one."""
    own = rope.get("full_attention", rope)
    method, prefix = own.get("rope_type", "default"), f"{kind}.rope."
    values = {f"{prefix}freq_base": Value(float(own["rope_theta"]), GGUFValueType.FLOAT32)}
    if kind == "gemma3" and rope.get("sliding_attention", {}).get("rope_theta", 10_000.0) != 10_000.0:
        raise ModelRefused("Its sliding windows turn at another base than 10000, which llama.cpp takes for granted.")
    if method == "default":
        return values, None
    if method == "llama3" and kind == "llama":
        return values, _llama3_divisors(own, head_width)
    if method == "linear" or (method == "yarn" and kind != "gemma3"):
        values[f"{prefix}scaling.type"] = Value(method, GGUFValueType.STRING)
        values[f"{prefix}scaling.factor"] = Value(float(own["factor"]), GGUFValueType.FLOAT32)
        if method == "yarn":
            length = int(own["original_max_position_embeddings"])
            values[f"{prefix}scaling.original_context_length"] = Value(length, GGUFValueType.UINT32)
        return values, None
    raise ModelRefused(f"It stretches its positions by the method {method!r}, which is not supported for {kind}.")


def _llama3_divisors(rope: Rope, head_width: int) -> np.ndarray:
    """What each rotation frequency is divided by: 1 for the fast ones, `factor` for the slow, smooth in between."""
    factor, length = float(rope["factor"]), float(rope["original_max_position_embeddings"])
    low, high = float(rope["low_freq_factor"]), float(rope["high_freq_factor"])
    turns = length / (2 * math.pi * float(rope["rope_theta"]) ** (np.arange(0, head_width, 2) / head_width))
    smooth = np.clip((turns - low) / (high - low), 0.0, 1.0)
    return (1.0 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def _llama3_of(header: GgufHeader, base: float) -> Rope:
    """The settings whose divisors are those in the file; Llama 3's models all use the same but for the factor."""
    found = read_tensor(header, "rope_freqs.weight")
    rope = {
        "rope_type": "llama3",
        "rope_theta": base,
        "factor": round(float(found.max()), 3),
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    if not np.allclose(_llama3_divisors(rope, 2 * len(found)), found, rtol=1e-3):
        raise ModelRefused(f"{header.path} can be served but not trained: its rope_freqs are not those of Llama 3.")
    return rope
