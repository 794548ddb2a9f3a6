"""How the page looks: theme, style sheet, the one script. Fonts are the system's own; nothing comes from elsewhere."""

import json
import re
from pathlib import Path

import gradio as gr
from starlette.responses import FileResponse, Response

from assistant.page.speech import language, say

CSS = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name("page.js")
# Linked rather than given to Gradio, which would prefix every selector, those on body and .dark too.
HEAD = (
    '<link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script>'
    '<meta name="color-scheme" content="light dark">'
)

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


def script() -> Response:
    """The page's script, before it the sentences it says; a file of its own, so that the content policy can name it."""
    text = SCRIPT.read_text(encoding="utf-8")
    speech = {"language": language(), "said": {each: say(each) for each in _SAID.findall(text)}}
    headers = {"cache-control": "no-cache", "vary": "accept-language"}
    return Response(f"const SPEECH = {json.dumps(speech)};\n{text}", media_type="text/javascript", headers=headers)


def style() -> FileResponse:
    """The page's style sheet."""
    return FileResponse(CSS, media_type="text/css", headers={"cache-control": "no-cache"})
