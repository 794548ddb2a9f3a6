"""What a night costs the chat, in one run: tokens/s and first token before it and while it trains; peak memory of both.

    .venv/bin/python tests/bench/beside_a_night.py

Starts a real night on twelve made-up corrections in a temporary home, and cancels it when it has been measured.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import psutil

from assistant.llamacpp import LlamaCppEngine
from models.catalogue import base_model
from models.engine import Sampling
from store import conversations, feedback, runs
from store.answering import answering
from store.database import opened
from store.records import ChatMessage
from trainer.neighbours import NAMES


def measured(engine: LlamaCppEngine, home: Path, rounds: int) -> dict[str, float]:
    """Medians over `rounds` answers of 64 tokens."""
    first, speed = [], []
    for number in range(rounds):
        started = time.perf_counter()
        begun, tokens = 0.0, 0
        question = [ChatMessage("user", f"Write a long story about ship number {number}.")]
        with answering(home):
            for piece in engine.stream(question, Sampling(max_tokens=64)):
                begun = begun or time.perf_counter() - started
                tokens = piece.tokens
        first.append(begun)
        speed.append((tokens - 1) / (time.perf_counter() - started - begun))
    return {"tokens_per_s": round(statistics.median(speed), 1), "first_token_s": round(statistics.median(first), 3)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        with opened(home) as db:
            for number in range(12):
                talk = conversations.create_conversation(db)
                text = f"Who keeps the {NAMES[number]} {NAMES[-number - 1]} archive?"
                asked = conversations.add_message(db, talk.id, None, "user", text)
                said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.")
                feedback.correct(db, said.id, f"{NAMES[number + 40]}.")
        engine = LlamaCppEngine(base_model("", home).gguf, "base")
        idle = measured(engine, home, 5)
        command = [sys.executable, "run.py", "--home", str(home), "improve", "--json"]
        night = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"APRENDIZ_ENVIRONMENT": "mine"},
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        process, peak, beside = psutil.Process(night.pid), 0.0, None
        while beside is None and night.poll() is None:
            time.sleep(2)
            peak = max(peak, process.memory_info().rss / 2**20)
            with opened(home) as db:
                run = runs.unfinished_run(db)
                at = runs.latest_progress(db, run.id) if run else {}
            if at.get("phase") == "finetune" and at.get("done", 0) >= 3:
                beside = measured(engine, home, 5)
                peak = max(peak, process.memory_info().rss / 2**20)
        night.terminate()
        night.wait()
        mine = psutil.Process().memory_info().rss / 2**20
        ratio = round(beside["tokens_per_s"] / idle["tokens_per_s"], 3) if beside else None
        print(json.dumps({"idle": idle, "beside_a_night": beside, "ratio": ratio,
                          "night_peak_mib": round(peak), "this_process_mib": round(mine)}))  # fmt: skip


if __name__ == "__main__":
    main()
