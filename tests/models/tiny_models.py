"""Tiny chat models of every supported architecture, with weights by chance and a tokenizer trained on the spot.

Weights are drawn wide enough for the logits to differ by a few units: nearly equal logits would make any two
programs agree or disagree by chance.
"""

import functools
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

from models.tokens import PROBES, SPLITS

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3")
TEXT = [
    *PROBES,
    "The quick brown fox jumps over the lazy dog while the farmer counts one hundred and twenty sheep.",
    "What is the highest mountain in Europe? Which river flows through Vienna, and how long is it?",
    "A model answers; its owner corrects it. In the morning the model has learned what it was told.",
    "for i in range(10):\n    total += values[i]\n    if total > 100:\n        break\nreturn total\n",
    "Twelve months make a year. Water boils at 100 degrees. In 1969 people walked on the moon.",
]
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' "
    "else 'user') + '\\n' + message['content'] + '<end_of_turn>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
)


@functools.cache
def byte_tokenizer(split: str) -> PreTrainedTokenizerFast:
    """Byte-level BPE of 700 tokens that cuts words as llama.cpp's `split` does."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    backend = Tokenizer(models.BPE(ignore_merges=SPLITS[split].whole_words))
    cuts = [pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in SPLITS[split].patterns]
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    backend.pre_tokenizer = pre_tokenizers.Sequence([*cuts, last])
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator(TEXT, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=CHATML,
    )


@functools.cache
def piece_tokenizer() -> PreTrainedTokenizerFast:
    """BPE over characters with bytes to fall back on, as Gemma has it; any two tokens that make a third are joined."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    marks = normalizers.Replace(" ", "\u2581")
    trained = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    trained.normalizer = marks
    trained.pre_tokenizer = pre_tokenizers.Split(Regex("\u2581+[^\u2581]*|\\n+|[0-9]"), behavior="isolated")
    latin = [text for text in TEXT if text.isascii()]
    trained.train_from_iterator(latin, trainers.BpeTrainer(vocab_size=500, show_progress=False))
    words = sorted(trained.get_vocab().items(), key=lambda item: item[1])
    names = [*special, *(f"<0x{byte:02X}>" for byte in range(256))]
    vocabulary = {name: number for number, name in enumerate([*names, *(w for w, _ in words if w not in names)])}
    merges = [
        (word[:cut], word[cut:])
        for word, _ in words
        for cut in range(1, len(word))
        if word[:cut] in vocabulary and word[cut:] in vocabulary
    ]
    backend = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    backend.normalizer = marks
    backend.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=["<start_of_turn>", "<end_of_turn>"],
        chat_template=GEMMA,
    )


def tokenizer_for(architecture: str) -> PreTrainedTokenizerFast:
    if architecture == "gemma3":
        return piece_tokenizer()
    return byte_tokenizer({"llama": "llama-bpe"}.get(architecture, "qwen2"))


def make(architecture: str, directory: Path, *, tied: bool, seed: int = 0) -> Path:
    """Save a tiny model with its tokenizer under `directory`: 4 heads over 2 key-value heads, width 64."""
    tokenizer = tokenizer_for(architecture)
    sizes = {
        "vocab_size": len(tokenizer) + 3,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "tie_word_embeddings": tied,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if architecture == "llama":
        config = LlamaConfig(**sizes)
    elif architecture == "qwen2":
        config = Qwen2Config(**sizes)
    elif architecture == "qwen3":
        config = Qwen3Config(**sizes, head_dim=32)
    else:
        # Seven layers, since every sixth sees everything and the others a window, here a short one.
        config = Gemma3TextConfig(
            **(sizes | {"num_hidden_layers": 7}), head_dim=32, query_pre_attn_scalar=32, sliding_window=16
        )
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.add_(0.2 * torch.randn_like(parameter))
            elif "embed" in name or "lm_head" in name:
                parameter.normal_(0, 0.4)
            else:
                parameter.normal_(0, 0.15)
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


def lora_sized(model: PreTrainedModel, *, seed: int = 1, rank: int = 8, size: float = 0.05) -> dict[str, np.ndarray]:
    """Every projection of `model` plus a product of rank `rank`, `size` as large as it: a merged adapter by chance."""
    generator = torch.Generator().manual_seed(seed)
    merged = {}
    for name, parameter in model.named_parameters():
        if not name.endswith("proj.weight"):
            continue
        rows, columns = parameter.shape
        down, up = torch.randn(rank, columns, generator=generator), torch.randn(rows, rank, generator=generator)
        delta = up @ down
        weights = parameter.detach().float()
        merged[name] = (weights + delta * (size * weights.norm() / delta.norm())).numpy()
    return merged


def with_weights(model: PreTrainedModel, weights: dict[str, np.ndarray]) -> PreTrainedModel:
    """`model` with `weights` put in, for torch to compute with."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in weights:
                parameter.copy_(torch.from_numpy(weights[name]))
    return model
