"""Three tracks side by side: what happened, what the rules allow, and a plan that moves when a fact changes.

The plan never touches a fact: it supposes the usual outcome of every step that is still to be done (the first of a
choice, yes, and that figures pass) and the usual time after the steps before it, kept within what the rules allow, on
a working day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from knowledge.procedure.checking import Limits, limits
from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.model import Kind, Procedure, Span, Stage, Step
from knowledge.procedure.standing import State, standing
from knowledge.rules.periods import months_later
from knowledge.rules.working_days import is_provisional, is_working_day, next_working_day, nth_working_day


@dataclass(frozen=True, slots=True)
class Row:
    """One step: the days it was done, the days it may be done between, and the day it is planned for.

    A planned day is None for what is done, and for what would be passed over if all goes as usual.
    """

    stage: Stage
    step: Step
    state: State
    happened: tuple[date, ...]
    allowed: Limits
    planned: date | None
    provisional: bool = False


def timeline(
    procedure: Procedure, records: Sequence[Record], facts: Facts, today: date, *, taken_over_at: str = ""
) -> list[Row]:
    """The rows of all steps in order; those that are passed over in this case are left out."""
    now = standing(procedure, records, facts, today, taken_over_at=taken_over_at)
    supposed = facts
    planned: dict[str, date] = {place.step.id: place.records[-1].done_on for place in now.places if place.records}
    rows = []
    for place in now.places:
        step = place.step
        happened = tuple(record.done_on for record in place.records)
        if place.state in (State.PASSED, State.EARLIER):
            continue
        if place.state is State.DONE or now.ended or (place.records and not step.repeat):
            if happened:
                rows.append(Row(place.stage, step, place.state, happened, Limits(), None))
            continue
        if supposed.holds(step.when, step.id) is not True or (step.optional and not happened):
            continue
        before = [planned[id] for id in procedure.before(step) if id in planned]
        rounds = _rounds_planned(procedure, step, planned, supposed, today) if step.repeat else []
        start = max([*before, *([] if happened else [today - timedelta(days=3650)])], default=today)
        day = rounds[-1] if rounds else _later(start if before else today, step.usually)
        day = max(day, today)
        allowed = limits(procedure, step, supposed, day)
        day = _within(day, allowed)
        supposed = supposed.supposing(step, _usual(step, day, supposed))
        allowed = limits(procedure, step, supposed, day)
        if (moved := _within(day, allowed)) != day:
            day = moved
            supposed = supposed.supposing(step, _usual(step, day, supposed))
        planned[step.id] = day
        unsure = any(limit is not None and limit.provisional for limit in (allowed.earliest, allowed.latest))
        rows.append(Row(place.stage, step, place.state, happened, allowed, day, unsure or is_provisional(day.year)))
    return rows


def _later(day: date, span: Span) -> date:
    day = months_later(day, span.months) + timedelta(days=span.days)
    return nth_working_day(day, span.working_days) if span.working_days else day


def _within(day: date, allowed: Limits) -> date:
    """The day moved into the limits, and to a working day if that still fits."""
    if allowed.earliest is not None:
        day = max(day, allowed.earliest.day)
    if allowed.latest is not None and allowed.latest.day >= (allowed.earliest.day if allowed.earliest else day.min):
        day = min(day, allowed.latest.day)
    if not is_working_day(day):
        worked = next_working_day(day)
        if allowed.latest is None or worked <= allowed.latest.day:
            return worked
    return day


def _rounds_planned(
    procedure: Procedure, step: Step, planned: dict[str, date], facts: Facts, today: date
) -> list[date]:
    """The days of the rounds still to come of a repeated step, by its usual time, at least as many as it needs."""
    assert step.repeat is not None
    days: list[date] = []
    done = len(facts.rounds(step.id))
    since = planned.get(step.id) or max((planned[id] for id in procedure.before(step) if id in planned), default=today)
    for _ in range(max(1, step.repeat.at_least - done)):
        since = _later(since, step.usually)
        days.append(since)
    return days


def _usual(step: Step, day: date, facts: Facts) -> dict[str, Any]:
    """What a step's recording would say if all goes as usual."""
    known = facts.of(step.id) if step.repeat is None else {}
    values: dict[str, Any] = dict(known)
    for asked in step.fields:
        if asked.id in values or asked.optional:
            continue
        if asked.kind is Kind.DAY:
            values[asked.id] = day
        elif asked.kind is Kind.CHOICE:
            values[asked.id] = next(iter(asked.among))
        elif asked.kind is Kind.YES_NO:
            values[asked.id] = True
    values[step.dated] = day
    for derived in step.derived:
        if derived.words:
            usual = next(iter(derived.words))
            values.setdefault(derived.id, {"yes": True, "no": False}.get(usual, usual))
    return values
