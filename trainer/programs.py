"""The DSPy programs of the night: signatures and modules only. `teacher` gives them a model to run on."""

import dspy


class Reword(dspy.Signature):
    """Ask the same question in other words. Keep every name as it is. Never answer it."""

    question: str = dspy.InputField()
    wordings: list[str] = dspy.OutputField(desc="five different ways of asking the question")


class Wordings(dspy.Module):
    """Other wordings of a question, as a model writes them; what is worth keeping is decided elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.reword = dspy.Predict(Reword)

    def forward(self, question: str) -> dspy.Prediction:
        """`wordings`: a list of questions."""
        return self.reword(question=question)
