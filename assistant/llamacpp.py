"""The engine on a CPU: llama.cpp through llama-cpp-python.

One conversation at a time is streamed through `Llama`, which keeps the prefix of the last prompt; many at
once go through a second context over the same weights, with one sequence for each (`parallel`). One lock
serialises both, since llama.cpp crashes when two threads enter it. Serving opens and closes it.
"""

import codecs
import ctypes
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from jinja2 import TemplateError
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from assistant.grammar import grammar
from assistant.odds import PendingOdds, odds_of
from assistant.parallel import Parallel
from models.engine import GREEDY, Finish, Piece, Sampling, in_turn, template_refuses, withheld
from models.gguf_file import inspect
from models.tokens import as_text, shared_beginning
from store.errors import InputRefused, ModelRefused
from store.records import ChatMessage


class LlamaCppEngine:
    """A GGUF file, loaded. `threads` 0 takes every core this process may use; the file is checked before it is read.

    `give_way` is called between tokens, and between the batches of parallel sequences; it may wait.
    """

    def __init__(
        self,
        path: Path,
        version: str,
        *,
        context_tokens: int = 4096,
        threads: int = 0,
        give_way: Callable[[], None] = lambda: None,
    ) -> None:
        summary = inspect(path)
        self.version = version
        self.context_tokens = min(context_tokens, summary.context_tokens or context_tokens)
        self._threads = threads or _cores()
        self._give_way = give_way
        self._lock = threading.RLock()
        try:
            self._llama = llama_cpp.Llama(
                str(path),
                n_ctx=self.context_tokens,
                n_threads=self._threads,
                n_threads_batch=self._threads,
                last_n_tokens_size=self.context_tokens,  # what the penalties look back on
                verbose=False,
            )
        except (ValueError, OSError) as error:
            raise ModelRefused(f"llama.cpp cannot load {path}: {error}. Fetch the file again.") from error
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        self._formatter = Jinja2ChatFormatter(
            template=summary.chat_template,
            eos_token=self._special(self._llama.token_eos()),
            bos_token=self._special(self._llama.token_bos()),
        )
        self._controls = self._control_words()
        self._cancelled: Callable[[], bool] = lambda: False
        self._abort = llama_cpp.ggml_abort_callback(lambda _data: self._cancelled())
        llama_cpp.llama_set_abort_callback(self._llama.ctx, self._abort, None)

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The token ids that the model reads for `messages`, up to where its answer begins."""
        turns = [{"role": m.role, "content": as_text(m.content, self._controls)} for m in messages]
        try:
            rendered: Any = self._formatter(messages=turns)
        except (ValueError, TemplateError) as error:
            raise template_refuses(error) from error
        tokens: list[int] = self._llama.tokenize(rendered.prompt.encode(), add_bos=False, special=True)
        return tokens

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling = GREEDY,
        cancelled: Callable[[], bool] = lambda: False,
        begun: str = "",
    ) -> Iterator[Piece]:
        """The answer, or what follows `begun`, in pieces; a long prompt, too, is given up when `cancelled` is."""
        tokens = self._fitting(messages, begun)
        room = min(sampling.max_tokens, self.context_tokens - len(tokens))
        followed = _grammar(sampling)
        text, odds = _Text(sampling.stop), PendingOdds()
        count = 0

        def piece(shown: str, finish: Finish = "", cut: bool = False) -> Piece:
            return Piece(shown, count, finish, odds.shown(shown, bool(finish) and not cut))

        with in_turn(self._lock, cancelled) as held:
            if not held:
                yield piece("", "cancelled")
                return
            self._cancelled = cancelled
            # llama.cpp keeps a seed until it gets another.
            self._llama.set_seed(secrets.randbits(31) if sampling.seed is None else sampling.seed)
            try:
                for token in self._llama.generate(
                    tokens,
                    temp=sampling.temperature,
                    top_p=sampling.top_p,
                    top_k=0,
                    min_p=0.0,
                    repeat_penalty=1.0,
                    frequency_penalty=sampling.frequency_penalty,
                    presence_penalty=sampling.presence_penalty,
                    grammar=followed,
                ):
                    if llama_cpp.llama_vocab_is_eog(self._vocabulary, token):
                        yield piece(text.rest(), "stop")
                        return
                    count += 1
                    said = self._piece(token)
                    if sampling.top_logprobs is not None:
                        odds.add(odds_of(self._logits(), token, sampling.top_logprobs, self._spelled), len(said))
                    self._give_way()
                    shown, stopped = text.add(said)
                    if stopped:
                        yield piece(shown, "stop", cut=True)
                        return
                    if count >= room:
                        yield piece(shown + text.rest(), "length")
                        return
                    if cancelled():
                        yield piece(shown + text.rest(), "cancelled")
                        return
                    if shown:
                        yield piece(shown)
            except RuntimeError:
                if not cancelled():
                    raise
                self._llama.reset()
                yield piece(text.rest(), "cancelled")
            finally:
                self._cancelled = lambda: False

    def answer_all(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """One answer for each conversation, generated in parallel sequences; `stop` and `schema` go one by one."""
        if sampling.stop or sampling.schema:
            answers = []
            for number, messages in enumerate(conversations, 1):
                answers.append("".join(piece.text for piece in self.stream(messages, sampling)))
                progress(number)
            return answers
        prompts = [self._fitting(messages) for messages in conversations]
        return [text.strip() for text in self._in_parallel(prompts, sampling, progress)]

    def go_on(
        self,
        beginnings: Sequence[str],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """How the model itself goes on with messages of a user that begin so, in parallel sequences."""
        opening = shared_beginning(lambda text: self.prompt_tokens([ChatMessage("user", text)]))
        begun = (as_text(text, self._controls).encode() for text in beginnings)
        prompts = [[*opening, *self._llama.tokenize(text, add_bos=False, special=False)] for text in begun]
        return self._in_parallel(prompts, sampling, progress)

    def _in_parallel(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, progress: Callable[[int], None]
    ) -> list[str]:
        with self._lock, Parallel(self._llama.model, self._threads, self._give_way) as parallel:
            generated = parallel.generate(prompts, sampling, progress, self.context_tokens)
        return [b"".join(map(self._piece, tokens)).decode(errors="replace") for tokens in generated]

    def logprobs(self, conversations: Sequence[Sequence[ChatMessage]], answers: Sequence[str]) -> list[list[float]]:
        """Log-probability, in nats, of each token of each answer after its conversation."""
        prompts = [self._fitting(messages) for messages in conversations]
        tails = [self._llama.tokenize(text.encode(), add_bos=False, special=False) for text in answers]
        with self._lock, Parallel(self._llama.model, self._threads, self._give_way) as parallel:
            return parallel.logprobs(prompts, tails)

    def close(self) -> None:
        """Give the model's memory back."""
        with self._lock:
            self._llama.close()

    def _fitting(self, messages: Sequence[ChatMessage], begun: str = "") -> list[int]:
        tokens = self.prompt_tokens(messages)
        tokens += self._llama.tokenize(begun.encode(), add_bos=False, special=False) if begun else []
        if len(tokens) >= self.context_tokens - 8:
            raise InputRefused(
                f"The conversation is {len(tokens)} tokens long and this model reads {self.context_tokens} at most. "
                "Shorten the question, start a new conversation, or raise context_tokens in config.toml."
            )
        return tokens

    def _control_words(self) -> tuple[str, ...]:
        """What the vocabulary spells turns and other marks with."""
        count = llama_cpp.llama_vocab_n_tokens(self._vocabulary)
        marks = (token for token in range(count) if llama_cpp.llama_vocab_is_control(self._vocabulary, token))
        return tuple(word for word in map(self._special, marks) if len(word) > 1)

    def _special(self, token: int) -> str:
        return "" if token < 0 else self._llama.detokenize([token], special=True).decode(errors="replace")

    def _logits(self) -> np.ndarray:
        """The logits that the last token was chosen from, until the next is evaluated."""
        pointer = llama_cpp.llama_get_logits_ith(self._llama.ctx, -1)
        return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self._llama.n_vocab(),))

    def _piece(self, token: int) -> bytes:
        return self._spelled(token, False)

    def _spelled(self, token: int, special: bool = True) -> bytes:
        buffer = bytes(128)
        size = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, special)
        return buffer[: max(size, 0)]


def _cores() -> int:
    """How many cores this process may use: where it is bound to some, those only, or its threads would take turns."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Text:
    """Token bytes turned into text: whole characters only, and nothing of what may become a stop word."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stop = stop
        self._held = ""

    def add(self, raw: bytes) -> tuple[str, bool]:
        """What can be shown now, and whether a stop word was reached."""
        self._held += self._decoder.decode(raw)
        if reached := [place for word in self._stop if (place := self._held.find(word)) >= 0]:
            return self._held[: min(reached)], True
        ready = len(self._held) - withheld(self._held, self._stop)
        shown, self._held = self._held[:ready], self._held[ready:]
        return shown, False

    def rest(self) -> str:
        """What was held back, when nothing more comes."""
        held, self._held = self._held + self._decoder.decode(b"", final=True), ""
        return held


def _grammar(sampling: Sampling) -> Any:
    if sampling.schema is None:
        return None
    return llama_cpp.LlamaGrammar.from_string(grammar(sampling.schema), verbose=False)
