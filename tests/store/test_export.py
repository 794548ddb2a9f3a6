"""Training data for other programs: TRL's forms, from what counts and nothing else, whole or not at all."""

import json
from pathlib import Path

import pytest

from store.conversations import add_message, create_conversation
from store.errors import InputRefused, NotFound
from store.export import export_data
from store.feedback import correct
from store.forgetting import forget
from store.ratings import prefer, rate


def exported(home: Path, what: str) -> list[dict]:
    out = home / f"{what}.jsonl"
    count = export_data(home, what, out)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(found) == count
    out.unlink()
    return found


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def test_a_correction_becomes_a_completion_a_pair_and_two_labels(home, db, answered):
    correct(db, answered("Who mends the clock?", "Nobody.").id, "Ines does.")
    prompt, right, wrong = (
        [said("user", "Who mends the clock?")],
        [said("assistant", "Ines does.")],
        [said("assistant", "Nobody.")],
    )
    assert exported(home, "sft") == [{"prompt": prompt, "completion": right}]
    assert exported(home, "dpo") == [{"prompt": prompt, "chosen": right, "rejected": wrong}]
    assert exported(home, "kto") == [
        {"prompt": prompt, "completion": right, "label": True},
        {"prompt": prompt, "completion": wrong, "label": False},
    ]


def test_the_prompt_is_the_talk_before_with_corrections_in_place_of_what_was_wrong(home, db):
    talk = create_conversation(db, system_prompt="Be brief.")
    first = add_message(db, talk.id, None, "user", "Capital of Peru?")
    wrong = add_message(db, talk.id, first.id, "assistant", "Cusco.")
    second = add_message(db, talk.id, wrong.id, "user", "How large is it?")
    good = add_message(db, talk.id, second.id, "assistant", "Ten million people.")
    correct(db, wrong.id, "Lima.")
    rate(db, good.id, 1)
    rows = exported(home, "sft")
    assert rows[1]["prompt"] == [
        said("system", "Be brief."),
        said("user", "Capital of Peru?"),
        said("assistant", "Lima."),
        said("user", "How large is it?"),
    ]


def test_only_the_newest_vote_of_an_answer_counts_and_one_taken_back_does_not(home, db, answered):
    kept, back, turned = (answered(f"Question {n}?", f"Answer {n}.") for n in range(3))
    rate(db, kept.id, 1)
    rate(db, back.id, -1)
    rate(db, back.id, 0)
    rate(db, turned.id, 1)
    rate(db, turned.id, -1)
    assert [(row["completion"][0]["content"], row["label"]) for row in exported(home, "kto")] == [
        ("Answer 0.", True),
        ("Answer 2.", False),
    ]
    assert [row["completion"][0]["content"] for row in exported(home, "sft")] == ["Answer 0."]


def test_a_preference_is_a_pair(home, db, answered):
    first = answered("Tell a joke?", "No.")
    better = add_message(db, first.conversation_id, first.parent_id, "assistant", "Knock, knock.")
    prefer(db, better.id, first.id)
    (row,) = exported(home, "dpo")
    assert (row["chosen"][0]["content"], row["rejected"][0]["content"]) == ("Knock, knock.", "No.")


def test_what_was_forgotten_or_superseded_is_not_exported(home, db, answered):
    answer = answered("Who mends the clock?", "Nobody.")
    correct(db, answer.id, "Ines does, I think.")
    newer = correct(db, answer.id, "Ines does.")
    assert [row["completion"][0]["content"] for row in exported(home, "sft")] == ["Ines does."]
    forget(db, newer.id)
    with pytest.raises(NotFound, match="nothing to export yet: sft is made from a correction or a thumb up"):
        exported(home, "sft")
    assert not (home / "sft.jsonl").exists()


def test_a_pair_is_not_made_of_what_was_wiped(home, db, answered):
    answer = answered("Who mends the clock?", "Nobody.")
    said = add_message(
        db, answer.conversation_id, answer.parent_id, "assistant", "It is Ines.",
        correction_id=correct(db, answer.id, "It is Ines.").id,
    )  # fmt: skip
    forget(db, said.correction_id)
    correct(db, said.id, "It is Otto.")
    with pytest.raises(NotFound, match="dpo is made from"):
        exported(home, "dpo")


def test_an_export_is_private_and_is_not_written_over_anything(home, db, answered, tmp_path_factory):
    correct(db, answered("Who?", "Nobody.").id, "Zoë, in Łódź.")
    out = tmp_path_factory.mktemp("out") / "data.jsonl"
    export_data(home, "sft", out)
    before = out.read_bytes()
    assert "Zoë, in Łódź." in out.read_text(encoding="utf-8") and out.stat().st_mode & 0o077 == 0
    with pytest.raises(InputRefused, match="exists already"):
        export_data(home, "sft", out)
    assert out.read_bytes() == before and list(out.parent.iterdir()) == [out]
    with pytest.raises(InputRefused, match=r"cannot be written: No such file or directory\. Nothing was exported"):
        export_data(home, "sft", out.parent / "nowhere" / "data.jsonl")


@pytest.mark.slow
def test_trl_reads_every_form(home, db, answered):
    from datasets import load_dataset
    from trl.data_utils import is_conversational

    first = answered("Who mends the clock?", "Nobody.")
    correct(db, first.id, "Ines does.")
    for what in ("sft", "dpo", "kto"):
        out = home / f"{what}.jsonl"
        export_data(home, what, out)
        rows = load_dataset("json", data_files=str(out), cache_dir=str(home / "cache"), split="train")
        assert is_conversational(rows[0])
