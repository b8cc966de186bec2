"""What the recording of a step still to be done would say if all goes as usual."""

from datetime import date
from typing import Any

from knowledge.procedure.checking import ORDER
from knowledge.procedure.facts import Facts, applied
from knowledge.procedure.model import Asked, Bound, Check, Kind, Step

_NOT_BEFORE = (Bound.AT_LEAST, Bound.WITHIN)


def usual(step: Step, day: date, start: date, facts: Facts) -> dict[str, Any]:
    """The values of a step that is done on a day and may have been begun on `start`.

    What is offered as an answer is supposed to be taken. Figures and names that nobody offers stay unknown; so do days
    that may be long past, such as a birthday.
    """
    values: dict[str, Any] = {step.dated: day}
    for asked in step.fields:
        so_far = facts.supposing(step, values)
        if asked.id in values or asked.optional or so_far.holds(asked.when, step.id) is not True:
            continue
        value = _offered(asked, so_far, step)
        if value is None:
            value = _outcome(asked) if asked.kind is not Kind.DAY else _day(asked, so_far, step, start)
        if value is not None:
            values[asked.id] = value
    return values | _concluded(step, facts.supposing(step, values))


def _offered(asked: Asked, facts: Facts, step: Step) -> Any:
    if not asked.default or asked.default == "today":
        return None
    value = facts.get(asked.default, step.id)
    return None if asked.kind is Kind.CHOICE and value not in asked.among else value


def _outcome(asked: Asked) -> Any:
    if asked.kind is Kind.CHOICE:
        return next(iter(asked.among))
    return True if asked.kind is Kind.YES_NO else None


def _day(asked: Asked, facts: Facts, step: Step, start: date) -> date | None:
    """Another day of a step: the first that a rule allows, or its beginning where the step's own day counts from it."""
    after = [check for check in step.checks if _name(check.fact, step) == asked.id and check.bound in _NOT_BEFORE]
    first = [day for check in after if check.rule not in ORDER and (day := _first(check, facts, step)) is not None]
    if first:
        return max(first)
    counted_from = {
        _name(name, step)
        for check in step.checks
        if _name(check.fact, step) == step.dated and check.bound in _NOT_BEFORE
        for name in check.of.values()
    }
    if not after or asked.id not in counted_from:
        return None
    return max([start, *(day for check in after if (day := _first(check, facts, step)) is not None)])


def _first(check: Check, facts: Facts, step: Step) -> date | None:
    limit = applied(check.rule, check.of, check.literally, facts, step.id)
    if isinstance(limit, tuple):
        limit = limit[0]
    return limit if isinstance(limit, date) else None


def _name(fact: str, step: Step) -> str:
    return fact.removeprefix(f"{step.id}.")


def _concluded(step: Step, facts: Facts) -> dict[str, Any]:
    """What rules would make of figures that are not known: the usual one of the words there are for it."""
    found: dict[str, Any] = {}
    made = facts.of(step.id)
    for derived in step.derived:
        if derived.words and derived.id not in made and facts.holds(derived.when, step.id) is not False:
            first = next(iter(derived.words))
            found.setdefault(derived.id, {"yes": True, "no": False}.get(first, first))
    return found
