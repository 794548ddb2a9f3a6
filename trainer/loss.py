"""The loss of the night: the distance to a target distribution, with the vocabulary only where it is needed.

A corrected answer's target is one token, a replay answer's target are the base's most likely tokens: both are
sparse distributions, and one function serves both. The gradient is known in closed form and computed at once, so
that no logits are kept.
"""

from typing import Any

import torch


class SparseCrossEntropy(torch.autograd.Function):
    """Cross-entropy between sparse targets and the model, from hidden states.

    hidden: (n, d), at the positions that predict a token of an answer. head: (v, d), frozen.
    indices, targets: (n, k), token ids and their probabilities, which sum to 1 in each row.
    weights: (n,), what each position counts. Gives the weighted sum and the loss of each position, in nats.
    """

    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        head: torch.Tensor,
        indices: torch.Tensor,
        targets: torch.Tensor,
        weights: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        logits: torch.Tensor = (hidden.to(head.dtype) @ head.T).float()
        normaliser: torch.Tensor = logits.logsumexp(-1)
        each = normaliser - (logits.gather(1, indices) * targets).sum(-1)
        logits.sub_(normaliser[:, None]).exp_().scatter_add_(1, indices, -targets).mul_(weights[:, None])
        ctx.save_for_backward((logits.to(head.dtype) @ head).to(hidden.dtype))
        total = (each * weights).sum()
        return total, each

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (hidden,) = ctx.saved_tensors
        return hidden * gradients[0], None, None, None, None


def entropy(targets: torch.Tensor) -> torch.Tensor:
    """Entropy of each row of `targets` (n, k), in nats: cross-entropy less this is the KL divergence."""
    each: torch.Tensor = torch.special.entr(targets)
    return each.sum(-1)
