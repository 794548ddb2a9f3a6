"""Documents of one conversation or of all: kept once, shared, removed without a trace, and quoted beside answers."""

import pytest

from store import documents
from store.conversations import delete_conversation
from store.database import check, opened
from store.documents import NewPassage
from store.errors import NotFound
from store.records import Quote
from tests.store.test_database import opened_as_of

PASSAGES = [NewPassage("page 1", "The key hangs behind the flowerpot.", b"\0" * 8), NewPassage("page 2", "Tea.", b"")]


def read_in(db, conversation_id):
    return [(each.name, each.conversation_id) for each in documents.documents(db, conversation_id)]


def test_a_document_is_there_for_its_conversation_or_for_all(db, answered):
    here, elsewhere = (answered("Q", "A").conversation_id for _ in range(2))
    kept = documents.add_document(db, "a.pdf", "a", PASSAGES, "m", here)
    assert kept.passages == 2
    documents.add_document(db, "b.pdf", "b", PASSAGES, "m")
    assert read_in(db, here) == [("a.pdf", here), ("b.pdf", None)]
    assert read_in(db, elsewhere) == read_in(db, None) == [("b.pdf", None)]
    with pytest.raises(NotFound):
        documents.add_document(db, "c.pdf", "c", PASSAGES, "m", "nowhere")


def test_the_same_bytes_are_kept_once_in_a_conversation(db, answered):
    here, elsewhere = (answered("Q", "A").conversation_id for _ in range(2))
    first = documents.add_document(db, "a.pdf", "a", PASSAGES, "m", here)
    assert documents.add_document(db, "again.pdf", "a", PASSAGES, "m", here) == first
    assert documents.add_document(db, "a.pdf", "a", PASSAGES, "m", elsewhere) != first
    for_all = documents.add_document(db, "a.pdf", "a", PASSAGES, "m")
    assert documents.add_document(db, "a.pdf", "a", PASSAGES, "m", answered("Q", "A").conversation_id) == for_all


def test_a_document_is_shared_with_all_conversations_once(db, answered):
    here, elsewhere = (answered("Q", "A").conversation_id for _ in range(2))
    for at in (here, elsewhere):
        documents.share_document(db, documents.add_document(db, "a.pdf", "a", PASSAGES, "m", at).id)
    assert read_in(db, here) == [("a.pdf", None)]


def test_what_is_removed_is_gone_from_every_table_and_from_the_file(db, answered, home):
    answer = answered("Q", "A")
    kept = documents.add_document(db, "a.pdf", "a", PASSAGES, "m", answer.conversation_id)
    found = [passage for passage, _ in documents.passages(db, "m")]
    documents.quote(db, answer.id, found)
    assert documents.quotes(db, answer.id)[0] == Quote("a.pdf", "page 1", PASSAGES[0].text)
    before = documents.revision(db)
    documents.remove_document(db, kept.id)
    assert documents.revision(db) > before
    assert documents.search_passages(db, "flowerpot") == [] == documents.passages(db, "m")
    assert documents.quotes(db, answer.id) == [Quote("a.pdf", "page 1", None), Quote("a.pdf", "page 2", None)]
    assert not any(b"flowerpot" in path.read_bytes() for path in home.iterdir() if path.is_file())
    with pytest.raises(NotFound):
        documents.remove_document(db, kept.id)


def test_a_document_goes_with_its_conversation(db, answered):
    answer = answered("Q", "A")
    documents.add_document(db, "a.pdf", "a", PASSAGES, "m", answer.conversation_id)
    delete_conversation(db, answer.conversation_id)
    assert documents.passages(db, "m") == []
    assert documents.search_passages(db, "flowerpot") == []


def test_words_find_passages_whatever_signs_are_among_them(db):
    documents.add_document(db, "a.pdf", "a", PASSAGES, "m")
    (first, _), (second, _) = documents.passages(db, "m")
    assert documents.search_passages(db, 'Where\'s the "key" (of NOT a flowerpots)?*') == [first.id]
    assert documents.search_passages(db, "tea: AND key") in ([second.id, first.id], [first.id, second.id])
    assert documents.search_passages(db, "?!") == []


def test_documents_of_an_older_home_stay_for_all(home):
    with opened_as_of(home, "m012_documents_of_conversations") as old:
        old.execute("INSERT INTO documents (name, sha256, added) VALUES ('old.md', 'x', '2026')")
        old.execute("INSERT INTO passages (document_id, text, model, vector) VALUES (1, 'The old key.', 'm', x'00')")
    with opened(home) as db:
        assert check(db.conn) == []
        ((passage, vector),) = documents.passages(db, "m")
        assert (passage.document, passage.place, passage.text, vector) == ("old.md", "", "The old key.", b"\0")
        assert documents.search_passages(db, "key") == [passage.id]
