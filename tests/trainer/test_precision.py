"""The precision of training: the quicker one of this computer."""

import pytest
import torch

from models.gpu import gpu_dtype
from trainer.precision import product_s, quicker, training_dtype


@pytest.mark.parametrize(("native", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_gpu_that_only_emulates_bfloat16_computes_in_float32(monkeypatch, native, expected):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: native or including_emulation)
    assert gpu_dtype() is expected


def test_bfloat16_is_taken_only_where_it_is_clearly_quicker():
    assert quicker(1.0, 2.0) is torch.bfloat16
    assert quicker(1.0, 1.0) is torch.float32
    assert quicker(8.0, 1.0) is torch.float32


def test_this_computer_is_not_made_to_train_in_a_precision_that_is_several_times_slower():
    chosen = training_dtype()
    other = torch.float32 if chosen is torch.bfloat16 else torch.bfloat16
    assert product_s(chosen) < 2 * product_s(other)
