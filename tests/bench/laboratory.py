"""A night in parts, for the benches: its data made once, then trained on, merged and examined in several ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.llamacpp import LlamaCppEngine
from models.adapter import MergedWeights
from models.catalogue import BaseModel, base_model, training_dir
from models.embedding import Embedder, embedding_file
from models.gguf_file import replace_tensors
from models.version_files import BASE
from store import conversations, examples, feedback, runs
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import Example
from store.settings import load_settings
from tests.bench.made_up import Fact
from trainer.examine import Evaluation, Questions, examine
from trainer.finetune import FinetuneConfig, finetune
from trainer.replay import replay
from trainer.rewording import Rewording
from trainer.synthesise import Lessons, synthesise
from trainer.teacher import teacher


@dataclass(frozen=True, slots=True)
class Material:
    """What one night would train on, and what it would be examined with."""

    base: BaseModel
    examples: tuple[Example, ...]
    questions: Questions

    @property
    def training(self) -> Path:
        return training_dir(self.base)


def teach(db: Database, question: str, answer: str, by: str = "") -> int:
    """Ask, be answered wrongly, correct, as the user `by`; the correction's id."""
    talk = conversations.create_conversation(db, question, owner=by)
    asked = conversations.add_message(db, talk.id, None, "user", question)
    said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.", version=BASE)
    return feedback.correct(db, said.id, f"{answer}.").id


def material(home: Path, facts: Sequence[Fact], bases: Path) -> Material:
    """Teach `facts` in `home` and make the data of a first night, by the night's own means; made once for a home.

    What belongs to the base is kept in the home `bases`.
    """
    home.mkdir(parents=True, exist_ok=True)
    settings = load_settings(home)
    base = base_model("", bases)
    with opened(home) as db:
        if not feedback.corrections(db):
            for fact in facts:
                teach(db, fact.question, fact.answer)
        corrections = tuple(feedback.active_corrections(db))
        new = {c.id for c in corrections}
        run = (runs.unfinished_run(db) or runs.begin_run(db, "command", None)).id
        engine = LlamaCppEngine(base.gguf, BASE)
        embedder = Embedder(embedding_file(bases), settings.threads)
        try:
            kept, general = replay(training_dir(base), base.folder, engine)
            if not examples.examples_of(db, run):
                rewording = Rewording(teacher(settings, engine), embedder)
                made, _ = synthesise(Lessons(corrections, new), engine, rewording, run)
                examples.save_examples(db, run, made)
        finally:
            embedder.close()
            engine.close()
        made = examples.examples_of(db, run)
    probes = [e for e in made if e.kind == "probe"]
    trained = (*(e for e in made if e.kind != "probe"), *kept)
    return Material(base, trained, Questions.of(corrections, frozenset(new), probes, general))


def adapter(material: Material, work: Path, data: Sequence[Example], config: FinetuneConfig) -> Path:
    """Train on `data`; a training that was interrupted in `work` goes on."""
    work.mkdir(parents=True, exist_ok=True)
    return finetune(material.training, data, work, config).adapter


def merged(material: Material, work: Path, trained: Path, scale: float = 1.0) -> Path:
    """The base with the adapter `trained` in it, `scale` times as strong as it should be."""
    file = work / "model.gguf"
    replace_tensors(material.base.gguf, file, MergedWeights(material.training, trained, scale))
    return file


def examined(material: Material, file: Path) -> Evaluation:
    """What the night's examination finds of `file`."""
    base = LlamaCppEngine(material.base.gguf, BASE)
    try:
        if file == material.base.gguf:
            return examine(base, material.questions, base)
        engine = LlamaCppEngine(file, "v-examined")
        try:
            return examine(engine, material.questions, base)
        finally:
            engine.close()
    finally:
        base.close()
