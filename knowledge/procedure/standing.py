"""Where a case stands: which steps are done, which may be done now and which not yet, and why."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from knowledge.procedure.checking import ORDER, Limit, Limits, limits, sentence
from knowledge.procedure.facts import Facts, Record, applied
from knowledge.procedure.model import End, Outcome, Procedure, Stage, Step
from knowledge.rules.named import RULES


class State(StrEnum):
    """Of one step of a case."""

    DONE = "done"
    EARLIER = "earlier"  # done before the case was taken over, and nobody entered when
    PASSED = "passed"  # its condition does not hold, so it is not done in this case
    OPEN = "open"  # may be done today
    EARLY = "early"  # all before it is done, its earliest day has not come
    AHEAD = "ahead"  # waits for others


SETTLED = (State.DONE, State.EARLIER, State.PASSED)
"""What nobody has to do any more."""


@dataclass(frozen=True, slots=True)
class Place:
    """One step in a case. `next_due` is the last day of the next round of a repeated step, `remind_on` further days."""

    stage: Stage
    step: Step
    state: State
    records: tuple[Record, ...]
    limits: Limits
    waits_for: tuple[Step, ...]
    next_due: date | None = None
    remind_on: tuple[date, ...] = ()

    @property
    def done_on(self) -> date | None:
        """The day of its newest recording."""
        return self.records[-1].done_on if self.records else None

    @property
    def latest(self) -> date | None:
        """The day by which it has to be done (again)."""
        if self.next_due is not None:
            return self.next_due
        return self.limits.latest.day if self.limits.latest else None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended, and what is said of it."""

    outcome: Outcome
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All steps of a case as they stand on a day."""

    procedure: Procedure
    places: tuple[Place, ...]
    ended: Ended | None

    def place(self, step: str) -> Place:
        """One step's place.

        Raises KeyError.
        """
        for place in self.places:
            if place.step.id == step:
                return place
        raise KeyError(step)

    @property
    def open(self) -> list[Place]:
        """What may be done today: what the case waits for, then what may go on, then what is done in few cases.

        Each in order; nothing once the case has ended.
        """
        found = [] if self.ended else [place for place in self.places if place.state is State.OPEN]
        return sorted(found, key=lambda place: (place.step.optional, _may_stop(place)))

    @property
    def early(self) -> list[Place]:
        """What waits only for its earliest day."""
        return [] if self.ended else [place for place in self.places if place.state is State.EARLY]

    @property
    def stage_now(self) -> int:
        """The index of the stage that the case is in."""
        stages = self.procedure.stages
        for place in self.places:
            begun = place.records and place.step.repeat and not place.step.repeat.until
            if place.state in (State.OPEN, State.EARLY) and not begun:
                return stages.index(place.stage)
        return len(stages) - 1

    def next_reminder(self, today: date) -> date | None:
        """The next day after today on which the secretary is to be reminded of something."""
        days = [day for place in (*self.open, *self.early) for day in reminder_days(place) if day > today]
        return min(days, default=None)

    @property
    def first_reminder(self) -> date | None:
        """The first day, past or to come, from which something is to be said of what is open or waits for its day."""
        days = [day for place in (*self.open, *self.early) for day in reminder_days(place)]
        return min(days, default=None)

    def reminded_on(self, day: date) -> list[Place]:
        """The steps that a day's reminder is about."""
        return [place for place in (*self.open, *self.early) if day in reminder_days(place)]

    @property
    def due(self) -> date | None:
        """The first day by which a rule wants something done that is open or will be; it is late afterwards."""
        return min((day for place in (*self.open, *self.early) if (day := place.latest) is not None), default=None)

    def overdue(self, today: date) -> list[Place]:
        """Open steps whose latest day is over."""
        return [place for place in self.open if place.latest is not None and place.latest < today]


def _may_stop(place: Place) -> bool:
    """Whether it is a repeated step that has been done, and need not be done again."""
    repeat = place.step.repeat
    return repeat is not None and not repeat.until and len(place.records) >= repeat.at_least


def reminder_days(place: Place) -> set[date]:
    """The days on which something is said of a step: before its earliest or latest day, on it, and once it is over."""
    days = set(place.remind_on)
    earliest = place.limits.earliest
    if earliest is not None and (place.state is State.EARLY or earliest.check.rule not in ORDER):
        first = earliest.day
        days |= {first, *(first - timedelta(days=before) for before in place.step.remind)}
    if place.latest is not None:
        days |= {place.latest - timedelta(days=before) for before in place.step.remind}
        days.add(place.latest + timedelta(days=1))
    return days


def standing(
    procedure: Procedure, records: Sequence[Record], facts: Facts, today: date, *, taken_over_at: str = ""
) -> Standing:
    """Where a case stands on a day, from the recordings in force, oldest first.

    `taken_over_at` is the step at which a case that had begun before was taken over.
    """
    by_step: dict[str, list[Record]] = {}
    for record in records:
        by_step.setdefault(record.step, []).append(record)
    settled: set[str] = set()
    passed: set[str] = set()
    places = []
    earlier = taken_over_at in {step.id for step in procedure.steps}
    for stage in procedure.stages:
        for step in stage.steps:
            earlier = earlier and step.id != taken_over_at
            found = tuple(by_step.get(step.id, ()))
            if earlier and not found:
                place = Place(stage, step, State.EARLIER, found, Limits(), ())
            else:
                place = _place(procedure, stage, step, found, facts, today, settled, passed)
            if place.state is State.PASSED:
                passed.add(step.id)
            elif place.state in SETTLED or (place.records and (earlier or _enough(step, found, facts))):
                settled.add(step.id)
            places.append(place)
    places = _close_repeats(procedure, places)
    return Standing(procedure, tuple(places), _ended(procedure, places, facts))


def _enough(step: Step, records: Sequence[Record], facts: Facts) -> bool:
    if step.repeat is None:
        return bool(records)
    reached = not step.repeat.until or facts.holds(step.repeat.until, step.id) is True
    return len(records) >= step.repeat.at_least and reached


def _place(
    procedure: Procedure,
    stage: Stage,
    step: Step,
    records: tuple[Record, ...],
    facts: Facts,
    today: date,
    settled: set[str],
    passed: set[str],
) -> Place:
    if records and (not step.repeat or (step.repeat.until and _enough(step, records, facts))):
        return Place(stage, step, State.DONE, records, Limits(), ())
    if not records and facts.holds(step.when, step.id) is False:
        return Place(stage, step, State.PASSED, records, Limits(), ())
    awaited = dict.fromkeys(_awaited(procedure, step, passed))
    waits_for = tuple(procedure.step(id) for id in awaited if id not in settled)
    span = limits(procedure, step, facts, today)
    next_due = _next_due(procedure, step, records, facts)
    if waits_for or facts.holds(step.when, step.id) is None:
        return Place(stage, step, State.AHEAD, records, span, waits_for, next_due)
    made = [applied(one.rule, one.of, one.literally, facts, step.id) for one in step.remind_on]
    besides = tuple(day for day in made if day is not None)
    if span.earliest is not None and span.earliest.day > today:
        return Place(stage, step, State.EARLY, records, span, (), next_due, besides)
    return Place(stage, step, State.OPEN, records, span, (), next_due, besides)


def _awaited(procedure: Procedure, step: Step, passed: Collection[str]) -> Iterator[str]:
    """The steps that must be done before one; in place of those that are passed over, the ones before them."""
    for id in procedure.before(step):
        if id in passed:
            yield from _awaited(procedure, procedure.step(id), passed)
        else:
            yield id


def _next_due(procedure: Procedure, step: Step, records: Sequence[Record], facts: Facts) -> date | None:
    if step.repeat is None or not step.repeat.due:
        return None
    if records:
        since: date | None = counted_from(step, records[-1].done_on, facts)
    else:
        days = [facts.get(procedure.step(id).dated, id) for id in procedure.before(step)]
        since = max((day for day in days if day is not None), default=None)
    due: date | None = RULES[step.repeat.due](since) if since else None
    return due


def counted_from(step: Step, done_on: date, facts: Facts) -> date:
    """The day from which the next round of a repeated step is counted, when the newest was done on a day."""
    named = facts.get(step.repeat.since, step.id) if step.repeat and step.repeat.since else None
    return named if isinstance(named, date) else done_on


def _close_repeats(procedure: Procedure, places: list[Place]) -> list[Place]:
    """A repeated step is done once something that comes after it is done."""
    done = {place.step.id for place in places if place.state is State.DONE or (place.records and not place.step.repeat)}
    after = {id for place in places if place.step.id in done for id in procedure.before(place.step)}
    closed = []
    for place in places:
        if place.step.repeat and place.records and place.step.id in after:
            place = Place(place.stage, place.step, State.DONE, place.records, Limits(), ())
        closed.append(place)
    return closed


def _ended(procedure: Procedure, places: Sequence[Place], facts: Facts) -> Ended | None:
    for place in places:
        if not place.records:
            continue
        for end in place.step.ends:
            if facts.holds(end.when, place.step.id) is True:
                return Ended(end.outcome, _said(end, facts, place.step))
    needed = [place for place in places if not place.step.optional]
    if all(place.state in SETTLED for place in needed):
        return Ended(Outcome.DONE, "")
    return None


def _said(end: End, facts: Facts, step: Step) -> str:
    return sentence(end.says, facts, step.id)


__all__ = ["Ended", "Limit", "Place", "Standing", "State", "reminder_days", "standing"]
