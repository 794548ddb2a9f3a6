"""Nothing is reached without a login where there are users, by no spelling of a path and by no method."""

import os
import socket
import subprocess
import sys

import httpx
import pytest

from assistant.attempts import FOR_A_NAME, FROM_AN_ADDRESS, WINDOW_S, Attempts
from assistant.login import COOKIE, Tabs
from assistant.login_page import login_page
from assistant.page.whose import texts
from store import users
from store.conversations import add_message, create_conversation, list_conversations
from store.database import opened
from store.duels import begin_duel, decide_duel
from store.errors import SetupFailed
from store.feedback import corrections
from store.ratings import rating_of
from store.records import User
from store.settings import Settings, reaches_others
from store.users import require_users
from tests.assistant.chat_server import ROOT, Served, served

ANA, BEN = "four quiet grey herons", "three loud white geese"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("users-home")
    with opened(home) as db:
        users.add_user(db, "ana", ANA)
        users.add_user(db, "ben", BEN)
    with served(home) as running:
        yield running


def browser(server: Served, name: str = "", password: str = "") -> httpx.Client:
    """A client that keeps cookies, logged in when a name is given."""
    client = httpx.Client(base_url=server.url.rstrip("/"), timeout=60)
    if name:
        answer = client.post("/login", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
    return client


def raw(server: Served, request: str) -> str:
    """The answer to a request as it stands, which no client has tidied up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(request.replace("\n", "\r\n").encode())
        said = b""
        while part := line.recv(65536):
            said += part
    return said.decode("utf-8", "replace")


PATHS = (
    "/", "//", "/config", "/script/page.js", "/page.css", "/theme.css", "/info", "/assets/index.js",
    "/static/img/logo.svg",
    "/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/queue/data?session_hash=x", "/gradio_api/heartbeat/x",
    "/gradio_api/startup-events", "/gradio_api/app_id", "/gradio_api/cancel", "/gradio_api/reset",
    "/v1", "/v1/", "/v1/models", "/v1/chat/completions", "/v1/embeddings", "/v1/feedback", "/nowhere",
    "/login/", "/login/../config", "/login/..%2fconfig", "/login%2f..%2fconfig", "/login/config", "/login;/config",
    "//login/../config", "/./config", "/%2e/config", "/config.", "/config/", "/CONFIG", "//config", "/v1//models",
    "/v1/../config", "/V1/models", "/login.", "/login%00", "/%6cogin", "/%6cogin/", "/logout/", "/logout/config",
    "http://127.0.0.1/config", "/login?/config", "*",
)  # fmt: skip


@pytest.mark.slow
def test_without_a_login_no_path_and_no_method_reaches_anything_but_the_login(server):
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        for path in PATHS:
            said = raw(server, f"{method} {path} HTTP/1.1\nHost: 127.0.0.1:{server.port}\nConnection: close\n\n")
            status, body = said.split(" ")[1], said.partition("\r\n\r\n")[2]
            if status == "200":
                assert method in ("GET", "HEAD") and path.startswith(("/login?", "/%6cogin")), (method, path)
                assert method == "HEAD" or "Log in to Aprendiz" in body
            else:
                assert status in ("303", "400", "401", "403", "404", "405"), (method, path, status)
                assert len(body) < 400 or (method == "POST" and "Log in to Aprendiz" in body), (method, path)


@pytest.mark.slow
def test_a_websocket_is_closed_without_a_login(server):
    said = raw(
        server,
        f"GET /gradio_api/queue/data HTTP/1.1\nHost: 127.0.0.1:{server.port}\nConnection: Upgrade\nUpgrade: websocket\n"
        "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n",
    )
    assert " 101 " not in said.splitlines()[0]


@pytest.mark.slow
def test_who_asks_for_the_page_is_led_to_the_login_and_back_to_where_they_wanted(server):
    client = browser(server)
    led = client.get("/?c=abc")
    assert led.status_code == 303 and led.headers["location"] == "/login?c=abc"
    page = client.get(led.headers["location"])
    assert 'action="/login?c=abc"' in page.text and "<script" not in page.text and page.status_code == 200
    inside = client.post("/login?c=abc", data={"name": " Ana ", "password": ANA})
    assert inside.status_code == 303 and inside.headers["location"] == "/?c=abc"
    assert client.get("/?c=abc").status_code == 200 and "gradio" in client.get("/").text
    assert client.get("/login").headers["location"] == "/"
    for query in ("//evil.example", "next=https://evil.example", "\\evil"):
        assert client.get(f"/login?{query}").headers["location"].startswith("/?")


@pytest.mark.slow
def test_the_cookie_cannot_be_read_by_scripts_or_sent_from_elsewhere_and_over_https_only_there(server):
    answer = browser(server).post("/login", data={"name": "ana", "password": ANA})
    kept = answer.headers["set-cookie"]
    assert "HttpOnly" in kept and "SameSite=strict" in kept and "Path=/" in kept and "Secure" not in kept
    proxied = {"x-forwarded-proto": "https"}
    answer = browser(server).post("/login", data={"name": "ana", "password": ANA}, headers=proxied)
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.slow
def test_a_wrong_password_an_unknown_name_and_a_forged_cookie_are_told_alike_and_let_nobody_in(server):
    client = browser(server)
    wrong = client.post("/login", data={"name": "ana", "password": BEN})
    unknown = client.post("/login", data={"name": "eva", "password": BEN})
    assert wrong.status_code == unknown.status_code == 401 and "do not belong together" in wrong.text
    assert wrong.text.replace("ana", "eva") == unknown.text and "set-cookie" not in wrong.headers
    assert client.post("/login", data={"name": '"><script>', "password": "x"}).text.count("<script") == 0
    assert client.post("/login", content=b"x" * 10_000).status_code == 413
    assert client.post("/login").status_code == 401
    for token in ("", "x", "' OR 1=1", "a" * 5000):
        assert httpx.get(server.url + "config", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401, token


@pytest.mark.slow
def test_a_login_gets_a_new_token_whatever_the_browser_brought_and_ends_the_one_before(server):
    planted = httpx.Client(base_url=server.url, cookies={COOKIE: "planted"}, timeout=60)
    planted.post("/login", data={"name": "ana", "password": ANA})
    first = planted.cookies.get(COOKIE, domain="127.0.0.1")
    assert first != "planted"
    again = httpx.post(
        server.url + "login", data={"name": "ana", "password": ANA}, headers={"cookie": f"{COOKIE}={first}"}, timeout=60
    )
    assert again.cookies[COOKIE] != first
    assert httpx.get(server.url + "config", headers={"cookie": f"{COOKIE}={first}"}).status_code == 401


@pytest.mark.slow
def test_logging_out_ends_the_session_on_the_server_and_no_other_page_can_do_it(server):
    client = browser(server, "ana", ANA)
    token = client.cookies[COOKIE]
    assert client.get("/logout").status_code == 405
    assert client.post("/logout", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/login", data={"name": "ben"}, headers={"origin": "null"}).status_code == 403
    assert client.get("/config").status_code == 200
    assert client.post("/logout").status_code == 303 and COOKIE not in client.cookies
    assert httpx.get(server.url + "config", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


@pytest.mark.slow
def test_a_key_opens_the_api_and_only_that_and_shows_nothing_of_another_user(server):
    with opened(server.home) as db:
        keys = {name: users.new_key(db, name) for name in ("ana", "ben")}
    ana, ben = ({"authorization": f"Bearer {keys[name]}"} for name in ("ana", "ben"))
    refused = httpx.get(server.url + "v1/models", headers={"authorization": "Bearer apr-wrong"})
    assert refused.status_code == 401 and refused.json()["error"]["code"] == "invalid_api_key"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert httpx.get(server.url + "v1/models", headers=ana).status_code == 200
    for path in ("config", "", "gradio_api/info", "/v1/models", "V1/models"):
        assert httpx.get(server.url + path, headers=ana).status_code in (303, 401), path
    for wrong in (
        {"authorization": keys["ana"]},
        {"authorization": f"Basic {keys['ana']}"},
        {"x-api-key": keys["ana"]},
    ):
        assert httpx.get(server.url + "v1/models", headers=wrong).status_code == 401
    asked = {"model": "base", "max_tokens": 4, "messages": [{"role": "user", "content": "Name one bird."}]}
    said = [
        httpx.post(server.url + "v1/chat/completions", json=asked, headers=each, timeout=300).json()
        for each in (ana, ben)
    ]
    ids = [each["aprendiz"]["message_id"] for each in said]
    with opened(server.home) as db:
        assert [len(list_conversations(db, owner=name, search="Name one bird")) for name in ("ana", "ben")] == [1, 1]
    theirs = {"message_id": ids[0], "rating": 1, "correction": "A heron."}
    answer = httpx.post(server.url + "v1/feedback", json=theirs, headers=ben)
    assert answer.status_code == 404 and answer.json()["error"]["code"] == "message_not_found"
    with opened(server.home) as db:
        assert corrections(db) == [] and rating_of(db, ids[0]) is None
    assert httpx.post(server.url + "v1/feedback", json=theirs, headers=ana).status_code == 200
    with opened(server.home) as db:
        assert [each.by for each in corrections(db)] == ["ana"]


@pytest.mark.slow
def test_files_go_out_and_come_in_for_their_owner_alone(server):
    with opened(server.home) as db:
        talk = create_conversation(db, "The weir", owner="ana")
        asked = add_message(db, talk.id, None, "user", "Where is the weir?")
        said = add_message(db, talk.id, asked.id, "assistant", "Below the mill.")
    ana, ben = browser(server, "ana", ANA), browser(server, "ben", BEN)
    for path in (f"{talk.id}.json", f"{talk.id}.md", f"{talk.id}.md?leaf={said.id}"):
        assert "Below the mill." in ana.get(f"/conversations/{path}").text
        refused = ben.get(f"/conversations/{path}")
        assert refused.status_code == 404 and "mill" not in refused.text
    everything = ana.get("/conversations/all.jsonl").text
    assert "Below the mill." in everything and "mill" not in ben.get("/conversations/all.jsonl").text
    taken = ben.post("/conversations?name=a.jsonl", content=everything.encode())
    assert taken.status_code == 200, taken.text
    with opened(server.home) as db:
        theirs = list_conversations(db, owner="ben", search="weir")
        assert len(theirs) == 1 and theirs[0].id != talk.id
        assert len(list_conversations(db, owner="ana", search="weir")) == 1
    raw_bytes = {"content-type": "application/octet-stream"}
    dropped = ben.post(f"/documents?name=a.md&conversation={talk.id}", content=b"The weir is new.", headers=raw_bytes)
    assert dropped.status_code == 400 and "of yours" in dropped.json()["error"]
    kept = ben.post("/documents?name=a.md", content=b"The weir is new.", headers=raw_bytes).json()
    with opened(server.home) as db:
        assert [each.id for each in list_conversations(db, owner="ben") if each.id == kept["conversation"]]
    assert ben.get("/night/r-1").status_code == 404


def test_every_user_sees_how_the_choices_of_the_home_went_and_nothing_of_what_was_asked(server):
    with opened(server.home) as db:
        decide_duel(db, begin_duel(db, "Where is the weir?", "base", "v-1").id, "second")
    page = browser(server, "ben", BEN).get("/choices")
    assert page.status_code == 200 and "1 : 0, no difference 0" in page.text and "weir" not in page.text
    assert browser(server).get("/choices", follow_redirects=False).status_code != 200


@pytest.mark.slow
def test_who_guesses_waits(server):
    client = browser(server)
    codes = [
        client.post(
            "/login", data={"name": "guess", "password": "x"}, headers={"x-forwarded-for": "192.0.2.9"}
        ).status_code
        for _ in range(FROM_AN_ADDRESS + 2)
    ]
    assert codes == [401] * FROM_AN_ADDRESS + [429] * 2
    told = client.post("/login", data={"name": "ana", "password": ANA}, headers={"x-forwarded-for": "192.0.2.9"})
    assert told.status_code == 429 and int(told.headers["retry-after"]) > 0 and "Wait" in told.text
    assert browser(server, "ana", ANA).get("/config").status_code == 200


@pytest.mark.slow
def test_the_first_user_closes_a_server_that_runs_already(tmp_path):
    with served(tmp_path) as running:
        assert httpx.get(running.url + "config").status_code == 200
        assert httpx.get(running.url + "v1/models", headers={"authorization": "Bearer any"}).status_code == 200
        assert httpx.get(running.url + "login").headers["location"] == "/"
        with opened(tmp_path) as db:
            users.add_user(db, "ana", ANA)
        assert httpx.get(running.url + "config").status_code == 401
        assert httpx.get(running.url + "v1/models", headers={"authorization": "Bearer any"}).status_code == 401


def test_attempts_are_counted_by_address_and_by_name_and_forgotten_in_time():
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    assert [attempts.begin("192.0.2.1", "ana") for _ in range(FROM_AN_ADDRESS)] == [0] * FROM_AN_ADDRESS
    assert attempts.begin("192.0.2.1", "ben") == WINDOW_S and attempts.begin("192.0.2.2", "ana") == 0
    attempts.succeeded("192.0.2.2", "ana")
    for number in range(FOR_A_NAME - FROM_AN_ADDRESS):
        assert attempts.begin(f"198.51.100.{number}", "ana") == 0
    assert attempts.begin("203.0.113.1", "ana") > 0
    assert attempts.begin("2001:db8::1", "eva") == 0
    for _ in range(FROM_AN_ADDRESS - 1):
        attempts.begin("2001:db8::2", "eva")
    assert attempts.begin("2001:db8::3", "eva") > 0
    now[0] = WINDOW_S
    assert attempts.begin("192.0.2.1", "ana") == 0


def test_on_this_computer_each_name_is_counted_by_itself():
    for address, other in (("127.0.0.1", "::ffff:127.0.0.1"), ("::1", "::1")):
        attempts = Attempts(lambda: 0.0)
        assert [attempts.begin(address, "ana") for _ in range(FROM_AN_ADDRESS)] == [0] * FROM_AN_ADDRESS
        assert attempts.begin(other, "ana") > 0 and attempts.begin(other, "ben") == 0
    for _ in range(FROM_AN_ADDRESS):
        attempts.begin("::ffff:192.0.2.1", "ana")
    assert attempts.begin("::ffff:192.0.2.1", "ben") > 0 and attempts.begin("::ffff:192.0.2.2", "ben") == 0


def test_a_tab_belongs_to_who_opened_it():
    tabs, ana, ben = Tabs(), User("ana", True), User("ben", False)
    data = {"path": "/gradio_api/queue/data", "query_string": b"session_hash=one"}
    beat = {"path": "/gradio_api/heartbeat/one", "query_string": b""}
    assert tabs.open_to(beat, ana) and tabs.open_to(data, ana)
    assert not tabs.open_to(data, ben) and not tabs.open_to(beat, ben)
    assert not tabs.open_to({**data, "query_string": b"session_hash=two&session%5Fhash=one"}, ben)


def test_every_text_of_an_event_is_looked_at():
    sent = ["a", {"b": ["c", 1, None]}, '{"do": "open", "id": "d"}', ' ["e"]', "{broken", "[" * 50_000]
    assert {"a", "b", "c", "do", "open", "id", "d", "e", "{broken"} <= set(texts(sent))


def test_only_this_computers_own_addresses_need_no_user(home):
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        assert not reaches_others(Settings(home=home, host=host))
        require_users(Settings(home=home, host=host))
    for beyond in ({"host": "0.0.0.0"}, {"host": "::"}, {"host": "192.168.1.7"}, {"public_name": "a.example"}):
        assert reaches_others(Settings(home=home, **beyond))
        with pytest.raises(SetupFailed, match=r"run\.py users add NAME"):
            require_users(Settings(home=home, **beyond))
    with opened(home) as db:
        users.add_user(db, "ana", ANA)
    require_users(Settings(home=home, host="0.0.0.0"))


@pytest.mark.slow
def test_a_server_that_others_could_reach_does_not_start_without_a_user(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--home", str(tmp_path), "chat", "--host", "0.0.0.0"],
        env=os.environ | {"APRENDIZ_ENVIRONMENT": "mine"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("aprendiz: With host 0.0.0.0 other computers reach the page")
    assert "run.py users add NAME" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_when_the_last_user_goes_nobody_comes_in_from_elsewhere(tmp_path):
    with opened(tmp_path) as db:
        users.add_user(db, "ana", ANA)
    with served(tmp_path, APRENDIZ_HOST="0.0.0.0") as running:
        client = browser(running, "ana", ANA)
        assert client.get("/config").status_code == 200
        with opened(tmp_path) as db:
            users.remove_user(db, "ana")
        assert client.get("/config").status_code == 401 and httpx.get(running.url).status_code == 303


@pytest.mark.slow
def test_a_reverse_proxy_is_known_by_the_name_that_is_set(tmp_path):
    with opened(tmp_path) as db:
        users.add_user(db, "ana", ANA)
    with served(tmp_path, APRENDIZ_PUBLIC_NAME="aprendiz.example") as running:
        proxied = {"host": "aprendiz.example", "origin": "https://aprendiz.example", "x-forwarded-proto": "https"}
        said = httpx.post(running.url + "login", data={"name": "ana", "password": ANA}, headers=proxied, timeout=60)
        assert said.status_code == 303 and "Secure" in said.headers["set-cookie"]
        assert httpx.get(running.url, headers={"host": "other.example"}).status_code == 403


@pytest.mark.slow
def test_the_cookie_is_for_https_alone_where_the_proxy_is_called_and_not_where_this_server_is(tmp_path):
    with opened(tmp_path) as db:
        users.add_user(db, "ana", ANA)
    with served(tmp_path, APRENDIZ_PUBLIC_NAME="Aprendiz.example") as running:
        for host, secure in (
            ("aprendiz.example", True),
            ("APRENDIZ.example:8443", True),
            (f"aprendiz.example:{running.port}", False),
            (f"127.0.0.1:{running.port}", False),
        ):
            given = {"name": "ana", "password": ANA}
            said = httpx.post(running.url + "login", data=given, headers={"host": host}, timeout=60)
            assert said.status_code == 303 and ("Secure" in said.headers["set-cookie"]) is secure, host


@pytest.mark.slow
def test_a_stranger_behind_a_proxy_locks_out_neither_others_nor_under_another_address(tmp_path):
    with opened(tmp_path) as db:
        for name, password in (("ana", ANA), ("ben", BEN)):
            users.add_user(db, name, password)
    with served(tmp_path, APRENDIZ_PUBLIC_NAME="aprendiz.example", FORWARDED_ALLOW_IPS="*") as running:

        def enter(name: str, password: str = "wrong words here", for_whom: str = "") -> int:
            headers = {"host": "aprendiz.example", **({"x-forwarded-for": for_whom} if for_whom else {})}
            given = {"name": name, "password": password}
            return httpx.post(running.url + "login", data=given, headers=headers, timeout=60).status_code

        assert [enter("ana") for _ in range(FROM_AN_ADDRESS + 1)] == [401] * FROM_AN_ADDRESS + [429]
        assert enter("ana", ANA) == 429
        assert enter("ben", BEN) == 303
        said = [enter(f"guess{n}", for_whom=f"198.51.100.{n}, 203.0.113.5") for n in range(FROM_AN_ADDRESS + 1)]
        assert said == [401] * FROM_AN_ADDRESS + [429]
        assert enter("ben", BEN, "203.0.113.5") == 429 and enter("ben", BEN, "203.0.113.6") == 303


def test_the_form_says_what_was_wrong_and_works_without_a_script():
    page = login_page('c=1"&<x>', "No <b>way</b>.", "ana")
    assert 'action="/login?c=1&quot;&amp;&lt;x&gt;"' in page and "No &lt;b&gt;way" in page
    assert 'role="alert"' in page and "<script" not in page and "http" not in page


def test_an_empty_conversation_of_another_is_not_listed(home):
    with opened(home) as db:
        talk = create_conversation(db, "Hidden", owner="ben")
        add_message(db, talk.id, None, "user", "Hidden words")
        assert list_conversations(db, owner="ana", search="Hidden") == []
