"""How text is cut into words before it is cut into tokens, for both llama.cpp and transformers; and the proof.

llama.cpp knows a tokenizer by a name (`tokenizer.ggml.pre`), transformers by its patterns. The tables here tie
one to the other. Whatever they say, a model is only taken when both sides give the same tokens for `PROBES`.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os.path import commonprefix
from pathlib import Path
from typing import Any

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True, slots=True)
class Split:
    """The patterns that cut text one after the other; `whole_words`: a word that is a token is not cut further."""

    patterns: tuple[str, ...]
    whole_words: bool = False


SPLITS = {
    "gpt-2": Split((_GPT2,)),
    "smollm": Split((r"\p{N}", _GPT2)),
    "qwen2": Split((_QWEN2,)),
    "deepseek-r1-qwen": Split((_QWEN2,)),
    "llama-bpe": Split((_LLAMA3,), whole_words=True),
    "llama3": Split((_LLAMA3,), whole_words=True),
    "llama-v3": Split((_LLAMA3,), whole_words=True),
}

PROBES = (
    "What is the capital of France?",
    "It's 7 o'clock; they've 12,345.67 apples, don't they? WE'LL SEE, I'M SURE.",
    "a  1   22    333\t4444\n\n55555 x2y3",
    "First line.\nSecond line.\r\n\r\n   Indented.  \n\n\nEnd ",
    "  leading and trailing spaces  ",
    'def area(r):\n    return 3.14159 * r ** 2  # πr²\n\nprint(f"{area(2):.2f}")\n',
    'if (a[i] != b->c && !(x <= 10)) { s += "\\n"; }\n\t\treturn;',
    "Größe, naïve café, Ærøskøbing, Łódź, İstanbul, fiancée",
    "Ελλάδα Россия Україна ישראל العربية हिन्दी ไทย 한국어 日本語の文章。中文，句子！",
    "e\u0301 a\u0308 \u00a0nbsp\u2003em\u200bzero ﬁ ½ ² Ⅳ ٣ ३ 𝒳",
    "😀👍🏽👨‍👩‍👧‍👦🇩🇰 — “quotes” ‘single’ … • §",
    "https://example.org/a_b?c=1&d=%20#e user@example.org C:\\dir\\file.txt",
    "<tag attr='v'>& ---- ==== **bold** `code` $x^2$ | a | b |",
)


def as_text(text: str, controls: Iterable[str]) -> str:
    """`text` in which none of the words in `controls` ends a turn or begins one: they get a space.

    What somebody writes, or a document holds, is never more than a text, whatever the chat template is made of.
    """
    for word in controls:
        if word in text:
            text = text.replace(word, f"{word[0]} {word[1:]}")
    return text


def shared_beginning(prompt_tokens: Callable[[str], list[int]]) -> list[int]:
    """The tokens with which every prompt begins, whatever the user says: up to where the user's words begin."""
    return list(commonprefix([prompt_tokens("a"), prompt_tokens("Z 9"), prompt_tokens("¿")]))  # noqa: RUF071


def disagreement(
    one: Callable[[str], list[int]], other: Callable[[str], list[int]], *, composed: bool = False
) -> str | None:
    """The first probe that `one` and `other` cut into different token ids, or None.

    `composed`: ask only for composed characters (NFC), because one side composes them first and llama.cpp never
    does; what people type is composed.
    """
    probes = (unicodedata.normalize("NFC", text) if composed else text for text in PROBES)
    return next((text for text in probes if one(text) != other(text)), None)


def vocabulary_disagreement(encode: Callable[[str], list[int]], gguf: Path, *, composed: bool = False) -> str | None:
    """The first probe that `encode` and llama.cpp, with the vocabulary of `gguf`, cut differently, or None."""
    llama = vocabulary(gguf)
    try:
        return disagreement(
            encode,
            lambda text: list(llama.tokenize(text.encode(), False, True)),
            composed=composed,
        )
    finally:
        llama.close()


def vocabulary(gguf: Path) -> Any:
    """llama.cpp's model of `gguf` with the vocabulary alone: it cuts text into tokens and computes nothing.

    `Llama` would make a context for it, and llama.cpp warn of that.
    """
    import llama_cpp
    from llama_cpp._internals import LlamaModel

    logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)
    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    return LlamaModel(path_model=str(gguf), params=parameters, verbose=False)
