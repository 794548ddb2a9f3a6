"""Which format should the default model be served in? Speed and fidelity of four, in one run.

    python tests/bench/serve_format.py [--tokens 40] [--rounds 3]

Speed: the formats take turns on every question, so that other work on the machine hits all alike; figures are
also given relative to the packaged file. Fidelity: torch computes the same weights in float32 and answers
greedily; each format answers too (same, and same first five words), and reads torch's answers, where its best
next token and its distribution are compared with torch's at every place.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import llama_cpp
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from models.catalogue import base_model, training_dir
from models.gguf_file import quantise
from tests.models.agreement import compare

QUESTIONS = [
    "What is the capital of Spain?",
    "How long should I boil an egg so that the yolk stays soft?",
    "Give me three ideas for a birthday present for my sister.",
    "What is the difference between weather and climate?",
    "Write a polite message to my landlord about a leaking tap.",
    "How many minutes are there in a day?",
    "Explain what a mortgage is in two sentences.",
    "Which planet is closest to the sun?",
    "How do I remove a coffee stain from a white shirt?",
    "What does the word 'ephemeral' mean?",
    "Suggest a simple dinner with rice and beans.",
    "Who painted the Mona Lisa?",
    "How can I fall asleep faster?",
    "What is 17 plus 26?",
    "Name two animals that live in Australia.",
    "Why is the sky blue?",
    "Write a short poem about rain.",
    "What should I pack for a weekend in the mountains?",
    "How do I say good morning in French?",
    "What is photosynthesis?",
    "Can you recommend a stretch for a stiff neck?",
    "What is the largest ocean on Earth?",
    "How do I write a for loop in Python?",
    "What are the benefits of drinking water?",
    "Tell me a fun fact about cats.",
    "How do I politely decline an invitation?",
    "What is the boiling point of water in Celsius?",
    "Which language is spoken in Brazil?",
    "How often should I water a cactus?",
    "Summarise the story of Romeo and Juliet in one sentence.",
]


@dataclass
class Format:
    """One candidate and what was measured of it; `rate` in tokens/s, `first` in seconds."""

    name: str
    path: Path
    model: llama_cpp.Llama | None = None
    answers: list[list[int]] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


def answer(one: Format, prompt: list[int], most: int, stop: int) -> list[int]:
    """A greedy answer from an empty cache, timed."""
    assert one.model is not None
    one.model.reset()
    one.model._ctx.kv_cache_clear()
    began, times, tokens = time.perf_counter(), [], []
    for token in one.model.generate(prompt, temp=0.0, repeat_penalty=1.0):
        times.append(time.perf_counter())
        tokens.append(int(token))
        if token == stop or len(tokens) == most:
            break
    one.first.append(times[0] - began)
    if len(times) > 8:
        one.rate.append((len(times) - 1) / (times[-1] - times[0]))
    return tokens


@torch.no_grad()
def torch_answer(model: PreTrainedModel, prompt: list[int], most: int, stop: int) -> list[int]:
    ids = torch.tensor([prompt])
    made = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False)
    return made[0, len(prompt) :].tolist()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--tokens", type=int, default=40)
    options.add_argument("--rounds", type=int, default=1)
    asked = options.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        base = base_model("", work, "f16")
        quantise(base.gguf, work / "q8_0.gguf", "q8_0")
        bf16 = llama_cpp.llama_model_quantize_default_params()
        bf16.ftype = 32
        llama_cpp.llama_model_quantize(str(base.gguf).encode(), str(work / "bf16.gguf").encode(), bf16)
        formats = [
            Format("Q4_1 (package)", base.source),
            Format("Q8_0", work / "q8_0.gguf"),
            Format("F16", base.gguf),
            Format("BF16", work / "bf16.gguf"),
        ]
        tokenizer = AutoTokenizer.from_pretrained(training_dir(base))
        prompts = [
            list(
                tokenizer.apply_chat_template(
                    [{"role": "user", "content": question}], add_generation_prompt=True, return_dict=False
                )
            )
            for question in QUESTIONS
        ]
        stop = tokenizer.eos_token_id
        for one in formats:
            one.model = llama_cpp.Llama(str(one.path), n_ctx=1024, n_threads=2, n_threads_batch=2, verbose=False)
            answer(one, prompts[0], 4, stop)
            one.first.clear()
        for turn in range(asked.rounds):
            for number, prompt in enumerate(prompts):
                for shift in range(len(formats)):
                    one = formats[(number + shift) % len(formats)]
                    tokens = answer(one, prompt, asked.tokens, stop)
                    if turn == 0:
                        one.answers.append(tokens)
        for one in formats:
            one.model.close()
            one.model = None
        model = AutoModelForCausalLM.from_pretrained(training_dir(base), dtype=torch.float32)
        truth = [torch_answer(model, prompt, asked.tokens, stop) for prompt in prompts]
        whole = [prompt + made for prompt, made in zip(prompts, truth, strict=True)]
        with torch.no_grad():
            logits = [model(torch.tensor([row])).logits[0].float().numpy() for row in whole]
        wanted = [row[len(prompt) - 1 : -1] for row, prompt in zip(logits, prompts, strict=True)]
        print(
            f"{'format':16} {'MB':>5} {'tokens/s':>9} {'ratio':>6} {'first, ms':>10} {'ratio':>6} "
            f"{'same answer':>12} {'first 5 words':>14} {'top-1':>7} {'mean KL':>9}"
        )
        slowest = formats[0]
        for one in formats:
            engine = llama_cpp.Llama(str(one.path), n_ctx=1024, logits_all=True, n_threads=2, verbose=False)
            read = []
            for row, prompt in zip(whole, prompts, strict=True):
                engine.reset()
                engine.eval(row)
                read.append(np.array(engine.scores[len(prompt) - 1 : len(row) - 1], dtype=np.float64))
            engine.close()
            found = compare([w.astype(np.float64) for w in wanted], read)
            same, five = agreement(tokenizer, truth, one.answers)
            rate, first = float(np.median(one.rate)), float(np.median(one.first))
            print(
                f"{one.name:16} {one.path.stat().st_size / 1e6:5.0f} {rate:9.1f} "
                f"{rate / float(np.median(slowest.rate)):6.2f} {first * 1000:10.0f} "
                f"{first / float(np.median(slowest.first)):6.2f} {same:12.2f} {five:14.2f} "
                f"{found.top1:7.2%} {found.kl:9.1e}",
                flush=True,
            )
        half = AutoModelForCausalLM.from_pretrained(training_dir(base), dtype=torch.bfloat16)
        same, five = agreement(tokenizer, truth, [torch_answer(half, prompt, asked.tokens, stop) for prompt in prompts])
        print(f"{'torch bfloat16':16} {'':40} {same:12.2f} {five:14.2f}")


def agreement(tokenizer: object, truth: list[list[int]], answers: list[list[int]]) -> tuple[float, float]:
    """Share of answers that are the same, and share whose first five words are."""
    pairs = [
        (tokenizer.decode(one, skip_special_tokens=True), tokenizer.decode(other, skip_special_tokens=True))
        for one, other in zip(truth, answers, strict=True)
    ]
    same = sum(one == other for one, other in pairs)
    five = sum(one.split()[:5] == other.split()[:5] for one, other in pairs)
    return same / len(pairs), five / len(pairs)


if __name__ == "__main__":
    main()
