"""Dollars around formulas, and dollars that are money, names of a shell, or code."""

import pytest

from assistant.page.formulas import mark_formulas


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x^2$", r"\(x^2\)"),
        ("Inline $x^2$ and $y$.", r"Inline \(x^2\) and \(y\)."),
        ("($a$), the $n$th, $x$$y$", r"(\(a\)), the \(n\)th, \(x\)\(y\)"),
        ("$5$ apples", r"\(5\) apples"),
        ("$\\text{for \\$5}$", r"\(\text{for \$5}\)"),
        ("$a_1 *\nb_2*$", "\\(a_1 *\nb_2*\\)"),
        ("It costs $5, and $x$ is so.", r"It costs $5, and \(x\) is so."),
        ("1. First\n\n    Then $x$\n\n    and $y$.", "1. First\n\n    Then \\(x\\)\n\n    and \\(y\\)."),
        ("```\n$a$\n```\n$b$", "```\n$a$\n```\n\\(b\\)"),
    ],
)
def test_a_formula_between_two_dollars_is_marked(text, shown):
    assert mark_formulas(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "A ticket costs $5 for children and $10 for adults.",
        "From $20,000 to $30,000, or $5-$10.",
        "$ x $ and $ y$ and $z $",
        "One $ alone",
        "$x\n\nand y$",
        r"\$5 and \$6, \$a$",
        "$$x^2$$ and $$\na $b$\n$$",
        r"\(a $b$ c\) and \[a $b$ c\]",
        r"$a \(b\) c$",
        "`$a$` and ``$b` $c$``",
        "Set `$HOME` to `$PATH`.",
        "a $b `c$` d",
        "```sh\necho $HOME/$USER\n```",
        "- so:\n  ```sh\n  echo $a$\n\n  echo $b$\n  ```",
        "~~~\n$a$\n```\n$b$\n~~~",
        "````\n```\n$a$\n````",
        "```python\nprint('$a$')  # still being written",
        "So:\n\n    echo $a$\n    echo $b$\n",
        "> ```\n> $a$\n> ```",
        "",
    ],
)
def test_every_other_dollar_stays(text):
    assert mark_formulas(text) == text


def test_a_long_text_of_marks_that_nothing_closes_takes_no_time():
    for part in ("$a ", "`", "` `` ", "$x\n", "    $\n\n", "> "):
        text = part * 5_000
        assert mark_formulas(text) == text, part
