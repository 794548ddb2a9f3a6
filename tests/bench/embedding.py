"""How fast texts become vectors: one at a time, as a question is looked up, and many at once.

    python tests/bench/embedding.py [THREADS]

Wanted: one in at most 15 ms.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from models.embedding import Embedder, embedding_file


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path = embedding_file(Path(folder))
        made = time.perf_counter() - began
        began = time.perf_counter()
        embedder = Embedder(path, threads=int(sys.argv[1]) if sys.argv[1:] else 1)
        loaded = time.perf_counter() - began
        texts = [f"Which river flows through the old town number {n}, and how long is it?" for n in range(400)]
        embedder.embed(texts[:3])
        times = []
        for text in texts[:200]:
            began = time.perf_counter()
            embedder.embed([text])
            times.append(time.perf_counter() - began)
        began = time.perf_counter()
        embedder.embed(texts)
        batch = time.perf_counter() - began
        embedder.close()
    one, slow = np.median(times) * 1000, np.quantile(times, 0.95) * 1000
    print(
        f"made {made:.2f} s, loaded {loaded:.2f} s; one: {one:.1f} ms (95 %: {slow:.1f} ms); many: {400 / batch:.0f}/s"
    )


if __name__ == "__main__":
    main()
