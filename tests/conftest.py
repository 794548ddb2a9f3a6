"""What all tests share: homes, tiny models made once, and the packaged default model made ready once."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GOMP_SPINCOUNT"] = "3000"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from models.catalogue import BaseModel, base_model
from models.hf_to_gguf import convert
from tests.models import tiny_models


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The nights first: they take longest, and nothing else is left to run beside them at the end."""
    items.sort(key=lambda item: item.path.name != "test_night.py")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty data directory."""
    return tmp_path


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


@pytest.fixture(scope="session")
def default_home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("default-home")


@pytest.fixture(scope="session")
def default_model(default_home) -> BaseModel:
    return base_model("", default_home, "f16")
