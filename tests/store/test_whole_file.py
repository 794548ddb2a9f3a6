"""A file or directory is wholly there or not at all."""

import pytest

from store.whole_file import whole_directory, whole_file


def test_a_file_gets_its_name_when_it_is_whole(tmp_path):
    with whole_file(tmp_path / "new" / "a") as part:
        part.write_text("whole")
        assert not (tmp_path / "new" / "a").exists()
    assert (tmp_path / "new" / "a").read_text() == "whole"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "a") as part:
        part.write_text("half")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), whole_directory(tmp_path / "b") as part:
        (part / "c").write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_what_a_dead_process_left_is_cleared_away_and_what_a_live_one_writes_is_not(tmp_path):
    (tmp_path / ".a.999999999.part").write_text("left")
    (tmp_path / ".a.1.part").write_text("being written")
    (tmp_path / ".b.999999999.part").mkdir()
    with whole_file(tmp_path / "a") as part:
        part.write_text("a")
    with whole_directory(tmp_path / "b") as part:
        (part / "c").write_text("c")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.1.part", "a", "b"]
