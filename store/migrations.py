"""The schema, as the steps that lead to it. A step that was released is never edited; a change is a new step.

`store.database` applies what is missing when it opens a store, each step in the same transaction as its record.
"""

from store.light_sqlite_utils import Database, Migrations
from store.questions.key import question_key
from store.questions.personal import personal

migrations = Migrations("aprendiz")


@migrations()  # type: ignore[untyped-decorator]
def m001_conversations(db: Database) -> None:
    """Trees of messages, and their full-text index. What is still being written is not indexed yet.

    `number` orders messages by when they were written and ties them to the index.
    """
    db.executescript("""
        CREATE TABLE conversations (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            system_prompt TEXT NOT NULL,
            source TEXT UNIQUE,
            created TEXT NOT NULL,
            updated TEXT NOT NULL
        );
        CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id TEXT REFERENCES messages (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
            content TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('writing', 'complete', 'stopped', 'failed')),
            version TEXT,
            correction_id INTEGER,
            tokens INTEGER,
            first_token_s REAL,
            seconds REAL,
            created TEXT NOT NULL
        );
        CREATE INDEX messages_of_conversation ON messages (conversation_id, number);
        CREATE INDEX messages_of_parent ON messages (parent_id);
        CREATE INDEX messages_of_correction ON messages (correction_id) WHERE correction_id IS NOT NULL;
        CREATE INDEX messages_being_written ON messages (status) WHERE status = 'writing';
        CREATE VIRTUAL TABLE messages_fts USING fts5 (
            content, content = 'messages', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2'
        );
        CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages WHEN new.status <> 'writing' BEGIN
            INSERT INTO messages_fts (rowid, content) VALUES (new.number, new.content);
        END;
        CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages WHEN old.status <> 'writing' BEGIN
            INSERT INTO messages_fts (messages_fts, rowid, content) VALUES ('delete', old.number, old.content);
        END;
        CREATE TRIGGER messages_fts_update AFTER UPDATE OF content, status ON messages BEGIN
            INSERT INTO messages_fts (messages_fts, rowid, content)
                SELECT 'delete', old.number, old.content WHERE old.status <> 'writing';
            INSERT INTO messages_fts (rowid, content)
                SELECT new.number, new.content WHERE new.status <> 'writing';
        END;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m002_feedback(db: Database) -> None:
    """Ratings, preferences, and corrections with their vectors.

    A correction outlives the conversation it was made in, so it holds copies and no foreign key to it.
    `feedback_revision` counts the changes of corrections, so that memory knows when to look again.
    """
    db.executescript("""
        CREATE TABLE ratings (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            value INTEGER NOT NULL CHECK (value IN (-1, 0, 1)),
            reasons TEXT NOT NULL,
            note TEXT NOT NULL,
            created TEXT NOT NULL
        );
        CREATE INDEX ratings_of_message ON ratings (message_id, number);
        CREATE TABLE preferences (
            chosen_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            rejected_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            created TEXT NOT NULL,
            PRIMARY KEY (chosen_id, rejected_id)
        );
        CREATE INDEX preferences_of_rejected ON preferences (rejected_id);
        CREATE TABLE corrections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id TEXT NOT NULL,
            question TEXT NOT NULL,
            question_key TEXT NOT NULL,
            rejected TEXT NOT NULL,
            answer TEXT NOT NULL,
            created TEXT NOT NULL,
            superseded_by INTEGER REFERENCES corrections (id),
            forgotten TEXT
        );
        CREATE INDEX corrections_of_question ON corrections (question_key);
        CREATE INDEX corrections_of_message ON corrections (message_id);
        CREATE INDEX corrections_superseded ON corrections (superseded_by);
        CREATE TABLE vectors (
            correction_id INTEGER NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            model TEXT NOT NULL,
            vector BLOB NOT NULL,
            PRIMARY KEY (correction_id, model)
        );
        CREATE TABLE feedback_revision (value INTEGER NOT NULL);
        INSERT INTO feedback_revision VALUES (0);
        CREATE TRIGGER corrections_inserted AFTER INSERT ON corrections BEGIN
            UPDATE feedback_revision SET value = value + 1;
        END;
        CREATE TRIGGER corrections_updated AFTER UPDATE ON corrections BEGIN
            UPDATE feedback_revision SET value = value + 1;
        END;
        CREATE TRIGGER corrections_deleted AFTER DELETE ON corrections BEGIN
            UPDATE feedback_revision SET value = value + 1;
        END;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m003_nights(db: Database) -> None:
    """Runs with their phases, the examples they made, checks of corrections, versions and promotions.

    Versions and promotions are append-only: the database itself refuses to change or delete one.
    """
    db.executescript("""
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            trigger TEXT NOT NULL CHECK (trigger IN ('schedule', 'command', 'page')),
            local_date TEXT UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed', 'cancelled')),
            started TEXT NOT NULL,
            ended TEXT,
            verdict TEXT,
            version TEXT,
            reasons TEXT NOT NULL
        );
        CREATE TABLE phases (
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed', 'cancelled')),
            started TEXT NOT NULL,
            ended TEXT,
            result TEXT NOT NULL,
            PRIMARY KEY (run_id, name)
        );
        CREATE TABLE progress (
            run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
            phase TEXT NOT NULL,
            done REAL NOT NULL,
            total REAL NOT NULL,
            note TEXT NOT NULL,
            updated TEXT NOT NULL
        );
        CREATE TABLE examples (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('wording', 'neighbour', 'replay', 'probe')),
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            correction_id INTEGER REFERENCES corrections (id) ON DELETE CASCADE
        );
        CREATE INDEX examples_of_run ON examples (run_id, number);
        CREATE INDEX examples_of_correction ON examples (correction_id);
        CREATE TABLE checks (
            correction_id INTEGER NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            version TEXT NOT NULL,
            asked INTEGER NOT NULL,
            right INTEGER NOT NULL,
            created TEXT NOT NULL,
            PRIMARY KEY (correction_id, version),
            CHECK (right BETWEEN 0 AND asked)
        );
        CREATE TABLE versions (
            id TEXT PRIMARY KEY,
            parent TEXT NOT NULL,
            run_id TEXT REFERENCES runs (id),
            created TEXT NOT NULL,
            decision TEXT NOT NULL CHECK (decision IN ('promoted', 'refused')),
            reasons TEXT NOT NULL,
            evaluation TEXT NOT NULL
        );
        CREATE TABLE promotions (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            version TEXT NOT NULL,
            previous TEXT NOT NULL,
            by TEXT NOT NULL CHECK (by IN ('night', 'promote', 'rollback')),
            created TEXT NOT NULL
        );
    """)
    for table in ("versions", "promotions"):
        for verb in ("UPDATE", "DELETE"):
            db.execute(f"""
                CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} BEGIN
                    SELECT RAISE (ABORT, '{table} are append-only');
                END
            """)


@migrations()  # type: ignore[untyped-decorator]
def m004_documents(db: Database) -> None:
    """What the owner gave to read, in passages with their vectors."""
    db.executescript("""
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL UNIQUE,
            added TEXT NOT NULL
        );
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            model TEXT NOT NULL,
            vector BLOB NOT NULL
        );
        CREATE INDEX passages_of_document ON passages (document_id);
    """)


@migrations()  # type: ignore[untyped-decorator]
def m005_liked_examples(db: Database) -> None:
    """Two more kinds of examples: answers as the owner likes them, and questions asked to see whether they come."""
    db.executescript("""
        CREATE TABLE examples_new (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('wording', 'neighbour', 'replay', 'probe', 'liked', 'liked probe')),
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            correction_id INTEGER REFERENCES corrections (id) ON DELETE CASCADE,
            message_id TEXT REFERENCES messages (id) ON DELETE CASCADE
        );
        INSERT INTO examples_new SELECT number, run_id, kind, question, answer, correction_id, NULL FROM examples;
        DROP TABLE examples;
        ALTER TABLE examples_new RENAME TO examples;
        CREATE INDEX examples_of_run ON examples (run_id, number);
        CREATE INDEX examples_of_correction ON examples (correction_id);
        CREATE INDEX examples_of_message ON examples (message_id) WHERE message_id IS NOT NULL;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m006_manner(db: Database) -> None:
    """Corrections that say how to answer: of which aspect of answering, empty for those that are answers."""
    db.executescript("""
        ALTER TABLE corrections ADD COLUMN manner TEXT NOT NULL DEFAULT '';
        CREATE INDEX wishes ON corrections (manner) WHERE manner <> '';
    """)


@migrations()  # type: ignore[untyped-decorator]
def m007_said(db: Database) -> None:
    """What a version answered to the question of a correction, when it was checked."""
    db.execute("ALTER TABLE checks ADD COLUMN said TEXT NOT NULL DEFAULT ''")


@migrations()  # type: ignore[untyped-decorator]
def m008_refused_wordings(db: Database) -> None:
    """Wordings of a correction's question that the owner does not want to be practised."""
    db.execute("""
        CREATE TABLE refused_wordings (
            correction_id INTEGER NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            PRIMARY KEY (correction_id, text)
        )
    """)


@migrations()  # type: ignore[untyped-decorator]
def m009_pinned(db: Database) -> None:
    """Conversations that stay at the head of the list."""
    db.execute("ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")


@migrations()  # type: ignore[untyped-decorator]
def m010_duels(db: Database) -> None:
    """Blind choices between two versions: shown as first and second, and which was preferred, empty for neither."""
    db.execute("""
        CREATE TABLE duels (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            question TEXT NOT NULL,
            first TEXT NOT NULL,
            second TEXT NOT NULL,
            preferred TEXT CHECK (preferred IN (first, second, '')),
            created TEXT NOT NULL
        )
    """)


@migrations()  # type: ignore[untyped-decorator]
def m011_kept_conversations(db: Database) -> None:
    """How a conversation is answered and where it is kept: sampling, tags, put away, deleted but not yet gone.

    `max_tokens` is NULL where the program's own bound holds. `cut` marks answers that ended at that bound.
    """
    db.executescript("""
        ALTER TABLE conversations ADD COLUMN temperature REAL NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN top_p REAL NOT NULL DEFAULT 1;
        ALTER TABLE conversations ADD COLUMN max_tokens INTEGER;
        ALTER TABLE conversations ADD COLUMN archived TEXT;
        ALTER TABLE conversations ADD COLUMN deleted TEXT;
        CREATE INDEX conversations_listed ON conversations (pinned, updated)
            WHERE deleted IS NULL AND archived IS NULL;
        CREATE INDEX conversations_archived ON conversations (archived) WHERE archived IS NOT NULL;
        CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted IS NOT NULL;
        CREATE TABLE tags (
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (conversation_id, tag)
        );
        CREATE INDEX tags_by_name ON tags (tag);
        ALTER TABLE messages ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m012_documents_of_conversations(db: Database) -> None:
    """A document belongs to one conversation or to all, a passage knows its place, and answers what they quote.

    `documents_revision` counts the changes, so that the vectors in memory are read again when one is removed too.
    A quote keeps the names when its passage is gone. Passages are copied first, since they go with their document.
    """
    db.executescript("""
        CREATE TABLE documents_new (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            added TEXT NOT NULL,
            conversation_id TEXT REFERENCES conversations (id) ON DELETE CASCADE
        );
        CREATE TABLE passages_new (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents_new (id) ON DELETE CASCADE,
            place TEXT NOT NULL,
            text TEXT NOT NULL,
            model TEXT NOT NULL,
            vector BLOB NOT NULL
        );
        INSERT INTO documents_new SELECT id, name, sha256, added, NULL FROM documents;
        INSERT INTO passages_new SELECT id, document_id, '', text, model, vector FROM passages;
        DROP TABLE passages;
        DROP TABLE documents;
        ALTER TABLE documents_new RENAME TO documents;
        ALTER TABLE passages_new RENAME TO passages;
        CREATE UNIQUE INDEX documents_once ON documents (sha256, coalesce(conversation_id, ''));
        CREATE INDEX documents_of_conversation ON documents (conversation_id);
        CREATE INDEX passages_of_document ON passages (document_id);
        CREATE VIRTUAL TABLE passages_fts USING fts5 (
            text, content = 'passages', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
        );
        INSERT INTO passages_fts (rowid, text) SELECT id, text FROM passages;
        CREATE TRIGGER passages_fts_insert AFTER INSERT ON passages BEGIN
            INSERT INTO passages_fts (rowid, text) VALUES (new.id, new.text);
        END;
        CREATE TRIGGER passages_fts_delete AFTER DELETE ON passages BEGIN
            INSERT INTO passages_fts (passages_fts, rowid, text) VALUES ('delete', old.id, old.text);
        END;
        CREATE TABLE quotes (
            message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            rank INTEGER NOT NULL,
            document TEXT NOT NULL,
            place TEXT NOT NULL,
            passage_id INTEGER REFERENCES passages (id) ON DELETE SET NULL,
            PRIMARY KEY (message_id, rank)
        );
        CREATE INDEX quotes_of_passage ON quotes (passage_id);
        CREATE TABLE documents_revision (value INTEGER NOT NULL);
        INSERT INTO documents_revision VALUES (1);
        CREATE TRIGGER documents_inserted AFTER INSERT ON documents BEGIN
            UPDATE documents_revision SET value = value + 1;
        END;
        CREATE TRIGGER documents_updated AFTER UPDATE ON documents BEGIN
            UPDATE documents_revision SET value = value + 1;
        END;
        CREATE TRIGGER documents_deleted AFTER DELETE ON documents BEGIN
            UPDATE documents_revision SET value = value + 1;
        END;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m013_users(db: Database) -> None:
    """Users, the sessions of their browsers, whose a conversation is and who made a correction; empty for nobody.

    Passwords, tokens and keys are there as hashes only.
    """
    db.executescript("""
        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            password TEXT NOT NULL,
            key TEXT UNIQUE,
            admin INTEGER NOT NULL,
            created TEXT NOT NULL
        );
        CREATE TABLE sessions (
            token TEXT PRIMARY KEY,
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            expires TEXT NOT NULL
        );
        CREATE INDEX sessions_of_user ON sessions (user);
        ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        CREATE INDEX conversations_of_owner ON conversations (owner, pinned, updated);
        ALTER TABLE corrections ADD COLUMN by TEXT NOT NULL DEFAULT '';
    """)


@migrations()  # type: ignore[untyped-decorator]
def m014_journal(db: Database) -> None:
    """What happened in a night; which correction another wording came from; choices made in the flow of a chat."""
    db.executescript("""
        CREATE TABLE journal (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            time TEXT NOT NULL,
            what TEXT NOT NULL,
            note TEXT NOT NULL
        );
        CREATE INDEX journal_of_run ON journal (run_id, number);
        ALTER TABLE corrections ADD COLUMN revises INTEGER REFERENCES corrections (id);
        ALTER TABLE duels ADD COLUMN first_message TEXT REFERENCES messages (id) ON DELETE SET NULL;
        ALTER TABLE duels ADD COLUMN second_message TEXT REFERENCES messages (id) ON DELETE SET NULL;
        CREATE INDEX duels_of_first ON duels (first_message) WHERE first_message IS NOT NULL;
        CREATE INDEX duels_of_second ON duels (second_message) WHERE second_message IS NOT NULL;
    """)


@migrations()  # type: ignore[untyped-decorator]
def m015_context(db: Database) -> None:
    """What a corrected question is bound to, empty for one that is understood by itself, as earlier ones are taken."""
    db.executescript("ALTER TABLE corrections ADD COLUMN context TEXT NOT NULL DEFAULT ''")


@migrations()  # type: ignore[untyped-decorator]
def m016_own_wordings(db: Database) -> None:
    """Wordings of a correction's question that the owner wants to be practised."""
    db.executescript("""
        CREATE TABLE own_wordings (
            correction_id INTEGER NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            UNIQUE (correction_id, text)
        )
    """)


@migrations()  # type: ignore[untyped-decorator]
def m017_forgotten_for_good(db: Database) -> None:
    """What earlier programs left of forgotten corrections: where they were corrected again, and in late checks."""
    db.executescript("""
        UPDATE corrections SET rejected = '' WHERE forgotten IS NOT NULL OR message_id IN (
            SELECT messages.id FROM messages JOIN corrections AS gone ON gone.id = messages.correction_id
            WHERE gone.forgotten IS NOT NULL
        );
        DELETE FROM checks WHERE correction_id IN (SELECT id FROM corrections WHERE forgotten IS NOT NULL);
    """)


@migrations()  # type: ignore[untyped-decorator]
def m018_documents_by(db: Database) -> None:
    """Who gave a document to all conversations; empty for the first user, whose earlier ones are taken to be."""
    db.execute("ALTER TABLE documents ADD COLUMN by TEXT NOT NULL DEFAULT ''")


@migrations()  # type: ignore[untyped-decorator]
def m019_presets(db: Database) -> None:
    """Presets of the owner's own."""
    db.executescript("""
        CREATE TABLE presets (
            owner TEXT NOT NULL,
            name TEXT NOT NULL,
            instructions TEXT NOT NULL,
            temperature REAL NOT NULL,
            top_p REAL NOT NULL,
            max_tokens INTEGER,
            PRIMARY KEY (owner, name)
        )
    """)


@migrations()  # type: ignore[untyped-decorator]
def m020_signs_in_keys(db: Database) -> None:
    """Keys of questions anew, in which signs that carry a meaning stay.

    What another question had replaced because their keys were one stays replaced: which was meant is not known.
    """
    for number, question in db.execute("SELECT id, question FROM corrections").fetchall():
        db.execute("UPDATE corrections SET question_key = ? WHERE id = ?", (question_key(question), number))


@migrations()  # type: ignore[untyped-decorator]
def m021_given(db: Database) -> None:
    """When an imported correction may have been given at the earliest; NULL where it was made here, or none knows."""
    db.execute("ALTER TABLE corrections ADD COLUMN given TEXT")


@migrations()  # type: ignore[untyped-decorator]
def m022_each_for_oneself(db: Database) -> None:
    """What one user asks of oneself counts again where another user's answer to the same question replaced it."""
    replaced = db.execute("""
        SELECT old.id, old.question, old.context, old.question_key, old.by
        FROM corrections AS old JOIN corrections AS new ON new.id = old.superseded_by
        WHERE old.manner = '' AND old.forgotten IS NULL AND old.by <> new.by
    """).fetchall()
    for number, question, context, key, by in replaced:
        if personal(question, context):
            db.execute(
                """UPDATE corrections SET superseded_by = (
                       SELECT min(later.id) FROM corrections AS later WHERE later.id > ?1 AND later.manner = ''
                       AND later.forgotten IS NULL AND later.by = ?2 AND later.question_key = ?3 AND later.context = ?4
                   ) WHERE id = ?1""",
                (number, by, key, context),
            )


@migrations()  # type: ignore[untyped-decorator]
def m023_accepted(db: Database) -> None:
    """Corrections whose practice questions were looked through."""
    db.executescript("""
        CREATE TABLE accepted (
            correction_id INTEGER PRIMARY KEY REFERENCES corrections (id) ON DELETE CASCADE,
            created TEXT NOT NULL
        )
    """)


NAMES = tuple(name for name in sorted(globals()) if name[0] == "m" and name[1:4].isdigit())
