"""When the night comes: at a local time of day, once for each local date, caught up after sleep.

A night's date is that of its hour: one of ten in the evening that is caught up next morning is still yesterday's.
APScheduler keeps the time, by a clock that stands still while the computer sleeps, so that it looks every minute.
Whether a date has had its night, one that was gone on with too, is on record in the store, so that the hour which a
clock change repeats, a restart or a second server make no second one. What was deleted long ago goes for good here too.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from store import runs
from store.database import opened
from store.settings import Settings
from store.shelves import purge

log = logging.getLogger(__name__)
CATCH_UP_DELAY = timedelta(minutes=5)
TRY_AGAIN = timedelta(minutes=20)
SOON = timedelta(hours=3)
DAY = timedelta(days=1)
AWAKE, BIN = "awake", "bin"


class Schedule:
    """Calls `start(local_date)` when a night is due; `hindrances()` may put it off, in words."""

    def __init__(self, settings: Settings, start: Callable[[str], None], hindrances: Callable[[], list[str]]) -> None:
        self._settings = settings
        self._start = start
        self._hindrances = hindrances
        self._scheduler = BackgroundScheduler()
        self.put_off: list[str] = []
        """Why the night that was due last has not been started, in words."""

    def begin(self) -> None:
        """Keep time from now on; the last night, if it was missed, is caught up in a few minutes."""
        self._plan()
        if self._settings.night and missed(datetime.now(), self._hour, self._ran_on):
            self._later(CATCH_UP_DELAY)

    def take(self, settings: Settings) -> None:
        """Go by other settings from now on. What was missed by another time of day is not caught up."""
        before, self._settings = self._settings, settings
        if (settings.night, settings.night_time) != (before.night, before.night_time):
            self._scheduler.remove_all_jobs()
            self.put_off = []
            self._plan()

    @property
    def _hour(self) -> time:
        return time.fromisoformat(self._settings.night_time)

    def _plan(self) -> None:
        if not self._scheduler.running:
            self._scheduler.start()
        often = {"misfire_grace_time": None, "coalesce": True}
        self._scheduler.add_job(self._empty_bin, "interval", hours=1, id=BIN, **often)
        if not self._settings.night:
            return
        self._scheduler.add_job(
            self._due,
            CronTrigger(hour=self._hour.hour, minute=self._hour.minute),
            id="night",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.add_job(lambda: None, "interval", minutes=1, id=AWAKE, **often)

    def next_run(self) -> datetime | None:
        """When the next night is due, with its time zone; None when there is none."""
        jobs = self._scheduler.get_jobs() if self._scheduler.running else []
        times = [job.next_run_time for job in jobs if job.next_run_time and job.id not in (AWAKE, BIN)]
        return min(times, default=None)

    def stop(self) -> None:
        """Keep no more time."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _empty_bin(self) -> None:
        with opened(self._settings.home) as db:
            purge(db)

    def _due(self) -> None:
        its_date = night_of(datetime.now(), self._hour)
        ran = self._ran_on(its_date)
        self.put_off = [] if ran else self._hindrances()
        if ran:
            return
        if self.put_off:
            log.warning("the night waits: %s", "; ".join(self.put_off))
            self._later(TRY_AGAIN)
            return
        self._start(its_date.isoformat())

    def _later(self, delay: timedelta) -> None:
        when = datetime.now().astimezone() + delay
        self._scheduler.add_job(
            self._due, "date", run_date=when, id="later", replace_existing=True, misfire_grace_time=None
        )

    def _ran_on(self, day: date) -> bool:
        with opened(self._settings.home) as db:
            return runs.ran_on(db, day.isoformat())


def night_of(local: datetime, at: time) -> date:
    """The date of the last night that should have begun, by local time. Pure."""
    return local.date() if local.time() >= at else local.date() - DAY


def missed(local: datetime, at: time, ran_on: Callable[[date], bool]) -> bool:
    """Whether the last night should have been and was not, and the next is not soon. Pure but for `ran_on`."""
    until_next = (datetime.combine(local, at) - local) % DAY
    return until_next >= SOON and not ran_on(night_of(local, at))
