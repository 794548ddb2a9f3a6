"""How a problem is told on the page: the one line of the error, in its language, as a note that goes away."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from assistant.page.speech import heard, say
from store.errors import AprendizError


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show an error that the owner can act on, instead of a stack trace."""
    try:
        yield
    except AprendizError as error:
        raise gr.Error(heard(str(error)), title=say("That did not work"), print_exception=False) from error
