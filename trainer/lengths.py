"""How long a question and its answer may be for a night to teach them; what is longer, memory alone gives.

Collecting asks it, and the page, which says so; fine-tuning reads nothing longer.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from models.gguf_file import inspect
from models.tokens import vocabulary

ROW_TOKENS = 512
LONGEST = 2 * ROW_TOKENS
"""Tokens of an example, its prompt and its answer with the end."""
WORDED = 32
"""Tokens that another wording of a question may have more than the question."""
SURELY_SHORT = 256
"""Bytes, and so at least as many as tokens: whatever the chat template adds, there is room for them."""

Fits = Callable[[str, str], bool]


def fits(gguf: Callable[[], Path]) -> Fits:
    """What says of a question and its answer whether a night can teach them to the model in the file that `gguf` names.

    The file is opened for the first long text, without its weights.
    """
    measure = cache(lambda: _measure(gguf()))

    def fitting(question: str, answer: str) -> bool:
        if len(question.encode()) + len(answer.encode()) <= SURELY_SHORT:
            return True
        tokens, most = measure()
        return tokens(question, answer) + WORDED <= most

    return fitting


def _measure(gguf: Path) -> tuple[Callable[[str, str], int], int]:
    """How many tokens an example is, and how many it may be: no more than the model can read."""
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    summary, llama = inspect(gguf), vocabulary(gguf)
    eos, bos = (
        "" if token < 0 else llama.detokenize([token], True).decode(errors="replace")
        for token in (llama.token_eos(), llama.token_bos())
    )
    formatter = Jinja2ChatFormatter(template=summary.chat_template, eos_token=eos, bos_token=bos)

    def tokens(question: str, answer: str) -> int:
        prompt = formatter(messages=[{"role": "user", "content": question}]).prompt
        asked, answered = llama.tokenize(prompt.encode(), False, True), llama.tokenize(answer.encode(), False, False)
        return len(asked) + len(answered) + 1

    return tokens, min(LONGEST, summary.context_tokens or LONGEST)
