"""Whether what is being recorded keeps the rules, and between which days a step may be done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import jinja2

from knowledge.entry import Citation
from knowledge.procedure.facts import Facts, applied, over_rounds
from knowledge.procedure.model import Bound, Check, Derived, Kind, Level, Procedure, Step
from knowledge.rules.working_days import is_provisional

COUNTS_WORKING_DAYS = frozenset({"notice_ends", "nth_working_day", "next_working_day", "working_days_between"})
"""Rules whose result hangs on the holiday calendar of the year."""

ORDER = frozenset({"same_day", "as_it_is"})
"""Rules that say no more than that one day comes after another."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A check that failed, in words: what is wrong, what to do, and where the rule of that day stands."""

    check: Check
    says: str
    then: str
    source: Citation | None = None

    @property
    def level(self) -> Level:
        """What has to happen."""
        return self.check.level

    @property
    def words(self) -> str:
        """Both in one."""
        return f"{self.says}{self.then}"


@dataclass(frozen=True, slots=True)
class Limit:
    """The earliest or latest day of a step; `provisional` while the year's holiday calendar is not published."""

    day: date
    check: Check
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which days a step may be done; the stricter where several rules hold."""

    earliest: Limit | None = None
    latest: Limit | None = None


def checks_of(procedure: Procedure, step: Step, day: date) -> list[Check]:
    """The checks that hold for a step done on a day."""
    version = procedure.version_on(day)
    return [check for check in step.checks if not check.version or (version and version.id == check.version)]


def problems(procedure: Procedure, step: Step, facts: Facts, day: date, *, touching: str = "") -> list[Problem]:
    """What is wrong with the newest recording of a step among `facts`, in the order of the checks.

    `touching` leaves only the checks that hang on that field. One whose facts are not all known says nothing.
    """
    found = []
    for check in checks_of(procedure, step, day):
        if touching and touching not in _used_by(check, step):
            continue
        if facts.holds(check.when, step.id) is not True:
            continue
        limit = applied(check.rule, check.of, check.literally, facts, step.id)
        if limit is None:
            continue
        if not _kept(check, facts, step.id, limit):
            values = _values(facts, step, check, limit)
            source = procedure.cited_on(day, check.source) if check.source else None
            found.append(Problem(check, _render(check.says, values), _render(check.then, values), source))
    return found


def _used_by(check: Check, step: Step) -> set[str]:
    """The step's own fields that a check hangs on, also by way of what is derived of them."""
    made: dict[str, set[str]] = {}
    for derived in step.derived:
        made.setdefault(derived.id, set()).update(derived.of.values())
    found: set[str] = set()
    left = [check.fact, *check.of.values(), *(condition.fact for condition in check.when)]
    while left:
        name = over_rounds(left.pop())[1].removeprefix(f"{step.id}.")
        if name and name not in found:
            found.add(name)
            left += made.get(name, ())
    return found


def _kept(check: Check, facts: Facts, step: str, limit: Any) -> bool:
    if not check.fact:
        return bool(limit)
    value = facts.get(check.fact, step)
    if value is None:
        return True
    match check.bound:
        case Bound.AT_LEAST:
            return bool(value >= limit)
        case Bound.AT_MOST:
            return bool(value <= limit)
        case Bound.EQUAL:
            return bool(value == limit)
    first, last = limit
    return bool(first <= value <= last)


def limits(procedure: Procedure, step: Step, facts: Facts, day: date, *, order: bool = True) -> Limits:
    """The earliest and the latest day of a step as far as known; only what stops or asks for a reason is a limit.

    Without `order` the earliest day is not that of a step before it, but the one that a rule makes.
    """
    earliest: list[Limit] = []
    latest: list[Limit] = []
    for check in checks_of(procedure, step, day):
        if check.fact != step.dated or check.level is Level.WARN or not _may_hold(check, facts, step):
            continue
        limit = applied(check.rule, check.of, check.literally, facts, step.id)
        if limit is None:
            continue
        first, last = limit if check.bound is Bound.WITHIN else (limit, limit)
        if check.bound in (Bound.AT_LEAST, Bound.WITHIN) and (order or check.rule not in ORDER):
            earliest.append(_limit(procedure, step, first, check))
        if check.bound in (Bound.AT_MOST, Bound.WITHIN):
            latest.append(_limit(procedure, step, last, check))
    return Limits(
        max(earliest, key=lambda limit: (limit.day, limit.check.rule not in ORDER), default=None),
        min(latest, key=lambda limit: (limit.day, limit.check.rule in ORDER), default=None),
    )


def _may_hold(check: Check, facts: Facts, step: Step) -> bool:
    """Whether a check applies to a step to come, as far as is known; what was left open before does not."""
    held = facts.holds(check.when, step.id)
    own = any(step.field(condition.fact.removeprefix(f"{step.id}.")) for condition in check.when)
    return held is True or (held is None and own)


def _limit(procedure: Procedure, step: Step, day: date, check: Check) -> Limit:
    return Limit(day, check, is_provisional(day.year) and _counts_working_days(procedure, step, check))


def _counts_working_days(procedure: Procedure, step: Step, made: Check | Derived) -> bool:
    """Whether a rule counts working days itself, or begins with a day that another rule counted so."""
    if made.rule in COUNTS_WORKING_DAYS:
        return True
    for name in made.of.values():
        where, _, id = over_rounds(name)[1].rpartition(".")
        its = next((one for one in procedure.steps if one.id == where), step if not where else None)
        for derived in its.derived if its else ():
            if derived.id == id and derived is not made and _counts_working_days(procedure, its or step, derived):
                return True
    return False


def _values(facts: Facts, step: Step, check: Check, limit: Any) -> dict[str, Any]:
    values: dict[str, Any] = {**facts.nested(), **facts.of(step.id), "value": facts.get(check.fact, step.id)}
    if check.bound is Bound.WITHIN:
        return {**values, "limit": limit[0], "last": limit[1]}
    return {**values, "limit": limit}


def shown(kind: Kind, value: Any, among: Mapping[str, str] | None = None) -> str:
    """A fact as people read it."""
    match kind:
        case Kind.DAY:
            return day_words(value)
        case Kind.YES_NO:
            return "是" if value else "否"
        case Kind.CHOICE:
            return (among or {}).get(value, value)
        case Kind.CHOICES:
            return "、".join((among or {}).get(one, one) for one in value)
        case Kind.PEOPLE:
            return "、".join(one.name for one in value)
        case Kind.LINES:
            return "；".join(value)
    return str(value)


def made_words(derived: Derived, value: Any) -> str:
    """A derived fact as people read it."""
    if isinstance(value, bool):
        return derived.words.get("yes" if value else "no", "是" if value else "否")
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, list | tuple):
        return "、".join(made_words(derived, one) for one in value) or "无"
    return derived.words.get(str(value), str(value))


def day_words(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


class _Unknown(jinja2.Undefined):
    """A fact that is not known, in a sentence: left blank."""

    def __str__(self) -> str:
        return "＿＿"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


_SENTENCES = jinja2.Environment(undefined=_Unknown, autoescape=False)
_SENTENCES.filters["day"] = lambda value: day_words(value) if isinstance(value, date) else str(value)
_SENTENCES.filters["names"] = lambda people: "、".join(str(one) for one in people or ())
_compiled = lru_cache(maxsize=None)(_SENTENCES.from_string)


def _render(template: str, values: Mapping[str, Any]) -> str:
    return _compiled(template).render({key: _worded(value) for key, value in values.items()})


def _worded(value: Any) -> Any:
    if isinstance(value, date):
        return _Day(value.year, value.month, value.day)
    if isinstance(value, dict):
        return {key: _worded(each) for key, each in value.items()}
    return value


class _Day(date):
    """A day that a sentence writes as people do."""

    def __str__(self) -> str:
        return day_words(self)


def sentence(template: str, facts: Facts, step: str = "") -> str:
    """A sentence of a procedure's file with facts put in; what is not known is left blank."""
    return _render(template, {**facts.nested(), **facts.of(step)})


def names_in(template: str) -> set[str]:
    """The names a template uses.

    Raises `jinja2.TemplateSyntaxError` when it is broken.
    """
    from jinja2 import meta

    if "{" not in template:
        return set()  # most sentences have none, and there is nothing to parse
    return set(meta.find_undeclared_variables(_SENTENCES.parse(template)))


def all_sentences(step: Step) -> Iterator[str]:
    """Every template of a step."""
    yield step.guide
    for asked in step.fields:
        yield from (asked.ask, asked.why)
    for check in step.checks:
        yield from (check.says, check.then)
    for end in step.ends:
        yield end.says


def worst(found: Sequence[Problem]) -> Problem | None:
    """The problem to speak of first: what stops, then what needs a reason."""
    order = [Level.STOP, Level.REASON, Level.WARN]
    return min(found, key=lambda problem: order.index(problem.level), default=None)
