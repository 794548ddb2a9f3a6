"""Merge fidelity: a random adapter merged, computed by torch and by llama.cpp from the GGUF file, same prompts.

    python tests/bench/merge_fidelity.py

Wanted: the same best token at 99 % of places or more, and a mean KL below 0.001 nats.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.catalogue import base_model, training_dir
from models.gguf_file import replace_tensors
from models.hf_to_gguf import convert
from tests.models import tiny_models
from tests.models.agreement import CHATS, Agreement, chat_tokens, compare, llama_logits, torch_logits


def measure(training: Path, gguf: Path, work: Path) -> Agreement:
    """Merge a random adapter into the model of `training` and into `gguf`; compare the two."""
    model = AutoModelForCausalLM.from_pretrained(training, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(training)
    merged = tiny_models.lora_sized(model)
    replace_tensors(gguf, work / "merged.gguf", merged)
    prompts = [chat_tokens(tokenizer, chat) for chat in CHATS]
    return compare(
        torch_logits(tiny_models.with_weights(model, merged), prompts), llama_logits(work / "merged.gguf", prompts)
    )


def main() -> None:
    print(f"{'model':32} {'top-1':>8} {'mean KL, nats':>14} {'places':>7}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for architecture in tiny_models.ARCHITECTURES:
            for tied in (True, False):
                training = tiny_models.make(architecture, work / f"{architecture}-{tied}", tied=tied)
                convert(training, work / "base.gguf")
                report(f"{architecture}, {'tied' if tied else 'untied'}", measure(training, work / "base.gguf", work))
        base = base_model("", work)
        report(base.name, measure(training_dir(base), base.gguf, work))


def report(name: str, found: Agreement) -> None:
    print(f"{name:32} {found.top1:8.2%} {found.kl:14.2e} {found.places:7}", flush=True)


if __name__ == "__main__":
    main()
