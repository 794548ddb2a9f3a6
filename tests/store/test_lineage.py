"""Which correction made which examples and trained which version."""

from store.checks import record_check
from store.examples import save_examples
from store.feedback import correct
from store.forgetting import forget
from store.lineage import contents, example_counts, went_into
from store.records import Example, Version, now
from store.runs import begin_phase, begin_run, finish_phase
from store.versions import add_version


def night(db, version: str, taught: list[int], new: list[int]) -> None:
    run = begin_run(db, "command").id
    begin_phase(db, run, "collect")
    finish_phase(db, run, "collect", {"new": new})
    made = [Example("wording", f"{form} {id}?", "Ada.", id) for id in new for form in ("Who", "Who now")]
    near = [Example("neighbour", f"Who else than {id}?", "Nobody.", id) for id in new]
    save_examples(db, run, [*made, *made[:1], *near, Example("replay", "A colour?", "Red.")])
    for id in taught:
        record_check(db, id, version, 3, 2, "It is Ada.")
    add_version(db, Version(version, "base", run, now(), "promoted", (), {"corrections": taught}))


def test_a_correction_is_followed_into_every_version_and_back(db, answered):
    one, two = (correct(db, answered(f"Q{n}?", "No.").id, "Ada.").id for n in (1, 2))
    night(db, "v-1", [one], [one])
    night(db, "v-2", [one, two], [two])
    into = went_into(db, one)
    assert [each.version.id for each in into] == ["v-2", "v-1"]
    assert [len(each.examples) for each in into] == [0, 4] and into[0].check.right == 2
    held = contents(db, "v-2")
    assert [(each.correction.id, each.new, each.practised) for each in held] == [(two, True, 2), (one, False, 0)]
    assert example_counts(db, into[1].version.run_id) == {"wording": 3, "neighbour": 1, "replay": 1}


def test_what_was_forgotten_is_still_named_in_the_version_that_holds_it_without_its_answer(db, answered):
    made = correct(db, answered("Q?", "No.").id, "Ada.").id
    night(db, "v-1", [made], [made])
    forget(db, made)
    (held,) = contents(db, "v-1")
    assert held.correction.forgotten and held.correction.answer == "" and held.check is None
    assert went_into(db, made)[0].examples == ()
