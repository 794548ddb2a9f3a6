"""Who sent an event of the page, and what of it may be done: the one place that every event of every tab comes by.

An event names what it is about by ids in hidden fields, and a browser can be made to send any. So before a handler
runs, every text that came with its event is held against the store, and one that is the id of somebody else's
conversation or message ends it. Handlers of a tab that is for the first user alone do not run for others at all.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction
from starlette.concurrency import run_in_threadpool

from assistant.page.problems import problems_shown
from assistant.page.speech import asked_for, language, later, say, speaking
from assistant.visitor import visitor
from store.database import opened
from store.owners import require_own
from store.records import User

NOT_YOURS = later("Only the first user of this home may do that.")


def who(request: gr.Request) -> User:
    """The user who sent an event; nobody in particular where there are no users."""
    return visitor(request.request.scope)


class Page(gr.Blocks):  # type: ignore[misc]
    """Blocks whose events are looked at before they are handled. `home` is where the store lies."""

    def __init__(self, home: Path, **given: Any) -> None:
        self._spoken: dict[str, list[Any]] = {}
        super().__init__(**given)
        self._home = home
        self._for_admin: dict[int, bool] = {}

    @property
    def config(self) -> dict[str, Any]:
        """What a browser is told of the page, in the language of its request."""
        return {**self._config, "components": self._spoken.get(language(), self._config["components"])}

    @config.setter
    def config(self, made: dict[str, Any]) -> None:
        self._config = made

    def speaks(self, others: Mapping[str, "Page"]) -> None:
        """Take the texts that stay from the same page as it was built in `others`, by their language."""
        ours = self.config["components"]
        for name, other in others.items():
            theirs = other.config["components"]
            self._spoken[name] = [{**mine, "props": its["props"]} for mine, its in zip(ours, theirs, strict=True)]

    @contextmanager
    def for_admin(self) -> Iterator[None]:
        """Every event that is declared inside the block is for the first user alone.

        One that begins at a part of the page outside, which others see, is passed over in silence for them.
        """
        events, parts = set(self.fns), set(self.blocks)
        yield
        for number in set(self.fns) - events:
            self._for_admin[number] = any(part in parts for part, _ in self.fns[number].targets)

    async def process_api(
        self,
        block_fn: BlockFunction | int,
        inputs: list[Any],
        state: Any = None,
        request: Any = None,
        iterator: Any = None,
        *more: Any,
        **named: Any,
    ) -> dict[str, Any]:
        """Handle one event in the language of its browser, unless it is not for who sent it. Raises gr.Error then."""
        event = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        with speaking(asked_for(request.request.scope)):
            if iterator is None:  # otherwise it goes on with what was looked at when it began
                user = who(request)
                if event._id in self._for_admin and not user.admin:
                    if self._for_admin[event._id]:
                        return {"data": [gr.skip()] * len(event.outputs), **_NOTHING}
                    raise gr.Error(say(NOT_YOURS), title=say("That did not work"), print_exception=False)
                await run_in_threadpool(self._look_at, inputs, user)
            answered: dict[str, Any] = await super().process_api(
                block_fn, inputs, state, request, iterator, *more, **named
            )
            return answered

    def _look_at(self, inputs: list[Any], user: User) -> None:
        with problems_shown(), opened(self._home) as db:
            require_own(db, user.name, texts(inputs))


_NOTHING: dict[str, Any] = {
    "is_generating": False,
    "iterator": None,
    "duration": 0.0,
    "average_duration": 0.0,
    "render_config": None,
    "changed_state_ids": [],
    "used_cache": None,
}


def texts(sent: Any) -> Iterator[str]:
    """Every text in what was sent, and in a text that is JSON, as a press of a button is, those inside it. Pure."""
    waiting: list[tuple[Any, bool]] = [(sent, True)]
    while waiting:
        value, plain = waiting.pop()
        if isinstance(value, str):
            yield value
            if plain and value.lstrip()[:1] in ("{", "["):
                with suppress(ValueError, RecursionError):
                    waiting.append((json.loads(value), False))
        elif isinstance(value, dict):
            waiting += [(each, plain) for pair in value.items() for each in pair]
        elif isinstance(value, list | tuple):
            waiting += [(each, plain) for each in value]
