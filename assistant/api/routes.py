"""The routes of the API, as an application that the server mounts at /v1, behind its guard.

Where there are users, a program brings the key of one, which the login looks at. A web page elsewhere is kept out by
the guard, and, since a form or a simple request of a page cannot say that it is JSON, once more by asking for that.
"""

from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.responses import Response

from assistant.api.completions import Completions
from assistant.api.embeddings import Embeddings
from assistant.api.errors import Refused, answer_errors
from assistant.api.forms import ChatRequest, EmbeddingsRequest, FeedbackRequest
from assistant.api.models import models, require_model
from assistant.api.teaching import give_feedback
from assistant.conversation import Assistant
from assistant.visitor import visitor


def api(assistant: Assistant) -> FastAPI:
    """The API over `assistant`."""
    home = assistant.settings.home
    completions, embeddings = Completions(assistant), Embeddings(home)
    app = FastAPI(
        title="Aprendiz", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(require_json)]
    )
    answer_errors(app)

    @app.get("/models")
    def list_models() -> dict[str, Any]:
        return {"object": "list", "data": models(home)}

    @app.get("/models/{id}")
    def retrieve_model(id: str) -> dict[str, Any]:
        return require_model(home, id)

    @app.post("/chat/completions")
    async def create_chat_completion(asked: ChatRequest, request: Request) -> Response:
        return await completions.complete(asked, request)

    @app.post("/embeddings")
    def create_embeddings(asked: EmbeddingsRequest) -> dict[str, Any]:
        return embeddings.embed(asked)

    @app.post("/feedback")
    def create_feedback(given: FeedbackRequest, request: Request) -> dict[str, Any]:
        return give_feedback(home, given, visitor(request.scope).name)

    return app


def require_json(request: Request) -> None:
    """Raises Refused for a POST that does not say that it brings JSON."""
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if request.method == "POST" and kind != "application/json":
        message = f"The body is JSON and says so: content-type application/json, not {kind or 'none'}."
        raise Refused(message, code="unsupported_content_type", status=415)
