"""How the page looks: theme, style sheet, scripts. Fonts are the system's own; nothing comes from elsewhere."""

import json
import re
from pathlib import Path

import gradio as gr
from starlette.responses import FileResponse, Response

from assistant.page.speech import language, say

CSS = Path(__file__).with_name("page.css")
SCRIPTS = {file.name: file for file in sorted(Path(__file__).with_name("script").glob("*.js"))}
PRINTING = "printing.js"  # of another page
# At the head of the page, before the scripts of Gradio, whose requests `stream.js` reads along. A browser that is told
# of all modules fetches them at once.
FIRST = "".join(f'<link rel="modulepreload" href="/script/{name}">' for name in SCRIPTS if name != PRINTING) + (
    '<script type="module" src="/script/page.js"></script>'
)
# Linked rather than given to Gradio, which would prefix every selector, those on body and .dark too.
HEAD = '<link rel="stylesheet" href="/page.css"><meta name="color-scheme" content="light dark">'

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

_SAID = re.compile(r'\bsay\("([^"]+)"')


def theme() -> gr.themes.Base:
    """A quiet theme: paper and ink, one green."""
    made = gr.themes.Base(
        primary_hue=gr.themes.colors.emerald,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=SANS,
        font_mono=MONO,
    )
    return made.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
    )


def script(name: str) -> Response:
    """A module of the page's script; `speech.js` with the sentences before it that all of them say."""
    if name not in SCRIPTS:
        return Response(status_code=404)
    text = SCRIPTS[name].read_text(encoding="utf-8")
    if name == "speech.js":
        text = f"const SPEECH = {json.dumps({'language': language(), 'said': _said()})};\n{text}"
    headers = {"cache-control": "no-cache", "vary": "accept-language"}
    return Response(text, media_type="text/javascript", headers=headers)


def _said() -> dict[str, str]:
    texts = (file.read_text(encoding="utf-8") for file in SCRIPTS.values())
    return {each: say(each) for text in texts for each in _SAID.findall(text)}


def style() -> FileResponse:
    """The page's style sheet."""
    return FileResponse(CSS, media_type="text/css", headers={"cache-control": "no-cache"})
