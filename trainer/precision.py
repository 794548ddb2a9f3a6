"""In which precision this computer trains fastest.

Processors without bfloat16 units multiply it several times slower than float32, those with them twice as fast or more.
So both are tried, for some milliseconds. The night asks once for each training.
"""

import time
from functools import cache

import torch

from models.gpu import gpu_dtype

_SIDE = 384
_TRIES = 5


@cache
def training_dtype() -> torch.dtype:
    """bfloat16 where it pays, else float32."""
    if torch.cuda.is_available():
        return gpu_dtype()
    return quicker(product_s(torch.bfloat16), product_s(torch.float32))


def quicker(bfloat16_s: float, float32_s: float) -> torch.dtype:
    """The one that took less time; float32 when they are alike, since it is the truer. Pure."""
    return torch.bfloat16 if bfloat16_s < 0.9 * float32_s else torch.float32


def product_s(dtype: torch.dtype) -> float:
    """Seconds that a product of two square matrices takes: the best of some tries, the first not counted."""
    left, right = torch.ones(_SIDE, _SIDE, dtype=dtype), torch.ones(_SIDE, _SIDE, dtype=dtype)
    taken = []
    for _attempt in range(_TRIES + 1):
        started = time.perf_counter()
        left @ right
        taken.append(time.perf_counter() - started)
    return min(taken[1:])
