"""A JSON schema as the grammar that llama.cpp follows, tried out before an answer is begun.

llama.cpp ends the whole program where it is to follow a grammar that it cannot read, and reads nested brackets by
recursion, so that what it is given is looked at here. Nothing of a model is needed for that.
"""

import json
from itertools import accumulate
from typing import Any

import llama_cpp
from llama_cpp.llama_grammar import json_schema_to_gbnf

from store.errors import InputRefused

DEEPEST = 1100
"""Brackets in brackets: a text or a list of at most 1000 parts needs so many, and llama.cpp follows some 1900."""
_ADVICE = "In a pattern write [0-9] for \\d; give enum and anyOf something to choose from"


def grammar(schema: dict[str, Any]) -> str:
    """`schema` in llama.cpp's form of a grammar (GBNF). Raises InputRefused with the reason where there is none."""
    try:
        text = str(json_schema_to_gbnf(json.dumps(schema)))
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise InputRefused(f"This schema cannot be followed: {str(error) or type(error).__name__}.") from error
    if max(accumulate((letter == "(") - (letter == ")") for letter in text)) > DEEPEST:
        raise InputRefused("This schema cannot be followed: maxLength and maxItems may be 1000 at the most.")
    sampler = llama_cpp.llama_sampler_init_grammar(None, text.encode(), b"root")
    if not sampler:
        raise InputRefused(f"This schema cannot be followed: llama.cpp cannot read a part of it. {_ADVICE}.")
    llama_cpp.llama_sampler_free(sampler)
    return text
