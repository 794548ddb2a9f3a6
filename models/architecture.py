"""The architectures that can be served and trained, and how each is laid out in a GGUF file.

Which tensors a model of given sizes has, what a Hugging Face parameter is called there, and in what form its
weights are stored. Pure: sizes and arrays in, names and arrays out.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from gguf import MODEL_ARCH, TensorNameMap, get_tensor_name_map

from models.gguf_header import GgufHeader
from store.errors import ModelRefused

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3")

_ARCH = {"llama": MODEL_ARCH.LLAMA, "qwen2": MODEL_ARCH.QWEN2, "qwen3": MODEL_ARCH.QWEN3, "gemma3": MODEL_ARCH.GEMMA3}


@lru_cache(maxsize=8)
def _names(architecture: str, layers: int) -> TensorNameMap:
    return get_tensor_name_map(_ARCH[architecture], layers)


def gguf_name(architecture: str, layers: int, hf_name: str) -> str | None:
    """The GGUF tensor that holds the Hugging Face parameter `hf_name`; None when there is none."""
    name = _names(architecture, layers).get_name(hf_name, try_suffixes=(".weight", ".bias"))
    return None if name is None else str(name)


def stored_form(architecture: str, name: str, weights: np.ndarray, heads: int, kv_heads: int) -> np.ndarray:
    """`weights` of a Hugging Face parameter in the form of the GGUF tensor `name`.

    llama turns neighbouring pairs of a head where transformers turns its two halves, so the rows of its q and k
    are interleaved; gemma3 stores the norm's factor and transformers its difference from 1.
    """
    if architecture == "llama" and ".attn_q." in name:
        return _interleaved(weights, heads)
    if architecture == "llama" and ".attn_k." in name:
        return _interleaved(weights, kv_heads)
    if architecture == "gemma3" and name.endswith("norm.weight"):
        return weights + np.float32(1)
    return weights


def _interleaved(weights: np.ndarray, heads: int) -> np.ndarray:
    """(heads, 2, half, ...) rows become (heads, half, 2, ...)."""
    half = weights.shape[0] // heads // 2
    return weights.reshape(heads, 2, half, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def tensor_shapes(header: GgufHeader) -> dict[str, tuple[int, ...]]:
    """Every tensor that `header`'s sizes ask for, and those optional ones that it has, with their shapes.

    Raises ModelRefused when a size is missing or absurd: llama.cpp divides by some of them.
    """
    kind = header.get("general.architecture")

    def size(key: str, default: int | None = None, most: int = 1 << 20) -> int:
        found: Any = header.get(f"{kind}.{key}", default)
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= most:
            raise ModelRefused(f"{header.path} is damaged or not supported: {kind}.{key} is {found!r}.")
        return found

    layers, width, inner = size("block_count", most=1024), size("embedding_length"), size("feed_forward_length")
    size("context_length", most=1 << 27)
    heads = size("attention.head_count", most=4096)
    kv_heads = size("attention.head_count_kv", heads, most=heads)
    key_width = size("attention.key_length", max(width // heads, 1), most=4096)
    value_width = size("attention.value_length", max(width // heads, 1), most=4096)
    rotated = size("rope.dimension_count", key_width, most=key_width)
    if heads % kv_heads or key_width % 2 or rotated % 2 or value_width != key_width:
        raise ModelRefused(
            f"{header.path} is damaged or not supported: {heads} heads over {kv_heads} key-value heads, "
            f"keys {key_width}, values {value_width} and rotations {rotated} wide."
        )
    for key, least, most in (("attention.layer_norm_rms_epsilon", 0.0, 0.1), ("rope.freq_base", 1.0, 1e12)):
        number = header.get(f"{kind}.{key}", 10_000.0 if key == "rope.freq_base" else None)
        if not isinstance(number, float) or not least < number < most:
            raise ModelRefused(f"{header.path} is damaged: {kind}.{key} is {number!r}.")
    vocabulary = _vocabulary(header)
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, width), "output_norm.weight": (width,)}
    optional: dict[str, tuple[int, ...]] = {"output.weight": (vocabulary, width), "rope_freqs.weight": (rotated // 2,)}
    for n in range(layers):
        block = f"blk.{n}."
        q_rows, kv_rows = heads * key_width, kv_heads * key_width
        rows = {"attn_q": q_rows, "attn_k": kv_rows, "attn_v": kv_rows}
        shapes |= {f"{block}{name}.weight": (count, width) for name, count in rows.items()}
        biases = {f"{block}{name}.bias": (count,) for name, count in rows.items()}
        if kind == "qwen2":
            shapes |= biases
        elif kind == "llama":
            optional |= biases | {f"{block}attn_output.bias": (width,)}
        shapes[f"{block}attn_output.weight"] = (width, q_rows)
        shapes[f"{block}attn_norm.weight"] = shapes[f"{block}ffn_norm.weight"] = (width,)
        shapes[f"{block}ffn_gate.weight"] = shapes[f"{block}ffn_up.weight"] = (inner, width)
        shapes[f"{block}ffn_down.weight"] = (width, inner)
        if kind in ("qwen3", "gemma3"):
            shapes[f"{block}attn_q_norm.weight"] = shapes[f"{block}attn_k_norm.weight"] = (key_width,)
        if kind == "gemma3":
            shapes[f"{block}post_attention_norm.weight"] = shapes[f"{block}post_ffw_norm.weight"] = (width,)
    return shapes | {name: shape for name, shape in optional.items() if name in header.tensors}


def _vocabulary(header: GgufHeader) -> int:
    """The number of tokens, having checked that everything said of them fits it."""
    tokens, model = header.get("tokenizer.ggml.tokens"), header.get("tokenizer.ggml.model")
    if model not in ("gpt2", "llama") or not isinstance(tokens, list) or not tokens or not isinstance(tokens[0], str):
        raise ModelRefused(f"{header.path} has no tokenizer that is supported (found {model!r}; gpt2 and llama are).")
    if model == "gpt2" and not isinstance(header.get("tokenizer.ggml.merges"), list):
        raise ModelRefused(f"{header.path} is damaged: its tokenizer has no merges.")
    for key in ("tokenizer.ggml.scores", "tokenizer.ggml.token_type"):
        found = header.get(key)
        if found is not None and (not isinstance(found, list) or len(found) != len(tokens)):
            raise ModelRefused(f"{header.path} is damaged: {key} does not fit its {len(tokens)} tokens.")
    if model == "llama" and header.get("tokenizer.ggml.scores") is None:
        raise ModelRefused(f"{header.path} is damaged: its tokenizer has no scores.")
    for key in header.values:
        if key.startswith("tokenizer.ggml.") and key.endswith("_token_id"):
            number = header.get(key)
            if not isinstance(number, int) or not 0 <= number < len(tokens):
                raise ModelRefused(f"{header.path} is damaged: {key} is {number!r}, beyond its {len(tokens)} tokens.")
    if header.get("tokenizer.ggml.eos_token_id") is None:
        raise ModelRefused(f"{header.path} does not say which token ends an answer (tokenizer.ggml.eos_token_id).")
    return len(tokens)
