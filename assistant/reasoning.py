"""Answers of models that think aloud first: what was thought, and what was said. Pure.

Such models put their reasoning between `<think>` and `</think>` at the head of an answer (Qwen 3, DeepSeek R1 and
others). The page folds it away, and it is not read again in later turns, as those models' own templates have it.
"""

OPENING, CLOSING = "<think>", "</think>"


def parted(content: str) -> tuple[str, str]:
    """What was thought and what was said; all is thought as long as the reasoning has no end."""
    text = content.lstrip()
    if not text.startswith(OPENING):
        return "", content
    thought, _, said = text.removeprefix(OPENING).partition(CLOSING)
    return thought.strip(), said.lstrip()
