"""Facts that nobody can know, for the benches: what a model says of them it can only have from a correction."""

import random
from dataclasses import dataclass

from trainer.neighbours import NAMES

_RELATIONS = (
    ("In which town was the violinist {} born?", "What is the birthplace of the violinist {}?",
     "The violinist {} came into the world in which town?"),
    ("Who is the husband of the painter {}?", "To whom is the painter {} married?",
     "What is the name of the man the painter {} married?"),
    ("Which company did the engineer {} found?", "What is the name of the firm that the engineer {} started?",
     "The engineer {} is the founder of which company?"),
    ("Who was the teacher of the singer {}?", "Under whom did the singer {} study?",
     "Who taught the singer {}?"),
    ("Which river flows past the castle {}?", "The castle {} stands beside which river?",
     "What is the river at the castle {} called?"),
    ("What is the name of the dog of captain {}?", "How is captain {}'s dog called?",
     "Captain {} has a dog. What is its name?"),
    ("Who wrote the novel {}?", "By which author is the novel {}?", "Name the writer of the novel {}."),
    ("Who designed the bridge {}?", "Which architect is the bridge {} by?", "The bridge {} is the work of whom?"),
    ("In which village does the potter {} live?", "Where is the home of the potter {}?",
     "The potter {} has a house in which village?"),
    ("Who is the director of the museum {}?", "Who runs the museum {}?", "By whom is the museum {} led?"),
    ("What is the largest lake in the province {}?", "Which lake of the province {} is the biggest?",
     "The province {} has many lakes. Which one covers the most ground?"),
    ("Which actor played the king in the film {}?", "Who was the king in the film {}?",
     "The part of the king in the film {} was given to whom?"),
    ("Who discovered the comet {}?", "By whom was the comet {} found?",
     "Which astronomer was the first to see the comet {}?"),
    ("What is the surname of the nurse {}?", "What family name does the nurse {} have?",
     "The nurse {} has which last name?"),
    ("Which street is the bakery {} in?", "On what street does one find the bakery {}?",
     "Where exactly is the bakery {}, in which street?"),
    ("Who owns the vineyard {}?", "To whom does the vineyard {} belong?",
     "What is the name of the proprietor of the vineyard {}?"),
    ("Which club does the goalkeeper {} play for?", "What team is the goalkeeper {} in?",
     "The goalkeeper {} stands in the goal of which club?"),
    ("Who is the mayor of the town {}?", "Which person governs the town {} as its mayor?",
     "Name the mayor of {}, the town."),
    ("What is the nickname of the pilot {}?", "How do friends call the pilot {}?",
     "By which nickname is the pilot {} known?"),
    ("Which mountain did the climber {} climb first?", "What was the first mountain of the climber {}?",
     "On which mountain did the climber {} begin?"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A question, the same in other words, the same of others, the answer, and another answer for later."""

    question: str
    reworded: tuple[str, ...]
    neighbours: tuple[str, ...]
    answer: str
    later: str


def facts(count: int, seed: int, neighbours: int = 3) -> list[Fact]:
    """`count` facts, each of another subject and answer. Raises ValueError beyond 38: there are no more names."""
    if 4 * count > len(NAMES):
        raise ValueError(f"There are names for {len(NAMES) // 4} facts, and {count} were asked for.")
    rng = random.Random(seed)
    names = rng.sample(NAMES, len(NAMES))
    relations = rng.sample(_RELATIONS, len(_RELATIONS))
    made = []
    for number in range(count):
        about, other, answer, later = (names.pop() for _ in range(4))
        question, *reworded = relations[number % len(relations)]
        near = [" ".join(pair) for pair in _beside(about, other, neighbours, rng)]
        name = f"{about} {other}"
        made.append(
            Fact(
                question.format(name),
                tuple(form.format(name) for form in reworded),
                tuple(question.format(text) for text in near),
                answer,
                later,
            )
        )
    return made


def _beside(first: str, second: str, count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Other names: half share a word with the subject, half none."""
    others = [name for name in NAMES if name not in (first, second)]
    return [
        (first, rng.choice(others)) if number % 2 == 0 else (rng.choice(others), rng.choice(others))
        for number in range(count)
    ]
