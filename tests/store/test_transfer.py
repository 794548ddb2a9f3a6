"""A file with a fault is not begun, twice is once, and nobody waits for all of a large one."""

import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from store import transfer
from store.branches import branch_through
from store.conversations import (
    add_message,
    create_conversation,
    delete_conversation,
    list_conversations,
    newest_path,
    siblings,
)
from store.database import opened
from store.errors import InputRefused
from store.feedback import active_corrections, correct, correction, corrections, corrections_of
from store.forgetting import forget
from store.import_files import read_export
from store.ratings import rate, rating_of
from store.transcript import all_lines, as_line
from store.transfer import ImportCount, import_data, import_file, take_all


def row(name="one", *, question="Where is Oz?", answer="In Kansas.", feedback=None, **more):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    made = {"conversation": name, "messages": messages, **more}
    return made if feedback is None else {**made, "feedback": feedback}


def written(home: Path, *lines: object, name: str = "in.jsonl") -> Path:
    path = home / name
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def everything(db):
    return [
        list(db.query(f"SELECT * FROM {table}")) for table in ("conversations", "messages", "ratings", "corrections")
    ]


def test_a_conversation_with_its_feedback_is_taken(db, home):
    feedback = {"rating": -1, "reasons": ["wrong"], "note": "no", "correction": "Over the rainbow."}
    assert import_file(db, written(home, row(feedback=feedback))) == ImportCount(1, 2, 1, 1, 0)
    (conversation,) = list_conversations(db)
    question, answer = newest_path(db, conversation.id)
    assert (conversation.title, question.content, answer.content) == ("Where is Oz?", "Where is Oz?", "In Kansas.")
    rating = rating_of(db, answer.id)
    assert (rating.value, rating.reasons, rating.note) == (-1, ("wrong",), "no")
    (correction,) = corrections(db)
    assert (correction.question, correction.rejected) == ("Where is Oz?", "In Kansas.")
    assert correction.answer == "Over the rainbow."


def test_others_can_write_before_a_large_file_is_taken_whole(db, home, monkeypatch):
    monkeypatch.setattr(transfer, "HELD_S", 0.0)
    path = written(home, *(row(str(number)) for number in range(12)))
    there: list[int] = []

    def asked():
        with opened(home) as other:
            create_conversation(other, "asked meanwhile")
            there.append(len(list_conversations(other)))

    asking = threading.Thread(target=asked)

    def told(done, total):
        if done == 1:
            asking.start()

    talks = read_export(path.name, path.read_bytes())
    assert take_all(db, talks, "", told) == ImportCount(conversations=12, messages=24)
    asking.join()
    assert there[0] < 1 + 12


def test_a_correction_far_below_its_question_is_taken(db, home):
    said = [{"role": "assistant", "content": f"More {number}."} for number in range(3000)]
    said[-1]["feedback"] = {"correction": "Enough."}
    talk = {"conversation": "long", "messages": [{"role": "user", "content": "Tell me of Oz."}, *said]}
    assert import_file(db, written(home, talk)).corrections == 1


def test_the_same_file_twice_changes_nothing(db, home):
    path = written(home, row(feedback={"rating": -1, "correction": "There."}), row("two", question="Who?"))
    import_file(db, path)
    before = everything(db)
    assert import_file(db, path) == ImportCount(known=2)
    assert everything(db) == before


def test_a_known_conversation_takes_up_new_feedback(db, home):
    import_file(db, written(home, row()))
    assert import_file(db, written(home, row(feedback={"correction": "There."}))) == ImportCount(corrections=1)
    assert import_file(db, written(home, row(feedback={"correction": "Elsewhere."}))) == ImportCount(corrections=1)
    assert [each.answer for each in active_corrections(db)] == ["Elsewhere."]


def test_a_longer_version_of_a_known_conversation_adds_what_is_new(db, home):
    import_file(db, written(home, row()))
    longer = row()
    longer["messages"] += [{"role": "user", "content": "Sure?"}, {"role": "assistant", "content": "Yes."}]
    assert import_file(db, written(home, longer)) == ImportCount(messages=2)
    assert import_file(db, written(home, row(answer="In Ohio."))) == ImportCount(messages=1)
    (conversation,) = list_conversations(db)
    other = newest_path(db, conversation.id)[-1]
    assert [each.content for each in siblings(db, other.id)] == ["In Kansas.", "In Ohio."]


def test_an_import_does_not_bring_back_what_was_forgotten_or_superseded(db, home):
    path = written(home, row(feedback={"correction": "A"}), row("two", question="Who?", feedback={"correction": "B"}))
    import_file(db, path)
    first, second = corrections(db)
    forget(db, first.id)
    correct(db, second.message_id, "C")
    assert import_file(db, path) == ImportCount(known=2)
    assert [each.answer for each in active_corrections(db)] == ["C"]


def test_an_import_does_not_bring_back_what_was_forgotten_though_its_conversation_is_gone(db, answered):
    was = answered("Where is Oz?", "In Kansas.")
    taught = correct(db, was.id, "Over the rainbow.")
    line = as_line(db, was.conversation_id).encode()
    forget(db, taught.id)
    delete_conversation(db, was.conversation_id)
    assert import_data(db, "oz.json", line) == ImportCount(1, 2, 0, 0, 0)
    assert active_corrections(db) == []
    again = answered("Where is Oz?", "In Ohio.")  # and what is said after the forgetting counts
    correct(db, again.id, "In the books.")
    line = as_line(db, again.conversation_id).encode()
    delete_conversation(db, again.conversation_id)
    import_data(db, "oz.json", line)
    assert [each.answer for each in active_corrections(db)] == ["In the books."]


def test_what_memory_said_in_an_imported_conversation_goes_when_it_is_forgotten(db, home, answered):
    taught = correct(db, answered("Where is Oz?", "In Kansas.").id, "Over the rainbow.")
    talk = create_conversation(db)
    asked = add_message(db, talk.id, None, "user", "Where is Oz?")
    add_message(db, talk.id, asked.id, "assistant", "Over the rainbow.", version="base", correction_id=taught.id)
    lines = "\n".join(all_lines(db)).encode()
    with opened(home / "other") as other:
        import_data(other, "all.jsonl", lines)
        forget(other, corrections(other)[0].id)
        assert "rainbow" not in "\n".join(all_lines(other))
    forget(db, taught.id)
    assert import_data(db, "oz.json", lines.split(b"\n")[1]) == ImportCount(known=1)
    assert "rainbow" not in "\n".join(all_lines(db))


def test_an_old_file_does_not_take_the_place_of_a_newer_correction(db, home, answered):
    was = answered("Where is Oz?", "In Kansas.")
    correct(db, was.id, "Over the rainbow.")
    line = as_line(db, was.conversation_id).encode()
    newer = correct(db, answered("Where is Oz?", "In Ohio.").id, "In the books.")
    delete_conversation(db, was.conversation_id)
    import_data(db, "oz.json", line)
    assert [(each.answer, each.superseded_by) for each in corrections(db)] == [
        ("Over the rainbow.", newer.id),
        ("In the books.", None),
    ]
    assert [each.answer for each in corrections_of(db, corrections(db)[0].message_id)] == ["Over the rainbow."]
    said = {"role": "assistant", "content": "In Iowa.", "created": "2020-01-01T00:00:00Z"}
    early = row("early")
    early["messages"][1] = {**said, "feedback": {"correction": "Nowhere."}}
    assert import_file(db, written(home, early)).corrections == 1
    assert active_corrections(db) == [correction(db, newer.id)]
    early["messages"][1] = {**said, "feedback": {"correction": "Somewhere."}}
    import_file(db, written(home, early))
    assert active_corrections(db) == [correction(db, newer.id)]
    forget(db, newer.id)
    early["messages"][1] = {**said, "feedback": {"correction": "Elsewhere."}}
    import_file(db, written(home, early))
    assert active_corrections(db) == []


def test_of_one_imported_answer_the_file_that_comes_last_says_what_counts(db, home):
    for text in ("There.", "Elsewhere."):
        talk = row()
        talk["messages"][1] |= {"created": "2020-01-01T00:00:00Z", "feedback": {"correction": text}}
        import_file(db, written(home, talk))
        assert [each.answer for each in active_corrections(db)] == [text]


def test_an_import_does_not_undo_a_later_rating(db, home):
    path = written(home, row(feedback={"rating": -1}))
    import_file(db, path)
    (conversation,) = list_conversations(db)
    answer = newest_path(db, conversation.id)[-1]
    rate(db, answer.id, 1)
    import_file(db, path)
    assert rating_of(db, answer.id).value == 1


def test_a_first_system_message_becomes_the_system_prompt(db, home):
    given = row()
    given["messages"].insert(0, {"role": "system", "content": "Be brief."})
    import_file(db, written(home, given))
    (conversation,) = list_conversations(db)
    assert conversation.system_prompt == "Be brief."
    assert len(newest_path(db, conversation.id)) == 2


def test_odd_characters_come_through(db, home):
    odd = 'two\u2028lines\x85 "quoted" \x00 null, 𝄞, half a pair \ud83d'
    path = home / "odd.jsonl"
    path.write_text(json.dumps(row(answer=odd), ensure_ascii=True) + "\r\n\r\n", encoding="utf-8-sig")
    import_file(db, path)
    raw = home / "raw.jsonl"
    raw.write_bytes(json.dumps(row("two", answer="a\u2028b"), ensure_ascii=False).encode())
    import_file(db, raw)
    contents = [row["content"] for row in db.query("SELECT content FROM messages WHERE role = 'assistant'")]
    assert contents == [odd.replace("\ud83d", "\ufffd"), "a\u2028b"]
    assert import_file(db, path) == ImportCount(known=1)


FAULTS = {
    json.dumps(
        {
            "conversation": "two roots",
            "messages": [
                {"role": "user", "content": "Where is Oz?"},
                {"role": "assistant", "content": "Welcome.", "parent": None},
                {"role": "assistant", "content": "In Kansas.", "parent": 1, "feedback": {"correction": "Elsewhere."}},
            ],
        }
    ): "no question above it",
    '{"conversation": "x", "messages": [': "not JSON",
    "7": "object with `conversation`",
    "[" * 100_000: "nested too deeply",
    json.dumps({"messages": []}): "`conversation` must be a name",
    json.dumps(row(messages=[])): "at least one message",
    json.dumps(row(messages=["hello"])): "message 1 must be an object",
    json.dumps(row(messages=[{"role": "human", "content": "x"}])): "'human'; there are: system, user, assistant",
    json.dumps(row(messages=[{"role": "user", "content": 7}])): "content of message 1 must be a text",
    json.dumps(row(feedbak={})): "there is no 'feedbak'; there are: conversation, title, created, tags",
    json.dumps(row(feedback={"stars": 5})): "there is no 'stars' in `feedback`",
    json.dumps(row(feedback={"rating": 5})): "`rating` is 5",
    json.dumps(row(feedback={"rating": True})): "`rating` is True",
    json.dumps(row(feedback={"reasons": "wrong"})): "`reasons` must be texts",
    json.dumps(row(feedback={"correction": "  "})): "`correction` must be a text",
    json.dumps(row(feedback={"wish": 7})): "`wish` must be a text",
    json.dumps(row(messages=[{"role": "user", "content": "x"}], feedback={"rating": 1})): "no answer to a question",
}


@pytest.mark.parametrize("line", FAULTS, ids=FAULTS.values())
def test_a_fault_is_told_with_file_and_line_and_nothing_is_taken(db, home, line):
    path = written(home, row("good"), "", line, row("also good"))
    before = everything(db)
    with pytest.raises(InputRefused) as refusal:
        import_file(db, path)
    assert f"{path}:3: " in str(refusal.value)
    assert FAULTS[line] in str(refusal.value)
    assert "Nothing of the file was taken." in str(refusal.value)
    assert everything(db) == before


def test_what_is_no_text_or_no_file_is_refused(db, home):
    path = home / "latin.jsonl"
    path.write_bytes(json.dumps(row()).encode() + b"\n" + "é".encode("latin-1"))
    with pytest.raises(InputRefused, match=r"latin\.jsonl:2: it is not UTF-8"):
        import_file(db, path)
    with pytest.raises(InputRefused, match="cannot be read: No such file"):
        import_file(db, home / "nothing.jsonl")
    with pytest.raises(InputRefused, match="cannot be read: Is a directory"):
        import_file(db, home)


def chatgpt_export():
    def node(key, parent, role=None, text="", **more):
        message = role and {
            "id": key,
            "author": {"role": role},
            "content": {"content_type": "text", "parts": [text]},
            "create_time": 1_700_000_000.5,
            **more,
        }
        return {key: {"id": key, "parent": parent, "message": message or None}}

    return [
        {
            "id": "abc",
            "title": "Rivers",
            "create_time": 1_700_000_000,
            "current_node": "a2",
            "mapping": {
                **node("root", None),
                **node("sys", "root", "system", ""),
                **node("q", "sys", "user", "Which river?"),
                **node("tool", "q", "tool", "{}"),
                **node("a2", "tool", "assistant", "The Nile."),
                **node("call", "q", "assistant", "search()", recipient="browser"),
                **node("a1", "q", "assistant", "The Amazon."),
            },
        }
    ]


def test_an_export_of_chatgpt_is_taken_with_its_branches_and_times(db, home):
    path = written(home, chatgpt_export(), name="conversations.json")
    assert import_file(db, path) == ImportCount(1, 3, 0, 0, 0)
    (conversation,) = list_conversations(db)
    assert (conversation.title, conversation.created) == ("Rivers", "2023-11-14T22:13:20.000Z")
    path_there = newest_path(db, conversation.id)
    assert [each.content for each in path_there] == ["Which river?", "The Nile."]
    assert [each.content for each in siblings(db, path_there[-1].id)] == ["The Amazon.", "The Nile."]
    assert import_file(db, path) == ImportCount(known=1)


def test_the_archive_of_chatgpt_is_taken_with_its_ratings_whether_its_conversations_are_in_one_file_or_many(db, home):
    (first,) = chatgpt_export()
    second = {**first, "id": "def", "conversation_id": "def", "title": "Seas"}
    ratings = [
        {"id": "a1", "conversation_id": "abc", "rating": "thumbs_down", "content": '{"text": "no", "tags": ["false"]}'},
        {"id": "a2", "conversation_id": "abc", "rating": "thumbsUp", "content": "{}"},
        {"id": "gone", "rating": "thumbs_up"},
        {"id": "q", "rating": "none"},
        7,
    ]
    forms = {
        "one.zip": {"conversations.json": [first, second]},
        "many.zip": {"export/conversations-000.json": [first], "export/conversations-001.json": [second]},
    }
    for name, files in forms.items():
        with zipfile.ZipFile(home / name, "w") as archive:
            for member, content in {
                **files,
                "message_feedback.json": ratings,
                "user.json": {},
                "chat.html": "",
            }.items():
                archive.writestr(member, json.dumps(content))
    assert import_file(db, home / "one.zip") == ImportCount(2, 6, 4, 0, 0)
    assert import_file(db, home / "many.zip") == ImportCount(known=2)
    rivers = next(each for each in list_conversations(db) if each.title == "Rivers")
    down, up = (rating_of(db, each.id) for each in siblings(db, newest_path(db, rivers.id)[-1].id))
    assert (down.value, down.reasons, down.note, up.value) == (-1, ("false",), "no", 1)


def test_an_archive_without_conversations_or_that_is_damaged_is_refused(db, home):
    with zipfile.ZipFile(home / "photos.zip", "w") as archive:
        archive.writestr("user.json", "{}")
    with pytest.raises(InputRefused, match=r"photos\.zip has no conversations\.json"):
        import_file(db, home / "photos.zip")
    with zipfile.ZipFile(home / "bad.zip", "w") as archive:
        archive.writestr("conversations.json", "[{}")
    with pytest.raises(InputRefused, match=r"bad\.zip/conversations\.json:1: it is not JSON"):
        import_file(db, home / "bad.zip")


def test_thoughts_and_tool_calls_of_open_webui_are_left_out(db, home):
    export = open_webui_export()
    messages = export[0]["chat"]["history"]["messages"]
    thoughts = '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n&gt; Hm.\n</details>\n'
    messages["2"]["content"] = f"{thoughts}Hello."
    messages["3"]["content"] = thoughts
    path = written(home, export, name="chats.json")
    assert import_file(db, path) == ImportCount(1, 2, 1, 0, 0)
    (conversation,) = list_conversations(db)
    assert newest_path(db, conversation.id)[-1].content == "Hello."


def open_webui_export():
    messages = {
        "1": {"id": "1", "parentId": None, "role": "user", "content": "Hi?", "timestamp": 1_700_000_000},
        "2": {
            "id": "2", "parentId": "1", "role": "assistant", "content": "Hello.", "timestamp": 1_700_000_001,
            "annotation": {"rating": -1, "reason": "too_short", "comment": "more"},
        },
        "3": {"id": "3", "parentId": "1", "role": "assistant", "content": "", "timestamp": None},
    }  # fmt: skip
    chat = {"title": "Greeting", "history": {"messages": messages, "currentId": "2"}, "params": {"system": "Be kind."}}
    return [{"id": "w1", "title": "Greeting", "chat": chat, "created_at": 1_700_000_000}]


def test_an_export_of_open_webui_is_taken_with_its_ratings(db, home):
    path = written(home, open_webui_export(), name="chats.json")
    assert import_file(db, path) == ImportCount(1, 2, 1, 0, 0)
    (conversation,) = list_conversations(db)
    assert (conversation.title, conversation.system_prompt) == ("Greeting", "Be kind.")
    rating = rating_of(db, newest_path(db, conversation.id)[-1].id)
    assert (rating.value, rating.reasons, rating.note) == (-1, ("too_short",), "more")
    assert import_file(db, path) == ImportCount(known=1)


def branching_open_webui_export():
    """Two answers to one question, each with a rating of its own and a question below it."""

    def node(id, parent, role, content, rating=None, **said):
        annotation = {"annotation": {"rating": rating, **said}} if rating else {}
        return {
            id: {
                "id": id,
                "parentId": parent,
                "role": role,
                "content": content,
                "timestamp": 1_700_000_000,
                **annotation,
            }
        }

    messages = {
        **node("q", None, "user", "Which river is the longest?"),
        **node("a1", "q", "assistant", "The Nile.", 1, reason="accurate_information"),
        **node("a2", "q", "assistant", "The Amazon.", -1, reason="not_factually_correct", comment="by a little"),
        **node("q1", "a1", "user", "How long is it?"),
        **node("b1", "q1", "assistant", "6,650 km."),
        **node("q2", "a2", "user", "How long is it?"),
        **node("b2", "q2", "assistant", "6,400 km."),
    }
    chat = {"title": "Long rivers", "history": {"messages": messages, "currentId": "b1"}}
    return [{"id": "w2", "title": "Long rivers", "chat": chat, "created_at": 1_700_000_000}]


def test_all_branches_of_open_webui_are_taken_with_the_rating_of_each_and_twice_is_once(db, home):
    path = written(home, branching_open_webui_export(), name="chats.json")
    assert import_file(db, path) == ImportCount(1, 7, 2, 0, 0)
    (conversation,) = list_conversations(db)
    shown = newest_path(db, conversation.id)
    assert [each.content for each in shown] == [
        "Which river is the longest?", "The Nile.", "How long is it?", "6,650 km.",
    ], "the branch that was open there"  # fmt: skip
    amazon, nile = siblings(db, shown[1].id)
    assert [each.content for each in branch_through(db, amazon.id)][1:] == [
        "The Amazon.",
        "How long is it?",
        "6,400 km.",
    ]
    down, up = rating_of(db, amazon.id), rating_of(db, nile.id)
    assert (down.value, down.reasons, down.note) == (-1, ("not_factually_correct",), "by a little")
    assert (up.value, up.reasons, up.note) == (1, ("accurate_information",), "")
    before = everything(db)
    assert import_file(db, path) == ImportCount(known=1)
    assert everything(db) == before


def test_what_was_spoken_is_taken_as_it_was_heard_and_what_has_no_words_leaves_nothing(db, home):
    (spoken,) = chatgpt_export()
    heard = {"content_type": "audio_transcription", "text": "Which sea?"}
    spoken["mapping"]["q"]["message"]["content"] = {
        "content_type": "multimodal_text",
        "parts": [heard, {"content_type": "real_time_user_audio_video_asset_pointer"}],
    }
    nothing = [{**spoken, "id": f"none {n}", "mapping": mapping} for n, mapping in enumerate((None, {}))]
    webui = {"id": "w", "chat": {"title": "Empty"}}
    path = written(home, [spoken, *nothing, webui], name="conversations.json")
    assert import_file(db, path) == ImportCount(1, 3, 0, 0, 0)
    (conversation,) = list_conversations(db)
    assert newest_path(db, conversation.id)[0].content == "Which sea?"
    assert import_file(db, path) == ImportCount(known=1)


def test_a_damaged_archive_is_refused_in_words(db, home):
    with zipfile.ZipFile(home / "bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps(chatgpt_export()))
    data = bytearray((home / "bad.zip").read_bytes())
    data[60:70] = bytes(10)
    (home / "bad.zip").write_bytes(data)
    with pytest.raises(InputRefused, match=r"bad\.zip cannot be unpacked"):
        import_file(db, home / "bad.zip")
    with pytest.raises(InputRefused, match=r"export\.json"):
        import_file(db, written(home, "[" + "9" * 5000 + "]", name="export.json"))


def test_an_export_of_another_program_is_refused_with_its_place(db, home):
    path = written(home, [*chatgpt_export(), {"uuid": "x", "chat_messages": []}], name="export.json")
    with pytest.raises(InputRefused, match=r"export\.json, conversation 2: it has neither a `mapping`"):
        import_file(db, path)
    with pytest.raises(InputRefused, match=r"export\.json:2: it is not JSON"):
        import_file(db, written(home, "[{}", "oops]", name="export.json"))
    assert list_conversations(db) == []


HALFWAY = """
import sys, time
from pathlib import Path
from store.database import opened, writing
from store.transfer import import_file
with opened(Path(sys.argv[1])) as db, writing(db):
    print(import_file(db, Path(sys.argv[2])).messages, flush=True)
    time.sleep(60)
"""


def test_a_process_killed_in_the_middle_of_an_import_has_taken_nothing(db, home):
    path = written(home, *(row(f"{number}", feedback={"correction": "x"}) for number in range(500)))
    killed = subprocess.Popen(
        [sys.executable, "-c", HALFWAY, home, path], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout.readline() == "1000\n"
    killed.kill()
    killed.communicate()
    assert everything(db) == [[], [], [], []]
    assert import_file(db, path) == ImportCount(500, 1000, 0, 500, 0)


def test_a_mapping_that_goes_in_circles_ends(db, home):
    export = chatgpt_export()
    export[0]["mapping"]["root"]["parent"] = "a2"
    import_file(db, written(home, export, name="circle.json"))


def test_messages_added_here_to_an_imported_conversation_stay(db, home):
    path = written(home, row())
    import_file(db, path)
    (conversation,) = list_conversations(db)
    add_message(db, conversation.id, newest_path(db, conversation.id)[-1].id, "user", "And now?")
    assert import_file(db, path) == ImportCount(known=1)
    assert len(newest_path(db, conversation.id)) == 3
