"""The door of the server: which requests come in, and which headers go out. Plain ASGI, around everything.

A web page elsewhere can make a browser call 127.0.0.1, or point a name of its own at it (DNS rebinding), so
foreign hosts and foreign origins are refused. Gradio's file, upload and proxy routes are closed: nothing here
needs them, and each has let strangers read files before. It knows nothing of chats.
"""

import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
READING = ("GET", "HEAD", "OPTIONS")

# What the page calls below /gradio_api; anything else there is answered with 404.
_API = "/gradio_api/"
_CALLED = ("queue/join", "queue/data", "heartbeat/", "startup-events", "info", "cancel", "reset", "app_id")
_CLOSED = ("/file", "/proxy=", "/upload", "/stream/", "/monitoring", "/deep_link", "/login", "/logout", "/openapi.json")
_OURS = ("/login", "/logout")  # ours, before Gradio's routes of these names
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_HEAD = b"<head>"
_FOR_A_YEAR = "private, max-age=31536000, immutable"
_NAMED_BY_CONTENT = "/assets/"  # Gradio's files, of which another content has another name
_STARTED = secrets.token_hex(8)  # tells one start of the server from another, for tabs that outlive one


def allowed_hosts(host: str, computer: str) -> frozenset[str]:
    """The names, in small letters, under which a server bound to `host` on `computer` may be called. Pure.

    Besides these any address, when it is bound to all. Where other computers reach it they may use this one's name,
    also as multicast DNS has it.
    """
    names, whole = {*LOOPBACK, host.lower()}, computer.lower()
    short = whole.partition(".")[0]
    return frozenset(names | {whole, short, f"{short}.local"} if short and names > set(LOOPBACK) else names)


def content_policy(nonce: str) -> str:
    """The Content-Security-Policy: nothing from elsewhere, no script but our own files and the page's few lines.

    `unsafe-eval` is for Gradio's HTML templates and for its plots, which compile fixed expressions.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """Wraps the application; `host` is what the server is bound to, `public_name` how a reverse proxy calls it.

    `head` is put at the head of the page itself, before all that stands there.
    """

    def __init__(self, app: ASGIApp, host: str, public_name: str = "", head: str = "") -> None:
        self._app = app
        self._head = head
        self._hosts = allowed_hosts(host, socket.gethostname()) | ({public_name.lower()} if public_name else set())
        self._any_address = _all_addresses(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is foreign; otherwise pass it on, and add the headers to what comes back."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        fault = self._fault(scope, headers)
        if fault is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif fault is not None:
            status, text = fault
            await PlainTextResponse(text, status)(scope, receive, send)
        else:
            page = _plain_encoding(scope)
            kept = scope["type"] == "http" and scope["path"].startswith(_NAMED_BY_CONTENT)
            answer = _Answer(send, page, self._head if scope["path"] == "/" else "", kept)
            await self._app(scope, receive, answer.send)

    def _fault(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused: the status and one line. None when it may come in."""
        host = headers.get("host", "")
        if not self._known(_name(host)):
            return 403, (
                f"This server is not known under that name. Use this computer's address, {_address(scope)}, "
                "or set the name under public_name in config.toml.\n"
            )
        writes = scope["type"] == "websocket" or scope["method"] not in READING
        if writes and not _same_origin(headers, host):
            return 403, "Another web page may not act here.\n"
        if not _open(scope["path"]):
            return 404, "There is nothing here.\n"
        return None

    def _known(self, name: str) -> bool:
        return name in self._hosts or (self._any_address and _is_address(name))


class _Answer:
    """Passes an answer on with the headers added; an HTML page gets the nonce on its scripts, so it comes whole.

    `kept` is for what the browser need not ask for again.
    """

    def __init__(self, send: Send, page: bool, head: str, kept: bool) -> None:
        self._send = send
        self._page = page
        self._head = head.encode()
        self._kept = kept
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """One ASGI message of the answer."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            _add_headers(headers, self._nonce)
            if self._kept and message["status"] == 200:
                headers["cache-control"] = _FOR_A_YEAR
            if self._page and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            whole = self._body.replace(_HEAD, _HEAD + self._head, 1)
            body = _SCRIPT.sub(b'<script nonce="' + self._nonce.encode() + b'"', whole)
            MutableHeaders(scope=self._start)["content-length"] = str(len(body))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)


def _add_headers(headers: MutableHeaders, nonce: str) -> None:
    headers["content-security-policy"] = content_policy(nonce)
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "same-origin"  # with none at all a form of ours names no origin, and is refused
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
    headers["aprendiz-started"] = _STARTED


def _plain_encoding(scope: Scope) -> bool:
    """Whether this asks for a page; its answer is then asked for uncompressed, since it will be rewritten."""
    if scope["type"] != "http" or "." in scope["path"].rsplit("/", 1)[-1] or scope["path"].startswith(_API):
        return False
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    return True


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a write comes from our own page. A program that is no browser names no origin and may write."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _open(path: str) -> bool:
    """Whether there is a route behind `path` that the page needs."""
    if path.startswith(_API):
        return _begins(path.removeprefix(_API), _CALLED)
    return path in _OURS or not _begins(path, _CLOSED)


def _begins(text: str, beginnings: Iterable[str]) -> bool:
    return any(text.startswith(beginning) for beginning in beginnings)


def _name(host: str) -> str:
    """The host name of a Host header, without port and without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].split("]", 1)[0].lower()
    return host.rsplit(":", 1)[0].lower()


def _address(scope: Scope) -> str:
    """The address under which a request reached this computer."""
    host, port = scope.get("server") or ("127.0.0.1", None)
    host = host.removeprefix("::ffff:")
    return f"http://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port else "")


def _all_addresses(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
