"""Which dollars in a text are around a formula, so that two prices are not taken for one.

Read by `showing.py` when a text is made ready for the Chatbot, to which a single dollar is then only a dollar. The rule
is that of pandoc (tex_math_dollars). What stands between `$$`, in `\\(...\\)` or in `\\[...\\]` is left as it is.
"""

import re

_PARTS = re.compile(
    r"""
    ^(?P<lead>[ \t>]*)(?P<mark>`{3,}|~{3,})[^`\n]*$ (?s:.*?) (?:^[ \t>]*(?P=mark)[`~]*[ \t]*$|\Z)  # code between fences
    | (?:\A|(?<=\n\n)) (?P<indented>(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z))+)  # code, where it is not what goes on a list
    | (?<!`)(?P<ticks>`+)(?!`) (?:[^\n]|\n(?![ \t]*\n))+? (?<!`)(?P=ticks)(?!`)  # code in a line
    | \$\$ (?s:.+?) \$\$ | \\\[ (?s:.+?) \\\] | \\\( (?s:.+?) \\\)  # marked already
    | \\. | \$\$+
    | \$(?!\s) (?P<formula>(?:\\[^()\[\]\n]|[^\\$`\n]|\n(?![ \t]*\n))+) (?<!\s)\$(?!\d)
    """,
    re.MULTILINE | re.VERBOSE,
)
_LISTED = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE)


def mark_formulas(text: str) -> str:
    """Put formulas between single dollars into `\\(...\\)`, and leave every other dollar. Pure.

    After an opening dollar stands no space; before a closing one none, and after it no digit. There are none in code.
    A paragraph ends a formula.
    """

    item = _LISTED.search(text)
    listed = item.start() if item else len(text)

    def marked(part: re.Match[str]) -> str:
        if part["formula"]:
            return f"\\({part['formula']}\\)"
        if part["indented"] and part.start() > listed:
            begun = len(part[0]) - len(part[0].lstrip())
            return part[0][:begun] + mark_formulas(part[0][begun:])
        return part[0]

    return _PARTS.sub(marked, text)
