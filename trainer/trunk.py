"""The frozen lower layers, computed once: what they say of an example does not change during a night.

Adapters sit in the upper layers only. `upper_layers` makes a model of them that takes hidden states, and
`computed` runs everything below and the base's own predictions, once for each row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from trainer.dataset import Row
from trainer.loss import entropy

TOP = 64


@dataclass(frozen=True, slots=True)
class Computed:
    """A row after the lower layers.

    hidden: (1, n, d). taught: (m,), whether a kept position is to learn its token. indices, targets: (m, 64), what
    each should predict. entropy: (m,), nats.
    """

    row: Row
    hidden: torch.Tensor
    taught: torch.Tensor
    indices: torch.Tensor
    targets: torch.Tensor
    entropy: torch.Tensor


def decoder(model: Any) -> Any:
    """The stack of layers inside a causal language model, adapted or not."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return getattr(inner.model, "language_model", inner.model)


def masks(model: Any, mask: torch.Tensor) -> Any:
    """`mask` in the form that this model's layers take: some keep one for each kind of attention."""
    kinds = set(getattr(decoder(model).config, "layer_types", None) or ())
    return {kind: mask for kind in kinds} if kinds else mask


@torch.no_grad()
def computed(model: Any, row: Row, first: int, certainty: float = 1.0) -> Computed:
    """Run `row` through the unadapted model: hidden states before layer `first`, and the targets.

    The target of a position are the base's 64 most likely tokens. Where its token is taught, that one gets the share
    `certainty` of the target more, and what the base says the rest. Where the base would say a liked token by itself,
    nothing is taught.
    """
    stack = decoder(model)
    device = model.get_input_embeddings().weight.device
    captured: list[torch.Tensor] = []

    def capture(_module: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        captured.append((arguments[0] if arguments else keywords["hidden_states"]).clone())

    hook = stack.layers[first].register_forward_pre_hook(capture, with_kwargs=True)
    try:
        final = stack(
            input_ids=row.ids.to(device),
            position_ids=row.positions.to(device),
            attention_mask=masks(model, row.mask.to(device)),
            use_cache=False,
        ).last_hidden_state[0, row.keep.to(device)]
    finally:
        hook.remove()
    head = model.get_output_embeddings().weight
    logits = (final.to(head.dtype) @ head.T).float()
    top, indices = logits.topk(min(TOP, logits.shape[-1]), dim=-1)
    targets = top.softmax(-1)
    target, liked = row.target.to(device), row.liked.to(device)
    taught = row.taught.to(device) & ~(liked & (indices[:, 0] == target))
    indices[taught, -1] = target[taught]
    beside = targets[taught] * (1 - certainty) * (indices[taught] != target[taught, None])
    beside[:, -1] = 1 - beside.sum(-1)
    targets[taught] = beside
    return Computed(row, captured[0], taught, indices, targets, entropy(targets))


@contextmanager
def upper_layers(model: Any, first: int) -> Iterator[Any]:
    """The stack with the layers below `first` put aside, for the length of the block."""
    stack = decoder(model)
    layers, config = stack.layers, stack.config
    count, kinds = config.num_hidden_layers, getattr(config, "layer_types", None)
    stack.layers = torch.nn.ModuleList(list(layers)[first:])
    config.num_hidden_layers = count - first
    if kinds:
        config.layer_types = list(kinds)[first:]
    try:
        yield stack
    finally:
        stack.layers, config.num_hidden_layers = layers, count
        if kinds:
            config.layer_types = kinds
