"""LoRA as one operation: it gives what peft gives, forth and back."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from models.training_copy import training_copy
from trainer.fused import fused

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@pytest.fixture(params=["llama", "qwen2"], ids=["without biases", "with biases"])
def adapted(request, tiny, tmp_path):
    _, gguf = tiny(request.param)
    model = AutoModelForCausalLM.from_pretrained(training_copy(gguf, tmp_path / "copy"), dtype=torch.float32)
    torch.manual_seed(0)
    made = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=PROJECTIONS))
    for parameter in made.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.1)
    return made


def result(model) -> tuple[torch.Tensor, list[torch.Tensor]]:
    model.zero_grad(set_to_none=True)
    logits = model(input_ids=torch.arange(1, 20)[None]).logits
    logits.square().mean().backward()
    return logits.detach(), [p.grad.clone() for p in model.parameters() if p.requires_grad]


def test_logits_and_gradients_are_those_of_peft(adapted):
    logits, gradients = result(adapted)
    with fused(adapted):
        ours, our_gradients = result(adapted)
    torch.testing.assert_close(ours, logits, atol=1e-5, rtol=1e-4)
    assert len(gradients) == len(our_gradients) > 0
    for found, wanted in zip(our_gradients, gradients, strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-6, rtol=1e-3)


def test_afterwards_the_adapter_is_as_it_was(adapted):
    before, _ = result(adapted)
    with fused(adapted):
        assert any("forward" in vars(module) for module in adapted.modules())
    assert not any("forward" in vars(module) for module in adapted.modules())
    after, _ = result(adapted)
    assert torch.equal(before, after)
