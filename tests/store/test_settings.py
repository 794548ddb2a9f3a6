"""Flags go before the environment, that before config.toml, that before the defaults; a fault says where it stands."""

from pathlib import Path

import pytest

from store.errors import InputRefused
from store.settings import Settings, load_settings, settled


def test_the_nearest_source_counts():
    config = {"port": 1, "model": "a.gguf", "night": False, "min_free_gib": 3}
    environment = {"APRENDIZ_PORT": "2", "APRENDIZ_MODEL": "b.gguf", "APRENDIZ_THREADS": "4", "PORT": "9"}
    found = settled(Path("/home"), config, environment, {"port": 3, "threads": None})
    assert (found.port, found.model, found.threads, found.night, found.min_free_gib) == (3, "b.gguf", 4, False, 3.0)
    assert isinstance(found.min_free_gib, float)
    assert settled(Path("/home"), {}, {}, {}) == Settings(home=Path("/home"))


@pytest.mark.parametrize(
    ("config", "environment", "flags", "fault"),
    [
        (
            {"night_tme": "x"},
            {},
            {},
            "config.toml sets 'night_tme', which is no setting. There are: host, port, model,",
        ),
        ({"home": "x"}, {}, {}, "config.toml sets 'home'"),
        ({}, {}, {"colour": "x"}, "The command line sets 'colour'"),
        ({"port": "x"}, {}, {}, "config.toml: port is 'x'; it must be a whole number from 1 to 65535."),
        ({"port": True}, {}, {}, "config.toml: port is True"),
        ({"port": 1.5}, {}, {}, "config.toml: port is 1.5"),
        ({"port": 70_000}, {}, {}, "from 1 to 65535"),
        ({"model": 7}, {}, {}, "config.toml: model is 7; it must be a text in quotes."),
        ({"memory": 1}, {}, {}, "config.toml: memory is 1; it must be true or false."),
        ({}, {"APRENDIZ_MEMORY": "maybe"}, {}, "APRENDIZ_MEMORY is 'maybe'; it must be true or false."),
        (
            {},
            {"APRENDIZ_MEMORY_THRESHOLD": "nan"},
            {},
            "APRENDIZ_MEMORY_THRESHOLD is 'nan'; it must be a number from 0 to 1.",
        ),
        ({}, {}, {"engine": "cuda"}, "--engine is 'cuda'; it must be one of auto, llamacpp, torch."),
        ({}, {}, {"night_time": "24:00"}, "--night-time is '24:00'; it must be a time of day such as 03:00."),
    ],
)
def test_a_fault_names_the_setting_its_place_and_what_would_do(config, environment, flags, fault):
    with pytest.raises(InputRefused) as refusal:
        settled(Path("/home"), config, environment, flags)
    assert fault in str(refusal.value)


def test_an_environment_says_yes_and_no_in_words():
    for word, meant in {
        "on": True,
        "TRUE": True,
        "1": True,
        "yes": True,
        "off": False,
        "No": False,
        "0": False,
    }.items():
        assert settled(Path("/home"), {}, {"APRENDIZ_MEMORY": word}, {}).memory is meant


def test_a_home_is_given_or_in_the_environment_or_the_platforms(home, monkeypatch):
    monkeypatch.setenv("APRENDIZ_HOME", str(home))
    assert load_settings(None).home == home
    assert load_settings(home / "other").home == home / "other"
    monkeypatch.delenv("APRENDIZ_HOME")
    assert load_settings(None).home.name == "aprendiz"


def test_config_toml_in_the_home_is_read(home):
    (home / "config.toml").write_text('\ufeffport = 8123\nnight_time = "4:30"\n', encoding="utf-8")
    found = load_settings(home)
    assert (found.port, found.night_time) == (8123, "04:30")
    (home / "config.toml").write_text("port =\n")
    with pytest.raises(InputRefused, match=r"config\.toml is not TOML: .*line 1"):
        load_settings(home)
    (home / "config.toml").write_bytes(b"\xff")
    with pytest.raises(InputRefused, match="cannot be read"):
        load_settings(home)


def test_the_teachers_key_is_not_shown():
    assert "secret" not in repr(settled(Path("/home"), {"teacher_key": "secret"}, {}, {}))
