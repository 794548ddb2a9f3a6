"""The teacher: the engine that DSPy programs run on in the night.

By default the local base model, whose JSON is forced by a grammar; a setting away any OpenAI-compatible endpoint.
"""

import logging
import os
from typing import Any

import dspy
from dspy import lm15

from models.engine import Engine, Sampling
from store.records import ChatMessage
from store.settings import Settings

log = logging.getLogger(__name__)
ANSWER_TOKENS = 96
PATIENCE_S, RETRIES = 120, 1


class TeacherFails(Exception):
    """The teacher that was set is of no use tonight; `code` is DSPy's name for why, such as "auth" or "transport"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def teacher(settings: Settings, engine: Engine) -> dspy.LM:
    """The language model for `dspy.context`: `teacher_url` when set, else `engine`."""
    if settings.teacher_url:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "true"  # else DSPy asks another host for the prices of models
        return dspy.LM(
            f"openai/{settings.teacher_model or 'default'}",
            api_base=settings.teacher_url,
            api_key=settings.teacher_key or "none",
            max_tokens=1024,
            temperature=0.7,
            cache=False,
            timeout=PATIENCE_S,
            num_retries=RETRIES,
        )
    return dspy.LM(
        f"local/base@{engine.version}",
        engine=LocalTeacher(engine),
        max_tokens=ANSWER_TOKENS,
        temperature=0.7,
        cache=False,
        num_retries=0,
    )


class LocalTeacher:
    """Our engine as DSPy calls one: a request in, a response out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def complete(self, request: lm15.Request) -> lm15.Response:
        """Answer one request; a JSON schema in it becomes a grammar."""
        messages = [ChatMessage("system", _text(request.system))] if request.system else []
        messages += [
            ChatMessage("assistant" if m.role == "assistant" else "user", _text(m.parts)) for m in request.messages
        ]
        config = request.config
        sampling = Sampling(
            max_tokens=config.max_tokens or ANSWER_TOKENS,
            temperature=config.temperature if config.temperature is not None else 0.7,
            top_p=config.top_p or 0.95,
            schema=_schema(config.response_format),
        )
        pieces = list(self._engine.stream(messages, sampling))
        tokens = pieces[-1].tokens if pieces else 0
        return lm15.Response(
            id=None,
            model=request.model,
            message=lm15.Message.assistant("".join(piece.text for piece in pieces)),
            finish_reason="length" if pieces and pieces[-1].finish == "length" else "stop",
            usage=lm15.Usage(input_tokens=len(self._engine.prompt_tokens(messages)), output_tokens=tokens),
        )

    def close(self) -> None:
        """Nothing to close: the night owns the engine."""


def _text(parts: Any) -> str:
    if isinstance(parts, str):
        return parts
    return "\n".join(getattr(part, "text", "") for part in parts)


def _schema(response_format: Any) -> dict[str, Any] | None:
    if not isinstance(response_format, dict):
        return None
    inner = response_format.get("json_schema") or response_format
    found = inner.get("schema")
    if isinstance(found, dict):
        return found
    return {"type": "object"} if response_format.get("type") == "json_object" else None
