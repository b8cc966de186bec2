"""Three tracks side by side: what happened, what the rules allow, and a plan that moves when a fact changes.

The plan never touches a fact. It supposes for every step still to be done what is offered as its answer, else the usual
outcome (the first of a choice, yes, and that figures pass), and the usual time after the steps before it, kept within
what the rules allow, on a working day. What is too late already is planned for as soon as it can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from knowledge.procedure.checking import Limit, Limits, limits
from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.model import Procedure, Span, Stage, Step
from knowledge.procedure.standing import Place, Standing, State, standing
from knowledge.procedure.usual import usual
from knowledge.rules.named import RULES
from knowledge.rules.periods import months_later
from knowledge.rules.working_days import is_working_day, next_working_day, nth_working_day, previous_working_day

MOST_ROUNDS = 60
"""Of one step, so that what is due every week does not fill a picture."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Between which days the rules allow something; that it comes after the step before it goes without saying, and so
    does what has been allowed since before the case began.

    `provisional` while working days are counted in a year whose holidays are not published; `supposed` when it hangs on
    days that are only planned.
    """

    earliest: date | None = None
    latest: date | None = None
    provisional: bool = False
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """One time that a step is done: the day it was, or else the day it is planned for, and what the rules allow."""

    done_on: date | None
    planned: date | None
    allowed: Allowed

    @property
    def late(self) -> bool:
        """Whether it was done, or can only be done, after its latest day."""
        day = self.done_on or self.planned
        return day is not None and self.allowed.latest is not None and day > self.allowed.latest


@dataclass(frozen=True, slots=True)
class Row:
    """One step with all its rounds, those that happened first."""

    stage: Stage
    step: Step
    state: State
    rounds: tuple[Round, ...]

    @property
    def happened(self) -> tuple[date, ...]:
        """The days on which it was done."""
        return tuple(one.done_on for one in self.rounds if one.done_on)

    @property
    def planned(self) -> tuple[date, ...]:
        """The days for which it is planned."""
        return tuple(one.planned for one in self.rounds if one.planned)

    @property
    def provisional(self) -> bool:
        """Whether any of what is allowed is."""
        return any(one.allowed.provisional for one in self.rounds)


def history(rows: Sequence[Row]) -> list[Row]:
    """What happened of it alone: for a case that rests, or was ended before its last step."""
    return [replace(row, rounds=tuple(one for one in row.rounds if one.done_on)) for row in rows if row.happened]


def timeline(
    procedure: Procedure, records: Sequence[Record], facts: Facts, today: date, *, taken_over_at: str = ""
) -> list[Row]:
    """The rows of all steps in order, without what is passed over in this case or would be if all goes as usual."""
    now = standing(procedure, records, facts, today, taken_over_at=taken_over_at)
    until: dict[str, date | None] = {}
    while True:
        plan = _Plan(procedure, now, facts, today, until)
        rows = [row for place in now.places if (row := plan.row(place)) is not None]
        # How often a repeated step is done is known only when the day of what comes after it is.
        found = next((id for id in plan.recurring if id not in until), None)
        if found is None:
            return rows
        until[found] = plan.followed.get(found)


@dataclass(slots=True)
class _Plan:
    """One pass over all steps. `until` are the days up to which recurring steps go on; None where nothing follows.

    `base` are the days from which the usual time to the next step runs, `reached` those that it cannot come before;
    they differ where a step is repeated more often than it must be. Steps that are not done hand on those before them.
    `following` are the recurring steps that each step comes right after, `followed` the first day of what does.
    """

    procedure: Procedure
    now: Standing
    facts: Facts
    today: date
    until: dict[str, date | None]
    supposed: Facts = field(init=False)
    begun: date = field(init=False)
    base: dict[str, date] = field(default_factory=dict)
    reached: dict[str, date] = field(default_factory=dict)
    recurring: list[str] = field(default_factory=list)
    following: dict[str, set[str]] = field(default_factory=dict)
    followed: dict[str, date] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.supposed = self.facts
        happened = [record.done_on for place in self.now.places for record in place.records]
        self.begun = min([self.facts.get("case.started_on") or self.today, self.today, *happened])

    def row(self, place: Place) -> Row | None:
        """The row of the next step; None when it has none."""
        step, done = place.step, sorted(record.done_on for record in place.records)
        before = self.procedure.before(step)
        if self._is_left_out(place):
            self._hand_on(step, before)
            return None
        happened = self._happened(step, done)
        if place.state is State.DONE or self.now.ended or (done and not step.repeat):
            self._note(step, done)
            return Row(place.stage, step, place.state, tuple(happened)) if happened else None
        if step.repeat and step.repeat.due:
            self.recurring.append(step.id)
        planned = self._rounds(step, before, done)
        self._note(step, [*done, *(one.planned for one in planned if one.planned)])
        if planned and planned[0].planned and not done:  # what has begun already goes on beside it
            for id in set().union(*(self.following.get(id, ()) for id in before)):
                self.followed[id] = min(self.followed.get(id, date.max), planned[0].planned)
        return Row(place.stage, step, place.state, (*happened, *planned))

    def _is_left_out(self, place: Place) -> bool:
        if place.records:
            return False
        step = place.step
        if place.state in (State.PASSED, State.EARLIER) or self.now.ended or step.optional:
            return True
        if self.over & set(self.procedure.before(step)):
            return True
        held = self.supposed.holds(step.when, step.id)
        return held is False or (held is None and not step.counted)

    def _hand_on(self, step: Step, before: Sequence[str]) -> None:
        for days in (self.base, self.reached):
            found = [days[id] for id in before if id in days]
            if found:
                days[step.id] = max(found)
        self.following[step.id] = set().union(*(self.following.get(id, ()) for id in before))
        if self.over & set(before):
            self.over.add(step.id)

    def _note(self, step: Step, days: Sequence[date]) -> None:
        """What later steps need to know of one that is done or planned."""
        if step.repeat and step.repeat.due:
            self.following[step.id] = {step.id}
        if days:
            needed = step.repeat.at_least if step.repeat and not step.repeat.until else len(days)
            self.base[step.id] = days[min(needed, len(days)) - 1]
            self.reached[step.id] = days[-1]
        if any(self.supposed.holds(end.when, step.id) is True for end in step.ends):
            self.over.add(step.id)

    def _happened(self, step: Step, done: Sequence[date]) -> list[Round]:
        if step.repeat is None:
            return [Round(day, None, _allowed(self._shown(step, self.facts, day))) for day in done]
        dues = [self._due(step, since) for since in (self._since(step), *done)]
        return [Round(day, None, Allowed(latest=due)) for day, due in zip(done, dues, strict=False)]

    def _since(self, step: Step) -> date | None:
        return max((self.reached[id] for id in self.procedure.before(step) if id in self.reached), default=None)

    def _due(self, step: Step, since: date | None) -> date | None:
        if since is None or step.repeat is None or not step.repeat.due:
            return None
        due: date = RULES[step.repeat.due](since)
        return due

    def _rounds(self, step: Step, before: Sequence[str], done: Sequence[date]) -> list[Round]:
        """The rounds still to come: as many as are needed, and those that fall due until the next step."""
        needed = (step.repeat.at_least if step.repeat else 1) - len(done)
        until = self.until.get(step.id)
        if (step.id in self.until and until is None) or (step.repeat and step.repeat.until):
            needed = max(1, needed)  # nothing follows that would tell when to stop, or the last round was not enough
        since = done[-1] if done else self._since(step)
        recorded = bool(done) or all(self.facts.of(id) for id in before)
        found: list[Round] = []
        while len(found) < MOST_ROUNDS:
            due = self._due(step, since)
            more = until is not None and due is not None and due <= until
            if len(found) >= needed and not more:
                break
            floor = max(self.today, since or self.today)
            if done or found:
                floor = max(self.today, (since or self.today) + timedelta(days=1))
                if len(found) >= needed and until is not None and floor > until:
                    break
            wanted = (due or usual_day(since or floor, step.usually)) if done or found else self._first(step, before)
            one = self._round(step, wanted, floor, due, recorded and not found)
            found.append(one)
            since = one.planned
        return found

    def _first(self, step: Step, before: Sequence[str]) -> date:
        """When a step is usually done for the first time."""
        days = [self.base[id] for id in before if id in self.base]
        if days:
            return usual_day(max(days), step.usually)
        started = self.facts.get("case.started_on") or self.today
        return usual_day(started, step.usually) if "usually" in step.model_fields_set else started

    def _round(self, step: Step, wanted: date, floor: date, due: date | None, due_is_known: bool) -> Round:
        day = wanted
        for _ in range(4):  # what a step says of itself may move it, which may move what it says
            values = usual(step, day, _working(floor), self.supposed)
            supposed = self.supposed.supposing(step, values)
            span = limits(self.procedure, step, supposed, day)
            moved = _within(wanted, floor, span, due)
            if moved == day:
                break
            day = moved
        self.supposed = self.supposed.supposing(step, usual(step, day, _working(floor), self.supposed))
        span, known = (self._shown(step, facts, day) for facts in (self.supposed, self.facts))
        return Round(None, day, _allowed(span, known, due, due_is_known))

    def _shown(self, step: Step, facts: Facts, day: date) -> Limits:
        """The limits worth showing: what has been allowed since before the case began, as by age, says nothing."""
        found = limits(self.procedure, step, facts, day, order=False)
        return found if found.earliest and found.earliest.day >= self.begun else replace(found, earliest=None)


def _allowed(span: Limits, known: Limits | None = None, due: date | None = None, due_is_known: bool = True) -> Allowed:
    """The limits and the day by which a repeated step is due, as shown; `known` are those that hang on no plan."""
    earliest, latest = span.earliest, span.latest
    known = known or span
    supposed = _differ(earliest, known.earliest) or _differ(latest, known.latest)
    last = latest.day if latest else None
    if due is not None and (last is None or due < last):
        last, latest, supposed = due, None, _differ(earliest, known.earliest) or not due_is_known
    provisional = any(limit is not None and limit.provisional for limit in (earliest, latest))
    return Allowed(earliest.day if earliest else None, last, provisional, supposed)


def _differ(limit: Limit | None, known: Limit | None) -> bool:
    return limit is not None and (known is None or known.day != limit.day)


def usual_day(day: date, span: Span) -> date:
    """When a step is usually done that comes so long after a day."""
    day = months_later(day, span.months) + timedelta(days=span.days)
    return nth_working_day(day, span.working_days) if span.working_days else day


def _working(day: date) -> date:
    return day if is_working_day(day) else next_working_day(day)


def _within(wanted: date, floor: date, allowed: Limits, due: date | None) -> date:
    """The day wanted, moved into the limits and to a working day; a working day outside them is no better."""
    first = max(floor, allowed.earliest.day) if allowed.earliest else floor
    ends = [limit for limit in (allowed.latest.day if allowed.latest else None, due) if limit is not None]
    last = min(ends, default=date.max)
    if last < first:
        return _working(first)  # too late already, so as soon as it can be
    day = min(max(wanted, first), last)
    if is_working_day(day):
        return day
    if (later := next_working_day(day)) <= last:
        return later
    earlier = previous_working_day(day)
    return earlier if earlier >= first else day
