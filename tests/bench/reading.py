"""How often the right passage of a document is found, and how often the default model then answers rightly.

A made-up manual in 28 passages, twenty questions about it in other words than it uses, and ten about nothing in it.
Run: python -m tests.bench.reading [--answers]
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")

from assistant import documents
from assistant.conversation import Assistant
from models.catalogue import base_model
from models.embedding import NAME
from models.engine import Sampling
from store.database import opened
from store.documents import NewPassage, add_document, search_passages
from store.records import ChatMessage
from store.settings import Settings

MANUAL = """The key of Larch Cabin hangs behind the blue flowerpot on the terrace, on a nail beside the gutter.
The boiler in the cellar needs forty minutes. Turn the red lever to the left before you light it.
Drinking water comes from the spring above the house. Let it run for two minutes on the first day.
The stove burns birch and beech only. Pine soils the chimney and is not to be burned.
Firewood lies in the shed behind the house. Whoever takes the last basket fills it up again.
The telephone in the hall reaches the valley exchange. The number of the warden, Ines Farrow, is 4471.
The nearest doctor is Doctor Halm in Tarnfield, opposite the chapel, open on weekdays until five.
The bus to Tarnfield leaves from the bridge at ten past seven and at a quarter to four.
In winter the road is closed above the sawmill from November until the end of March.
The sledge may be borrowed from the Denby farm, two bends below the cabin.
Four people can sleep in the attic and two in the room beside the kitchen.
Bed linen is in the oak chest on the landing. Wash it at sixty degrees before you leave.
The fuse box is above the pantry door. The third switch belongs to the pump.
When the pump hums and gives no water, close the green valve, wait a minute and open it slowly.
Rubbish is taken down to the container at the sawmill. Glass goes into the crate by the door.
Mice come in autumn. Flour, rice and sugar are kept in the tin boxes on the top shelf.
The boat on the lake belongs to the angling club. Guests may row it until sunset.
Perch and char may be fished with the club's day card, which costs nine crowns.
The lake is deepest, thirty-one metres, below the black cliff, and no place for bathing children.
The summit of the Harlow is reached in three hours by the marked path, which begins at the spring.
On the summit stands a hut with a visitors' book; the pencil is in the tin under the bench.
In a thunderstorm leave the ridge at once and go down on the eastern side, where the forest begins.
Mobile phones have a signal only at the bench by the flagpole.
The radio gives the weather for the mountains at six in the evening on the second programme.
Dogs are welcome, but not in the beds. The neighbour's sheep graze up to the fence from May on.
A night costs eighteen crowns for members of the club and thirty for all others, children half.
Payment goes into the letter box at the warden's house, with the name and the number of nights.
On the last day sweep the floors, empty the ashes into the iron bucket and lock both doors."""

ASKED = [
    ("Where can I find the key to get in?", 0, "flowerpot"),
    ("How long does it take until there is hot water from the boiler?", 1, "forty"),
    ("Which lever must I turn before lighting the boiler, and which way?", 1, "left"),
    ("Which wood must not be put into the stove?", 3, "pine"),
    ("What is the phone number of the warden?", 5, "4471"),
    ("Who is the warden?", 5, "farrow"),
    ("I am ill. Where is the closest physician?", 6, "halm"),
    ("When does the afternoon bus leave?", 7, "four"),
    ("In which months can one not drive up?", 8, "november"),
    ("Who lends a sledge?", 9, "denby"),
    ("How many can sleep upstairs?", 10, "four"),
    ("How hot must the sheets be washed?", 11, "sixty"),
    ("Which switch is for the pump?", 12, "third"),
    ("What does a day of fishing cost?", 17, "nine"),
    ("How deep is the lake?", 18, "thirty-one"),
    ("How long is the walk to the top of the Harlow?", 19, "three"),
    ("Where do I get a mobile signal?", 22, "flagpole"),
    ("When is the weather forecast on the radio?", 23, "six"),
    ("What does a member pay for one night?", 25, "eighteen"),
    ("Where do the ashes go?", 27, "bucket"),
]
ELSEWHERE = [
    "What is the capital of France?",
    "Write a short poem about rain.",
    "How do I sort a list in Python?",
    "Who wrote Hamlet?",
    "What is seven times eight?",
    "Explain photosynthesis to a child.",
    "Translate 'good morning' into Spanish.",
    "How do I bake bread?",
    "What is the difference between a virus and a bacterium?",
    "Give me three ideas for a birthday present.",
]


def main() -> None:
    """Print the shares found by meaning, by words and by both, and with `--answers` those answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", action="store_true", help="also let the model answer")
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        assistant = Assistant(Settings(home=Path(home), threads=1), base_model("", Path(home), "f16"))
        lines = MANUAL.splitlines()
        vectors = assistant.memory.library._embedder.embed(lines).astype("<f4")
        with opened(Path(home)) as db:
            passages = [NewPassage("", text, bytes(vector)) for text, vector in zip(lines, vectors, strict=True)]
            add_document(db, "manual.md", "", passages, NAME)
            _found(assistant, db)
            if flags.answers:
                _answered(assistant, db)
        assistant.close()


def _found(assistant, db) -> None:
    library = assistant.memory.library
    shelf = library._in_step(db)
    ids = [each.id for each in shelf.passages]
    print(f"{len(ids)} passages")
    ways = {"meaning": [], "words": [], "both": []}
    for question, right, _ in ASKED:
        likeness = (shelf.vectors @ library._embedder.embed([question])[0]).tolist()
        words = search_passages(db, question)
        orders = {
            "meaning": sorted(range(len(ids)), key=lambda at: -likeness[at]),
            "words": [ids.index(id) for id in words],
            "both": documents.ranked(ids, likeness, words),
        }
        for way, order in orders.items():
            ways[way].append(order.index(right) if right in order else 99)
        print(f"  {likeness[right]:.2f} {max(likeness):.2f} {[ways[way][-1] for way in ways]} {question}")
    for way, ranks in ways.items():
        shares = ", ".join(f"{sum(rank < k for rank in ranks)} among the first {k}" for k in (1, 2, 3, 5))
        print(f"{way}: of {len(ranks)}, {shares}")
    alike = [float((shelf.vectors @ library._embedder.embed([question])[0]).max()) for question in ELSEWHERE]
    print("likeness of questions about something else: " + " ".join(f"{each:.2f}" for each in sorted(alike)))


def _answered(assistant, db) -> None:
    with assistant.serving.engine("base") as engine:
        for most in (0, 1, 2, 3):
            documents.MOST_PASSAGES = most
            found = [assistant.memory.library.look_up(db, question) for question, _, _ in ASKED]
            asked = [
                documents.with_passages([ChatMessage("user", question)], passages)
                for (question, _, _), passages in zip(ASKED, found, strict=True)
            ]
            said = engine.answer_all(asked, Sampling(max_tokens=40))
            right = sum(word in text.lower() for (_, _, word), text in zip(ASKED, said, strict=True))
            print(f"{most} passages at most: {right} of {len(ASKED)} answers name the right thing", flush=True)
            for (question, _, _), text in zip(ASKED, said, strict=True):
                print(f"    {most} {question} -> {text!r}")


if __name__ == "__main__":
    main()
