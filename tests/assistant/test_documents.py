"""What the owner gives to read: refused in words, cut into passages, found when it bears on a question."""

import pytest

from assistant.conversation import Assistant
from assistant.documents import in_passages, read_document
from assistant.memory import Memory
from models.engine import Sampling
from store.database import opened
from store.errors import InputRefused
from store.records import ChatMessage
from store.settings import Settings

NOTES = """# The cabin

The key of the mountain cabin hangs behind the blue flowerpot on the terrace.

The boiler needs forty minutes. Turn the red lever to the left first.
"""


def test_what_is_no_text_is_refused_by_name(home):
    with pytest.raises(InputRefused, match=r"nothing\.md"):
        read_document(home / "nothing.md")
    (home / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputRefused, match=r"a\.pdf"):
        read_document(home / "a.pdf")
    (home / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputRefused, match="UTF-8"):
        read_document(home / "b.txt")


def test_passages_keep_every_word_and_are_of_bearable_length():
    text = "\n\n".join(f"Paragraph {n} says something. " * 9 for n in range(12))
    found = in_passages(text, 300)
    assert " ".join(" ".join(found).split()) == " ".join(text.split())
    assert max(map(len, found)) <= 600


def test_a_document_is_read_once_and_used_where_it_bears_on_the_question(home, default_model):
    file = home / "cabin.md"
    file.write_text(NOTES, encoding="utf-8")
    memory = Memory(home)
    with opened(home) as db:
        assert memory.library.look_up(db, "Where is the key of the cabin?") is None
        assert memory.read(db, file)
        assert not memory.read(db, file)
        assert memory.library.look_up(db, "Where is the key of the cabin?").document == "cabin.md"
        assert memory.library.look_up(db, "What is the capital of France?") is None
    memory.close()
    assistant = Assistant(Settings(home=home), default_model)
    question = [ChatMessage("user", "How long does the boiler of the cabin need?")]
    (answer,) = assistant.answer_rows([question], sampling=Sampling(max_tokens=32))
    last = list(assistant.send(None, question[0].content))[-1]
    assistant.close()
    assert "forty" in answer.text.lower()
    assert last.content.endswith("— cabin.md")
