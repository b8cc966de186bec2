"""What is known in a case: the answers of its steps, what rules make of them, and the surroundings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from knowledge.procedure.model import Asked, Condition, Derived, Kind, Procedure, Step
from knowledge.rules.named import RULES

SURROUNDINGS: Mapping[str, Kind] = {
    "today": Kind.DAY,
    "subject.person": Kind.PERSON,
    "subject.name": Kind.TEXT,
    "subject.status": Kind.TEXT,
    "subject.since": Kind.DAY,
    "branch.name": Kind.TEXT,
    "branch.eligible": Kind.NUMBER,
    "branch.full_members": Kind.NUMBER,
    "branch.probationary_members": Kind.NUMBER,
    "branch.committee_members": Kind.NUMBER,
    "branch.term_ends": Kind.DAY,
    "committee.name": Kind.TEXT,
    "secretary.name": Kind.TEXT,
    "case.title": Kind.TEXT,
    "case.matter": Kind.TEXT,
    "case.started_on": Kind.DAY,
}
"""What a check, a default or a paper may use besides the answers; any of them may be unknown."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody in a fact: the id on the roster, and the name as it was then."""

    id: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Record:
    """One step as it was recorded; `answers` are JSON by field."""

    id: int
    step: str
    done_on: date
    answers: Mapping[str, Any] = field(default_factory=dict)


def dump(kind: Kind, value: Any) -> Any:
    """A fact as JSON."""
    match kind:
        case Kind.DAY:
            return value.isoformat()
        case Kind.DECIMAL:
            return str(value)
        case Kind.PERSON:
            return {"id": value.id, "name": value.name}
        case Kind.PEOPLE:
            return [{"id": one.id, "name": one.name} for one in value]
        case Kind.TALLY:
            return {str(person): votes for person, votes in value.items()}
    return value


def load(kind: Kind, data: Any) -> Any:
    """A fact back from JSON.

    Raises ValueError, TypeError or KeyError when it is not of that kind.
    """
    match kind:
        case Kind.DAY:
            return date.fromisoformat(data)
        case Kind.DECIMAL:
            return Decimal(data)
        case Kind.PERSON:
            return Named(int(data["id"]), str(data["name"]))
        case Kind.PEOPLE:
            return [Named(int(one["id"]), str(one["name"])) for one in data]
        case Kind.TALLY:
            return {int(person): int(votes) for person, votes in data.items()}
    return data


class Facts:
    """Everything known, by name. A fact that is not known is None; so is one that was skipped."""

    def __init__(
        self, procedure: Procedure, records: Sequence[Record] = (), around: Mapping[str, Any] | None = None
    ) -> None:
        self.procedure = procedure
        self.around = dict(around or {})
        self._rounds: dict[str, list[dict[str, Any]]] = {}
        for record in records:
            self._add(record)

    def _add(self, record: Record) -> None:
        try:
            step = self.procedure.step(record.step)
        except KeyError:
            return  # of an overlay that is gone; the record is kept, but nothing asks for it
        values = {}
        for asked in step.fields:
            if (data := record.answers.get(asked.id)) is not None:
                values[asked.id] = load(asked.kind, data)
        self._rounds.setdefault(step.id, []).append(values)
        self._derive(step, values)

    def _derive(self, step: Step, values: dict[str, Any]) -> None:
        self._make(step, values)
        while unasked := {
            asked.id: asked.otherwise
            for asked in step.fields
            if asked.otherwise is not None and asked.id not in values and self.holds(asked.when, step.id) is False
        }:
            values.update(unasked)  # which may make known whether others are asked
            self._make(step, values)

    def _make(self, step: Step, values: dict[str, Any]) -> None:
        for derived in step.derived:
            value = self._made(step, derived)
            if value is not None:
                values[derived.id] = value

    def _made(self, step: Step, derived: Derived) -> Any:
        if self.holds(derived.when, step.id) is not True:
            return None
        return applied(derived.rule, derived.of, derived.literally, self, step.id)

    def get(self, name: str, step: str = "") -> Any:
        """A fact by "step.field", or by "field" for one of the named step; None when it is not known.

        Of a repeated step "before.field" is that of the round before, "earlier.field" a list of all rounds but the
        newest, "all.field" of all.
        """
        if name in self.around:
            return self.around[name]
        over, name = over_rounds(name)
        where, _, key = name.rpartition(".")
        rounds = self._rounds.get(where or step)
        if not rounds:
            return None
        match over:
            case "before":
                return rounds[-2].get(key) if len(rounds) > 1 else None
            case "earlier":
                return [one[key] for one in rounds[:-1] if key in one]
            case "all":
                return [one[key] for one in rounds if key in one]
        return rounds[-1].get(key)

    def rounds(self, step: str) -> list[dict[str, Any]]:
        """What each recording of a step says, oldest first."""
        return list(self._rounds.get(step, ()))

    def of(self, step: str) -> dict[str, Any]:
        """What the newest recording of a step says."""
        rounds = self._rounds.get(step)
        return dict(rounds[-1]) if rounds else {}

    def supposing(self, step: Step, values: Mapping[str, Any]) -> "Facts":
        """These facts and one more recording of a step, whose values may be only some of its fields."""
        supposed = Facts(self.procedure, (), self.around)
        supposed._rounds = {id: list(rounds) for id, rounds in self._rounds.items()}
        filled = {id: value for id, value in values.items() if value is not None}
        supposed._rounds.setdefault(step.id, []).append(filled)
        supposed._derive(step, filled)
        return supposed

    def holds(self, conditions: Sequence[Condition], step: str = "") -> bool | None:
        """Whether all conditions hold; None when that hangs on a fact that is not known yet."""
        unknown = False
        for condition in conditions:
            value = self.get(condition.fact, step)
            if value is None:
                unknown = True
            elif value not in condition.among:
                return False
        return None if unknown else True

    def steps(self) -> Iterator[str]:
        """The ids of the steps that were recorded."""
        return iter(self._rounds)

    def nested(self) -> dict[str, dict[str, Any]]:
        """All facts as papers and sentences name them: by step and field, and by the parts of the surroundings."""
        found: dict[str, Any] = {}
        for name, value in self.around.items():
            where, _, key = name.rpartition(".")
            if where:
                found.setdefault(where, {})[key] = value
            else:
                found[key] = value
        for step in self._rounds:
            found.setdefault(step, {}).update(self.of(step))
        return found


OVER_ROUNDS = ("before", "earlier", "all")
"""What may stand before the name of a fact of a repeated step."""


def over_rounds(name: str) -> tuple[str, str]:
    """Which of `OVER_ROUNDS` a name begins with, or nothing, and the name without it."""
    over, _, rest = name.partition(".")
    return (over, rest) if rest and over in OVER_ROUNDS else ("", name)


def applied(rule: str, of: Mapping[str, str], literally: Mapping[str, Any], facts: Facts, step: str) -> Any:
    """What a rule returns for facts; None when one of them is not known, or they are figures that cannot be.

    That more came than were expected is for a check of that figure to say; nothing else follows from it.
    """
    given = {parameter: facts.get(name, step) for parameter, name in of.items()}
    if any(value is None for value in given.values()):
        return None
    try:
        return RULES[rule](**given, **literally)
    except ValueError:
        return None


def papers_made(step: Step, facts: Facts) -> list[str]:
    """The papers of a step, less those that this case does not need."""
    return [id for id in step.papers if facts.holds(step.papers_when.get(id, ()), step.id) is not False]


def is_asked(asked: Asked, facts: Facts, step: str) -> bool:
    """Whether a field is asked at all, as its condition says."""
    return facts.holds(asked.when, step) is True
