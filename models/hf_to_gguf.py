"""A Hugging Face model directory as a GGUF file, for llama.cpp to serve: weights, tokenizer, chat template.

Covers the dense text models of `architecture.ARCHITECTURES` with the tokenizers that `tokens` knows. What comes
out is checked before it gets its name: the tensors must have the shapes that the sizes ask for, and llama.cpp
must cut text into the same tokens as transformers. The catalogue calls it, once for each model brought.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFValueType, TokenType
from safetensors import SafetensorError, safe_open
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerFast

from models.architecture import gguf_name, stored_form
from models.gguf_file import inspect, write_model
from models.gguf_header import Value
from models.rope import gguf_rope
from models.tokens import SPLITS, vocabulary_disagreement
from store.errors import ModelRefused
from store.whole_file import whole_file

_KINDS = {"llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3_text": "gemma3"}
_U32, _F32, _BOOL, _STRING = GGUFValueType.UINT32, GGUFValueType.FLOAT32, GGUFValueType.BOOL, GGUFValueType.STRING
_ARRAY, _I32 = GGUFValueType.ARRAY, GGUFValueType.INT32
_GEMMA3_PERIOD = 6  # llama.cpp takes every sixth layer of gemma3 to see everything


def convert(model_dir: Path, target: Path) -> None:
    """Write the model in `model_dir` to `target`: matrices as F16, vectors as F32.

    Raises ModelRefused, with the reason, for a model that llama.cpp would not compute as transformers does.
    """
    config = _config(model_dir)
    kind = _KINDS[config["model_type"]]
    try:
        rope_values, divisors = gguf_rope(kind, config["rope_parameters"], config["head_dim"])
        tensors = _tensors(model_dir, config, kind)
        if divisors is not None:
            tensors["rope_freqs.weight"] = divisors
        # Only what tokenizer.json says is read: code that a model brings along is never run.
        tokenizer = AutoTokenizer.from_pretrained(model_dir, local_files_only=True, trust_remote_code=False)
        values = _sizes(model_dir, config, kind) | rope_values | tokenizer_values(tokenizer, config["vocab_size"])
    except ModelRefused as refusal:
        raise ModelRefused(f"{model_dir} cannot be made into GGUF. {refusal}") from refusal
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelRefused(f"{model_dir} cannot be read as a Hugging Face model: {error}") from error
    with whole_file(target) as part:
        write_model(part, kind, values, tensors)
        inspect(part)
        _check_tokens(model_dir, tokenizer, part)


def _config(model_dir: Path) -> dict[str, Any]:
    """The model's configuration with every default filled in; raises ModelRefused for what is not covered."""
    if not (model_dir / "config.json").is_file():
        raise ModelRefused(f"{model_dir} is no Hugging Face model directory: it has no config.json.")
    try:
        stated = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelRefused(f"{model_dir / 'config.json'} is damaged: {error}.") from error
    kind = stated.get("model_type") if isinstance(stated, dict) else None
    if kind not in _KINDS:
        raise ModelRefused(f"{model_dir} is of the model type {kind!r}; supported are {', '.join(_KINDS)}.")
    if (model_dir / "adapter_config.json").exists() or "quantization_config" in stated:
        raise ModelRefused(f"{model_dir} is an adapter or quantised; bring the whole model in full precision.")
    config: dict[str, Any] = AutoConfig.from_pretrained(model_dir, local_files_only=True).to_dict()
    config["head_dim"] = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    layers = range(config["num_hidden_layers"])
    layer_types = config.get("layer_types") or ["full_attention" for _ in layers]
    expected = ["full_attention" for _ in layers]
    if kind == "gemma3_text":
        expected = [
            "full_attention" if n % _GEMMA3_PERIOD == _GEMMA3_PERIOD - 1 else "sliding_attention" for n in layers
        ]
    activation = config.get("hidden_activation") or config.get("hidden_act")
    for what, found, wanted in (
        ("layer_types", layer_types, expected),
        ("activation", activation, "gelu_pytorch_tanh" if kind == "gemma3_text" else "silu"),
        ("query_pre_attn_scalar", config.get("query_pre_attn_scalar", config["head_dim"]), config["head_dim"]),
        ("attn_logit_softcapping", config.get("attn_logit_softcapping"), None),
        ("final_logit_softcapping", config.get("final_logit_softcapping"), None),
        ("use_bidirectional_attention", config.get("use_bidirectional_attention") or False, False),
    ):
        if found != wanted:
            raise ModelRefused(f"{model_dir} has {what} {found!r}; llama.cpp computes it as {wanted!r}.")
    return config


def _sizes(model_dir: Path, config: dict[str, Any], kind: str) -> dict[str, Value]:
    values = {
        "general.type": Value("model", _STRING),
        "general.name": Value(model_dir.resolve().name, _STRING),
        f"{kind}.block_count": Value(config["num_hidden_layers"], _U32),
        f"{kind}.context_length": Value(config["max_position_embeddings"], _U32),
        f"{kind}.embedding_length": Value(config["hidden_size"], _U32),
        f"{kind}.feed_forward_length": Value(config["intermediate_size"], _U32),
        f"{kind}.attention.head_count": Value(config["num_attention_heads"], _U32),
        f"{kind}.attention.head_count_kv": Value(config["num_key_value_heads"], _U32),
        f"{kind}.attention.layer_norm_rms_epsilon": Value(config["rms_norm_eps"], _F32),
        f"{kind}.attention.key_length": Value(config["head_dim"], _U32),
        f"{kind}.attention.value_length": Value(config["head_dim"], _U32),
        f"{kind}.rope.dimension_count": Value(config["head_dim"], _U32),
        f"{kind}.vocab_size": Value(config["vocab_size"], _U32),
    }
    if kind == "gemma3":
        values[f"{kind}.attention.sliding_window"] = Value(config["sliding_window"], _U32)
    return values


def _tensors(model_dir: Path, config: dict[str, Any], kind: str) -> dict[str, np.ndarray]:
    """Every weight in float32 under its GGUF name, in llama.cpp's order of rows."""
    parts = sorted(model_dir.glob("*.safetensors"))
    if not parts:
        raise ModelRefused("It has no safetensors; other weight files can hold programs and are not opened.")
    tensors: dict[str, np.ndarray] = {}
    for part in parts:
        with safe_open(part, framework="pt") as weights:
            for hf_name in weights.keys():  # noqa: SIM118 - no mapping
                name = gguf_name(kind, config["num_hidden_layers"], hf_name)
                if name == "output.weight" and config["tie_word_embeddings"]:
                    continue
                if name is None:
                    raise ModelRefused(f"It has the tensor {hf_name}, which no dense {kind} model has.")
                full = weights.get_tensor(hf_name).float().numpy()
                heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
                tensors[name] = stored_form(kind, name, full, heads, kv_heads)
    return tensors


def tokenizer_values(tokenizer: PreTrainedTokenizerFast, vocabulary: int) -> dict[str, Value]:
    """GGUF metadata of `tokenizer` and its chat template for a model of `vocabulary` tokens."""
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    model = backend["model"]
    if model["type"] != "BPE":
        raise ModelRefused(f"Its tokenizer is of the kind {model['type']}; BPE is supported.")
    pieces = bool(model.get("byte_fallback"))
    added = {token["id"]: token for token in backend["added_tokens"]}
    names = {number: word for word, number in model["vocab"].items()} | {n: t["content"] for n, t in added.items()}
    tokens, kinds = [], []
    for number in range(vocabulary):
        name = names.get(number, f"[PAD{number}]")
        kind = TokenType.UNUSED if number not in names else TokenType.NORMAL
        if number in added:
            kind = TokenType.CONTROL if added[number]["special"] else TokenType.USER_DEFINED
        if pieces and name == model.get("unk_token"):
            kind = TokenType.UNKNOWN
        elif pieces and len(name) == 6 and name.startswith("<0x"):
            kind = TokenType.BYTE
        # llama.cpp looks for these in the text as it was written, before spaces are marked.
        tokens.append(name.replace("\u2581", " ") if kind is TokenType.USER_DEFINED else name)
        kinds.append(int(kind))
    values = {
        "tokenizer.ggml.model": Value("llama" if pieces else "gpt2", _STRING),
        "tokenizer.ggml.pre": Value("default" if pieces else _split_name(backend), _STRING),
        "tokenizer.ggml.tokens": Value(tokens, _ARRAY, _STRING),
        "tokenizer.ggml.token_type": Value(kinds, _ARRAY, _I32),
        "tokenizer.ggml.add_bos_token": Value(tokenizer.bos_token_id in tokenizer.encode("a")[:1], _BOOL),
        "tokenizer.ggml.add_eos_token": Value(False, _BOOL),
        "tokenizer.ggml.add_space_prefix": Value(_prefixes_space(backend), _BOOL),
    }
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    if pieces:
        values["tokenizer.ggml.scores"] = Value(_scores(tokens, merges), _ARRAY, _F32)
    else:
        values["tokenizer.ggml.merges"] = Value(merges, _ARRAY, _STRING)
    for key in ("bos", "eos", "unk", "pad"):
        number = getattr(tokenizer, f"{key}_token_id")
        if number is not None:
            long = {"unk": "unknown", "pad": "padding"}.get(key, key)
            values[f"tokenizer.ggml.{long}_token_id"] = Value(number, _U32)
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    if not template:
        raise ModelRefused("It has no chat template: it is no chat model. Bring its instruct or chat version.")
    return values | {"tokenizer.chat_template": Value(template, _STRING)}


def _split_name(backend: dict[str, Any]) -> str:
    """llama.cpp's name for how `backend` cuts text into words."""
    found = tuple(_patterns(backend.get("pre_tokenizer") or {}))
    whole_words = bool(backend["model"].get("ignore_merges"))
    for name, split in SPLITS.items():
        if split.patterns == found and split.whole_words == whole_words:
            return name
    raise ModelRefused(f"Its tokenizer cuts text in a way that is not known here: {found}.")


def _patterns(step: dict[str, Any]) -> list[str]:
    if step.get("type") == "Sequence":
        return [pattern for inner in step["pretokenizers"] for pattern in _patterns(inner)]
    if step.get("type") == "Split":
        return [step["pattern"].get("Regex", step["pattern"])]
    if step.get("type") == "Digits" and step["individual_digits"]:
        return [SPLITS["smollm"].patterns[0]]
    if step.get("type") == "ByteLevel":
        return list(SPLITS["gpt-2"].patterns) if step["use_regex"] else []
    return [str(step.get("type"))]


def _prefixes_space(backend: dict[str, Any]) -> bool:
    """Whether a space is put before the text: by a normaliser or by the step that marks spaces."""
    normalizer = backend.get("normalizer") or {}
    steps = normalizer.get("normalizers", [normalizer])
    marks = backend.get("pre_tokenizer") or {}
    return any(step.get("type") == "Prepend" for step in steps) or marks.get("prepend_scheme") in ("always", "first")


def _scores(tokens: list[str], merges: list[str]) -> list[float]:
    """The order of merging as scores: llama.cpp joins the pair whose whole scores highest."""
    best: dict[str, int] = {}
    for rank, merge in enumerate(merges):
        best.setdefault(merge.replace(" ", ""), rank)
    return [-float(best.get(token, len(merges))) for token in tokens]


def _check_tokens(model_dir: Path, tokenizer: PreTrainedTokenizerFast, gguf: Path) -> None:
    normalizer = json.loads(tokenizer.backend_tokenizer.to_str()).get("normalizer") or {}
    text = vocabulary_disagreement(
        lambda text: list(tokenizer.encode(text, add_special_tokens=False)),
        gguf,
        composed=normalizer.get("type") == "NFC",
    )
    if text is not None:
        raise ModelRefused(f"{model_dir} is not served: llama.cpp would cut {text!r} into other tokens.")
