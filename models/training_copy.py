"""The base model as torch trains it: a Hugging Face directory made once from the GGUF file that is served.

transformers reads the GGUF; what it does not take over from there (the splitting of digits, some sizes) is set
here, and the copy is only kept when both tokenizers agree. The night imports this, serving does not: it needs
torch and ten to twenty seconds.
"""

import json
import logging
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerFast

from models.gguf_file import inspect
from models.gguf_header import GgufHeader, read_header
from models.rope import hf_rope
from models.tokens import SPLITS, vocabulary_disagreement
from store.errors import ModelRefused
from store.whole_file import whole_directory

_log = logging.getLogger(__name__)


def training_copy(gguf: Path, target: Path) -> Path:
    """Have the directory `target` hold the model of `gguf` for transformers; made once, then kept.

    Matrices are stored as F16 and vectors as F32, so that a copy of an F16 file is exact; load it with the dtype
    that training wants. Raises ModelRefused when the file cannot be served or the tokenizers differ.
    """
    if (target / "config.json").is_file():
        return target
    inspect(gguf)
    header = read_header(gguf)
    _log.info("Making the training copy of %s", gguf.name)
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    _as_llama_cpp_splits(tokenizer, header)
    config = _corrected(AutoConfig.from_pretrained(**where), header)
    model = AutoModelForCausalLM.from_pretrained(**where, config=config, dtype=torch.float32)
    # A dequantised model is an ordinary one; transformers only refuses to save it because of these marks.
    model.hf_quantizer, model.is_quantized, model.quantization_method = None, False, None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.config.dtype = torch.float32
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data = parameter.data.half()
    with whole_directory(target) as part:
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        _keep_tokenizer_as_written(part)
        _check_tokens(part, gguf)
        made = {"gguf": gguf.name, "bytes": header.bytes}
        (part / "made-from.json").write_text(json.dumps(made) + "\n", encoding="utf-8")
    return target


def training_tokenizer(directory: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a training copy, token for token llama.cpp's.

    `AutoTokenizer` gives the same, except that for qwen2 it composes characters (NFC) that the text has apart.
    """
    return PreTrainedTokenizerFast.from_pretrained(directory, local_files_only=True)


def control_words(tokenizer: PreTrainedTokenizerFast) -> tuple[str, ...]:
    """What the vocabulary spells turns and other marks with."""
    added = tokenizer.added_tokens_decoder.values()
    return tuple(token.content for token in added if token.special and len(token.content) > 1)


def _keep_tokenizer_as_written(directory: Path) -> None:
    """Have transformers take tokenizer.json as it is, not rebuild it as the model's family usually has it."""
    path = directory / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _as_llama_cpp_splits(tokenizer: PreTrainedTokenizerFast, header: GgufHeader) -> None:
    """Have `tokenizer` cut text into words as llama.cpp does for this vocabulary."""
    split = SPLITS.get(header.get("tokenizer.ggml.pre"))
    if header.get("tokenizer.ggml.model") != "gpt2" or split is None:
        return
    backend: Tokenizer = tokenizer.backend_tokenizer
    cuts = [pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in split.patterns]
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    backend.pre_tokenizer = pre_tokenizers.Sequence([*cuts, last])
    backend.model.ignore_merges = split.whole_words


def _check_tokens(directory: Path, gguf: Path) -> None:
    tokenizer = training_tokenizer(directory)
    text = vocabulary_disagreement(lambda text: list(tokenizer.encode(text, add_special_tokens=False)), gguf)
    if text is not None:
        raise ModelRefused(
            f"{gguf} can be served but not trained: transformers and llama.cpp cut {text!r} into different tokens."
        )


def _corrected(config: PreTrainedConfig, header: GgufHeader) -> PreTrainedConfig:
    """`config` with those sizes that transformers does not take over from the GGUF."""
    kind = header.get("general.architecture")
    width = header.get(f"{kind}.attention.key_length")
    if width is not None:
        config.head_dim = width
    if kind == "gemma3":
        config.query_pre_attn_scalar = config.head_dim
    if header.get("tokenizer.ggml.add_bos_token") is None and kind != "gemma3":
        config.bos_token_id = header.get("tokenizer.ggml.bos_token_id")
    rope = hf_rope(header, config.rope_parameters)
    if rope is not None:
        config.rope_parameters = rope
    return config
