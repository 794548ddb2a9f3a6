"""Fine-tuning: an adapter on the upper layers of the base, by trl's SFTTrainer with our loss and our rows.

The lower layers are computed once (`trunk`), the vocabulary only where an answer is (`loss`), and nothing is
padded (`dataset`). Everything but the device is the same on a CPU and a GPU; with `nf4` the base is loaded in
four bits (QLoRA). A killed run goes on from its last whole checkpoint. The night calls `finetune`.
"""

import json
import logging
import math
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from models.tokens import as_text, shared_beginning
from models.training_copy import control_words, training_tokenizer
from store.records import Example, at
from trainer.attention import SEGMENTS
from trainer.dataset import Encoded, as_row, laid_out
from trainer.fused import fused
from trainer.lengths import LONGEST, ROW_TOKENS
from trainer.loading import loaded, settled
from trainer.loss import SparseCrossEntropy
from trainer.precision import training_dtype
from trainer.trunk import Computed, computed, decoder, masks, upper_layers

WHOLE = "whole"
MOST_EPOCHS = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FinetuneConfig:
    """How to train. `frozen_share` of the layers stays as it is; `keep_weight` is the weight of the KL term.

    Ablations are in tests/bench/; `kept_tokens` is how much of a replay answer is held to the base. A taught token is
    to be said with the probability `certainty`: to be surer would take pushing that the neighbours feel. A small night
    goes over its examples more often, up to eight times, until it has done `least_steps`. Where votes are learned, what
    is kept has the weight `keep_weight_with_votes`: they move every answer. The adapter is kept with
    `strength` of what was trained: the last twentieth brings more neighbours than wordings.
    """

    frozen_share: float = 0.5
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 1e-3
    epochs: int = 4
    least_steps: int = 240
    keep_weight: float = 1.0
    keep_weight_with_votes: float = 4.0
    certainty: float = 0.95
    strength: float = 0.95
    kept_tokens: int = 8
    row_tokens: int = ROW_TOKENS
    seed: int = 0
    nf4: bool = False
    minutes: float = 30.0


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training gave: where the adapter is, and what it took."""

    adapter: Path
    steps: int
    examples: int
    seconds: float
    tokens_per_s: float
    ce: float
    kl: float


def finetune(
    training: Path,
    examples: Sequence[Example],
    work: Path,
    config: FinetuneConfig,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
    give_way: Callable[[], None] = lambda: None,
    start: Path | None = None,
) -> Trained:
    """Train an adapter for the model in `training` on `examples` and save it to `work/adapter`.

    It begins as the adapter in the directory `start`, which stays as it is, or as nothing.

    Checkpoints and `log.jsonl` (step, loss, seconds; `ce` where taught and `kl` elsewhere, KL to what is wanted in nats
    per token) are kept in `work`. The number of
    epochs is cut so that `config.minutes` are kept to. A finished training is not repeated. `give_way` is called
    between layers, forth and back; it may wait.
    """
    adapter, result = work / "adapter", work / "trained.json"
    if result.is_file():
        return Trained(**{**json.loads(result.read_text()), "adapter": adapter})
    started = time.monotonic()
    torch.manual_seed(config.seed)
    tokenizer = training_tokenizer(training)
    model = _loaded(training, config)
    first = int(decoder(model).config.num_hidden_layers * config.frozen_share)
    if any(example.kind == "liked" for example in examples):
        config = replace(config, keep_weight=config.keep_weight_with_votes)
    encoded, beginning = _encoded(tokenizer, examples, config)
    progress(0, 1, "computing what stays the same")
    planned = laid_out(encoded, len(beginning), config.row_tokens, random.Random(config.seed))
    with _giving_way(model, give_way):
        rows = [computed(model, as_row(row, beginning), first, config.certainty) for row in planned]
    adapted = PeftModel.from_pretrained(model, start, is_trainable=True) if start else _adapted(model, first, config)
    with upper_layers(adapted, first), fused(adapted):
        steps = _affordable(adapted, rows, config, time.monotonic() - started)
        trainer = _trainer(adapted, tokenizer, rows, work, steps, config, progress)
        with _giving_way(adapted, give_way):
            trainer.train(resume_from_checkpoint=_whole_checkpoint(work / "checkpoints"))
    _weaken(adapted, config.strength)
    adapted.save_pretrained(adapter)
    ce, kl = trainer.last_losses
    seconds = time.monotonic() - started
    positions = sum(example.length for example in encoded) * steps / len(rows)
    trained = Trained(adapter, steps, len(encoded), round(seconds, 1), round(positions / seconds, 1), ce, kl)
    facts = {name: getattr(trained, name) for name in Trained.__slots__ if name != "adapter"}
    result.write_text(json.dumps(facts))
    shutil.rmtree(work / "checkpoints", ignore_errors=True)
    return trained


@contextmanager
def _giving_way(model: Any, give_way: Callable[[], None]) -> Iterator[None]:
    """Call `give_way` between the layers of `model` for the length of the block."""
    hooks = [
        layer.register_forward_hook(lambda _layer, _inputs, output: _between_layers(output, give_way))
        for layer in decoder(model).layers
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _between_layers(output: Any, give_way: Callable[[], None]) -> None:
    """Give way now, and once more when the gradient comes back through here."""
    give_way()
    hidden = output[0] if isinstance(output, tuple) else output
    if hidden.requires_grad:
        hidden.register_hook(lambda _gradient: give_way())


def _loaded(training: Path, config: FinetuneConfig) -> Any:
    model = loaded(training, config.nf4, attn_implementation=SEGMENTS)
    model.config.use_cache = False
    # In eval mode bitsandbytes packs 4-bit weights for inference, and on a CPU no gradient comes through those.
    return model.train(config.nf4)


def _adapted(model: Any, first: int, config: FinetuneConfig) -> PeftModel:
    layers = decoder(model).config.num_hidden_layers
    return get_peft_model(
        model,
        LoraConfig(
            r=config.rank,
            lora_alpha=config.alpha,
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            layers_to_transform=list(range(first, layers)),
            layers_pattern="layers",
            task_type="CAUSAL_LM",
        ),
    )


@torch.no_grad()
def _weaken(model: PeftModel, strength: float) -> None:
    """Make what the adapter adds to the base's weights `strength` times as large."""
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.mul_(strength)


def _encoded(tokenizer: Any, examples: Sequence[Example], config: FinetuneConfig) -> tuple[list[Encoded], list[int]]:
    controls = control_words(tokenizer)

    def prompt_tokens(question: str) -> list[int]:
        turn = [{"role": "user", "content": as_text(question, controls)}]
        tokens: list[int] = tokenizer.apply_chat_template(
            turn, add_generation_prompt=True, tokenize=True, return_dict=False
        )
        return tokens

    beginning = shared_beginning(prompt_tokens)
    end = _end_of_turn(tokenizer)
    encoded = []
    for example in examples:
        prompt = prompt_tokens(example.question)[len(beginning) :]
        answer = [*tokenizer.encode(as_text(example.answer, controls), add_special_tokens=False), end]
        taught = example.kind in ("wording", "liked")
        kept = answer if taught else answer[: config.kept_tokens]
        if len(prompt) + len(kept) + len(beginning) <= LONGEST:
            encoded.append(Encoded(tuple(prompt), tuple(kept), taught, example.kind == "liked"))
    return encoded, beginning


def _end_of_turn(tokenizer: Any) -> int:
    """The token with which the chat template ends an answer."""
    turn = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    rendered = tokenizer.apply_chat_template(turn, tokenize=False)
    tail = tokenizer.encode(rendered.rsplit("b", 1)[1], add_special_tokens=False)
    end: int = tail[0] if tail else tokenizer.eos_token_id
    return end


def _affordable(model: Any, rows: Sequence[Computed], config: FinetuneConfig, spent: float) -> int:
    """How many steps the budget allows, found by timing two of them, which wait for no answer."""
    started = time.monotonic()
    for row in rows[:2]:
        _losses(model, row, config)[0].backward()
    settled()
    model.zero_grad(set_to_none=True)
    each = (time.monotonic() - started) / min(2, len(rows))
    wanted = max(len(rows) * config.epochs, min(len(rows) * MOST_EPOCHS, config.least_steps))
    possible = int(max(0.0, config.minutes * 60 - spent) / each)
    log.info("%d steps wanted, %d possible, %.2f s each", wanted, possible, each)
    return max(1, min(wanted, possible))


def _losses(model: Any, item: Computed, config: FinetuneConfig) -> tuple[torch.Tensor, float, float]:
    """The loss of a row, and its parts as KL to what is wanted, in nats per token: where taught, and elsewhere."""
    stack = decoder(model)
    device = item.hidden.device
    halved = training_dtype() == torch.bfloat16
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=halved):
        hidden = stack(
            inputs_embeds=item.hidden,
            position_ids=item.row.positions.to(device),
            attention_mask=masks(model, item.row.mask.to(device)),
            use_cache=False,
        ).last_hidden_state[0, item.row.keep.to(device)]
    taught = item.taught
    weights = torch.where(taught, 1.0 / max(1, int(taught.sum())), config.keep_weight / max(1, int((~taught).sum())))
    head = model.get_output_embeddings().weight
    loss, each = SparseCrossEntropy.apply(hidden, head, item.indices, item.targets, weights)
    above = each - item.entropy
    return loss, _mean(above[taught]), _mean(above[~taught])


def _smoothed(before: float, now: float) -> float:
    """A running mean; NaN stands for nothing yet, or nothing in this row."""
    if math.isnan(now) or math.isnan(before):
        return before if math.isnan(now) else now
    return 0.9 * before + 0.1 * now


def _mean(losses: torch.Tensor) -> float:
    return float(losses.detach().mean()) if len(losses) else math.nan


def _trainer(
    model: Any,
    tokenizer: Any,
    rows: Sequence[Computed],
    work: Path,
    steps: int,
    config: FinetuneConfig,
    progress: Callable[[int, int, str], None],
) -> Any:
    from datasets import Dataset

    arguments = SFTConfig(
        output_dir=str(work / "checkpoints"),
        max_steps=steps,
        per_device_train_batch_size=1,
        learning_rate=config.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=min(8, steps // 4),
        adam_beta2=0.99,
        max_grad_norm=1.0,
        seed=config.seed,
        data_seed=config.seed,
        bf16=torch.cuda.is_available() and training_dtype() == torch.bfloat16,
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        logging_strategy="no",
        save_strategy="steps",
        save_steps=max(10, len(rows)),
        save_total_limit=2,
        report_to=[],
        disable_tqdm=True,
    )
    return _RowTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict({"row": list(range(len(rows)))}),
        data_collator=lambda batch: {"row": batch[0]["row"]},
        processing_class=tokenizer,
        callbacks=[_Watch(work, progress)],
        rows=rows,
        finetuning=config,
    )


class _RowTrainer(SFTTrainer):  # type: ignore[misc]
    """trl's trainer, fed with computed rows: one row is one step."""

    def __init__(self, *, rows: Sequence[Computed], finetuning: FinetuneConfig, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._rows = rows
        self._finetuning = finetuning
        self.last_losses = (math.nan, math.nan)

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_rest: Any, **_keywords: Any) -> torch.Tensor:
        """The loss of the row that the batch names."""
        loss, ce, kl = _losses(model, self._rows[int(inputs["row"])], self._finetuning)
        before = self.last_losses
        self.last_losses = (_smoothed(before[0], ce), _smoothed(before[1], kl))
        self.state.last = {"loss": float(loss.detach()), "ce": self.last_losses[0], "kl": self.last_losses[1]}
        return loss

    def _prepare_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return inputs


class _Watch(TrainerCallback):  # type: ignore[misc]
    """Writes the log, tells the progress, and marks a checkpoint whole once everything of it is on disk."""

    def __init__(self, work: Path, progress: Callable[[int, int, str], None]) -> None:
        self._log = work / "log.jsonl"
        self._progress = progress
        self._started = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_keywords: Any) -> None:
        seconds = round(time.monotonic() - self._started, 1)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": state.global_step, **getattr(state, "last", {}), "seconds": seconds}) + "\n")
        self._progress(state.global_step, state.max_steps, "training")

    def on_save(self, args: Any, state: Any, control: Any, **_keywords: Any) -> None:
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / WHOLE).touch()


def last_kept(work: Path) -> str:
    """When the newest whole checkpoint in `work` was kept, as a stored time; empty where there is none."""
    times = (mark.stat().st_mtime for mark in (work / "checkpoints").glob(f"checkpoint-*/{WHOLE}"))
    return max((at(datetime.fromtimestamp(time, UTC)) for time in times), default="")


def _whole_checkpoint(checkpoints: Path) -> str | None:
    """The newest checkpoint that was written to its end; broken ones are removed."""
    found = sorted(checkpoints.glob("checkpoint-*"), key=lambda p: int(p.name.rsplit("-", 1)[1]), reverse=True)
    for checkpoint in found:
        if (checkpoint / WHOLE).is_file():
            return str(checkpoint)
        shutil.rmtree(checkpoint)
    return None
