"""Many generations at once with llama.cpp: a context whose sequences are filled as they become free.

Used by `assistant.llamacpp` for batches, the night and its examination. Each sequence has its own cache,
so that an answer does not depend on which others are generated beside it.
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Self, TypeVar

import llama_cpp
import numpy as np
import numpy.typing as npt

from models.engine import Sampling
from store.errors import NightFailed

T = TypeVar("T")

SEQUENCES = 16
BATCH_TOKENS = 512
MIN_SEQUENCE_TOKENS = 512


class Parallel:
    """A llama.cpp context with `SEQUENCES` sequences over an already loaded model; close it after use."""

    def __init__(self, model: Any, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._vocabulary = llama_cpp.llama_model_get_vocab(model)
        self._size = int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))
        self._context: Any = None
        self._batch: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._free()

    def generate(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, progress: Callable[[int], None]
    ) -> list[list[int]]:
        """The generated token ids of every prompt, without the token that ended them."""
        self._open(max((len(p) for p in prompts), default=0) + sampling.max_tokens)
        rng = np.random.default_rng(sampling.seed)
        answers: list[list[int]] = [[] for _ in prompts]
        waiting = sorted(range(len(prompts)), key=lambda i: len(prompts[i]), reverse=True)
        free = list(range(SEQUENCES))
        active: dict[int, tuple[int, int, int]] = {}  # sequence -> (prompt, last token, position)
        done = 0
        while waiting or active:
            rows: list[tuple[int, int, int, bool]] = [(token, at, seq, True) for seq, (_, token, at) in active.items()]
            asked = [(seq, prompt) for seq, (prompt, _, _) in active.items()]
            while waiting and free and (not rows or len(rows) + len(prompts[waiting[-1]]) <= BATCH_TOKENS):
                prompt, seq = waiting.pop(), free.pop()
                tokens = prompts[prompt]
                rows += [(token, at, seq, at == len(tokens) - 1) for at, token in enumerate(tokens)]
                asked.append((seq, prompt))
            chosen = self._decode(rows, lambda logits: _choose(logits, sampling, rng))
            for (seq, prompt), token in zip(asked, chosen, strict=True):
                ended = llama_cpp.llama_vocab_is_eog(self._vocabulary, token)
                if not ended:
                    answers[prompt].append(token)
                if ended or len(answers[prompt]) >= sampling.max_tokens:
                    llama_cpp.llama_memory_seq_rm(llama_cpp.llama_get_memory(self._context), seq, -1, -1)
                    active.pop(seq, None)
                    free.append(seq)
                    done += 1
                    progress(done)
                else:
                    active[seq] = (prompt, token, len(prompts[prompt]) + len(answers[prompt]) - 1)
        return answers

    def logprobs(self, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]) -> list[list[float]]:
        """Log-probability of each answer token, in nats."""
        self._open(max((len(p) + len(a) for p, a in zip(prompts, answers, strict=True)), default=0))
        memory = llama_cpp.llama_get_memory(self._context)
        scored = []
        for prompt, answer in zip(prompts, answers, strict=True):
            tokens = [*prompt, *answer[:-1]]
            targets = iter(answer)
            rows = [(token, at, 0, at >= len(prompt) - 1) for at, token in enumerate(tokens)]
            scored.append(self._decode(rows, partial(_next_logprob, targets)) if answer else [])
            llama_cpp.llama_memory_seq_rm(memory, 0, -1, -1)
        return scored

    def _open(self, sequence_tokens: int) -> None:
        self._free()
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_seq_max = SEQUENCES
        parameters.n_ctx = SEQUENCES * (-(-max(sequence_tokens + 8, MIN_SEQUENCE_TOKENS) // 256) * 256)
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.kv_unified = False
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
    order = np.argsort(-scaled)[:1000]
    probability = np.exp(scaled[order] - scaled[order[0]])
    probability /= probability.sum()
    kept = max(1, int(np.searchsorted(np.cumsum(probability), sampling.top_p) + 1))
    return int(rng.choice(order[:kept], p=probability[:kept] / probability[:kept].sum()))


def _next_logprob(targets: Iterator[int], logits: npt.NDArray[np.float32]) -> float:
    return _logprob(logits, next(targets))


def _logprob(logits: npt.NDArray[np.float32], token: int) -> float:
    top = float(logits.max())
    return float(logits[token] - top - np.log(np.exp(logits - top, dtype=np.float64).sum()))
