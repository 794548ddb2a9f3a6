"""The login: where there are users, nothing behind it is reached by anybody else. Plain ASGI, inside the guard.

It knows no list of what to protect: it answers `/login` and `/logout` itself and passes on only what somebody sent who
is known, so that no spelling of a path leads past it. A browser brings the token of its session in a cookie, a program
its user's key, which opens `/v1` alone. Without users on this computer everybody who reaches the page is let in.
"""

import asyncio
import logging
from collections import OrderedDict
from pathlib import Path
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.errors import Refused, error_body
from assistant.attempts import Attempts
from assistant.login_page import login_page, wait_words
from assistant.page.speech import later, say
from assistant.visitor import of
from store import users
from store.database import opened
from store.records import User

log = logging.getLogger(__name__)

COOKIE = "aprendiz_session"
API = "/v1"
HTTP = 80
_MOST_BYTES = 4096
_MOST_TABS = 10_000
_WRONG = later("Name and password do not belong together.")


class Login:
    """Wraps the application. `required`: even without users nobody is let in, since others reach this server.

    `public_name` is how a reverse proxy with a certificate calls it.
    """

    def __init__(self, app: ASGIApp, home: Path, *, required: bool, public_name: str = "") -> None:
        self._app = app
        self._home = home
        self._required = required
        self._public_name = public_name.lower()
        self._attempts = Attempts()
        self._one_at_a_time = asyncio.Lock()
        self._tabs = Tabs()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the login, pass on what comes from somebody known, refuse the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        token = session_token(scope)
        user = await run_in_threadpool(self._known, token, _key(scope))
        if scope["type"] == "websocket":
            if user is None:
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self._app(of(scope, user), receive, send)
            return
        if scope["path"] in ("/login", "/logout"):
            answer = await self._door(Request(scope, receive), token, user)
        elif user is None:
            answer = refusal(scope)
        elif not self._tabs.open_to(scope, user):
            answer = PlainTextResponse("This is somebody else's tab.\n", 403)
        else:
            await self._app(of(scope, user), receive, send)
            return
        await answer(scope, receive, send)

    def _known(self, token: str, key: str | None) -> User | None:
        """Who comes in with this token or, where one is brought, with this key; None when nobody does."""
        with opened(self._home) as db:
            found = users.of_session(db, token) if key is None else users.of_key(db, key)
            if found is None and not self._required and not users.users(db):
                return users.NOBODY
            return found

    async def _door(self, request: Request, token: str, user: User | None) -> Response:
        if request.url.path == "/logout":
            if request.method != "POST":
                return PlainTextResponse("Log out with the button on the page.\n", 405, {"allow": "POST"})
            await run_in_threadpool(self._end, token)
            answer = RedirectResponse("/login", 303)
            answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
            return answer
        if request.method == "POST":
            return await self._enter(request, token)
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("", 405, {"allow": "GET, HEAD, POST"})
        if user is not None:
            return RedirectResponse(_home_with(request.url.query), 303)
        return _page(login_page(request.url.query), 200)

    async def _enter(self, request: Request, token: str) -> Response:
        """Begin a session with a token of our own making, whatever token the browser brought; that one ends."""
        given = await _form(request)
        if given is None:
            return PlainTextResponse("This is no login.\n", 413)
        name, password = given.get("name", "").strip().lower(), given.get("password", "")
        address, query = request.client.host if request.client else "", request.url.query
        if (wait := self._attempts.begin(address, name)) > 0:
            log.warning("too many failed logins from %s", address)
            return _page(login_page(query, wait_words(wait), name), 429, {"retry-after": str(int(wait) + 1)})
        async with self._one_at_a_time:  # each takes 32 MiB, and a thread that others need
            fresh = await run_in_threadpool(self._begin, name, password)
        if fresh is None:
            log.warning("a failed login from %s", address)
            return _page(login_page(query, say(_WRONG), name), 401)
        self._attempts.succeeded(address, name)
        await run_in_threadpool(self._end, token)
        answer = RedirectResponse(_home_with(query), 303)
        answer.set_cookie(
            COOKIE,
            fresh,
            max_age=int(users.SESSION.total_seconds()),
            path="/",
            secure=request.url.scheme == "https" or self._proxied(request),
            httponly=True,
            samesite="strict",
        )
        return answer

    def _proxied(self, request: Request) -> bool:
        """Whether the browser speaks to the reverse proxy: it names that, and not the port of this server itself."""
        name, own = request.url.hostname or "", (request.scope.get("server") or ("", None))[1]
        return name.lower() == self._public_name != "" and (request.url.port or HTTP) != own

    def _begin(self, name: str, password: str) -> str | None:
        with opened(self._home) as db:
            return users.begin_session(db, name, password)

    def _end(self, token: str) -> None:
        if token:
            with opened(self._home) as db:
                users.end_session(db, token)


class Tabs:
    """Which user a tab of the page belongs to, by the name that Gradio gives it: its results are read by no other."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def open_to(self, scope: Scope, user: User) -> bool:
        """Whether a request for the results of a tab comes from its user; who asks first is."""
        path, tab = scope["path"], ""
        if "/heartbeat/" in path:
            tab = path.rsplit("/", 1)[-1]
        elif "/queue/data" in path:
            tab = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[-1]
        if not tab:
            return True
        owner = self._owners.setdefault(tab, user.name)
        self._owners.move_to_end(tab)
        while len(self._owners) > _MOST_TABS:
            self._owners.popitem(last=False)
        return owner == user.name


def session_token(scope: Scope) -> str:
    """The token that the browser keeps for us; empty when it has none."""
    return HTTPConnection(scope).cookies.get(COOKIE, "")


def refusal(scope: Scope) -> Response:
    """What somebody unknown gets: the way to the login where a page is asked for, otherwise no more than that. Pure."""
    if _below_api(scope["path"]):
        how = "Authorization: Bearer KEY, with the key that `run.py users key NAME` prints."
        status, body = error_body(Refused(f"This needs a key. Send {how}", code="invalid_api_key", status=401))
        return JSONResponse(body, status, {"www-authenticate": "Bearer"})
    if scope["method"] in ("GET", "HEAD") and scope["path"] == "/":
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse(f"/login?{query}" if query else "/login", 303)
    return PlainTextResponse("Log in first.\n", 401, {"cache-control": "no-store"})


def _key(scope: Scope) -> str | None:
    """The key that a program brings to the API; None where it brings none, or asks for something else."""
    given = Headers(scope=scope).get("authorization", "")
    if not _below_api(scope["path"]) or not given:
        return None
    kind, _, key = given.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _below_api(path: str) -> bool:
    return path == API or path.startswith(f"{API}/")


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a short form, the last of each name; None for what is longer."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        return None
    return {name: values[-1] for name, values in fields.items()}


def _home_with(query: str) -> str:
    """The page itself, with what was asked of it; never another address."""
    return f"/?{query}" if query else "/"


def _page(html: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(html, status, {"cache-control": "no-store", **(headers or {})})
