"""Another front end, simonw's `llm` on the command line, talks to a really served home as the README says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from store import conversations
from store.database import opened
from tests.assistant.chat_server import served

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny):
    _, gguf = tiny("llama")
    with served(tmp_path_factory.mktemp("llm-home"), APRENDIZ_MODEL=str(gguf)) as running:
        yield running


@pytest.fixture(scope="module")
def llm(server, tmp_path_factory):
    """A function that runs `llm`, set up with the very file that the README shows."""
    (form,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    user = tmp_path_factory.mktemp("llm-user")
    (user / "extra-openai-models.yaml").write_text(form.replace("http://127.0.0.1:7860/", server.url))

    def run(*arguments):
        command = [sys.executable, "-m", "llm", *arguments]
        environment = {**os.environ, "LLM_USER_PATH": str(user)}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def stored(server):
    with opened(server.home) as db:
        return [
            [message.content for message in conversations.newest_path(db, talk.id)]
            for talk in conversations.list_conversations(db)
        ]


def test_it_lists_the_model(llm):
    listed = llm("models", "list")
    assert "aprendiz" in listed and "aprendiz-base" in listed


def test_it_chats_streams_and_goes_on_with_a_conversation(llm, server):
    short = ("-o", "max_tokens", "12", "-o", "temperature", "0")
    whole = llm("-m", "aprendiz", "--no-stream", *short, "Who keeps the bees?")
    assert whole.strip()
    assert llm("-m", "aprendiz", *short, "Who keeps the bees?").strip() == whole.strip()
    llm("-c", *short, "And the hens?")
    ((question, answer, then, _),) = [talk for talk in stored(server) if len(talk) == 4]
    assert (question, answer, then) == ("Who keeps the bees?", whole.strip(), "And the hens?")


def test_it_is_given_a_system_prompt_and_logs_the_usage(llm, server):
    llm("-m", "aprendiz-base", "-s", "Be brief.", "-o", "max_tokens", "5", "Name a bird.")
    with opened(server.home) as db:
        assert "Be brief." in {talk.system_prompt for talk in conversations.list_conversations(db)}
    (logged,) = json.loads(llm("logs", "list", "-n", "1", "--json"))
    assert logged["model"] == "aprendiz-base"
    assert logged["input_tokens"] > 3 and logged["output_tokens"] == 5
