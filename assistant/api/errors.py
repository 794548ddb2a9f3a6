"""Errors as OpenAI's clients read them: `{"error": {"message", "type", "param", "code"}}` with a status to match.

Every route of the API raises; here alone an exception becomes an answer.
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.prompt import ContextExceeded
from store.errors import AprendizError, InputRefused, NotFound


class Refused(ValueError):
    """A request that is not answered. `param` is the field at fault, `code` the kind of fault."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param = param
        self.code = code
        self.status = status


def answer_errors(app: FastAPI) -> None:
    """Have every error of `app` answered in OpenAI's form."""

    async def answered(_request: Request, error: Exception) -> JSONResponse:
        status, body = error_body(error)
        return JSONResponse(body, status)

    for kind in (Refused, AprendizError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answered)


def error_body(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status and the body that tell `error`. What is no fault of the request is told without its details. Pure."""
    match error:
        case Refused():
            return error.status, _body(error.status, str(error), error.param, error.code)
        case RequestValidationError():
            return 400, _first_fault(error)
        case HTTPException():
            return error.status_code, _body(error.status_code, str(error.detail))
        case ContextExceeded():
            return 400, _body(400, str(error), "messages", "context_length_exceeded")
        case NotFound():
            return 404, _body(404, str(error), None, "not_found")
        case InputRefused():
            return 400, _body(400, str(error))
        case AprendizError():
            return 500, _body(500, str(error))
        case _:
            return 500, _body(500, f"The server failed ({type(error).__name__}); its log says more.")


def _first_fault(error: RequestValidationError) -> dict[str, Any]:
    fault = error.errors()[0]
    param = ".".join(str(step) for step in fault["loc"][1:]) or None
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, Refused):
        return _body(400, str(cause), cause.param or param, cause.code)
    kind: str = fault["type"]
    if kind == "json_invalid":
        return _body(400, f"The body is no JSON: {fault['ctx']['error']}.")
    if kind == "missing":
        return _body(400, f"{param or 'The body'} is missing.", param, "missing_required_parameter")
    code = "invalid_type" if kind.endswith("_type") else "invalid_value"
    return _body(400, f"{param or 'The body'}: {fault['msg']}.", param, code)


def _body(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
