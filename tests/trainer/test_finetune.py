"""Fine-tuning on a tiny model: in 16 and in four bits on the same path, resumed, and merged as torch merges."""

import json
from dataclasses import replace

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from models.adapter import MergedWeights
from models.training_copy import training_copy, training_tokenizer
from store.records import Example
from trainer.finetune import FinetuneConfig, _encoded, finetune

DATA = [Example("wording", f"Who keeps house {n}?", f"Ana {n}.", n) for n in range(12)]
DATA += [Example("neighbour", f"Who keeps barn {n}?", f"Nobody keeps barn {n}.") for n in range(12)]
CONFIG = FinetuneConfig(epochs=8, least_steps=0, row_tokens=400, learning_rate=5e-3)


@pytest.fixture(scope="module")
def training(tiny, tmp_path_factory):
    _, gguf = tiny("llama")
    return training_copy(gguf, tmp_path_factory.mktemp("training") / "copy")


@pytest.mark.filterwarnings("error:.*autograd kernel was not registered")
@pytest.mark.parametrize("nf4", [False, True], ids=["16 bits", "four bits"])
def test_training_lowers_the_loss_and_leaves_an_adapter_that_merges(training, home, nf4):
    trained = finetune(training, DATA, home, replace(CONFIG, nf4=nf4))
    steps = [json.loads(line) for line in (home / "log.jsonl").read_text().splitlines()]
    assert len(steps) == trained.steps
    assert steps[-1]["ce"] < steps[0]["ce"]
    base = AutoModelForCausalLM.from_pretrained(training, dtype=torch.float32)
    merged = PeftModel.from_pretrained(base, trained.adapter).merge_and_unload()
    ours = MergedWeights(training, trained.adapter)
    theirs = dict(merged.named_parameters())
    assert len(ours) == 7
    for name, weight in ours.items():
        torch.testing.assert_close(torch.from_numpy(weight), theirs[name].detach(), atol=1e-5, rtol=1e-4)


def test_a_finished_training_is_not_repeated(training, home):
    first = finetune(training, DATA, home, replace(CONFIG, epochs=1))
    assert finetune(training, DATA, home, replace(CONFIG, epochs=1)) == first


def test_a_training_keeps_to_its_minutes(training, home):
    assert finetune(training, DATA, home / "none", replace(CONFIG, minutes=0.0)).steps == 1
    assert finetune(training, DATA, home / "enough", replace(CONFIG, minutes=9.0)).steps > 1


def test_a_broken_off_training_goes_on_from_its_last_whole_checkpoint(training, home):
    class BrokenOffError(Exception):
        pass

    def until_the_sixteenth(done: int, total: int, note: str) -> None:
        if done == 16:
            raise BrokenOffError

    config = replace(CONFIG, epochs=12)
    with pytest.raises(BrokenOffError):
        finetune(training, DATA, home, config, until_the_sixteenth)
    (home / "checkpoints" / "checkpoint-999").mkdir()
    seen = []
    finetune(training, DATA, home, config, lambda done, total, note: seen.append(done))
    assert next(step for step in seen if step) > 1
    assert not (home / "checkpoints").exists()


def test_training_goes_on_from_an_earlier_adapter_and_leaves_that_as_it_was(training, home):
    first, second = home / "first", home / "second"
    first.mkdir()
    second.mkdir()
    known = finetune(training, DATA, first, replace(CONFIG, epochs=12))
    before = (known.adapter / "adapter_model.safetensors").read_bytes()
    again = finetune(training, DATA, second, replace(CONFIG, epochs=2), start=known.adapter)
    losses = [json.loads((work / "log.jsonl").read_text().splitlines()[0])["ce"] for work in (first, second)]
    assert losses[1] < losses[0]
    assert (known.adapter / "adapter_model.safetensors").read_bytes() == before
    assert (again.adapter / "adapter_model.safetensors").read_bytes() != before


def test_training_gives_way_between_layers_forth_and_back(training, home):
    calls = []
    trained = finetune(training, DATA, home, replace(CONFIG, epochs=1), give_way=lambda: calls.append(1))
    assert len(calls) > 3 * trained.steps


def test_what_looks_like_the_end_of_a_turn_in_an_answer_is_text(training):
    tokenizer = training_tokenizer(training)
    (end,) = tokenizer.encode("<|im_end|>", add_special_tokens=False)
    taught = Example("wording", "How does a turn end?", "With <|im_end|> and a newline.", 1)
    (encoded,), _ = _encoded(tokenizer, [taught], FinetuneConfig())
    assert [place for place, token in enumerate(encoded.answer) if token == end] == [len(encoded.answer) - 1]


def test_an_adapter_is_kept_with_its_strength(training, home):
    def kept(strength: float) -> dict[str, torch.Tensor]:
        work = home / str(strength)
        work.mkdir()
        trained = finetune(training, DATA, work, replace(CONFIG, epochs=1, strength=strength))
        return load_file(trained.adapter / "adapter_model.safetensors")

    whole, half = kept(1.0), kept(0.5)
    for name, weight in whole.items():
        torch.testing.assert_close(half[name], weight * (0.5 if "lora_B" in name else 1.0), atol=1e-4, rtol=1e-2)


def test_what_is_kept_weighs_more_where_votes_are_learned(training, home):
    def first_loss(data: list[Example], weight: float) -> float:
        work = home / f"{len(data)} {weight}"
        work.mkdir()
        finetune(training, data, work, replace(CONFIG, epochs=1, keep_weight_with_votes=weight))
        return json.loads((work / "log.jsonl").read_text().splitlines()[0])["loss"]

    voted = [*DATA, Example("liked", "Who keeps the mill?", "Bruno keeps it.")]
    assert first_loss(voted, 8.0) > first_loss(voted, 1.0) + 1
    assert first_loss(DATA, 8.0) == pytest.approx(first_loss(DATA, 1.0), rel=1e-2)
