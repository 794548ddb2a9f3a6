"""Settings changed from the page: checked first, written whole, comments kept, and said where each comes from."""

import stat
from dataclasses import fields

import pytest

from store.config import change, changed, present, running
from store.errors import InputRefused
from store.settings import Settings, load_settings


def test_comments_and_order_stay_when_a_value_is_changed():
    text = '# mine\nport = 8000   # the other is taken\n\nmodel = "a.gguf"\n'
    after = changed(text, {"model": 'b "c".gguf', "memory": False})
    assert after == '# mine\nport = 8000   # the other is taken\n\nmodel = "b \\"c\\".gguf"\nmemory = false\n'
    assert changed("", {"night_minutes": 30, "min_free_gib": 1.5}) == "night_minutes = 30\nmin_free_gib = 1.5\n"


def test_what_is_changed_is_what_is_read_next_time(home):
    given = {
        "memory": False,
        "night_minutes": "30",
        "min_free_gib": "1.5",
        "night_time": "4:05",
        "model": "a\\b\n.gguf",
    }
    now, new = change(home, given, {}, {})
    assert set(new) == set(given) and load_settings(home) == now
    assert (now.memory, now.night_minutes, now.min_free_gib, now.night_time) == (False, 30, 1.5, "04:05")
    assert change(home, given, {}, {}) == (now, [])


def test_one_value_that_will_not_do_leaves_everything_as_it_was(home):
    (home / "config.toml").write_text("# mine\n")
    for wrong, fault in (({"night_minutes": "0"}, "night_minutes is '0'"), ({"host": "not a host"}, "host is")):
        with pytest.raises(InputRefused, match=fault):
            change(home, {"memory": False, **wrong}, {}, {})
    with pytest.raises(ZeroDivisionError):
        change(home, {"memory": False}, {}, {}, lambda settings: 1 / 0)
    assert (home / "config.toml").read_text() == "# mine\n" and [p.name for p in home.iterdir()] == ["config.toml"]


def test_a_damaged_file_is_told_and_not_written_over(home):
    (home / "config.toml").write_text("memory = \n")
    with pytest.raises(InputRefused, match="is not TOML"):
        change(home, {"memory": False}, {}, {})
    assert (home / "config.toml").read_text() == "memory = \n"


def test_a_value_that_the_file_does_not_decide_is_not_written_there(home):
    for environment, flags, said in (
        ({"APRENDIZ_PORT": "8000"}, {}, "by APRENDIZ_PORT"),
        ({}, {"port": 8000}, "on the command line"),
    ):
        with pytest.raises(InputRefused, match=said):
            change(home, {"port": 9000}, environment, flags)
        assert change(home, {"port": 8000, "memory": False}, environment, flags)[1] == ["memory"]
        (home / "config.toml").unlink()


def test_each_value_says_where_it_comes_from(home):
    (home / "config.toml").write_text("night = false\nport = 1\n")
    settings, origin = present(
        home, {"APRENDIZ_PORT": "2", "APRENDIZ_HOST": "::1"}, {"host": "localhost", "port": None}
    )
    assert (settings.night, settings.port, settings.host) == (False, 2, "localhost")
    assert [origin[name] for name in ("night", "port", "host", "memory")] == ["file", "environment", "flag", "default"]
    assert set(origin) == {each.name for each in fields(Settings)} - {"home"}


def test_the_file_is_the_owners_alone_and_a_link_to_it_stays_a_link(home):
    change(home, {"teacher_key": "secret"}, {}, {})
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600
    kept = home / "elsewhere.toml"
    (home / "config.toml").rename(kept)
    (home / "config.toml").symlink_to(kept)
    change(home, {"memory": False}, {}, {})
    assert (home / "config.toml").is_symlink() and "memory = false" in kept.read_text()


def test_a_server_goes_on_with_what_needs_no_restart_and_keeps_the_rest(home):
    begun = Settings(home=home)
    now = Settings(home=home, memory=False, night_time="05:00", port=9000, model="b.gguf", teacher_url="http://a")
    kept = running(begun, now)
    assert (kept.memory, kept.night_time, kept.teacher_url) == (False, "05:00", "http://a")
    assert (kept.port, kept.model) == (begun.port, begun.model)
