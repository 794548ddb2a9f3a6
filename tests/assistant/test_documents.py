"""What the owner gives to read: cut into passages, found when it bears on a question, quoted beside the answer."""

import pytest

from assistant.conversation import Assistant
from assistant.documents import in_passages, ranked, read_passages, with_passages, with_room
from assistant.memory import Memory
from assistant.serving import open_engine
from models.catalogue import base_model
from models.engine import Sampling
from models.version_files import BASE
from store import conversations, documents
from store.database import opened
from store.errors import InputRefused
from store.records import ChatMessage, Passage
from store.settings import Settings
from tests.assistant import papers

NOTES = """# The cabin

The key of the mountain cabin hangs behind the blue flowerpot on the terrace.

The boiler needs forty minutes. Turn the red lever to the left first.
"""


def test_a_file_that_is_not_there_is_refused_by_name(home):
    memory = Memory(home)
    with opened(home) as db, pytest.raises(InputRefused, match=r"nothing\.md"):
        memory.read(db, home / "nothing.md")
    memory.close()


def test_passages_know_their_page():
    found = read_passages("notes.pdf", papers.pdf("The key hangs behind the flowerpot.", "The boiler is slow."))
    assert found == [("page 1", "The key hangs behind the flowerpot."), ("page 2", "The boiler is slow.")]


def test_passages_keep_every_word_and_are_of_bearable_length():
    text = "\n\n".join(f"Paragraph {n} says something. " * 9 for n in range(12))
    found = in_passages(text, 300)
    assert " ".join(" ".join(found).split()) == " ".join(text.split())
    assert max(map(len, found)) <= 600


def test_a_long_word_is_cut_and_not_lost():
    assert "".join(in_passages("x" * 2000, 300)) == "x" * 2000


def test_what_both_meaning_and_words_find_stands_before_what_one_finds():
    assert ranked([7, 8, 9], [0.5, 0.6, 0.1], [7]) == [0, 1, 2]
    assert ranked([7, 8, 9], [0.5, 0.6, 0.1], []) == [1, 0, 2]
    assert ranked([7, 8, 9], [0.6, 0.1, 0.5], [99, 9]) == [2, 0, 1]


def test_passages_are_quoted_in_the_order_of_the_document_and_only_as_many_as_fit(home, tiny):
    first, second = Passage(1, "a", "One. " * 30), Passage(2, "a", "Two. " * 30)
    asked = [ChatMessage("system", "Be brief."), ChatMessage("user", "Why?")]
    assert with_passages(asked, []) == asked
    system, quoted = with_passages(asked, [second, first])
    assert system == asked[0]
    assert quoted.content.index("One.") < quoted.content.index("Two.") < quoted.content.index("Why?")
    engine = open_engine(Settings(home=home, threads=1), base_model(str(tiny("llama")[1]), home, "auto"), BASE)
    need = [len(engine.prompt_tokens(with_passages(asked, kept))) for kept in ([second], [second, first])]
    assert with_room(engine, asked, [second, first], need[1]) == [second, first]
    assert with_room(engine, asked, [second, first], need[1] - 1) == [second]
    assert with_room(engine, asked, [second, first], need[0] - 1) == []
    engine.close()


def test_a_document_is_read_once_and_used_where_it_bears_on_the_question(home_with_base, default_model):
    home = home_with_base
    file = home / "cabin.md"
    file.write_text(NOTES, encoding="utf-8")
    memory = Memory(home)
    with opened(home) as db:
        assert memory.library.look_up(db, "Where is the key of the cabin?") == []
        assert memory.read(db, file)
        assert not memory.read(db, file)
        assert [each.document for each in memory.library.look_up(db, "Where is the key of the cabin?")] == ["cabin.md"]
        assert memory.library.look_up(db, "What is the capital of France?") == []
    memory.close()
    assistant = Assistant(Settings(home=home, threads=1), default_model)
    question = [ChatMessage("user", "How long does the boiler of the cabin need?")]
    (answer,) = assistant.answer_rows([question], sampling=Sampling(max_tokens=32))
    last = list(assistant.send(None, question[0].content))[-1]
    assistant.close()
    assert "forty" in answer.text.lower()
    with opened(home) as db:
        (quote,) = documents.quotes(db, last.id)
    assert (quote.document, "forty minutes" in quote.text) == ("cabin.md", True)


def test_a_document_of_a_conversation_is_read_there_and_a_removed_one_nowhere(home):
    memory = Memory(home)
    look_up = memory.library.look_up
    with opened(home) as db:
        here, elsewhere = (conversations.create_conversation(db).id for _ in range(2))
        pages = papers.pdf("The key of the cabin hangs behind the flowerpot.", "The boiler of the cabin is slow.")
        kept = memory.read_here(db, "cabin.pdf", pages, here)
        assert look_up(db, "Where is the key of the cabin?", here)[0].source == "cabin.pdf, page 1"
        assert look_up(db, "Where is the key of the cabin?", here, everywhere=False)
        assert look_up(db, "Where is the key of the cabin?", elsewhere) == []
        assert look_up(db, "Where is the key of the cabin?") == []
        documents.share_document(db, kept.id)
        assert look_up(db, "Where is the key of the cabin?", elsewhere)
        assert look_up(db, "Where is the key of the cabin?", here, everywhere=False) == []
        documents.remove_document(db, kept.id)
        assert look_up(db, "Where is the key of the cabin?", here) == []
    memory.close()


def test_what_was_just_given_and_what_is_pointed_at_is_read_whatever_is_asked(home):
    memory = Memory(home)
    with opened(home) as db:
        here = conversations.create_conversation(db).id
        earlier = conversations.add_message(db, here, None, "user", "Hello?").created
        pages = papers.pdf("Larch needles fall in autumn.", "Bees winter in a cluster.")
        memory.read_here(db, "trees.pdf", pages, here)

        def places(question: str, since: str) -> list[str]:
            return [each.place for each in memory.library.look_up(db, question, here, since=since)]

        assert places("What is the capital of France?", "9999") == []
        assert places("Sum it up for me, please.", earlier) == ["page 1", "page 2"]
        assert places("Sum the document up for me, please.", "9999") == ["page 1", "page 2"]
        assert places("What do bees do in winter?", "9999")[0] == "page 2"
    memory.close()
