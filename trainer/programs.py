"""The DSPy programs of the night: signatures and modules only. `teacher` gives them a model to run on."""

import dspy


class Reword(dspy.Signature):  # type: ignore[misc]
    """Ask the same question in other words. Keep every name as it is. Never answer it."""

    question: str = dspy.InputField()
    reworded: str = dspy.OutputField(desc="the same question, asked differently")


class Wording(dspy.Module):  # type: ignore[misc]
    """Another wording of a question, as a model writes it; whether it is worth keeping is decided elsewhere.

    One at a time: a small model that is asked for a list does not end it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reword = dspy.Predict(Reword)

    def forward(self, question: str) -> dspy.Prediction:
        """`reworded`: a question."""
        return self.reword(question=question)
