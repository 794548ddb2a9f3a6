"""The chat server: one port for page and API, guarded, on this computer only unless the settings say otherwise.

`run.py chat` calls `serve`, which returns when the server is stopped. What the page shows is `assistant.page`'s.
"""

import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from filelock import FileLock, Timeout
from starlette.responses import Response
from starlette.types import ASGIApp

from assistant.api.routes import api
from assistant.conversation import Assistant
from assistant.exchange import exchange
from assistant.guard import Guard
from assistant.login import Login
from assistant.page.night_control import NightControl
from assistant.page.setting_control import SettingControl
from assistant.uploads import accept_documents
from assistant.visitor import visitor
from store.conversations import close_interrupted
from store.database import opened
from store.errors import SetupFailed
from store.settings import Settings, reaches_others
from store.shelves import purge
from store.users import require_users

log = logging.getLogger(__name__)

STOP_WAIT_S = 2
LEAVING_S = 6.0
WAITING_QUESTIONS = 32
MOST_PAGES = 200
"""So many pages that were loaded Gradio remembers what they show, whether they are open still or not."""
UPLOAD_LIMIT = "1mb"
PROXIES = ["127.0.0.1", "::1", "::ffff:127.0.0.1"]  # who is believed for whom a request is: a proxy on this computer


def serve(
    settings: Settings, assistant: Assistant, night: NightControl, options: SettingControl, say: Callable[[str], None]
) -> None:
    """Serve until stopped, then close `assistant`. Tells its address through `say` when the page is ready.

    Raises SetupFailed in one line when another serves this home, when the port is taken, or when others could reach a
    page that has no users, before anything heavy is loaded.
    """
    require_users(settings)
    with only_server(settings.home), closing(bound(settings.host, settings.port)) as listening:
        with opened(settings.home) as db:
            stopped = close_interrupted(db)
            purge(db)
        if stopped:
            log.info("%d answers had been interrupted and are marked as stopped", stopped)
        warm = threading.Thread(target=assistant.warm_up, name="warm-up", daemon=True)
        warm.start()
        try:
            ready = f"Aprendiz is ready at {address(settings)}"
            app = application(settings, assistant, night, options, lambda: say(ready))
            config = uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_WAIT_S,
                forwarded_allow_ips=PROXIES,
            )
            uvicorn.Server(config).run(sockets=[listening])
            warm.join()
        finally:
            assistant.close()  # before another may serve this home: what is being written has ended


@contextmanager
def only_server(home: Path) -> Iterator[None]:
    """Hold the home's one place for a server, which alone knows what is being written. Raises SetupFailed.

    A server that is just stopping is waited for.
    """
    lock = FileLock(home / "server.lock", timeout=LEAVING_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise SetupFailed(
            f"Aprendiz is running for {home} already. Use that one, or stop it first; beside it another can serve "
            "another directory: run.py --home NEW chat"
        ) from error
    try:
        yield
    finally:
        lock.release()


def application(
    settings: Settings,
    assistant: Assistant,
    night: NightControl,
    options: SettingControl,
    ready: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """The whole application with its guard around it. `ready` is called once when it has started."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"  # of up to 10,000 it would count times anew after each
    import gradio as gr

    from assistant.page import look
    from assistant.page.printed import printed
    from assistant.page.score import score_page
    from assistant.page.speech import Speaking
    from assistant.page.whole import page

    @asynccontextmanager
    async def started(app: FastAPI) -> AsyncIterator[None]:
        ready()
        yield

    app = FastAPI(title="Aprendiz", docs_url=None, redoc_url=None, openapi_url=None, lifespan=started)
    app.mount("/v1", api(assistant))
    accept_documents(app, assistant)
    app.get("/script/{name}", include_in_schema=False)(look.script)
    app.get("/page.css", include_in_schema=False)(look.style)
    app.include_router(exchange(settings.home))

    @app.get("/night/{run_id}", include_in_schema=False)
    def night_report(run_id: str, request: Request) -> Response:
        return printed(settings.home, run_id) if visitor(request.scope).admin else Response(status_code=404)

    @app.get("/choices", include_in_schema=False)
    def choices() -> Response:
        return score_page(settings.home)

    blocks = page(settings, assistant, night, options).queue(max_size=WAITING_QUESTIONS, api_open=False)
    blocks.state_session_capacity = MOST_PAGES
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size=UPLOAD_LIMIT,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=look.theme(),
        head=look.HEAD,
    )
    door = Login(app, settings.home, required=reaches_others(settings), public_name=settings.public_name)
    return Guard(Speaking(door), settings.host, settings.public_name, head=look.FIRST)


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`. Raises SetupFailed when that cannot be, saying what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise SetupFailed(
            f"Port {port} on {host} cannot be used: {error.strerror}. Is Aprendiz running already? "
            f"Choose another with: run.py chat --port {port + 1 if port < 65_535 else 7860}"
        ) from error
    return made


def address(settings: Settings) -> str:
    """Where to point the browser."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
