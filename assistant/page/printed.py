"""The report of a night as a page of its own, to be printed or saved: plain HTML without Gradio, light on paper."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse

from assistant.page.progress import CURVES, journal_list, log_rows
from assistant.page.report import day, report
from assistant.page.speech import heard, language, number, say
from store import runs
from store.database import opened
from store.errors import NotFound
from store.journal import journal

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1917;
  background: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; } h3 { font-size: 1rem; margin: 0 0 .3rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; } del { color: #b42318; } ins { color: #047857; text-decoration: none; }
.card { border: 1px solid #d6d3d1; border-radius: 10px; padding: .8rem 1rem; margin: 0 0 .7rem; break-inside: avoid; }
.mark { color: #047857; font-weight: 600; } .none, .foot { color: #57534e; }
.foot { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.check + .check { margin-top: .8rem; }
.bar { display: block; min-width: 8rem; height: 8px; border-radius: 8px; background: #e7e5e4; overflow: hidden; }
.bar > span { display: block; height: 100%; background: #047857; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .5rem .25rem 0; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: #57534e; }
.journal { padding-left: 0; list-style: none; font-size: .9rem; } time { color: #57534e; margin-right: .6rem; }
button { font: inherit; padding: .3rem .9rem; margin-bottom: .8rem; }
@media print { button { display: none; } body { margin: 0; } }
"""
_COLOURS = {"ce": "#047857", "kl": "#b45309"}
_WIDTH, _HEIGHT = 640, 200


def printed(home: Path, run_id: str) -> HTMLResponse:
    """The page for the run `run_id`; one that says so where there is none."""
    with opened(home) as db:
        try:
            run = runs.run(db, run_id)
        except NotFound as error:
            return HTMLResponse(plain_page(say("No such night"), f"<p>{escape(heard(str(error)))}</p>"), 404)
        picture, went = curves(log_rows(home, run.id)), say("How the training went")
        body = (
            f"{report(db, run)}{f'<h2>{went}</h2>{picture}' if picture else ''}"
            f"<h2>{say('What happened')}</h2>{journal_list(journal(db, run.id))}"
        )
    return HTMLResponse(plain_page(say("The night of {day}", day=day(run)), body))


def plain_page(title: str, body: str) -> str:
    """A whole page of HTML with a button to print it; `body` is HTML. Pure."""
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8"><title>Aprendiz: {escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><script type="module" src="/script/printing.js"></script>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<button type="button" data-do="print">{say("Print this page")}</button>{body}</main></body></html>'
    )


def curves(rows: Sequence[dict[str, float]]) -> str:
    """The loss curves as a drawing; empty where there are no two points. Pure."""
    if len(rows) < 2:
        return ""
    last, most = rows[-1]["step"], max((row.get(name, 0.0) for row in rows for name in CURVES), default=0.0)
    if last <= 0 or most <= 0:
        return ""
    drawn = "".join(
        f'<polyline fill="none" stroke="{_COLOURS[name]}" stroke-width="1.5" points="'
        + " ".join(
            f"{row['step'] / last * _WIDTH:.1f},{_HEIGHT * (1 - row[name] / most):.1f}" for row in rows if name in row
        )
        + f'"/><text x="{_WIDTH - 180}" y="{20 + 16 * line}" style="fill: {_COLOURS[name]}">{escape(say(title))}</text>'
        for line, (name, title) in enumerate(CURVES.items())
    )
    named, step = say("How far the model was off while it trained; lower is better"), say("training step")
    high = number(most, "0.0")
    return (
        f'<svg viewBox="-30 -8 {_WIDTH + 40} {_HEIGHT + 32}" role="img" aria-label="{named}">'
        f'<path d="M0 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#a8a29e"/>{drawn}'
        f'<text x="-4" y="6" text-anchor="end">{high}</text><text x="-4" y="{_HEIGHT}" text-anchor="end">0</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 18}" text-anchor="end">{step} {last:.0f}</text></svg>'
    )
