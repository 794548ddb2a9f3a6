"""LoRA as one operation: four products where peft takes some ten small steps and three casts for each projection.

The result and the gradients are peft's, in the precision of the base's weights. It is put in place for the length of
a training only; the adapter stays peft's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from peft.tuners.lora import Linear


class LowRankLinear(torch.autograd.Function):
    """`x @ weight.T + bias + scale * (x @ a.T) @ b.T`, with gradients for x, a and b.

    x: (..., i). weight: (o, i) and bias: (o,) or None, frozen. a: (r, i), b: (o, r), in any float precision.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1]).to(weight.dtype)
        down, up = a.to(weight.dtype), (b * scale).to(weight.dtype)
        inner = flat @ down.T
        out = torch.nn.functional.linear(flat, weight, bias).addmm_(inner, up.T)
        ctx.save_for_backward(flat, weight, down, up, inner)
        ctx.scale, ctx.shape, ctx.kinds = scale, x.shape, (x.dtype, a.dtype, b.dtype)
        return out.view(*x.shape[:-1], weight.shape[0])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        flat, weight, down, up, inner = ctx.saved_tensors
        grad = gradients[0].reshape(-1, weight.shape[0]).to(weight.dtype)
        back = grad @ up
        to_x = (grad @ weight).addmm_(back, down).view(ctx.shape) if ctx.needs_input_grad[0] else None
        kind, kind_a, kind_b = ctx.kinds
        to_a, to_b = (back.T @ flat).to(kind_a), (grad.T @ inner).to(kind_b).mul_(ctx.scale)
        return None if to_x is None else to_x.to(kind), None, None, to_a, to_b, None


@contextmanager
def fused(adapted: Any) -> Iterator[None]:
    """Let the adapted projections of `adapted` run as one operation each, for the length of the block.

    Projections whose base is not a plain linear layer, as in four bits, keep peft's way.
    """
    plain = [
        each for each in adapted.modules() if isinstance(each, Linear) and type(each.base_layer) is torch.nn.Linear
    ]
    for each in plain:
        each.forward = _forward(each)
    try:
        yield
    finally:
        for each in plain:
            del each.forward


def _forward(layer: Any) -> Any:
    (name,) = layer.active_adapters
    base, a, b, scale = layer.base_layer, layer.lora_A[name], layer.lora_B[name], layer.scaling[name]
    apply: Any = LowRankLinear.apply
    return lambda x: apply(x, base.weight, base.bias, a.weight, b.weight, scale)
