"""How long a large export of ChatGPT takes: 10,000 conversations with branches, tool calls and ratings, made up.

    .venv/bin/python tests/bench/many_imports.py [--conversations 10000]

Prints one JSON object: the file's size, the seconds of the first import, also of the processor alone, and of the same
file again, which changes nothing, the milliseconds of listing and searching afterwards. Ends with 1 when the import
took a minute or more.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import zipfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from store.conversations import list_conversations
from store.database import opened
from store.transfer import ImportCount, import_file

MOST_S = 60
WORDS = (
    "river harbour lantern orchard signal winter copper meadow engine letter bridge garden window market thunder "
    "kettle pilgrim violin granite compass saddle willow ember anchor parcel the a of to and is was for with from"
).split()


def conversation(number: int, rng: random.Random) -> tuple[dict, list[dict]]:
    """One conversation of two to eight turns in the export's form, every third with a second answer; its ratings."""
    mapping, ratings, time_s = {}, [], 1_700_000_000 + number * 600.0
    parent = _node(mapping, f"{number}-root", None)
    parent = _node(mapping, f"{number}-sys", parent, "system", "", time_s)
    for turn in range(rng.randint(2, 8)):
        key = f"{number}-{turn}"
        question = _node(mapping, f"{key}-q", parent, "user", _text(rng, 5, 40), time_s + turn * 60)
        if turn % 3 == 0:
            _node(mapping, f"{key}-b", question, "assistant", _text(rng, 40, 200), time_s + turn * 60 + 5)
        call = _node(mapping, f"{key}-t", question, "tool", _text(rng, 5, 9), time_s) if turn % 4 == 3 else question
        parent = _node(mapping, f"{key}-a", call, "assistant", _text(rng, 40, 200), time_s + turn * 60 + 9)
        if rng.random() < 0.05:
            ratings.append(
                {"id": parent, "conversation_id": str(number), "rating": rng.choice(("thumbs_up", "thumbs_down"))}
            )
    export = {"id": f"c{number}", "conversation_id": f"c{number}", "title": _text(rng, 2, 6), "create_time": time_s}
    return {**export, "update_time": time_s, "current_node": parent, "mapping": mapping}, ratings


def _node(mapping: dict, key: str, parent: str | None, role: str = "", text: str = "", time_s: float = 0) -> str:
    message = {
        "id": key,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": time_s,
        "content": {"content_type": "text", "parts": [text]},
        "status": "finished_successfully",
        "metadata": {"model_slug": "gpt-x"},
        "recipient": "all",
    }
    mapping[key] = {"id": key, "message": message if role else None, "parent": parent, "children": []}
    if parent:
        mapping[parent]["children"].append(key)
    return key


def _text(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(least, most))).capitalize() + "."


def main() -> int:
    """Make the export, import it twice, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    count = parser.parse_args().conversations
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        made = [conversation(number, rng) for number in range(count)]
        ratings = [rating for _, each in made for rating in each]
        text = json.dumps([talk for talk, _ in made])
        del made
        path = Path(folder) / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("conversations.json", text)
            archive.writestr("message_feedback.json", json.dumps(ratings))
        told = {"megabytes": round(len(text) / 1e6)}
        del text
        with opened(Path(folder) / "home") as db:
            busy = time.process_time()
            taken, told["import_s"] = _timed(lambda: import_file(db, path))
            told["import_cpu_s"] = round(time.process_time() - busy, 3)
            again, told["again_s"] = _timed(lambda: import_file(db, path))
            _, listed_s = _timed(lambda: list_conversations(db))
            found, searched_s = _timed(lambda: list_conversations(db, search="lantern orchard"))
    whole = taken.conversations == count and taken.ratings == len(ratings) and again == ImportCount(known=count)
    told |= {**asdict(taken), "list_ms": round(listed_s * 1000), "search_ms": round(searched_s * 1000), "whole": whole}
    print(json.dumps(told))
    return 0 if whole and found and told["import_s"] < MOST_S else 1


def _timed(act) -> tuple:
    began = time.perf_counter()
    result = act()
    return result, round(time.perf_counter() - began, 3)


if __name__ == "__main__":
    sys.exit(main())
