"""Taking over a case that began before: which facts of the steps already done matter for those still to come."""

from collections.abc import Iterator

from knowledge.procedure.model import Asked, Condition, Procedure, Step


def facts_that_matter(procedure: Procedure, at: str) -> dict[str, list[Asked]]:
    """By step before `at`, in order, the fields that later rules, conditions, defaults and reminders use.

    A step of which any field matters is also asked for its day.
    """
    steps = list(procedure.steps)
    position = next(number for number, step in enumerate(steps) if step.id == at)
    earlier = {step.id: step for step in steps[:position]}
    wanted: set[str] = set()
    for step in steps[position:]:
        wanted |= set(_used(procedure, step))
    # What a rule makes of facts that were asked before needs those facts.
    while more := set(_behind(earlier, wanted)) - wanted:
        wanted |= more
    found: dict[str, list[Asked]] = {}
    for step in earlier.values():
        if step.optional:
            continue  # done in few cases, and what is not known is not held against anybody
        asked = [one for one in step.fields if f"{step.id}.{one.id}" in wanted]
        if asked:
            found[step.id] = [one for one in step.fields if one in asked or one.id == step.dated]
    return found


def _used(procedure: Procedure, step: Step) -> Iterator[str]:
    """The facts of other steps that a step uses, as "step.field"."""
    for check in step.checks:
        yield from (check.fact, *check.of.values(), *_facts(check.when))
    for derived in step.derived:
        yield from (*derived.of.values(), *_facts(derived.when))
    for asked in step.fields:
        yield from (asked.default, *_facts(asked.when))
    for effect in step.effects:
        yield from (effect.since, *_facts(effect.when))
    for end in step.ends:
        yield from _facts(end.when)
    yield from _facts(step.when)
    for due in step.remind_on:
        yield from due.of.values()
    if step.repeat:
        yield from (f"{id}.{procedure.step(id).dated}" for id in procedure.before(step))


def _facts(conditions: tuple[Condition, ...]) -> list[str]:
    return [condition.fact for condition in conditions]


def _behind(earlier: dict[str, Step], wanted: set[str]) -> Iterator[str]:
    """The facts that derived facts among the wanted ones are made of."""
    for step in earlier.values():
        for derived in step.derived:
            if f"{step.id}.{derived.id}" in wanted:
                for name in (*derived.of.values(), *_facts(derived.when)):
                    yield name if "." in name else f"{step.id}.{name}"
        for asked in step.fields:
            if f"{step.id}.{asked.id}" in wanted:
                yield from (name if "." in name else f"{step.id}.{name}" for name in _facts(asked.when))
                if asked.of:
                    yield f"{step.id}.{asked.of}"
