"""How far llama.cpp's answers are from torch's: the same tokens through both, logits compared at every place."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import llama_cpp
import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)

CHATS = [
    [{"role": "user", "content": "What is the capital of France?"}],
    [{"role": "user", "content": "Größe, naïve café — 日本語 😀 Ελλάδα?"}],
    [{"role": "user", "content": "Add 12 and 3456.\nThen write 7 1/2 as 7.5:\n\n  x = 7.50"}],
    [{"role": "user", "content": 'def f(a, b):\n    return {k: a[k] ** 2 for k in b if k != "x"}\n\n\tprint(f(1, 2))'}],
    [
        {"role": "user", "content": "Which river flows through Vienna?"},
        {"role": "assistant", "content": "The Danube."},
        {"role": "user", "content": "  And how long is it?  "},
    ],
    [
        {
            "role": "user",
            "content": "Tell me about the moon and about how people first walked on it, at length please.",
        },
        {
            "role": "assistant",
            "content": "In 1969 people walked on the moon. They stayed for a day and came home again.",
        },
    ],
]


@dataclass(frozen=True, slots=True)
class Agreement:
    """`top1`: share of places with the same best token; `kl`: mean of KL(torch || llama.cpp) in nats."""

    top1: float
    kl: float
    places: int


def chat_tokens(tokenizer: PreTrainedTokenizerFast, chat: list[dict[str, str]]) -> list[int]:
    ask = chat[-1]["role"] == "user"
    return list(tokenizer.apply_chat_template(chat, add_generation_prompt=ask, return_dict=False))


def llama_logits(gguf: Path, prompts: Sequence[list[int]]) -> list[np.ndarray]:
    """Logits at every place of every prompt, with the key-value cache in F32."""
    model = llama_cpp.Llama(str(gguf), n_ctx=512, logits_all=True, type_k=0, type_v=0, n_threads=2, verbose=False)
    rows = []
    for prompt in prompts:
        model.reset()
        model.eval(prompt)
        rows.append(np.array(model.scores[: len(prompt)], dtype=np.float64))
    model.close()
    return rows


@torch.no_grad()
def torch_logits(model: PreTrainedModel, prompts: Sequence[list[int]]) -> list[np.ndarray]:
    return [model(torch.tensor([prompt])).logits[0].double().numpy() for prompt in prompts]


def compare(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> Agreement:
    """Compare torch's logits (`ours`) with llama.cpp's."""
    one, other = np.concatenate(list(ours)), np.concatenate(list(theirs))
    p, q = _log_softmax(one), _log_softmax(other)
    kl = (np.exp(p) * (p - q)).sum(axis=1)
    return Agreement(float((one.argmax(1) == other.argmax(1)).mean()), float(kl.mean()), len(one))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
