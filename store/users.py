"""Who may come in: users with their passwords, the sessions of their browsers, and the keys of their programs.

Passwords are kept as scrypt hashes, sessions and keys as hashes of random tokens, so that a copy of the store opens
nothing. Without users there is no login and everything is nobody's, of the owner "". The first user takes that over
and is the one who looks after the computer (`admin`). What belongs to whom is checked by `store.owners`.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta

from store.conversations import delete_conversations_of, hand_over
from store.database import opened, rows, scrub, writing
from store.errors import InputRefused, NotFound, SetupFailed
from store.light_sqlite_utils import Database
from store.records import User, now
from store.settings import Settings, reaches_others

LEAST_CHARACTERS, MOST_CHARACTERS = 10, 256
SESSION = timedelta(days=30)
NOBODY = User("", True)
"""Whoever comes in where there are no users."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
# One of the settings that OWASP's Password Storage Cheat Sheet takes for equal: 32 MiB for the time of a login.
_N, _R, _P = 1 << 15, 8, 3
_MOST_MEMORY = 64 << 20


def users(db: Database) -> list[User]:
    """The users, the one who looks after the computer first, then by name."""
    return [User(row["name"], bool(row["admin"])) for row in rows(db, f"{_USERS} ORDER BY admin DESC, name")]


def user(db: Database, name: str) -> User:
    """The user `name`. Raises NotFound."""
    found = rows(db, f"{_USERS} WHERE name = ?", name)
    if not found:
        raise NotFound.among("user", name, [known.name for known in users(db)])
    return User(found[0]["name"], bool(found[0]["admin"]))


def main_owner(db: Database) -> str:
    """Whose a thing is that no user brought: the first user's, or nobody's where there are none."""
    return next((each.name for each in users(db) if each.admin), "")


def add_user(db: Database, name: str, password: str) -> User:
    """Let one more in. The first takes over the conversations and corrections there are. Raises InputRefused."""
    if not _NAME.fullmatch(name):
        raise InputRefused(
            f"{name!r} cannot be a user's name: up to 32 small letters a to z, digits, and . _ - inside, such as ana."
        )
    kept = hashed(password)
    with writing(db):
        there = users(db)
        if name in [each.name for each in there]:
            raise InputRefused(f"There is a user {name} already. A new password: run.py users password {name}")
        if rows(db, "SELECT 1 FROM corrections WHERE by = ? LIMIT 1", name):
            raise InputRefused(f"What an earlier {name} taught is still there, and is theirs. Choose another name.")
        db.execute(
            "INSERT INTO users (name, password, admin, created) VALUES (?, ?, ?, ?)",
            (name, kept, int(not there), now()),
        )
        if not there:
            _hand_over(db, "", name)
    return user(db, name)


def remove_user(db: Database, name: str) -> None:
    """Let somebody in no more, and delete their conversations; what they corrected stays learned until it is forgotten.

    With the last user the login ends, and what was theirs is nobody's again. Raises NotFound, and InputRefused for the
    first user as long as there are others.
    """
    with writing(db):
        gone, there = user(db, name), users(db)
        if gone.admin and len(there) > 1:
            others = ", ".join(each.name for each in there if not each.admin)
            raise InputRefused(f"{name} looks after this home; remove the others first: {others}.")
        if len(there) == 1:
            _hand_over(db, name, "")
        db.execute("UPDATE documents SET by = '' WHERE by = ?", (name,))
        db.execute("DELETE FROM presets WHERE owner = ?", (name,))
        db.execute("DELETE FROM users WHERE name = ?", (name,))
        delete_conversations_of(db, name)
    scrub(db)


def set_password(db: Database, name: str, password: str) -> None:
    """Give a user another password; every browser has to log in anew. Raises NotFound and InputRefused."""
    user(db, name)
    kept = hashed(password)
    with writing(db):
        db.execute("UPDATE users SET password = ? WHERE name = ?", (kept, name))
        db.execute("DELETE FROM sessions WHERE user = ?", (name,))


def new_key(db: Database, name: str) -> str:
    """A key for the programs of a user, in place of the one before; it can be read here and never again."""
    user(db, name)
    made = "apr-" + secrets.token_urlsafe(32)
    db.execute("UPDATE users SET key = ? WHERE name = ?", (_digest(made), name))
    return made


def begin_session(db: Database, name: str, password: str) -> str | None:
    """The token of a new session, or None when name and password do not belong together.

    An unknown name takes as long as a wrong password, so that names cannot be found out by the clock.
    """
    found = rows(db, "SELECT password FROM users WHERE name = ?", name)
    kept = found[0]["password"] if found else _DUMMY
    if not matches(password, kept) or not found:
        return None
    token, time = secrets.token_urlsafe(32), datetime.now(UTC)
    with writing(db):
        still = rows(db, "SELECT 1 FROM users WHERE name = ? AND password = ?", name, kept)
        if not still:  # changed or removed while it was compared
            return None
        db.execute("DELETE FROM sessions WHERE expires < ?", (_stamp(time),))
        db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_digest(token), name, _stamp(time + SESSION)))
    return token


def end_session(db: Database, token: str) -> None:
    """Log out: the token opens nothing any more."""
    db.execute("DELETE FROM sessions WHERE token = ?", (_digest(token),))


def of_session(db: Database, token: str) -> User | None:
    """Whose session `token` is."""
    joined = "users JOIN sessions ON user = name WHERE token = ? AND expires > ?"
    found = rows(db, f"SELECT name, admin FROM {joined}", _digest(token), now())
    return User(found[0]["name"], bool(found[0]["admin"])) if found else None


def of_key(db: Database, key: str) -> User | None:
    """Whose key `key` is."""
    found = rows(db, f"{_USERS} WHERE key = ?", _digest(key))
    return User(found[0]["name"], bool(found[0]["admin"])) if found else None


def require_users(settings: Settings) -> None:
    """Raises SetupFailed, with what to do, when other computers would reach a page that asks for no password."""
    if not reaches_others(settings):
        return
    with opened(settings.home) as db:
        if users(db):
            return
    asked = f"host {settings.host}" if not settings.public_name else f"public_name {settings.public_name}"
    raise SetupFailed(
        f"With {asked} other computers reach the page, and nobody has a password yet. "
        "Add yourself first: run.py users add NAME"
    )


def hashed(password: str) -> str:
    """What is kept of a password: the way it is hashed, a random salt and the hash. Raises InputRefused."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise InputRefused(
            f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters, this one has {len(password)}. "
            "Four random words do well."
        )
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether `kept` was made from `password`, compared in constant time. Pure."""
    _, n, r, p, salt, expected = kept.split("$")
    made = _scrypt(password[: MOST_CHARACTERS + 1], bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=32)


def _hand_over(db: Database, earlier: str, later: str) -> None:
    """Make what was of the owner `earlier` that of `later`."""
    hand_over(db, earlier, later)
    db.execute("UPDATE corrections SET by = ? WHERE by = ?", (later, earlier))
    db.execute("UPDATE OR REPLACE presets SET owner = ? WHERE owner = ?", (later, earlier))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_USERS = "SELECT name, admin FROM users"
_DUMMY = f"scrypt${_N}${_R}${_P}${'00' * 16}${'00' * 32}"
