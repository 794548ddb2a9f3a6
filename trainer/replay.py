"""What must stay as it is: questions of every kind, sampled from the base model itself, with its own answers.

An instruction-tuned model that is given only the opening of a user's turn goes on with a plausible question (the
Magpie method, Xu et al. 2024, arXiv 2406.08464). Made once for a base and kept beside it.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.engine import Engine, Sampling, has_room
from models.tokens import shared_beginning
from store.records import ChatMessage, Example, ExampleKind
from store.whole_file import whole_file

QUESTIONS = 160
HELD_OUT = 40
PROBE_ANSWER = Sampling(max_tokens=32)
_KEPT_ANSWER = Sampling(max_tokens=8)
_LONGEST_QUESTION = 40  # tokens
_LIKELY = 64


def replay(
    training: Path,
    directory: Path,
    base: Engine,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> tuple[list[Example], list[Example]]:
    """Replay examples to train on, and probes that are never trained on; made on the first night of a base."""
    cache = directory / "replay.jsonl"
    if not cache.is_file():
        progress(0, QUESTIONS, "sampling everyday questions from the base")
        questions = sampled(training, QUESTIONS)
        turns = [[ChatMessage("user", q)] for q in questions]
        progress(0, QUESTIONS, "asking the base")
        held = min(HELD_OUT, len(turns) // 4)  # of a base that makes up few, too, most are trained on
        answers = base.answer_all(turns[:held], PROBE_ANSWER) + base.answer_all(turns[held:], _KEPT_ANSWER)
        with whole_file(cache) as part:
            asked = enumerate(zip(questions, answers, strict=True))
            fresh = [{"question": q, "answer": a, "probe": place < held} for place, (q, a) in asked if a]
            part.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in fresh), encoding="utf-8")
    rows = [json.loads(line) for line in cache.read_text(encoding="utf-8").splitlines()]
    made: dict[ExampleKind, list[Example]] = {"replay": [], "probe": []}
    for place, row in enumerate(rows):  # an earlier program's file goes by the place alone
        kind: ExampleKind = "probe" if row.get("probe", place < HELD_OUT) else "replay"
        made[kind].append(Example(kind, row["question"], row["answer"]))
    return made["replay"], made["probe"]


def answered_by(
    base: Engine,
    kind: ExampleKind,
    questions: Sequence[str],
    sampling: Sampling,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> list[Example]:
    """`questions` with what `base` says, without those it says nothing to or has no room for."""
    turns = [[ChatMessage("user", text)] for text in questions if has_room(base, text, sampling)]
    answers = base.answer_all(
        turns, sampling, lambda done: progress(done, len(turns), "asking the base about neighbours")
    )
    return [Example(kind, turn[0].content, said) for turn, said in zip(turns, answers, strict=True) if said]


def sampled(training: Path, count: int, seed: int = 0) -> list[str]:
    """Up to `count` questions that the model makes up, each once, 8 to 400 characters long."""
    import torch

    from models.training_copy import training_tokenizer
    from trainer.loading import four_bits, loaded

    tokenizer = training_tokenizer(training)
    model = loaded(training, four_bits(training)).eval()
    opening = shared_beginning(
        lambda text: tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=True, add_generation_prompt=True, return_dict=False
        )
    )
    rendered = tokenizer.apply_chat_template([{"role": "user", "content": "\x00"}], tokenize=False)
    closing = tokenizer.encode(rendered.split("\x00", 1)[1], add_special_tokens=False)[0]
    torch.manual_seed(seed)
    found: dict[str, None] = {}
    for _attempt in range(6):
        if len(found) >= count:
            break
        for row in _gone_on(model, opening, closing, (count - len(found)) * 3 // 2):
            if closing in row:
                text = tokenizer.decode(row[: row.index(closing)], skip_special_tokens=True).strip()
                if 8 <= len(text) <= 400:
                    found[text] = None
    return list(found)[:count]


def _gone_on(model: Any, opening: Sequence[int], closing: int, count: int) -> list[list[int]]:
    """`count` ways in which `model` goes on from `opening`, until all have come to `closing` or are too long.

    Half of the time of transformers' `generate`: the opening is computed once, and one of `_LIKELY` tokens is drawn
    instead of one of all.
    """
    import torch

    with torch.inference_mode():
        out = model(torch.tensor([opening], device=model.device), use_cache=True, logits_to_keep=1)
        cache, logits = out.past_key_values, out.logits[:, -1].expand(count, -1)
        cache.batch_repeat_interleave(count)
        said: list[Any] = []
        closed = torch.zeros(count, 1, dtype=torch.bool, device=model.device)
        while len(said) < _LONGEST_QUESTION and not closed.all():
            likely = logits.topk(min(_LIKELY, logits.shape[-1]))
            token = likely.indices.gather(1, torch.multinomial(likely.values.float().softmax(-1), 1))
            said.append(token)
            closed |= token == closing
            logits = model(token, past_key_values=cache, use_cache=True).logits[:, -1]
        rows: list[list[int]] = torch.cat(said, 1).tolist()
    return rows
