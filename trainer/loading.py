"""The base as torch trains it: loaded in the precision that is quickest here, or in four bits where memory is short."""

import gc
from pathlib import Path
from typing import Any

import psutil
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from trainer.precision import training_dtype

NEEDED, SIXTEEN_BITS = 1.5, 2
"""Of the weights: what the model and its training take. Bytes of a weight as it is stored."""


def four_bits(training: Path) -> bool:
    """Whether the model in `training` has to be held in four bits (NF4): small ones train faster and truer without."""
    weights = sum(file.stat().st_size for file in training.glob("*.safetensors"))
    free = torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else psutil.virtual_memory().available
    return weights * training_dtype().itemsize / SIXTEEN_BITS * NEEDED > free


def loaded(training: Path, nf4: bool, **more: Any) -> Any:
    """The model in the directory `training`, on the GPU where there is one."""
    quantised = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=training_dtype(),
        bnb_4bit_use_double_quant=True,
    )
    return AutoModelForCausalLM.from_pretrained(
        training,
        dtype=training_dtype(),
        device_map="cuda" if torch.cuda.is_available() else "cpu",
        local_files_only=True,
        **({"quantization_config": quantised} if nf4 else {}),
        **more,
    )


def settled() -> None:
    """Wait for what was begun on the GPU, before a clock is read."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def give_back() -> None:
    """Give the memory of models that nobody holds any more back, to the system and to the GPU."""
    gc.collect()  # four-bit layers and their weights hold each other
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
