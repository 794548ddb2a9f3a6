"""What all tests share: homes, tiny models made once, and the packaged default model made ready once."""

import os
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GOMP_SPINCOUNT"] = "3000"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

from models.catalogue import BaseModel, base_model
from models.hf_to_gguf import convert
from tests.assistant.chat_server import READY, with_base_of
from tests.models import tiny_models


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long nights first, and beside them what takes little; the browsers, beside which a night crawls, at last."""
    items.sort(key=lambda item: (item.path.name != "test_night.py", "assistant" in item.path.parts))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty data directory."""
    return tmp_path


@pytest.fixture
def home_with_base(home, default_home) -> Path:
    """A data directory that has the default model and the embedding model ready."""
    with_base_of(default_home, home)
    return home


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A function: architecture, tied or not -> (Hugging Face directory, its GGUF file)."""
    made = {}

    def model(architecture: str, tied: bool = True) -> tuple[Path, Path]:
        key = architecture, tied
        if key not in made:
            directory = tmp_path_factory.mktemp("tiny") / f"{architecture}-{'tied' if tied else 'untied'}"
            tiny_models.make(architecture, directory, tied=tied)
            convert(directory, directory.with_suffix(".gguf"))
            made[key] = directory, directory.with_suffix(".gguf")
        return made[key]

    return model


@pytest.fixture(scope="session", autouse=True)
def default_home(tmp_path_factory) -> Path:
    """Where the default model is made ready, for all workers: it is locked while that is done."""
    own = tmp_path_factory.getbasetemp()
    READY[:] = [(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "default-home"]
    return READY[0]


@pytest.fixture(scope="session")
def default_model(default_home) -> BaseModel:
    return base_model("", default_home, "f16")
