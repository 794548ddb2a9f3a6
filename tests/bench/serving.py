"""Serving, as ratios in one run: our engine against `llama_cpp.Llama` used bare, first token, memory look-up.

    .venv/bin/python tests/bench/serving.py [--rounds 7] [--corrections 10000] [--only engine|api|memory]

Prints JSON objects: tokens/s ours / bare (median of paired rounds), milliseconds that the first token comes later,
alone and in the tenth turn of a conversation; milliseconds that it comes later through the API of a served home with
200 corrections than from the engine alone, and when it comes where memory answers; and the memory look-up at 10,000
corrections.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

os.environ.setdefault("GOMP_SPINCOUNT", "3000")

import llama_cpp

from assistant.llamacpp import LlamaCppEngine
from assistant.memory import Memory
from models.catalogue import base_model
from models.engine import Sampling
from store import conversations, feedback
from store.database import opened, writing
from store.light_sqlite_utils import Database
from store.records import ChatMessage
from tests.assistant.chat_server import served

TOKENS = 96
QUESTION = "Write a long story about a lighthouse keeper and the sea."


def ours(engine: LlamaCppEngine, talk: list[ChatMessage]) -> tuple[float, float, str]:
    """Seconds to the first token, tokens/s after it, and the answer."""
    started = time.perf_counter()
    first = 0.0
    text, tokens = "", 0
    for piece in engine.stream(talk, Sampling(max_tokens=TOKENS)):
        first = first or time.perf_counter() - started
        text, tokens = text + piece.text, piece.tokens
    return first, (tokens - 1) / (time.perf_counter() - started - first), text


def bare(llama: llama_cpp.Llama, talk: list[ChatMessage]) -> tuple[float, float, str]:
    """The same through llama-cpp-python's own chat completion."""
    started = time.perf_counter()
    first, text, tokens = 0.0, "", 0
    messages = [{"role": m.role, "content": m.content} for m in talk]
    for chunk in llama.create_chat_completion(
        messages, max_tokens=TOKENS, temperature=0, top_p=1, top_k=0, min_p=0, repeat_penalty=1, stream=True
    ):
        piece = chunk["choices"][0]["delta"].get("content")
        if piece:
            first = first or time.perf_counter() - started
            text, tokens = text + piece, tokens + 1
    return first, (tokens - 1) / (time.perf_counter() - started - first), text


def serving(home: Path, rounds: int) -> dict[str, float]:
    base = base_model("", home)
    engine = LlamaCppEngine(base.gguf, "base")
    llama = llama_cpp.Llama(str(base.gguf), n_ctx=4096, verbose=False)
    single, tenth = [], []
    for round_ in range(rounds):
        talk = [ChatMessage("user", f"{QUESTION} Number {round_}.")]
        pair = [ours(engine, talk), bare(llama, talk)] if round_ % 2 else [bare(llama, talk), ours(engine, talk)][::-1]
        single.append(pair)
    talk = []
    for turn in range(10):
        talk.append(ChatMessage("user", f"Part {turn + 1}: {QUESTION}"))
        mine, theirs = ours(engine, talk), bare(llama, talk)
        talk.append(ChatMessage("assistant", mine[2]))
        tenth.append([mine, theirs])
    engine.close()
    llama.close()
    return {
        "tokens_per_s_ratio": round(statistics.median(a[1] / b[1] for a, b in single), 3),
        "tokens_per_s_ours": round(statistics.median(a[1] for a, _ in single), 1),
        "first_token_later_ms": round(1000 * statistics.median(a[0] - b[0] for a, b in single), 1),
        "tenth_turn_ratio": round(tenth[-1][0][1] / tenth[-1][1][1], 3),
        "tenth_turn_first_token_later_ms": round(1000 * (tenth[-1][0][0] - tenth[-1][1][0]), 1),
    }


def api(home: Path, rounds: int, count: int = 200) -> dict[str, float]:
    """Milliseconds to the first token through the API, look-up, store and HTTP included, and from the engine alone.

    The same prompts, none of which was read before; the two take turns. What memory answers tells how long look-up,
    store and HTTP take by themselves.
    """
    with opened(home) as db:
        teach(db, count)
    engine = LlamaCppEngine(base_model("", home).gguf, "base")
    pairs = []
    with served(home, APRENDIZ_THREADS="0") as server:
        for round_ in range(rounds + 1):
            question = f"Number {round_}. {QUESTION}"
            both = [lambda q=question: alone(engine, q), lambda q=question: through(server.port, q)]
            times = [each() for each in (both if round_ % 2 else both[::-1])]
            pairs.append(times if round_ % 2 else times[::-1])
        taught = [f"What is the colour of house {number} in Denby street?" for number in range(10)]
        without = [through(server.port, question) for question in taught]
    engine.close()
    pairs = pairs[1:]  # the first one waits for what is loaded on first use
    return {
        "engine_first_token_ms": round(1000 * statistics.median(mine for mine, _ in pairs), 1),
        "api_first_token_ms": round(1000 * statistics.median(theirs for _, theirs in pairs), 1),
        "api_first_token_later_ms": round(1000 * statistics.median(theirs - mine for mine, theirs in pairs), 1),
        "api_from_memory_ms": round(1000 * statistics.median(without), 1),
        "corrections": count,
    }


def alone(engine: LlamaCppEngine, question: str) -> float:
    """Seconds from a prompt to the first token of the engine."""
    started = time.perf_counter()
    stream = engine.stream([ChatMessage("user", question)], Sampling(max_tokens=4))
    next(piece for piece in stream if piece.text)
    first = time.perf_counter() - started
    for _ in stream:
        pass
    return first


def through(port: int, question: str) -> float:
    """Seconds from a request to the first token in its stream, as a client on this computer sees it."""
    asked = {"model": "current", "stream": True, "max_tokens": 4, "messages": [{"role": "user", "content": question}]}
    with closing(HTTPConnection("127.0.0.1", port)) as client:
        started = time.perf_counter()
        client.request("POST", "/v1/chat/completions", json.dumps(asked), {"content-type": "application/json"})
        response = client.getresponse()
        first = 0.0
        for line in response:
            if not first and line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                first = time.perf_counter() - started
    return first


def teach(db: Database, count: int) -> None:
    """Store `count` corrections."""
    talk = conversations.create_conversation(db, "many")
    with writing(db):
        for number in range(count):
            asked = conversations.add_message(
                db, talk.id, None, "user", f"What is the colour of house {number} in Denby street?"
            )
            said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.")
            feedback.correct(db, said.id, f"Colour {number}.")


def look_up(home: Path, count: int) -> dict[str, float]:
    """Milliseconds for one question against `count` corrections, embedding included."""
    with opened(home) as db:
        teach(db, count)
        memory = Memory(home)
        started = time.perf_counter()
        memory.recall(db, "warm up")
        built = time.perf_counter() - started
        times = []
        for number in range(50):
            started = time.perf_counter()
            found = memory.recall(db, f"which colour has house {number * 7} in Denby street?")
            times.append(1000 * (time.perf_counter() - started))
            assert found is not None and found.sure and found.correction.answer == f"Colour {number * 7}."
        memory.close()
    return {
        "look_up_ms_median": round(statistics.median(times), 1),
        "look_up_ms_p95": round(sorted(times)[47], 1),
        "index_built_s": round(built, 1),
        "corrections": count,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--corrections", type=int, default=10_000)
    parser.add_argument("--only", choices=("engine", "api", "memory"))
    arguments = parser.parse_args()
    for name, measure in (
        ("engine", lambda home: serving(home, arguments.rounds)),
        ("api", lambda home: api(home, arguments.rounds)),
        ("memory", lambda home: look_up(home, arguments.corrections)),
    ):
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                print(json.dumps(measure(Path(folder))), flush=True)
