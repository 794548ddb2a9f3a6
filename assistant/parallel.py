"""Many generations at once with llama.cpp: a context whose sequences are filled as they become free.

Used by `assistant.llamacpp` for batches, the night and its examination. What all prompts begin with is evaluated
once and shared; beyond it no sequence sees another. One cache for all is twice as fast as one for each.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from os.path import commonprefix
from typing import Any, Self, TypeVar

import llama_cpp
import numpy as np
import numpy.typing as npt

from models.engine import Sampling
from store.errors import NightFailed

T = TypeVar("T")

SEQUENCES = 32
BATCH_TOKENS = 256
CACHE_TOKENS = 16384


class Parallel:
    """A llama.cpp context with up to `SEQUENCES` sequences over an already loaded model; close it after use.

    Long prompts get fewer, so that the cache stays at some `CACHE_TOKENS`, or what one sequence needs.
    """

    def __init__(self, model: Any, threads: int, give_way: Callable[[], None] = lambda: None) -> None:
        self._model = model
        self._threads = threads
        self._give_way = give_way
        self._vocabulary = llama_cpp.llama_model_get_vocab(model)
        self._size = int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))
        self._sequences = 1
        self._context: Any = None
        self._batch: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._free()

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        progress: Callable[[int], None],
        context_tokens: int,
    ) -> list[list[int]]:
        """The generated token ids of every prompt, without the token that ended them.

        A prompt and what follows it are `context_tokens` long at most.
        """
        room = [min(sampling.max_tokens, context_tokens - len(prompt)) for prompt in prompts]
        self._open(max((len(p) + most for p, most in zip(prompts, room, strict=True)), default=0), len(prompts))
        begun = self._share(prompts)
        rng = np.random.default_rng(sampling.seed)
        answers: list[list[int]] = [[] for _ in prompts]
        waiting = sorted(range(len(prompts)), key=lambda i: len(prompts[i]), reverse=True)
        free = list(range(self._sequences))
        active: dict[int, tuple[int, int, int]] = {}  # sequence -> (prompt, last token, position)
        done = 0
        while waiting or active:
            rows: list[tuple[int, int, int, bool]] = [(token, at, seq, True) for seq, (_, token, at) in active.items()]
            asked = [(seq, prompt) for seq, (prompt, _, _) in active.items()]
            while waiting and free and (not rows or len(rows) + len(prompts[waiting[-1]]) - begun <= BATCH_TOKENS):
                prompt, seq = waiting.pop(), free.pop()
                rows += self._begin(seq, prompts[prompt], begun, len(prompts[prompt]) - 1)
                asked.append((seq, prompt))
            chosen = self._decode(rows, lambda logits: _choose(logits, sampling, rng))
            for (seq, prompt), token in zip(asked, chosen, strict=True):
                ended = llama_cpp.llama_vocab_is_eog(self._vocabulary, token)
                if not ended:
                    answers[prompt].append(token)
                if ended or len(answers[prompt]) >= room[prompt]:
                    self._forget(seq)
                    active.pop(seq, None)
                    free.append(seq)
                    done += 1
                    progress(done)
                else:
                    active[seq] = (prompt, token, len(prompts[prompt]) + len(answers[prompt]) - 1)
        return answers

    def logprobs(self, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]) -> list[list[float]]:
        """Log-probability of each answer token, in nats."""
        self._open(max((len(p) + len(a) for p, a in zip(prompts, answers, strict=True)), default=0), len(prompts))
        begun = self._share(prompts)
        scored: list[list[float]] = []
        pairs = list(zip(prompts, answers, strict=True))
        for start in range(0, len(pairs), self._sequences):
            group = pairs[start : start + self._sequences]
            rows = []
            for seq, (prompt, answer) in enumerate(group):
                if answer:
                    rows += self._begin(seq, [*prompt, *answer[:-1]], begun, len(prompt) - 1)
            targets = iter([token for _, answer in group for token in answer])
            each = iter(self._decode(rows, partial(_next_logprob, targets)))
            scored += [list(islice(each, len(answer))) for _, answer in group]
            for seq in range(len(group)):
                self._forget(seq)
        return scored

    def _share(self, prompts: Sequence[Sequence[int]]) -> int:
        """Evaluate what all prompts begin with, in a sequence of its own. Gives its length in tokens."""
        shared = commonprefix([list(prompt[:-1]) for prompt in prompts])  # noqa: RUF071
        self._decode([(token, at, self._sequences, False) for at, token in enumerate(shared)], len)
        return len(shared)

    def _begin(self, seq: int, tokens: Sequence[int], begun: int, wanted: int) -> list[tuple[int, int, int, bool]]:
        """The rows with which `seq` reads `tokens` after the shared `begun`; logits from position `wanted` on."""
        llama_cpp.llama_memory_seq_cp(llama_cpp.llama_get_memory(self._context), self._sequences, seq, -1, -1)
        return [(token, at, seq, at >= wanted) for at, token in enumerate(tokens) if at >= begun]

    def _forget(self, seq: int) -> None:
        llama_cpp.llama_memory_seq_rm(llama_cpp.llama_get_memory(self._context), seq, -1, -1)

    def _open(self, sequence_tokens: int, wanted: int) -> None:
        self._free()
        needed = sequence_tokens + 8
        self._sequences = max(1, min(SEQUENCES, wanted, CACHE_TOKENS // needed))
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_seq_max = self._sequences + 1
        parameters.n_ctx = self._sequences * needed + BATCH_TOKENS
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.kv_unified = True
        parameters.no_perf = True
        self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise NightFailed("There is not enough memory to generate in parallel. Close other programs and try again.")
        self._batch = llama_cpp.llama_batch_init(BATCH_TOKENS, 0, 1)

    def _free(self) -> None:
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
        if self._context is not None:
            llama_cpp.llama_free(self._context)
        self._batch = self._context = None

    def _decode(self, rows: list[tuple[int, int, int, bool]], read: Callable[[npt.NDArray[np.float32]], T]) -> list[T]:
        """Evaluate (token, position, sequence, wanted) rows and read the logits of the wanted ones, in order."""
        results = []
        for start in range(0, len(rows), BATCH_TOKENS):
            part = rows[start : start + BATCH_TOKENS]
            batch = self._batch
            batch.n_tokens = len(part)
            for index, (token, position, sequence, wanted) in enumerate(part):
                batch.token[index] = token
                batch.pos[index] = position
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = sequence
                batch.logits[index] = wanted
            self._give_way()
            status = llama_cpp.llama_decode(self._context, batch)
            if status != 0:
                raise NightFailed(f"llama.cpp could not evaluate a batch of {len(part)} tokens (status {status}).")
            for index, row in enumerate(part):
                if row[3]:
                    pointer = llama_cpp.llama_get_logits_ith(self._context, index)
                    results.append(
                        read(np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self._size,)))
                    )
        return results


def _choose(logits: npt.NDArray[np.float32], sampling: Sampling, rng: np.random.Generator) -> int:
    if sampling.temperature <= 0:
        return int(logits.argmax())
    scaled = logits.astype(np.float64) / sampling.temperature
    likely = np.argpartition(-scaled, min(1000, len(scaled) - 1))[:1000]
    order = likely[np.argsort(-scaled[likely])]
    probability = np.exp(scaled[order] - scaled[order[0]])
    probability /= probability.sum()
    kept = max(1, int(np.searchsorted(np.cumsum(probability), sampling.top_p) + 1))
    return int(rng.choice(order[:kept], p=probability[:kept] / probability[:kept].sum()))


def _next_logprob(targets: Iterator[int], logits: npt.NDArray[np.float32]) -> float:
    return _logprob(logits, next(targets))


def _logprob(logits: npt.NDArray[np.float32], token: int) -> float:
    top = float(logits.max())
    return float(logits[token] - top - np.log(np.exp(logits - top, dtype=np.float64).sum()))
