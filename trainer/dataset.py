"""Training data as the model reads it: examples laid side by side behind one shared beginning.

Every prompt of a chat template begins with the same tokens (the system prompt); they are computed once for a
whole row. The rest of a row is segments of equal length, which see the beginning and themselves; inside a segment
a mask keeps examples from seeing each other. So the result is the same as one example at a time, hardly anything
is padded, and attention (`attention`) costs a fraction of a whole row's.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

SEGMENTS = 4


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as token ids: the prompt without the shared beginning, the answer with its end of turn.

    `taught` is true for what should be learned, false for what should stay as the base says it. Of an answer that is
    `liked` only those tokens are learned that the base would not have said; the others are held to it.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    taught: bool
    liked: bool = False

    @property
    def length(self) -> int:
        """Positions it takes in a row; the last answer token is only predicted, never read."""
        return len(self.prompt) + len(self.answer) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row as tensors: n = p + s * l positions, p of the beginning and s segments of l.

    ids, positions: (1, n). mask: (s, 1, l, p + l), true where a position of a segment may look. keep: (m,), the
    positions that predict an answer token; target: (m,), that token; taught, liked: (m,), as in `Encoded`.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    keep: torch.Tensor
    target: torch.Tensor
    taught: torch.Tensor
    liked: torch.Tensor


def laid_out(
    examples: Sequence[Encoded], beginning: int, row_tokens: int, rng: random.Random
) -> list[list[list[Encoded]]]:
    """Examples in random order, in segments, in rows of at most `row_tokens` positions; facts are mixed, never grouped.

    An example that is longer than a segment makes a row of its own.
    """
    shuffled = list(examples)
    rng.shuffle(shuffled)
    room = (row_tokens - beginning) // SEGMENTS
    rows: list[list[list[Encoded]]] = []
    open_row: list[list[Encoded]] = []
    for example in shuffled:
        if example.length > room:
            rows.append([[example]])
            continue
        fitting = next((each for each in open_row if sum(e.length for e in each) + example.length <= room), None)
        if fitting is not None:
            fitting.append(example)
        elif open_row and len(open_row) < SEGMENTS:
            open_row.append([example])
        else:
            open_row = [[example]]
            rows.append(open_row)
    return rows


def as_row(segments: Sequence[Sequence[Encoded]], beginning: Sequence[int]) -> Row:
    """The tensors of one row."""
    length = max(sum(example.length for example in segment) for segment in segments)
    ids, positions = list(beginning), list(range(len(beginning)))
    owners: list[list[int]] = []
    keep: list[int] = []
    target: list[int] = []
    taught: list[bool] = []
    liked: list[bool] = []
    for number, segment in enumerate(segments, 1):
        end = len(beginning) + number * length
        owned: list[int] = []
        for owner, example in enumerate(segment, 1):
            start = len(ids)
            tokens = [*example.prompt, *example.answer[:-1]]
            ids += tokens
            positions += range(len(beginning), len(beginning) + len(tokens))
            owned += [owner] * len(tokens)
            keep += range(start + len(example.prompt) - 1, start + len(tokens))
            target += example.answer
            taught += [example.taught] * len(example.answer)
            liked += [example.liked] * len(example.answer)
        empty = end - len(ids)
        owners.append(owned + [0] * empty)
        ids += [0] * empty
        positions += [0] * empty
    owner_of = torch.tensor(owners)
    own = (owner_of[:, :, None] == owner_of[:, None, :]) & torch.ones(length, length, dtype=torch.bool).tril()
    shared = torch.ones(len(segments), length, len(beginning), dtype=torch.bool)
    return Row(
        torch.tensor([ids]),
        torch.tensor([positions]),
        torch.cat([shared, own], dim=-1)[:, None],
        torch.tensor(keep),
        torch.tensor(target),
        torch.tensor(taught),
        torch.tensor(liked),
    )
