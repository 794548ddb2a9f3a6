"""The errors that a user can act on; `run.py` prints each as one line and exits with status 1.

    AprendizError
    ├── InputRefused     a file, argument or setting is malformed: names file, line, fault
    ├── NotFound         an unknown version, correction, conversation: names the ones there are
    ├── ModelRefused     a GGUF file or model directory that must not be served, with the reason
    ├── SetupFailed      the environment cannot be made: compiler, disk, Python, port
    ├── NightRefused     a night may not start now: lock held, no disk, on battery
    ├── NightFailed      a phase of the night could not finish; yesterday's version stays
    └── StoreDamaged     the database cannot be read or belongs to a newer program

A message says what was asked, what was found, and what to do.
"""


class AprendizError(Exception):
    """Something a user can act on, told in one line."""


class InputRefused(AprendizError):
    """Malformed input; nothing of it was taken."""


class NotFound(AprendizError):
    """A name that does not exist, told with the names that do."""

    @classmethod
    def among(cls, what: str, asked: object, there: list[str]) -> "NotFound":
        """`what` is singular ("version"); `there` lists the known ones, cut at ten."""
        known = ", ".join(there[:10]) + (f" and {len(there) - 10} more" if len(there) > 10 else "")
        listed = f"There are: {known}." if there else f"There is no {what} yet."
        return cls(f"There is no {what} {str(asked)!r}. {listed}")


class ModelRefused(AprendizError):
    """A model file that must not be served."""


class SetupFailed(AprendizError):
    """The private environment could not be made."""


class NightRefused(AprendizError):
    """A night may not start now."""


class NightFailed(AprendizError):
    """A night ended before its decision; the served version is unchanged."""


class StoreDamaged(AprendizError):
    """The database cannot be used as it is."""
