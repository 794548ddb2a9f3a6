"""sqlite-utils without pandas and NumPy, which it imports when they are there to know their types.

Nothing here stores such types, and the two cost 0.4 s, most of what `run.py status` has. So they are hidden
while sqlite-utils is imported, and found again as usual after.
"""

import sys

_hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]  # makes an import fail, which sqlite-utils expects
try:
    from sqlite_utils import Database, Migrations
finally:
    for _name in _hidden:
        del sys.modules[_name]

__all__ = ["Database", "Migrations"]
