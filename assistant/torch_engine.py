"""The engine on a GPU: transformers. It runs on a CPU too, which is where it is tested.

A version is the base's training copy with its adapter merged in; on CUDA a base too large for 16 bits is loaded in
four (bitsandbytes). One lock serialises calls; the cache of the last conversation's prefix is kept.
"""

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from jinja2 import TemplateError
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, DynamicCache

from models.catalogue import BaseModel, training_dir
from models.engine import GREEDY, Piece, Sampling, in_turn, template_refuses, withheld
from models.gpu import gpu_dtype
from models.tokens import as_text, shared_beginning
from models.training_copy import control_words, training_tokenizer
from models.version_files import BASE, adapter_of
from store.errors import InputRefused, ModelRefused
from store.records import ChatMessage

ROWS = 16
SIXTEEN_BITS = 2  # bytes
SIDE_BY_SIDE = 2
"""As many versions are kept loaded: the one that serves, and the base."""


def takes_four_bits(size: int, dtype: torch.dtype, memory: int) -> bool:
    """Whether a model whose files have `size` bytes, in 16 bits, is too large for a GPU's `memory` as `dtype`. Pure."""
    return SIDE_BY_SIDE * size * dtype.itemsize / SIXTEEN_BITS > 0.8 * memory


class TorchEngine:
    """A Hugging Face directory, loaded, with an adapter merged in when there is one."""

    def __init__(
        self, directory: Path, version: str, *, adapter: Path | None = None, context_tokens: int = 4096
    ) -> None:
        cuda = torch.cuda.is_available()
        dtype = gpu_dtype() if cuda else torch.float32
        size = sum(file.stat().st_size for file in directory.glob("*.safetensors"))
        four_bits = cuda and takes_four_bits(size, dtype, torch.cuda.mem_get_info()[1])  # of all: the same for each
        quantised = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
        self.version = version
        self._lock = threading.RLock()
        self._tokenizer = training_tokenizer(directory)
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            directory,
            dtype=dtype,
            device_map="cuda" if cuda else "cpu",
            local_files_only=True,
            **({"quantization_config": quantised} if four_bits else {}),
        ).eval()
        if adapter is not None:
            from peft import PeftModel

            adapted = PeftModel.from_pretrained(self._model, adapter)
            self._model = adapted if four_bits else adapted.merge_and_unload()
        self.context_tokens = min(context_tokens, int(self._model.config.max_position_embeddings))
        self._ends = self._end_tokens()
        self._cache: Any = DynamicCache()
        self._cached: list[int] = []

    @classmethod
    def of_version(cls, home: Path, base: BaseModel, version: str, *, context_tokens: int = 4096) -> Self:
        """The engine of a version: the base's training copy with the version's adapter.

        Raises NotFound, and ModelRefused for a version of another base.
        """
        adapter = None if version == BASE else adapter_of(home, version, base)
        if version != BASE and adapter is None:
            raise ModelRefused(f"{version} was made for another model than {base.name}; choose that one to be served.")
        return cls(training_dir(base), version, adapter=adapter, context_tokens=context_tokens)

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The token ids that the model reads for `messages`, up to where its answer begins."""
        turns = [{"role": m.role, "content": as_text(m.content, control_words(self._tokenizer))} for m in messages]
        try:
            tokens: list[int] = self._tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, tokenize=True, return_dict=False
            )
        except (ValueError, TemplateError) as error:
            raise template_refuses(error) from error
        return tokens

    @torch.inference_mode()
    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling = GREEDY,
        cancelled: Callable[[], bool] = lambda: False,
        begun: str = "",
    ) -> Iterator[Piece]:
        """The answer, or what follows `begun`, in pieces. Raises InputRefused for a schema, which it cannot force."""
        if sampling.schema is not None:
            raise InputRefused('The engine "torch" cannot follow a JSON schema; set engine = "llamacpp" for that.')
        if sampling.top_logprobs is not None:
            raise InputRefused('The engine "torch" tells no logprobs; set engine = "llamacpp" for that.')
        before = self._tokenizer.encode(begun, add_special_tokens=False) if begun else []
        tokens = self._fitting(messages, before)
        random = torch.Generator(self._model.device)
        random.manual_seed(sampling.seed if sampling.seed is not None else torch.seed())
        said: list[int] = []
        shown = ""
        known = len(self._tokenizer.decode(before))
        with in_turn(self._lock, cancelled) as held:
            if not held:
                yield Piece("", 0, "cancelled")
                return
            logits = self._read(tokens)
            while True:
                token = self._chosen(_penalised(logits, said, sampling), sampling, random)
                ended = token in self._ends
                if not ended:
                    said.append(token)
                text = self._tokenizer.decode([*before, *said])[known:]
                whole = text if ended or not text.endswith("\ufffd") else shown
                stop = min((whole.find(word) for word in sampling.stop if word in whole), default=-1)
                if stop >= 0:
                    yield Piece(whole[len(shown) : stop], len(said), "stop")
                    return
                if ended or len(said) >= min(sampling.max_tokens, self.context_tokens - len(tokens)):
                    yield Piece(text[len(shown) :], len(said), "stop" if ended else "length")
                    return
                if cancelled():
                    yield Piece(text[len(shown) :], len(said), "cancelled")
                    return
                ready = whole[: max(len(shown), len(whole) - withheld(whole, sampling.stop))]
                yield Piece(ready[len(shown) :], len(said))
                shown = ready
                logits = self._read([*tokens, *said])

    def answer_all(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """One answer for each conversation, in padded batches of sixteen; stop words go one by one."""
        if sampling.stop or sampling.schema:
            return ["".join(piece.text for piece in self.stream(messages, sampling)) for messages in conversations]
        prompts = [self._fitting(messages) for messages in conversations]
        return [text.strip() for text in self._in_batches(prompts, sampling, progress)]

    def go_on(
        self,
        beginnings: Sequence[str],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """How the model itself goes on with messages of a user that begin so, in padded batches of sixteen."""
        opening = shared_beginning(lambda text: self.prompt_tokens([ChatMessage("user", text)]))
        begun = (as_text(text, control_words(self._tokenizer)) for text in beginnings)
        prompts = [[*opening, *self._tokenizer.encode(text, add_special_tokens=False)] for text in begun]
        return self._in_batches(prompts, sampling, progress)

    @torch.inference_mode()
    def logprobs(self, conversations: Sequence[Sequence[ChatMessage]], answers: Sequence[str]) -> list[list[float]]:
        """Log-probability, in nats, of each token of each answer after its conversation."""
        scored = []
        with self._lock:
            for messages, answer in zip(conversations, answers, strict=True):
                tail = self._tokenizer.encode(answer, add_special_tokens=False)
                ids = torch.tensor([[*self._fitting(messages), *tail]], device=self._model.device)
                logits = self._model(input_ids=ids, logits_to_keep=len(tail) + 1).logits[0, :-1].float()
                taken = torch.tensor(tail, device=logits.device, dtype=torch.long)[:, None]
                scored.append(logits.log_softmax(-1).gather(1, taken)[:, 0].tolist())
        return scored

    def close(self) -> None:
        """Give the model's memory back."""
        with self._lock:
            self._model = self._cache = None
            gc.collect()  # four-bit layers and their weights hold each other
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _read(self, tokens: list[int]) -> torch.Tensor:
        """Logits after `tokens`; what the cache holds of them already is not computed again."""
        kept = 0
        while kept < min(len(self._cached), len(tokens) - 1) and self._cached[kept] == tokens[kept]:
            kept += 1
        if kept < len(self._cached):
            self._cache.crop(kept - len(self._cached))
        ids = torch.tensor([tokens[kept:]], device=self._model.device)
        cache, self._cache, self._cached = self._cache, DynamicCache(), []  # half written if the model fails
        logits: torch.Tensor = self._model(
            input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1
        ).logits[0, -1]
        self._cache, self._cached = cache, list(tokens)
        return logits.float()

    @torch.inference_mode()
    def _in_batches(
        self, prompts: Sequence[list[int]], sampling: Sampling, progress: Callable[[int], None]
    ) -> list[str]:
        texts: list[str] = []
        with self._lock:
            if sampling.seed is not None:
                torch.manual_seed(sampling.seed)
            for start in range(0, len(prompts), ROWS):
                texts += self._batch(prompts[start : start + ROWS], sampling)
                progress(len(texts))
        return texts

    def _batch(self, prompts: Sequence[list[int]], sampling: Sampling) -> list[str]:
        width = max(map(len, prompts))
        end = min(self._ends)
        ids = torch.tensor([[end] * (width - len(p)) + p for p in prompts], device=self._model.device)
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=self._model.device)
        greedy = sampling.temperature <= 0
        generated = self._model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=min(sampling.max_tokens, self.context_tokens - min(map(len, prompts))),
            do_sample=not greedy,
            eos_token_id=sorted(self._ends),
            pad_token_id=end,
            **({} if greedy else {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}),
        )
        texts = []
        for row, prompt in zip(generated[:, width:].tolist(), prompts, strict=True):
            row = row[: self.context_tokens - len(prompt)]
            cut = next((i for i, token in enumerate(row) if token in self._ends), len(row))
            texts.append(self._tokenizer.decode(row[:cut]))
        return texts

    def _chosen(self, logits: torch.Tensor, sampling: Sampling, random: torch.Generator) -> int:
        if sampling.temperature <= 0:
            return int(logits.argmax())
        probability, order = (logits / sampling.temperature).softmax(-1).sort(descending=True)
        probability[probability.cumsum(-1) - probability > sampling.top_p] = 0
        return int(order[torch.multinomial(probability, 1, generator=random)])

    def _fitting(self, messages: Sequence[ChatMessage], begun: Sequence[int] = ()) -> list[int]:
        tokens = [*self.prompt_tokens(messages), *begun]
        if len(tokens) >= self.context_tokens - 8:
            raise InputRefused(
                f"The conversation is {len(tokens)} tokens long and this model reads {self.context_tokens} at most. "
                "Shorten the question, start a new conversation, or raise context_tokens in config.toml."
            )
        return tokens

    def _end_tokens(self) -> set[int]:
        config = self._model.generation_config.eos_token_id
        ends = {config} if isinstance(config, int) else set(config or ())
        turn = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
        tail = self._tokenizer.apply_chat_template(turn, tokenize=False).rsplit("b", 1)[1]
        ends |= set(self._tokenizer.encode(tail, add_special_tokens=False)[:1])
        return ends | ({self._tokenizer.eos_token_id} if self._tokenizer.eos_token_id is not None else set())


def _penalised(logits: torch.Tensor, said: Sequence[int], sampling: Sampling) -> torch.Tensor:
    """`logits` less the penalties for what was `said`."""
    if not said or not (sampling.presence_penalty or sampling.frequency_penalty):
        return logits
    counts = torch.bincount(torch.tensor(said, device=logits.device), minlength=logits.shape[-1])
    return logits - sampling.frequency_penalty * counts - sampling.presence_penalty * (counts > 0)
