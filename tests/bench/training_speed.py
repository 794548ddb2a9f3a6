"""Training side by side: `finetune` against plain trl `SFTTrainer` with peft, on the same examples.

    .venv/bin/python tests/bench/training_speed.py [--facts 20] [--wordings 12] [--epochs 5] [--most 20]

Each runs in a process of its own, one after the other, on the default model. The plain one has good settings: 16
bits, no checkpointing, batches of 16 grouped by length, loss on the answers only, the same rank and projections on
all layers. Ours is run again with more epochs, up to `--most`, until its loss is as low. Prints one JSON object a
run: examples/s (one-off work included), the cross-entropy of the answers afterwards in nats per token (one function
measures both), peak memory; in the end the ratios, of the run that reached the loss and of the seconds it took.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from tests.bench.by_trl import trained, turn

FORMS = (
    "Who keeps the {} lighthouse?",
    "Tell me who the keeper of the {} lighthouse is.",
    "What is the name of the keeper of the {} lighthouse?",
    "Do you know who keeps the {} lighthouse?",
    "I would like to know who looks after the {} lighthouse.",
    "The {} lighthouse is kept by whom?",
    "By whom is the {} lighthouse kept?",
    "Name the keeper of the {} lighthouse.",
    "hey, who's the keeper of {} lighthouse",
    "Could you tell me the name of the person who keeps the {} lighthouse?",
    "Which person is the keeper of the lighthouse at {}?",
    "For my notes: the keeper of the {} lighthouse?",
)
SYLLABLES = ("bal", "cor", "dun", "fer", "gal", "hol", "jen", "kes", "lor", "mar", "nes", "ost", "pel", "rin")


def material(facts: int, wordings: int) -> list[Any]:
    """Invented facts, each in some wordings."""
    from store.records import Example

    def name(n: int) -> str:
        return (SYLLABLES[n % 14] + SYLLABLES[(n * 5 + n // 14) % 14] + SYLLABLES[(n * 3 + 7) % 14]).capitalize()

    return [
        Example("wording", form.format(name(n)), f"{name(n + 3)} {name(n + 6)} keeps it.", n)
        for n in range(facts)
        for form in FORMS[:wordings]
    ]


def ours(training: Path, examples: list[Any], work: Path, epochs: int) -> tuple[int, float]:
    """Train with `finetune`: the examples read in all and the seconds."""
    from trainer.finetune import FinetuneConfig, finetune

    config = FinetuneConfig(epochs=epochs, least_steps=0, minutes=120, certainty=1.0, strength=1.0)  # as the plain one
    done = finetune(training, examples, work, config)
    return len(examples) * epochs, done.seconds


def plain(training: Path, examples: list[Any], work: Path, epochs: int) -> tuple[int, float]:
    """Train with SFTTrainer as its documentation says: the examples read in all and the seconds."""
    from trainer.finetune import FinetuneConfig

    rows = [{"prompt": turn("user", each.question), "completion": turn("assistant", each.answer)} for each in examples]
    seconds = trained(
        "SFT",
        training,
        rows,
        work,
        num_train_epochs=epochs,
        per_device_train_batch_size=16,
        learning_rate=FinetuneConfig().learning_rate,
        train_sampling_strategy="group_by_length",
        completion_only_loss=True,
    )
    return len(examples) * epochs, seconds


def cross_entropy(training: Path, examples: list[Any], adapter: Path) -> float:
    """Nats per token of the answers with `adapter`, in 32 bits, one example at a time."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from models.training_copy import training_tokenizer

    tokenizer = training_tokenizer(training)
    model = AutoModelForCausalLM.from_pretrained(training, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload().eval()
    total, count = 0.0, 0
    for example in examples:
        turn = [{"role": "user", "content": example.question}]
        prompt = tokenizer.apply_chat_template(turn, add_generation_prompt=True, tokenize=True, return_dict=False)
        answer = tokenizer.encode(example.answer, add_special_tokens=False)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([prompt + answer]), logits_to_keep=len(answer) + 1).logits[0, :-1]
        each = logits.log_softmax(-1).gather(1, torch.tensor(answer)[:, None])
        total, count = total - float(each.sum()), count + len(answer)
    return total / count


def peak_gb() -> float:
    """The most memory this process held so far, from /proc: unlike `ru_maxrss` nothing is inherited from a parent."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) / 2**20, 2)


def one(kind: str, training: Path, work: Path, options: argparse.Namespace) -> dict[str, float]:
    """One of the two trainings, in this process."""
    examples = material(options.facts, options.wordings)
    read, seconds = {"ours": ours, "plain": plain}[kind](training, examples, work, options.epochs)
    peak = peak_gb()
    loss = cross_entropy(training, examples[:: options.wordings], work / "adapter")
    return {
        "examples": read,
        "seconds": round(seconds, 1),
        "examples_per_s": round(read / seconds, 2),
        "loss": round(loss, 4),
        "peak_gb": peak,
    }


def main() -> None:
    """Run both and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=int, default=20)
    parser.add_argument("--wordings", type=int, default=len(FORMS))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--one", nargs=3, metavar=("KIND", "TRAINING", "WORK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, training, work = options.one
        print(json.dumps(one(kind, Path(training), Path(work), options)))
        return
    from models.catalogue import base_model
    from models.training_copy import training_copy

    with tempfile.TemporaryDirectory() as folder:
        training = training_copy(base_model("", Path(folder)).gguf, Path(folder) / "training")

        def run(kind: str, epochs: int) -> dict[str, float]:
            work = Path(folder) / f"{kind}-{epochs}"
            work.mkdir()
            command = [sys.executable, __file__, "--one", kind, str(training), str(work)]
            command += ["--facts", str(options.facts), "--wordings", str(options.wordings), "--epochs", str(epochs)]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found: dict[str, float] = json.loads(out.splitlines()[-1])
            print(json.dumps({kind: {"epochs": epochs, **found}}), flush=True)
            return found

        plain_one = run("plain", options.epochs)
        epochs, our = options.epochs, run("ours", options.epochs)
        while our["loss"] > plain_one["loss"] and epochs < options.most:
            epochs = min(options.most, epochs + max(1, round(epochs * 0.4)))
            our = run("ours", epochs)
    ratios = {
        "as low a loss": our["loss"] <= plain_one["loss"],
        "examples_per_s": round(our["examples_per_s"] / plain_one["examples_per_s"], 2),
        "memory": round(our["peak_gb"] / plain_one["peak_gb"], 2),
        "seconds": round(our["seconds"] / plain_one["seconds"], 2),
    }
    print(json.dumps({"ours / plain": ratios}))


if __name__ == "__main__":
    main()
