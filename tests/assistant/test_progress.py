"""What the page says of a night while it runs."""

from assistant.page.progress import state
from assistant.page.speech import speaking
from store import runs
from store.database import opened
from tests.assistant.nights import training_run


def test_why_a_night_that_was_due_has_not_begun_is_said(home):
    full = "0.5 GiB are free and a night needs 2: make room, or set min_free_gib"
    with opened(home) as db, speaking("es"):
        said = state(db, home, running=False, paused=False, last=None, next_run=None, put_off=[full])
    assert "La noche que tocaba espera: hay 0.5 GiB libres" in said


def test_the_time_left_is_of_the_step_and_by_the_night_before_of_the_whole_night(home):
    def said() -> str:
        last = runs.runs(db)[0]
        return state(db, home, running=True, paused=False, last=last, next_run=None)

    with opened(home) as db:
        now = training_run(db, home)
        assert "left" in said() and "whole night" not in said()
        runs.finish_run(db, now, "promoted", None, [])
        for phase, seconds in (("finetune", 400.0), ("merge", 60.0), ("examine", 240.0)):
            runs.begin_phase(db, now, phase)
            runs.finish_phase(db, now, phase, {"seconds": seconds})
        training_run(db, home)
        assert "for the whole night: about 5 minutes left" in said()
