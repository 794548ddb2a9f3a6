"""POST /v1/embeddings: sentence vectors from the model that the memory uses."""

import base64
import threading
from pathlib import Path
from typing import Any

import numpy as np

from assistant.api.errors import Refused
from assistant.api.forms import EmbeddingsRequest
from models.embedding import NAME, WIDTH, Embedder, embedding_file


class Embeddings:
    """Vectors of unit length. Has a model of its own, so that a long list lets no chat wait; loaded on first use."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None

    def embed(self, asked: EmbeddingsRequest) -> dict[str, Any]:
        """A vector for each input. Tokens are not counted: the usage is 0. Raises Refused."""
        if asked.model != NAME:
            message = f"There is no embedding model {asked.model!r}. There is: {NAME}."
            raise Refused(message, param="model", code="model_not_found", status=404)
        if asked.dimensions not in (None, WIDTH):
            raise Refused(f"The vectors have {WIDTH} dimensions.", param="dimensions", code="unsupported_value")
        vectors = self._loaded().embed(asked.input)
        data = [
            {"object": "embedding", "index": index, "embedding": _written(vector, asked.encoding_format == "base64")}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return {"object": "list", "data": data, "model": NAME, "usage": usage}

    def _loaded(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                self._embedder = Embedder(embedding_file(self._home))
            return self._embedder


def _written(vector: np.ndarray, in_base64: bool) -> list[float] | str:
    """`vector` as numbers, or as base64 of its float32, little-endian."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode() if in_base64 else vector.tolist()
