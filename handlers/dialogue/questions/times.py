"""When something is: a moment, a day, a time of day, as people say them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions.question import Asking, Option, Question, Reply, looked_up, of_form, pick_one
from handlers.wording import day_words
from knowledge import choices
from knowledge.rules import dates

MOST_OF_A_YEAR = timedelta(days=300)
JUST_PASSED = timedelta(days=31)


class When(Question[datetime]):
    """A day and a time as people say them; the answer is aware and in the branch's zone."""

    def __init__(self, *, after: datetime | None = None, before: datetime | None = None) -> None:
        self.after, self.before = after, before

    def read(self, reply: Reply, asking: Asking, partial: Any) -> datetime:
        """The moment; a day alone is kept, and only its time is asked for."""
        text = looked_up(reply)
        day, _, half = (partial or "").partition(" ")
        # Asked for the time of that day, people say 三点, 3 or 下午三点; or else another day altogether.
        said = [f"{day} {half}{text}", f"{day} {half}{text}点", f"{day} {text}", f"{day} {text}点"] if day else []
        moment = next((found for words in said if (found := _timed(words, asking.now))), None)
        moment = moment or moment_in(text, asking.now)
        if moment is None:
            raise Invalid("no_date")
        if moment.time is None:
            self._check_day(moment.day, asking)
            kept = f"{moment.day.isoformat()} {moment.half}".strip()
            raise More(kept, "what_time", day=dates.format_moment(moment.day) + moment.half)
        value = datetime.combine(moment.day, moment.time, asking.zone)
        self._check(value, asking, asking.now)
        return value

    def _check_day(self, day: date, asking: Asking) -> None:
        """A day that is over has no hour left that could be asked for."""
        if self.after and day < max(self.after, asking.now).astimezone(asking.zone).date():
            raise Invalid("already_past", said=dates.format_moment(day))

    def _check(self, value: datetime, asking: Asking, now: datetime) -> None:
        after = self.after and max(self.after, now)
        if after and value <= after:
            raise Invalid("already_past", said=dates.format_moment(value.astimezone(asking.zone)))
        if self.before and value >= self.before:
            raise Invalid("too_late", limit=dates.format_moment(self.before.astimezone(asking.zone)))

    def dump(self, value: datetime) -> str:
        """ISO 8601 with its offset."""
        return value.isoformat()

    def load(self, data: Any, asking: Asking) -> datetime:
        """Back in the branch's zone; a moment that has passed while the dialogue was set aside no longer fits."""
        moment = datetime.fromisoformat(data)
        if moment.tzinfo is None:
            raise TypeError(f"{data!r} has no time zone: it is a day")
        value = moment.astimezone(asking.zone)
        self._check(value, asking, asking.now)
        return value

    def show(self, value: datetime, asking: Asking) -> str:
        """With the weekday, so that a slip is seen."""
        return dates.format_moment(value)


class Day(Question[date]):
    """A day, past or future as `after` and `before` (both inclusive) allow.

    Without a year it is the last of that date; where it is to come, or with `since`, it is the first from that day on.
    But one that has only just passed is that one, and not next year's: people are late more often than a year early.
    """

    def __init__(self, *, after: date | None = None, before: date | None = None, since: date | None = None) -> None:
        self.after, self.before, self.since = after, before, since

    def read(self, reply: Reply, asking: Asking, partial: Any) -> date:
        """The day that was said."""
        try:
            day = self._day(looked_up(reply), asking.now.replace(tzinfo=None))
        except dates.DateProblem as problem:
            raise Invalid(problem.key) from problem
        if day is None:
            raise Invalid("no_day")
        return self._checked(day)

    def _day(self, text: str, now: datetime) -> date | None:
        last = dates.read_day(text, now=now)
        first = self.since or (self.after if self.after is not None and self.after >= now.date() else None)
        if last is None or first is None:
            return last
        # Of a date that comes back every year only the year is open, and the day it counts from says which.
        later = dates.read_day(text, now=now + timedelta(days=1), prefer_future=True)
        if later is None or later - last < MOST_OF_A_YEAR:
            return last if last >= first else dates.read_day(text, now=now, prefer_future=True)
        origin = datetime.combine(first, time(12))
        passed = dates.read_day(text, now=origin)
        if passed is not None and passed < first and first - passed <= JUST_PASSED and passed <= now.date():
            return passed
        return dates.read_day(text, now=origin, prefer_future=True)

    def _checked(self, day: date) -> date:
        if self.after and day < self.after:
            raise Invalid("day_too_early", said=day_words(day), limit=day_words(self.after))
        if self.before and day > self.before:
            raise Invalid("day_too_late", said=day_words(day), limit=day_words(self.before))
        return day

    def dump(self, value: date) -> str:
        """ISO 8601."""
        return value.isoformat()

    def load(self, data: Any, asking: Asking) -> date:
        """The day, if it is still in bounds."""
        return self._checked(date.fromisoformat(data))

    def show(self, value: date, asking: Asking) -> str:
        """With the weekday."""
        return dates.format_moment(value)


class Clock(Question[time]):
    """A time of day as people say it: 下午3点; `suggestions` may be tapped."""

    def __init__(self, *, suggestions: Sequence[time] = ()) -> None:
        self.suggestions = list(dict.fromkeys(suggestions))

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The suggestions."""
        return [Option(self.dump(value), self.dump(value)) for value in self.suggestions]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> time:
        """The time that was tapped or said; a bare figure is the number of a suggestion, or an hour."""
        if reply.option is not None:
            return self.load(pick_one(reply, self.options(asking, partial)), asking)
        if reply.files or not reply.text.strip():
            raise Invalid("no_clock")
        text = looked_up(reply)
        bare = choices.whole_number(text)
        if bare is not None and 1 <= bare <= len(self.suggestions):
            return self.suggestions[bare - 1]
        moment = moment_in(f"{text}点" if bare is not None else text, asking.now)
        if moment is None or moment.time is None:
            raise Invalid("no_clock")
        return moment.time.replace(second=0, microsecond=0)

    def dump(self, value: time) -> str:
        """HH:MM."""
        return f"{value:%H:%M}"

    def load(self, data: Any, asking: Asking) -> time:
        """Back from HH:MM."""
        return time.fromisoformat(of_form(data, str))

    def show(self, value: time, asking: Asking) -> str:
        """HH:MM."""
        return self.dump(value)


def moment_in(text: str, now: datetime) -> dates.Moment | None:
    try:
        return dates.read_moment(text, now=now.replace(tzinfo=None))
    except dates.DateProblem as problem:
        raise Invalid(problem.key) from problem


def _timed(text: str, now: datetime) -> dates.Moment | None:
    """A day with its time; None for all else: what does not fit beside a kept day may be another day altogether."""
    try:
        moment = moment_in(text, now)
    except Invalid:
        return None
    return moment if moment is not None and moment.time is not None else None
