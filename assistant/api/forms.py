"""What a request may say: OpenAI's fields as far as they can be honoured, and two of our own.

What is not known is passed over, as OpenAI's clients expect; what is known, would change the answer and cannot be
honoured is refused by name. Nothing here answers.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.api.errors import Refused
from store.database import storable
from store.errors import InputRefused
from store.records import CorrectionKind

STRICT = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)
MOST_STOPS = 4
MOST_INPUTS = 2048

MOST_LOGPROBS = 20
MOST_NOTE = 1000

_UNSUPPORTED = ("logit_bias", "tools", "functions", "audio")


def as_text(content: object) -> object:
    """A message's content as one text: itself, or its text parts, one below the other. Raises Refused."""
    if isinstance(content, str):
        return storable(content)
    if not isinstance(content, list):
        raise Refused("The content of a message is a text or a list of text parts.", code="invalid_type")
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind != "text":
            raise Refused(f"A part of the type {kind!r} cannot be read: text only.", code="unsupported_value")
        if not isinstance(part.get("text"), str):
            raise Refused("A text part has its text under `text`.", code="invalid_type")
        texts.append(storable(part["text"]))
    return "\n".join(texts)


def listed(value: object) -> object:
    """One text as a list of one."""
    return [value] if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(as_text)]
NotEmpty = Annotated[str, Field(min_length=1)]
Stops = Annotated[list[NotEmpty], Field(max_length=MOST_STOPS)]


class TurnMessage(BaseModel):
    """One message of a conversation."""

    model_config = STRICT

    role: Literal["system", "developer", "user", "assistant"]
    content: Text


class JsonSchema(BaseModel):
    """A named JSON schema that the answer has to follow."""

    model_config = STRICT

    name: str
    definition: Annotated[dict[str, Any], Field(alias="schema")]


class ResponseFormat(BaseModel):
    """What the answer has to be: text, any JSON object, or JSON after a schema."""

    model_config = STRICT

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @property
    def schema_followed(self) -> dict[str, Any] | None:
        """The JSON schema that the answer has to follow, if any."""
        if self.type == "json_schema" and self.json_schema is not None:
            return self.json_schema.definition
        return {"type": "object"} if self.type == "json_object" else None

    @model_validator(mode="after")
    def _schema_that_can_be_followed(self) -> Self:
        if self.type == "json_schema" and self.json_schema is None:
            raise Refused(
                "The type json_schema needs the schema under `json_schema`.", code="missing_required_parameter"
            )
        if self.type == "json_schema" and self.schema_followed is not None:
            from assistant.grammar import grammar

            try:
                grammar(self.schema_followed)
            except InputRefused as error:
                raise Refused(str(error), code="invalid_value") from error
        return self


class StreamOptions(BaseModel):
    """How to stream: `include_usage` adds a last chunk with the usage."""

    model_config = STRICT

    include_usage: bool | None = False


class ChatRequest(BaseModel):
    """The body of POST /v1/chat/completions. `memory` and `store` false keep the memory or the store out of it."""

    model_config = STRICT

    model: str
    messages: Annotated[list[TurnMessage], Field(min_length=1)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int | None = None
    stop: Annotated[Stops | None, BeforeValidator(listed)] = None
    n: int | None = 1
    response_format: ResponseFormat | None = None
    memory: bool | None = True
    store: bool | None = True
    logprobs: bool | None = False
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_LOGPROBS)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = 0
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = 0
    logit_bias: Any = None
    tools: Any = None
    functions: Any = None
    audio: Any = None

    @model_validator(mode="after")
    def _can_be_honoured(self) -> Self:
        for name in _UNSUPPORTED:
            if getattr(self, name):
                raise Refused(f"{name} is not supported here. Leave it out.", param=name, code="unsupported_parameter")
        if self.top_logprobs is not None and not self.logprobs:
            raise Refused("top_logprobs needs logprobs: true.", param="top_logprobs", code="invalid_value")
        if self.n not in (None, 1):
            raise Refused("A request gets one answer: n is 1.", param="n", code="unsupported_value")
        last = self.messages[-1]
        if last.role != "user" or not last.content.strip():
            raise Refused(
                "The last message has to be the user's, and not empty.", param="messages", code="invalid_value"
            )
        return self


class EmbeddingsRequest(BaseModel):
    """The body of POST /v1/embeddings."""

    model_config = STRICT

    model: str
    input: Annotated[list[NotEmpty], BeforeValidator(listed), Field(min_length=1, max_length=MOST_INPUTS)]
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None


class FeedbackRequest(BaseModel):
    """The body of POST /v1/feedback: a rating, a correction or both, of one stored answer.

    A `kind` says whether the correction is meant for this answer or for every one, as its form does otherwise.
    """

    model_config = STRICT

    message_id: str
    rating: Literal[-1, 1] | None = None
    reasons: list[str] = []
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    correction: str | None = None
    kind: CorrectionKind | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.rating is None and self.correction is None:
            raise Refused("Feedback is a rating (1 or -1), a correction or both.", code="missing_required_parameter")
        if self.rating is None and self.reasons:
            raise Refused("Reasons belong to a rating.", param="reasons", code="invalid_value")
        if self.rating is None and self.note:
            raise Refused("A note belongs to a rating.", param="note", code="invalid_value")
        if self.correction is None and self.kind:
            raise Refused("A kind belongs to a correction.", param="kind", code="invalid_value")
        return self
