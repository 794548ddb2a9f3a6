"""Two versions asked the same, side by side and without memory: what training made of the model, on any question.

Blind, the names come after the choice, and the choices are counted.
"""

import random
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.choosing import CHOICES
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.speech import later, percent, say
from assistant.page.words import version_name
from models.engine import Sampling
from models.version_files import BASE, current
from store import duels, versions
from store.database import opened
from store.errors import InputRefused
from store.records import ChatMessage, Duel, Score, Version

ANSWER = Sampling(max_tokens=256)
LEAST = 8
_UNKNOWN = later("The page asked for something unknown. Load the page again.")


def compare(assistant: Assistant, tab: gr.Tab) -> None:
    """Build the part inside a Blocks context; the versions to choose from are read whenever the tab is opened."""
    home = assistant.settings.home
    with gr.Column(elem_classes="sheet"):
        gr.HTML(_intro())
        with gr.Row():
            one = gr.Dropdown([], label=say("One version"), interactive=True)
            other = gr.Dropdown([], label=say("Another version"), interactive=True)
        with gr.Row():
            question = gr.Textbox(
                "",
                label=say("Question to both"),
                show_label=False,
                placeholder=say("Ask both"),
                container=False,
                max_lines=6,
                scale=5,
            )
            ask = gr.Button(say("Ask both"), scale=0)
        blind = gr.Checkbox(True, label=say("Blind"), container=False)
        result = gr.HTML()
        standing = gr.HTML()
    act = presses("compare")

    def offered(first: str | None, second: str | None) -> tuple[Any, Any]:
        with told(), opened(home) as db:
            names = choices(versions.versions(db))
            known = {id for _, id in names}
            return (
                gr.Dropdown(choices=names, value=first if first in known else BASE),
                gr.Dropdown(choices=names, value=second if second in known else current(home)),
            )

    def asked(text: str, first: str, second: str, blind: bool) -> str:
        with told():
            if not text.strip():
                raise InputRefused(later("The question is empty. Write what both versions are to be asked."))
            if first == second:
                raise InputRefused(later("Both are the same version. Choose another one to compare it with."))
            order = random.sample((first, second), 2) if blind else (first, second)
            answers = {id: by_itself(text, id) for id in order}
            if not blind or len(set(answers.values())) == 1:
                return side_by_side({version_name(id): said for id, said in answers.items()})
            with opened(home) as db:
                return unnamed(duels.begin_duel(db, text, *answers), list(answers.values()))

    def scored() -> str:
        with told(), opened(home) as db:
            return score_table(duels.scores(db))

    def chosen(press: str) -> tuple[str, str]:
        with told(), opened(home) as db:
            given = read_press(press)
            if not given.get("id", "").isdigit():
                raise InputRefused(_UNKNOWN)
            made = duels.decide_duel(db, int(given["id"]), given.get("side", ""))
            return revealed(made, duels.score(db, made.first, made.second)), score_table(duels.scores(db))

    def by_itself(text: str, version: str) -> str:
        turn = [[ChatMessage("user", text)]]
        return assistant.answer_rows(turn, version=version, with_memory=False, sampling=ANSWER)[0].text

    tab.select(offered, [one, other], [one, other], **in_order("compare"))
    tab.select(scored, None, standing, **in_order("compare"))
    act.change(chosen, [act], [result, standing], **in_order("compare"))
    gr.on(
        [ask.click, question.submit],
        asked,
        [question, one, other, blind],
        [result],
        api_visibility="private",
        show_progress="minimal",
        concurrency_id="comparison",
        concurrency_limit=1,
    )


def _intro() -> str:
    said = say(
        "The same question to both, without memory: what each knows by itself. Blind, you choose before you are told "
        "which is which, and your choices are counted."
    )
    return f'<h2 class="part">{say("Ask two versions")}</h2><p class="none">{said}</p>'


def choices(made: Sequence[Version]) -> list[tuple[str, str]]:
    """The versions by name, newest first and the original last. Pure."""
    refused = {"refused": f", {say('not passed')}"}
    return [(version_name(v.id) + refused.get(v.decision, ""), v.id) for v in reversed(made)] + [
        (version_name(BASE), BASE)
    ]


def side_by_side(answers: dict[str, str]) -> str:
    """The answers, each under the name of who gave it. Pure."""
    cards = "".join(
        f'<article class="card"><h3>{escape(name)}</h3><p class="said">{escape(text)}</p></article>'
        for name, text in answers.items()
    )
    same = f'<p class="none">{say("Word for word the same.")}</p>' if len(set(answers.values())) == 1 else ""
    return f'<div class="pair" role="status">{cards}</div>{same}'


def unnamed(duel: Duel, answers: Sequence[str]) -> str:
    """Two answers without names, and the three things to say of them. Pure."""
    buttons = "".join(button("compare", "choose", say(text), id=duel.id, side=side) for text, side in CHOICES.items())
    return side_by_side({"A": answers[0], "B": answers[1]}) + f'<div class="acts">{buttons}</div>'


def revealed(duel: Duel, score: Score) -> str:
    """Who was who, and how it stands between the two. Pure."""
    a, b = version_name(duel.first), version_name(duel.second)
    better = say("You preferred {version}", version=version_name(duel.preferred))
    title = say("You saw no difference") if duel.preferred == "" else better
    who = say("A was {a}, B was {b}.", a=a, b=b)
    counted = say(
        "All choices between the two: {a} {one}, {b} {other}, no difference {neither}.",
        a=a,
        b=b,
        one=score.one,
        other=score.other,
        neither=score.neither,
    )
    return (
        f'<div class="card" role="status"><h3>{escape(title)}</h3><p>{escape(who)}</p>'
        f"<p>{escape(counted)} {_how_sure(score)}</p></div>"
    )


def score_table(scores: Mapping[tuple[str, str], Score]) -> str:
    """Every pair of versions that was chosen between, with the share of the first and its interval. Pure."""
    if not scores:
        return ""
    titles = say("One"), say("The other"), say("Choices"), say("The first is preferred in")
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = "".join(_score_row(*pair, score) for pair, score in scores.items())
    intro = say(
        "Here and in the chat. An interval that leaves out half of all questions says that one version is the better "
        "one."
    )
    return (
        f'<h2 class="part">{say("Your choices so far")}</h2><p class="none">{intro}</p>'
        f'<div class="card"><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        "</div>"
    )


def _score_row(one: str, other: str, score: Score) -> str:
    better, worse = (one, other) if score.one >= score.other else (other, one)
    won, lost = max(score.one, score.other), min(score.one, score.other)
    choices = say("{won} : {lost}, no difference {neither}", won=won, lost=lost, neither=score.neither)
    return (
        f"<tr><td>{escape(version_name(better))}</td><td>{escape(version_name(worse))}</td><td>{choices}</td>"
        f"<td>{escape(_share(won, won + lost))}</td></tr>"
    )


def _share(won: int, decided: int) -> str:
    """The share and its interval in words."""
    if not decided:
        return say("no choice was made for either")
    low, high = interval(won, decided)
    shares = {"share": percent(won / decided), "low": percent(low), "high": percent(high)}
    if low > 0.5:
        return say("{share} of the questions ({low} to {high} with 95 % certainty)", **shares)
    return say("{share} of the questions ({low} to {high} with 95 % certainty; not certain yet)", **shares)


def interval(won: int, decided: int) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 %. Pure; `decided` is above 0."""
    from scipy.stats import binomtest

    likely = binomtest(won, decided).proportion_ci(method="wilson")
    return float(likely.low), float(likely.high)


def _how_sure(score: Score) -> str:
    decided = score.one + score.other
    if decided < LEAST:
        return say("Too few to tell; {least} choices say something.", least=LEAST)
    low, high = map(percent, interval(max(score.one, score.other), decided))
    return say("The better one is preferred in {low} to {high} of all questions (95 %).", low=low, high=high)
