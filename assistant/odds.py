"""How likely a generated token was, and which others were: for the API's `logprobs`. Pure.

Read off the model's own logits, before temperature, penalties or a schema had their say.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from models.engine import TokenOdds


def odds_of(logits: npt.NDArray[np.float32], token: int, most: int, spelled: Callable[[int], bytes]) -> TokenOdds:
    """The odds of `token`, with those of the `most` likeliest; `spelled` gives a token's bytes, a special one's too."""
    top = float(logits.max())
    whole = top + float(np.log(np.exp(logits - top, dtype=np.float64).sum()))
    likely = np.argpartition(-logits, most)[:most] if most else np.zeros(0, dtype=np.int64)
    first = [int(each) for each in likely[np.argsort(-logits[likely], kind="stable")]]
    others = tuple((spelled(each), float(logits[each]) - whole) for each in first)
    return TokenOdds(spelled(token), float(logits[token]) - whole, others)


class PendingOdds:
    """The odds of tokens until their text is shown: a stop word may still take it back."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, TokenOdds]] = []
        self._generated = 0
        self._shown = 0

    def add(self, odds: TokenOdds, size: int) -> None:
        """One more token was generated, of which `size` bytes are text; a special one has none."""
        self._waiting.append((self._generated, odds))
        self._generated += size

    def shown(self, text: str, whole: bool = False) -> tuple[TokenOdds, ...]:
        """The odds of the tokens of `text`, the next of what is shown; `whole` when it ends all that was generated."""
        self._shown += len(text.encode("utf-8", "replace"))
        told = tuple(odds for start, odds in self._waiting if whole or start < self._shown)
        del self._waiting[: len(told)]
        return told
