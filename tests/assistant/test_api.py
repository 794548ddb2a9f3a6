"""The API for other programs: OpenAI's own client against a real server with a tiny model, and what it must refuse."""

import asyncio
import base64
import json
import shutil
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from assistant.api.completions import Telling, _events
from assistant.api.errors import error_body
from assistant.api.forms import ChatRequest
from assistant.api.history import History, said_up_to
from assistant.api.routes import api
from assistant.api.running import Running
from assistant.conversation import Assistant, Begun
from assistant.visitor import of
from assistant.written import said_again
from models.catalogue import base_model
from models.engine import Piece, Sampling
from models.version_files import BASE, seal_version
from store import conversations, documents, feedback, forgetting, ratings, shelves, versions
from store.answering import is_answering
from store.database import opened
from store.errors import StoreDamaged
from store.records import ChatMessage, Version
from store.settings import Settings
from store.transcript import all_lines, as_line
from store.transfer import ImportCount, import_data
from store.users import NOBODY
from tests.assistant.chat_server import served

SHORT = Sampling(max_tokens=12)
YES_OR_NO = {
    "type": "object",
    "properties": {"open": {"type": "boolean"}},
    "required": ["open"],
    "additionalProperties": False,
}
PIXEL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny):
    _, gguf = tiny("llama")
    with served(tmp_path_factory.mktemp("served"), APRENDIZ_MODEL=str(gguf)) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    with openai.OpenAI(base_url=server.url + "v1", api_key="none needed", max_retries=0) as made:
        yield made


@pytest.fixture(scope="module")
def version(server, tiny):
    """A version on record beside the base: another tiny model."""
    _, gguf = tiny("qwen2")
    staging = server.home / "staging"
    staging.mkdir()
    shutil.copy(gguf, staging / "model.gguf")
    id = seal_version(server.home, staging)
    with opened(server.home) as db:
        versions.add_version(db, Version(id, BASE, None, "2026-01-31T04:05:06.789Z", "refused", ("too forgetful",), {}))
        versions.add_version(db, Version("v-000000000000", BASE, None, "2026-01-30T04:05:06.789Z", "refused", (), {}))
    return id


def ask(client, question="Who keeps the bees?", **more):
    said = [{"role": "user", "content": question}]
    return client.chat.completions.create(**{"model": "current", "messages": said, "max_tokens": 12} | more)


def refusal(client, kind=openai.BadRequestError, **more):
    """The error of a request, after checking that it has OpenAI's form."""
    with pytest.raises(kind) as raised:
        ask(client, **more)
    error = raised.value.response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"} and error["message"]
    return error


def stored(server, message_id):
    with opened(server.home) as db:
        return conversations.message(db, message_id)


def talks(server):
    with opened(server.home) as db:
        return len(conversations.list_conversations(db, limit=10_000))


@pytest.mark.slow
def test_the_models_are_current_base_and_every_version_whose_files_are_there(client, version):
    assert [model.id for model in client.models.list()] == ["current", "base", version]
    assert client.models.retrieve(version).created == 1769832306
    assert client.models.retrieve("base").object == "model"
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("v-000000000000")
    assert raised.value.code == "model_not_found"


@pytest.mark.slow
def test_an_answer_has_openais_form_and_is_stored(client, server):
    answer = ask(client)
    (choice,) = answer.choices
    assert (answer.object, answer.model, choice.index) == ("chat.completion", "current", 0)
    assert (choice.message.role, choice.finish_reason) == ("assistant", "length")
    assert answer.usage.completion_tokens == 12
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 12 > 12
    assert answer.aprendiz == {
        "message_id": answer.aprendiz["message_id"],
        "version": "base",
        "memory": None,
        "document": None,
        "passages": [],
    }
    kept = stored(server, answer.aprendiz["message_id"])
    assert (kept.content, kept.status, kept.tokens) == (choice.message.content.strip(), "complete", 12)


@pytest.mark.slow
def test_a_stream_says_the_same_piece_by_piece_and_its_usage_when_asked(client):
    whole = ask(client)
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    *spoken, last = chunks
    assert last.choices == [] and last.usage == whole.usage
    assert all(chunk.usage is None for chunk in spoken)
    assert spoken[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in spoken) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in spoken] == [None] * (len(spoken) - 1) + ["length"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert spoken[0].aprendiz["message_id"] == spoken[-1].aprendiz["message_id"]
    assert all(chunk.choices for chunk in ask(client, stream=True))


@pytest.mark.slow
def test_a_stream_is_server_sent_events_that_end_with_done(server):
    body = {"model": "base", "messages": [{"role": "user", "content": "Hi."}], "max_tokens": 3, "stream": True}
    answer = httpx.post(server.url + "v1/chat/completions", json=body, timeout=60)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk" for event in events[:-2])


@pytest.mark.slow
def test_a_stop_word_ends_the_answer_and_is_not_in_it(client):
    whole = ask(client).choices[0].message.content
    word = whole[len(whole) // 2 :][:3]
    for stop in (word, ["never said", word]):
        (choice,) = ask(client, stop=stop).choices
        assert (choice.message.content, choice.finish_reason) == (whole.split(word)[0], "stop")
    assert refusal(client, stop=[""])["param"] == "stop.0"
    assert refusal(client, stop=list("abcde"))["param"] == "stop"


@pytest.mark.slow
def test_the_same_seed_says_the_same_and_none_says_something_else(client):
    def said(**more):
        return ask(client, temperature=1.5, **more).choices[0].message.content

    assert said(seed=7) == said(seed=7) != said(seed=8)
    assert said(seed=-(2**40)) == said(seed=-(2**40))
    assert len({said() for _ in range(4)}) > 1


@pytest.mark.slow
def test_no_temperature_and_the_smallest_top_p_are_greedy(client):
    greedy = ask(client).choices[0].message.content
    assert ask(client, temperature=0, seed=3).choices[0].message.content == greedy
    assert ask(client, temperature=2, top_p=0.0, seed=4).choices[0].message.content == greedy
    assert ask(client, temperature=2, seed=4).choices[0].message.content != greedy
    for wrong in ({"temperature": 2.1}, {"temperature": -1}, {"top_p": 1.1}, {"temperature": "hot"}, {"seed": 0.5}):
        assert refusal(client, **wrong)["param"] in wrong


@pytest.mark.slow
def test_the_length_is_limited_by_either_name(client):
    assert ask(client, max_tokens=5).usage.completion_tokens == 5
    assert ask(client, max_tokens=9, max_completion_tokens=4).usage.completion_tokens == 4
    error = refusal(client, max_tokens=0)
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", "max_tokens", "invalid_value")


@pytest.mark.slow
def test_a_request_gets_one_answer(client):
    assert len(ask(client, n=1).choices) == 1
    error = refusal(client, n=2)
    assert (error["param"], error["code"]) == ("n", "unsupported_value")


@pytest.mark.slow
def test_json_is_forced(client):
    schema = {"type": "json_schema", "json_schema": {"name": "gate", "strict": True, "schema": YES_OR_NO}}
    (choice,) = ask(client, response_format=schema, max_tokens=200).choices
    assert choice.finish_reason == "stop"
    assert json.loads(choice.message.content)["open"] in (True, False)
    assert ask(client, response_format={"type": "json_object"}).choices[0].message.content.lstrip().startswith("{")
    assert ask(client, response_format={"type": "text"}).choices[0].finish_reason == "length"


@pytest.mark.slow
def test_a_schema_that_cannot_be_followed_is_refused(client):
    for schema in ({"type": "nonsense"}, {"$ref": "https://example.com/schema"}, {"type": "object", "properties": 5}):
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        error = refusal(client, response_format=form)
        assert error["param"].startswith("response_format") and "cannot be followed" in error["message"]
    for asked_of_it in (
        {"pattern": r"^\d{3}$"},
        {"maxLength": 5000},
        {"maxLength": 50_000},
        {"enum": []},
        {"anyOf": []},
    ):
        schema = {"type": "object", "properties": {"a": {"type": "string", **asked_of_it}}, "required": ["a"]}
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        assert "cannot be followed" in refusal(client, response_format=form)["message"]
    assert refusal(client, response_format={"type": "json_schema"})["code"] == "missing_required_parameter"
    assert refusal(client, response_format={"type": "xml"})["param"] == "response_format.type"


@pytest.mark.slow
def test_what_cannot_be_honoured_is_refused_by_name_and_the_rest_passed_over(client):
    tool = {"type": "function", "function": {"name": "look", "parameters": {}}}
    for wrong in (
        {"tools": [tool]},
        {"functions": [tool["function"]]},
        {"audio": {"voice": "alloy", "format": "wav"}},
        {"logit_bias": {"5": 1}},
    ):
        error = refusal(client, **wrong)
        assert (error["param"], error["code"]) == (next(iter(wrong)), "unsupported_parameter")
    ask(client, logprobs=False, frequency_penalty=0, user="me", metadata={"a": "b"}, extra_body={"new": 1})


@pytest.mark.slow
def test_logprobs_are_told_of_every_token_and_the_same_in_a_stream(client):
    whole = ask(client, logprobs=True, top_logprobs=3).choices[0]
    odds = whole.logprobs.content
    assert len(odds) == 12
    assert b"".join(bytes(each.bytes) for each in odds).decode(errors="replace") == whole.message.content
    for each in odds:
        ranks = [other.logprob for other in each.top_logprobs]
        assert len(ranks) == 3 and ranks == sorted(ranks, reverse=True) and ranks[0] <= 0
        assert (each.token, each.logprob) == (each.top_logprobs[0].token, ranks[0])  # it was chosen greedily
    chunks = list(ask(client, logprobs=True, top_logprobs=3, stream=True))
    told = [each for chunk in chunks if chunk.choices[0].logprobs for each in chunk.choices[0].logprobs.content]
    assert told == odds
    assert all(chunk.choices[0].logprobs for chunk in chunks if chunk.choices[0].delta.content)


@pytest.mark.slow
def test_logprobs_are_those_of_the_model_whatever_is_done_when_choosing(client):
    plain = ask(client, logprobs=True).choices[0].logprobs.content
    assert all(each.top_logprobs == [] for each in plain)
    hot = ask(client, logprobs=True, temperature=2, seed=1, max_tokens=1, top_logprobs=20).choices[0].logprobs
    assert hot.content[0].top_logprobs[0].logprob == pytest.approx(plain[0].logprob, abs=1e-3)
    assert ask(client).choices[0].logprobs is None
    for wrong in ({"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 21}, {"logprobs": True, "top_logprobs": -1}):
        assert refusal(client, **wrong)["param"] == "top_logprobs"


@pytest.mark.slow
def test_a_stop_word_takes_its_tokens_odds_back_too(client):
    whole = ask(client).choices[0].message.content
    word = whole[len(whole) // 2 :][:3]
    cut = ask(client, stop=word, logprobs=True).choices[0]
    told = b"".join(bytes(each.bytes) for each in cut.logprobs.content).decode(errors="replace")
    assert told.startswith(cut.message.content) and len(cut.logprobs.content) < 12


@pytest.mark.slow
def test_penalties_keep_an_answer_from_saying_the_same_again(client):
    def repeated(**more):
        odds = ask(client, logprobs=True, max_tokens=60, **more).choices[0].logprobs.content
        return len(odds) - len({tuple(each.bytes) for each in odds})

    assert repeated(presence_penalty=2, frequency_penalty=2) < repeated() <= repeated(frequency_penalty=-2)
    for wrong in ({"frequency_penalty": 2.1}, {"presence_penalty": -3}):
        assert refusal(client, **wrong)["param"] in wrong


@pytest.mark.slow
def test_content_may_be_text_parts_but_no_image(client):
    parts = [{"type": "text", "text": "Who keeps"}, {"type": "text", "text": "the bees?"}]
    same = ask(client, "Who keeps\nthe bees?")
    assert ask(client, parts).choices[0].message.content == same.choices[0].message.content
    for part in (
        PIXEL,
        {"type": "input_audio", "input_audio": {}},
        {"type": "file", "file": {}},
        {"type": "text"},
        "bare",
        {},
    ):
        error = refusal(client, question=[parts[0], part])
        assert error["param"] == "messages.0.content"
    assert "'image_url'" in refusal(client, question=[PIXEL])["message"]
    assert refusal(client, question=None)["param"] == "messages.0.content"


@pytest.mark.slow
def test_a_developer_speaks_as_the_system(client):
    def said(role):
        messages = [{"role": role, "content": "Be brief."}, {"role": "user", "content": "Who keeps the bees?"}]
        return client.chat.completions.create(model="base", messages=messages, max_tokens=8).choices[0].message.content

    assert said("developer") == said("system")


@pytest.mark.slow
def test_malformed_requests_are_told_in_openais_form(client, server):
    wrong = {
        b"{": None,
        b"[]": None,
        b"": None,
        b'{"messages": []}': "model",
        b'{"model": "base", "messages": []}': "messages",
        b'{"model": "base", "messages": [{"role": "tool", "content": "x"}]}': "messages.0.role",
        b'{"model": "base", "messages": [{"role": "function", "content": "x"}]}': "messages.0.role",
        b'{"model": "base", "messages": [{"role": "assistant", "content": "x"}]}': "messages",
        b'{"model": "base", "messages": [{"role": "user", "content": "  "}]}': "messages",
        b'{"model": 5, "messages": [{"role": "user", "content": "x"}]}': "model",
    }
    for body, param in wrong.items():
        answer = httpx.post(
            server.url + "v1/chat/completions", content=body, headers={"content-type": "application/json"}
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param), body
    for route in ("completions", "responses", "files", "audio/speech", "images/generations", "moderations"):
        answer = httpx.post(server.url + "v1/" + route, json={})
        assert answer.status_code == 404 and answer.json()["error"]["message"], route
    assert httpx.get(server.url + "v1/embeddings").status_code == 405


@pytest.mark.slow
def test_an_unknown_model_is_named_with_those_there_are(client, server):
    before = talks(server)
    error = refusal(client, openai.NotFoundError, model="gpt-4o", question="Who else?")
    assert (error["param"], error["code"]) == ("model", "model_not_found") and "base" in error["message"]
    assert refusal(client, openai.NotFoundError, model="../base")["code"] == "model_not_found"
    assert refusal(client, openai.NotFoundError, model="gpt-4o", stream=True)["code"] == "model_not_found"
    assert talks(server) == before


@pytest.mark.slow
def test_a_version_can_be_asked_by_name(client, version):
    answer = ask(client, model=version)
    assert answer.aprendiz["version"] == version
    assert answer.choices[0].message.content != ask(client, model="base").choices[0].message.content


@pytest.mark.slow
def test_a_conversation_that_is_too_long_is_refused_whole_and_not_stored(client, server):
    before = talks(server)
    for more in ({}, {"stream": True}, {"extra_body": {"memory": False}}, {"store": False}):
        error = refusal(client, question="word " * 600, **more)
        assert (error["param"], error["code"]) == ("messages", "context_length_exceeded")
    assert talks(server) == before
    assert ask(client, "word " * 40, max_tokens=100_000).choices[0].finish_reason in ("length", "stop")


@pytest.mark.slow
def test_a_correction_through_the_api_acts_in_the_next_answer(client, server):
    question = "Who winds the clock of Harlow Mill?"
    first = ask(client, question)
    form = {
        "message_id": first.aprendiz["message_id"],
        "rating": -1,
        "reasons": ["wrong"],
        "correction": "Ines Farrow.",
    }
    given = client.post("/feedback", body=form, cast_to=object)
    with opened(server.home) as db:
        assert ratings.rating_of(db, form["message_id"]).reasons == ("wrong",)
        assert feedback.correction(db, given["correction_id"]).answer == "Ines Farrow."
    again = ask(client, "Who is it that winds the clock of Harlow Mill?")
    assert again.choices[0].message.content == "Ines Farrow."
    assert again.choices[0].finish_reason == "stop"
    assert again.aprendiz["memory"] == given["correction_id"]
    assert stored(server, again.aprendiz["message_id"]).correction_id == given["correction_id"]
    assert again.usage.total_tokens == 0
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in ask(client, question, stream=True))
    assert streamed == "Ines Farrow."
    without = ask(client, question, extra_body={"memory": False})
    assert without.aprendiz["memory"] is None
    assert without.choices[0].message.content == first.choices[0].message.content
    other = ask(client, question, store=False)
    assert other.choices[0].message.content == "Ines Farrow."
    assert other.aprendiz["message_id"] is None


@pytest.mark.slow
def test_a_note_and_the_kind_of_a_correction_are_taken_through_the_api(client, server):
    id = ask(client, "What does the sign at the lock say?", max_tokens=4).aprendiz["message_id"]

    def give(**form):
        return client.post("/feedback", body={"message_id": id, **form}, cast_to=object)

    given = give(rating=-1, note=" too long ", correction="Speak in English", kind="answer")
    assert (given["note"], given["kind"], given["manner"]) == ("too long", "answer", "")
    with opened(server.home) as db:
        assert ratings.rating_of(db, id).note == "too long"
        assert feedback.correction_of(db, id).answer == "Speak in English"
        assert feedback.wish_of(db, id) is None
    wished = give(correction="Speak in English", kind="wish")
    with opened(server.home) as db:
        assert feedback.correction_of(db, id) is None, "one text is not held for both"
        assert feedback.wish_of(db, id).id == wished["correction_id"]
        forgetting.forget(db, wished["correction_id"])
    assert give(correction="Give distances in kilometres.", kind="wish")["kind"] == "wish"
    with opened(server.home) as db:
        forgetting.forget(db, feedback.wish_of(db, id).id)


@pytest.mark.slow
def test_a_correction_answers_where_json_is_asked_only_when_it_is_json(client):
    question = "Is the sluice of Barlow Weir open?"
    form = {"type": "json_schema", "json_schema": {"name": "gate", "schema": YES_OR_NO}}
    first = ask(client, question, response_format=form, max_tokens=200).aprendiz["message_id"]
    for correction, remembered in (("It is.", False), ('{"open": true}', True)):
        client.post("/feedback", body={"message_id": first, "correction": correction}, cast_to=object)
        answer = ask(client, question, response_format=form, max_tokens=200)
        assert (answer.aprendiz["memory"] is not None) == remembered
        assert json.loads(answer.choices[0].message.content).keys() == {"open"}


@pytest.mark.slow
def test_a_conversation_that_is_sent_again_goes_on_where_it_was_stored(client, server):
    before = talks(server)
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a bird of the marsh."}]

    def go_on():
        return client.chat.completions.create(model="current", messages=said, max_tokens=6)

    first = go_on()
    sibling = go_on()
    said += [{"role": "assistant", "content": first.choices[0].message.content.strip()}]
    said += [{"role": "user", "content": "And another?"}]
    second = go_on()
    assert talks(server) == before + 1
    with opened(server.home) as db:
        path = conversations.path_to(db, second.aprendiz["message_id"])
        answers = conversations.siblings(db, first.aprendiz["message_id"])
        assert conversations.conversation(db, path[0].conversation_id).system_prompt == "Be brief."
    assert [message.id for message in answers] == [first.aprendiz["message_id"], sibling.aprendiz["message_id"]]
    assert [message.content for message in path[::2]] == ["Name a bird of the marsh.", "And another?"]
    assert path[1].id in {message.id for message in answers}


@pytest.mark.slow
def test_a_question_of_a_conversation_that_was_deleted_is_answered_in_a_new_one(client, server):
    before = talks(server)
    first = ask(client, "Which bird of the marsh was deleted?")
    with opened(server.home) as db:
        gone = conversations.message(db, first.aprendiz["message_id"]).conversation_id
        shelves.delete(db, gone)
    again = ask(client, "Which bird of the marsh was deleted?")
    assert talks(server) == before + 1
    assert stored(server, again.aprendiz["message_id"]).conversation_id != gone


@pytest.mark.slow
def test_nothing_is_stored_when_the_request_says_so(client, server):
    before = talks(server)
    assert ask(client, "What is not written down?", store=False).aprendiz["message_id"] is None
    assert talks(server) == before


@pytest.mark.slow
def test_an_answer_ends_when_its_client_goes_away(client, server):
    """The tiny model writes its 512 tokens in a fraction of a second, so the server gets a few of them done."""
    for number in range(3):
        stream = ask(client, f"Tell a very long story, number {number}.", stream=True, max_tokens=500)
        id = next(iter(stream)).aprendiz["message_id"]
        stream.close()
        end = time.monotonic() + 30
        while stored(server, id).status == "writing" and time.monotonic() < end:
            time.sleep(0.02)
        assert stored(server, id).status == "stopped"
        assert stored(server, id).tokens < 400


@pytest.mark.slow
def test_embeddings_are_the_same_as_numbers_and_in_base64(client):
    texts = ["The clock of Harlow Mill", "A clock in Harlow", "How to boil an egg"]
    made = client.embeddings.create(model="all-MiniLM-L6-v2", input=texts)
    vectors = [row.embedding for row in made.data]
    assert [row.index for row in made.data] == [0, 1, 2] and {len(vector) for vector in vectors} == {384}
    assert (made.usage.prompt_tokens, made.usage.total_tokens) == (0, 0)

    def alike(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert alike(vectors[0], vectors[0]) == pytest.approx(1, abs=1e-5)
    assert alike(vectors[0], vectors[1]) > alike(vectors[0], vectors[2])
    numbers = client.embeddings.create(model="all-MiniLM-L6-v2", input=texts[0], encoding_format="float")
    assert numbers.data[0].embedding == pytest.approx(vectors[0])
    packed = client.embeddings.create(model="all-MiniLM-L6-v2", input=texts[0], encoding_format="base64")
    raw = base64.b64decode(packed.data[0].embedding)
    assert list(struct.unpack("<384f", raw)) == pytest.approx(vectors[0])


@pytest.mark.slow
def test_embeddings_that_cannot_be_made_are_refused(client):
    def refused(kind=openai.BadRequestError, **more):
        with pytest.raises(kind) as raised:
            client.embeddings.create(**{"model": "all-MiniLM-L6-v2", "input": "x"} | more)
        return raised.value

    assert refused(openai.NotFoundError, model="base").code == "model_not_found"
    assert refused(dimensions=64).param == "dimensions"
    assert refused(input=[]).param == "input"
    assert refused(input=["x"] * 2049).param == "input"
    assert refused(input=["x", ""]).param == "input.1"
    assert refused(input=[[1, 2]]).param == "input.0"
    assert refused(encoding_format="int8").param == "encoding_format"


@pytest.mark.slow
def test_feedback_that_cannot_be_taken_is_refused_and_leaves_nothing(client, server):
    id = ask(client, "Who sells the nets?").aprendiz["message_id"]
    with opened(server.home) as db:
        question = conversations.message(db, id).parent_id

    def refused(kind=openai.BadRequestError, /, **form):
        with pytest.raises(kind) as raised:
            client.post("/feedback", body=form, cast_to=object)
        return raised.value

    unknown = refused(openai.NotFoundError, message_id="nobody", rating=1)
    assert (unknown.code, unknown.param) == ("message_not_found", "message_id")
    assert "answer" in refused(message_id=question, rating=1).message
    assert refused(message_id=id, rating=5).param == "rating"
    assert refused(message_id=id).code == "missing_required_parameter"
    assert refused(message_id=id, reasons=["x"], correction="y").param == "reasons"
    assert refused(message_id=id, note="x", correction="y").param == "note"
    assert refused(message_id=id, rating=1, note="x" * 1001).param == "note"
    assert refused(message_id=id, rating=1, kind="wish").param == "kind"
    assert refused(message_id=id, correction="y", kind="rule").code == "invalid_value"
    assert refused(rating=1).param == "message_id"
    assert "correction" in refused(message_id=id, rating=-1, correction="  ").message
    with opened(server.home) as db:
        assert ratings.rating_of(db, id) is None
        assert feedback.correction_of(db, id) is None


@pytest.mark.slow
def test_programs_come_in_and_foreign_pages_do_not(server):
    url = server.url + "v1/chat/completions"
    body = json.dumps({"model": "base", "messages": [{"role": "user", "content": "Hi."}], "max_tokens": 2})

    def post(kind="application/json", **headers):
        return httpx.post(url, content=body, headers={"content-type": kind} | headers, timeout=60)

    assert post().status_code == 200
    assert post("application/json; charset=utf-8", origin=server.url.rstrip("/")).status_code == 200
    for origin in ("http://evil.example", "null", f"http://localhost:{server.port}", "https://127.0.0.1"):
        assert post(origin=origin).status_code == 403, origin
    assert post(**{"sec-fetch-site": "cross-site"}).status_code == 403
    assert post(host="evil.example").status_code == 403
    assert httpx.get(server.url + "v1/models", headers={"host": "evil.example"}).status_code == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"):
        refused = post(kind)
        assert (refused.status_code, refused.json()["error"]["code"]) == (415, "unsupported_content_type"), kind
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    assert not any("access-control" in name for name in httpx.options(url, headers=asked).headers)


@pytest.mark.slow
def test_many_clients_are_answered_at_once_and_in_full(client):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: ask(client, f"What is the number {n}?", stream=n % 2 == 0), range(16)))
    for number, answer in enumerate(answers):
        if number % 2:
            assert answer.usage.completion_tokens <= 12
        else:
            assert list(answer)[-1].choices[0].finish_reason in ("length", "stop")


def test_the_generation_ends_at_once_when_nobody_listens_any_more():
    made = []

    def generate(cancelled):
        while not cancelled():
            made.append(len(made))
            yield made[-1]
            time.sleep(0.01)

    async def listen():
        with ThreadPoolExecutor(1) as threads:
            running = Running(threads, generate)
            heard = aiter(running)
            first = [await anext(heard) for _ in range(3)]
            running.stop()
            count = len(made)
            return first, count

    first, count = asyncio.run(listen())
    assert first == [0, 1, 2]
    assert len(made) <= count + 1


def test_a_client_that_goes_away_while_it_waits_for_a_whole_answer_stops_it(home, tiny):
    """Asked without a server between, since the disconnection has to come before the answer."""
    _, gguf = tiny("llama")
    assistant = Assistant(Settings(home=home, memory=False), base_model(str(gguf), home, "auto"))
    app = api(assistant)
    body = {"model": "base", "messages": [{"role": "user", "content": "Tell a long story."}], "max_tokens": 480}
    coming = [{"type": "http.request", "body": json.dumps(body).encode()}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/chat/completions",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(app(of(scope, NOBODY), receive, send))
    assert sent[0]["status"] == 499
    with opened(home) as db:
        (talk,) = conversations.list_conversations(db)
        end = time.monotonic() + 30
        while (answer := conversations.newest_path(db, talk.id)[-1]).status == "writing" and time.monotonic() < end:
            time.sleep(0.01)
    assistant.close()
    assert (answer.role, answer.status) == ("assistant", "stopped")
    assert answer.tokens < 400


def test_a_reply_says_who_answers_before_it_answers_and_the_night_waits_meanwhile(home, tiny):
    _, gguf = tiny("llama")
    assistant = Assistant(Settings(home=home, memory=False), base_model(str(gguf), home, "auto"))
    replying = assistant.reply([ChatMessage("user", "Hi.")], with_memory=False)
    begun = next(replying)
    assert is_answering(home)
    pieces = list(replying)
    assistant.close()
    assert not is_answering(home)
    assert isinstance(begun, Begun) and (begun.version, begun.message_id) == (BASE, None)
    assert begun.prompt_tokens > 3
    assert all(isinstance(piece, Piece) for piece in pieces) and pieces[-1].finish


def test_a_document_that_bears_on_the_question_is_read_and_named_apart_from_the_answer(home, tiny):
    _, gguf = tiny("llama")
    assistant = Assistant(Settings(home=home), base_model(str(gguf), home, "auto"))
    notes = home / "notes.md"
    notes.write_text("The ferry across the Tarn leaves Harlow at nine in the morning.")
    asked = [ChatMessage("user", "When does the ferry across the Tarn leave Harlow?")]
    with opened(home) as db:
        assistant.memory.read(db, notes)
    begun, *pieces = assistant.reply(asked, sampling=SHORT, keep=lambda db: History().keep(db, asked))
    unread, *_ = assistant.reply(asked, sampling=SHORT, with_memory=False)
    assistant.close()
    assert [each.document for each in begun.passages] == ["notes.md"] and unread.passages == ()
    assert begun.prompt_tokens > unread.prompt_tokens
    assert "notes.md" not in "".join(piece.text for piece in pieces)
    with opened(home) as db:
        assert [each.document for each in documents.quotes(db, begun.message_id)] == ["notes.md"]
        assert "notes.md" not in conversations.message(db, begun.message_id).content


def test_what_breaks_in_the_middle_of_a_stream_is_told_in_it():
    async def broken():
        yield Piece("Once", 1)
        raise StoreDamaged("The store is damaged.")

    async def heard():
        events = []
        with pytest.raises(StoreDamaged):
            async for event in _events(Telling("id", 0, "base", Begun(BASE, None, None, (), 1)), broken(), False):
                events.append(json.loads(event.removeprefix("data: ")))
        return events

    *spoken, last = asyncio.run(heard())
    assert [event["choices"][0]["delta"].get("content") for event in spoken] == ["", "Once"]
    assert last["error"]["message"] == "The store is damaged."


def test_a_corrected_answer_is_read_as_it_should_have_been(home):
    history = History()
    asked = [ChatMessage("system", "Be brief."), ChatMessage("user", "Who mends nets?")]
    with opened(home) as db:
        question = history.keep(db, asked)
        answer = conversations.add_message(db, question.conversation_id, question.id, "assistant", "Nobody.")
        history.answered(asked, "Nobody.", answer.id)
        feedback.correct(db, answer.id, "Silas Denby.")
        sent = [*asked, ChatMessage("assistant", "Nobody.\n"), ChatMessage("user", "Since when?")]
        assert history.as_it_should_be(db, sent)[2] == ChatMessage("assistant", "Silas Denby.")
        assert history.keep(db, sent).parent_id == answer.id
        conversations.delete_conversation(db, question.conversation_id)
        anew = history.keep(db, sent)
        assert [m.content for m in conversations.path_to(db, anew.id)] == [m.content for m in sent[1:]]


@pytest.mark.parametrize("asked", ["Who mends nets?", "By whom are nets mended?"])
def test_what_memory_said_before_a_restart_goes_when_it_is_forgotten(home, asked):
    with opened(home) as db:
        question = History().keep(db, [ChatMessage("user", "Who mends nets?")])
        wrong = conversations.add_message(db, question.conversation_id, question.id, "assistant", "Nobody.")
        taught = feedback.correct(db, wrong.id, "Silas Denby.")
        before = History()
        said_again(db, lambda: before.keep(db, [ChatMessage("user", asked)]), taught, BASE)
        sent = [("user", asked), ("assistant", "Silas Denby.\n"), ("user", "Yes?"), ("assistant", "Silas Denby.")]
        last = History().keep(db, [ChatMessage(*each) for each in [*sent, ("user", "And whose is the boat?")]])
        forgetting.forget(db, taught.id)
        told = [each.content for each in conversations.path_to(db, last.id)]
        assert told[1] == forgetting.FORGOTTEN and told[3] == "Silas Denby."  # who says so to another question, says so


@pytest.mark.parametrize(
    ("said", "system", "kept"),
    [
        ([("system", "Be brief."), ("system", "No lists."), ("user", "Q")], "Be brief.\n\nNo lists.", [2]),
        ([("system", ""), ("system", "No lists."), ("user", "Q")], "No lists.", [2]),
        ([("system", " "), ("user", "Q")], "", [1]),
        ([("user", "Q"), ("assistant", "A"), ("system", "In verse."), ("user", "R")], "", [0, 1, 2, 3]),
        ([("user", "Q"), ("assistant", ""), ("user", ""), ("user", "R")], "", [0, 3]),
    ],
)
def test_what_a_program_sends_in_any_order_is_kept_and_carried_into_another_home(home, said, system, kept):
    history, asked = History(), [ChatMessage(*each) for each in said]
    with opened(home) as db, opened(home / "other") as other:
        question = history.keep(db, asked)
        assert history.keep(db, asked) == question
        assert conversations.conversation(db, question.conversation_id).system_prompt == system
        assert [(m.role, m.content) for m in conversations.path_to(db, question.id)] == [said[at] for at in kept]
        line = as_line(db, question.conversation_id)
        assert import_data(db, "all.jsonl", line.encode()) == ImportCount(known=1)
        import_data(other, "all.jsonl", line.encode())
        assert list(all_lines(other)) == [line]
        going_on = [*asked, ChatMessage("assistant", ""), ChatMessage("user", "And then?")]
        assert history.keep(db, going_on).parent_id == question.id


def test_what_was_said_is_told_apart_by_role_and_place():
    one, other = ChatMessage("user", "a"), ChatMessage("assistant", "a")
    digests = [*said_up_to([one, one]), *said_up_to([other, one]), *said_up_to([ChatMessage("user", "a\nuser 1 a")])]
    assert len(set(digests)) == 5


def test_a_fault_of_the_server_is_told_without_its_details():
    status, body = error_body(RuntimeError("/home/somebody/secret"))
    assert (status, body["error"]["type"]) == (500, "server_error") and "secret" not in json.dumps(body)
    assert error_body(StoreDamaged("The store is damaged."))[0] == 500


def test_half_a_character_is_no_fault():
    content = "caf\ud83d"
    form = ChatRequest.model_validate({"model": "base", "messages": [{"role": "user", "content": content}]})
    assert form.messages[0].content == "caf\ufffd"
