"""In which precision a GPU computes; serving and training ask it, so that what was learned is what is served."""

import torch


def gpu_dtype() -> torch.dtype:
    """bfloat16, or float32 on a GPU that only emulates it, many times slower: NVIDIA's before Ampere."""
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
