"""Attention over a row of `dataset`: a segment looks at the shared beginning and itself; nothing else is computed.

A kernel that takes any mask computes every pair of a row's positions, masked or not; with four full segments that is
some three and a half times as many. `SEGMENTS` names it to transformers, for models loaded with
`attn_implementation=SEGMENTS`.
"""

from typing import Any

import torch
from transformers import AttentionInterface

SEGMENTS = "segments"


def segment_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers asks of an attention: (1, n, h, d), and no weights.

    query: (1, h, n, d); key, value: (1, k, n, d), h a multiple of k; n = p + s * l: a beginning of p positions, then
    s segments of l. attention_mask: (s, 1, l, p + l), true where a position of a segment may look.
    Raises ValueError for a model that caps its scores, which this does not.
    """
    if options.get("softcap") is not None:
        raise ValueError("attention by segments does not cap scores; this model asks for it")
    segments, _, length, reach = attention_mask.shape
    begun = reach - length

    def own(whole: torch.Tensor) -> torch.Tensor:
        heads, _, width = whole.shape[1:]
        return whole[0, :, begun:].reshape(heads, segments, length, width).transpose(0, 1)

    def seen(whole: torch.Tensor) -> torch.Tensor:
        return torch.cat([whole[:, :, :begun].expand(segments, -1, -1, -1), own(whole)], dim=2)

    causal = torch.ones(begun, begun, dtype=torch.bool, device=query.device).tril()[None, None]
    first = _attended(query[:, :, :begun], key[:, :, :begun], value[:, :, :begun], causal, scaling)
    rest = _attended(own(query), seen(key), seen(value), attention_mask, scaling)
    return torch.cat([first[0].transpose(0, 1), rest.transpose(1, 2).flatten(0, 1)])[None], None


def _attended(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
) -> torch.Tensor:
    """query: (b, h, l, d); key, value: (b, k, m, d); mask: (b, 1, l, m). Softmax in 32 bits. Gives (b, h, l, d)."""
    batch, heads, length, width = query.shape
    kept, reach = key.shape[1:3]
    groups = heads // kept
    grouped = query.reshape(batch, kept, groups * length, width)
    scores = (grouped @ key.transpose(-1, -2)).view(batch, kept, groups, length, reach).float() * scaling
    weights = scores.masked_fill(~mask[:, :, None], -torch.inf).softmax(-1).to(value.dtype)
    out: torch.Tensor = weights.view(batch, kept, groups * length, reach) @ value
    return out.view(batch, heads, length, width)


AttentionInterface.register(SEGMENTS, segment_attention)
