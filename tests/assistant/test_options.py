"""What the page says of each setting."""

from dataclasses import fields

from assistant.page.options import _PARTS, SECRET, WORDS, _filled, edited, saved_words
from store.settings import Settings


def test_every_setting_is_on_the_page_with_what_it_does():
    names = [each.name for each in fields(Settings) if each.name != "home"]
    assert sorted(WORDS) == sorted(names) == sorted(name for part in _PARTS.values() for name in part)


def test_a_key_is_told_as_set_or_not_and_never_shown(home):
    secret = Settings(home=home, teacher_key="hush-hush")
    shown = _filled(SECRET, secret, secret, "file")
    assert shown["value"] == "" and "It is set." in shown["info"] and "hush" not in str(shown)
    assert "None is set." in _filled(SECRET, Settings(home=home), secret, "default")["info"]


def test_what_was_not_touched_is_not_given_though_white_space_stands_around_it():
    names, seen = ["instructions", "memory", "port"], ["Be brief. \n", True, "7860"]
    assert edited(names, ["Be brief. \n", True, "7861"], seen) == {"port": "7861"}
    assert edited(names, ["", False, "7860"], seen) == {"instructions": "", "memory": False}


def test_it_is_said_from_when_on_a_change_counts(home):
    now = Settings(home=home, teacher_url="http://elsewhere")
    said = saved_words(["memory", "port", "teacher_url"], now)
    assert "Memory: counts from now on" in said and "Port: counts when you have started Aprendiz again" in said
    assert "Teacher: counts from the next night on" in said and "corrections are sent to that address" in said
    assert saved_words([], now) == "Nothing was changed."


def test_a_field_says_where_its_value_comes_from_and_whether_it_counts_yet(home):
    begun, now = Settings(home=home), Settings(home=home, port=8000)
    assert "started Aprendiz again" in _filled("port", now, begun, "file")["info"]
    assert "started Aprendiz again" not in _filled("port", begun, begun, "default")["info"]
    fixed = _filled("memory", now, begun, "environment")
    assert not fixed["interactive"] and "environment variable" in fixed["info"]
