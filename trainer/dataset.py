"""Training data as the model reads it: examples laid side by side behind one shared beginning.

Every prompt of a chat template begins with the same tokens (the system prompt); they are computed once for a
whole row. A mask keeps the examples of a row from seeing each other, so that nothing is padded and the
result is the same as one example at a time.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os.path import commonprefix

import torch


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as token ids: the prompt without the shared beginning, the answer with its end of turn.

    `taught` is true for what should be learned, false for what should stay as the base says it.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    taught: bool

    @property
    def length(self) -> int:
        """Positions it takes in a row; the last answer token is only predicted, never read."""
        return len(self.prompt) + len(self.answer) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row as tensors. ids, positions: (1, n). mask: (1, 1, n, n), true where a position may look.

    keep: (m,), the positions that predict an answer token; target: (m,), that token; taught: (m,).
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    keep: torch.Tensor
    target: torch.Tensor
    taught: torch.Tensor


def shared_beginning(prompt_tokens: Callable[[str], list[int]]) -> list[int]:
    """The tokens with which every prompt begins, whatever is asked."""
    return list(commonprefix([prompt_tokens("a"), prompt_tokens("Z 9"), prompt_tokens("¿")]))  # noqa: RUF071


def laid_out(examples: Sequence[Encoded], beginning: int, row_tokens: int, rng: random.Random) -> list[list[Encoded]]:
    """Examples in random order, in rows of at most `row_tokens` positions; facts are mixed, never grouped."""
    shuffled = list(examples)
    rng.shuffle(shuffled)
    rows: list[list[Encoded]] = [[]]
    used = beginning
    for example in shuffled:
        if rows[-1] and used + example.length > row_tokens:
            rows.append([])
            used = beginning
        rows[-1].append(example)
        used += example.length
    return [row for row in rows if row]


def as_row(examples: Sequence[Encoded], beginning: Sequence[int]) -> Row:
    """The tensors of one row."""
    ids, positions, owners = list(beginning), list(range(len(beginning))), [0] * len(beginning)
    keep: list[int] = []
    target: list[int] = []
    taught: list[bool] = []
    for owner, example in enumerate(examples, 1):
        start = len(ids)
        tokens = [*example.prompt, *example.answer[:-1]]
        ids += tokens
        positions += range(len(beginning), len(beginning) + len(tokens))
        owners += [owner] * len(tokens)
        keep += range(start + len(example.prompt) - 1, start + len(tokens))
        target += example.answer
        taught += [example.taught] * len(example.answer)
    segment = torch.tensor(owners)
    causal = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    mask = causal & ((segment[:, None] == segment[None, :]) | (segment[None, :] == 0))
    return Row(
        torch.tensor([ids]),
        torch.tensor([positions]),
        mask[None, None],
        torch.tensor(keep),
        torch.tensor(target),
        torch.tensor(taught),
    )
