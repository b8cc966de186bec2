"""Everything a paper may be filled from, made up from the names that papers ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

LONG = "阿布都热合曼·买买提明·吾斯曼江" * 3
"""Longer than any name should be: 45 characters."""
LISTS = {"agenda", "opinions", "decisions", "assignments", "problems", "goals", "tasks", "topics", "activities"}
NUMBERS = {
    *(
        "eligible",
        "present",
        "expected",
        "in_favour",
        "against",
        "abstained",
        "written",
        "issued",
        "collected",
        "valid",
    ),
    *("valid", "invalid", "seats", "days", "total", "full_members", "probationary_members", "committee_members"),
    *("months", "members", "payers", "finished", "behind", "reached"),
}
PEOPLE = {
    *("candidates", "elected", "scrutineers", "tellers", "introducers", "contacts", "excused", "absent", "excluded"),
    *("people", "nominees", "appraised"),
}
ONE = {
    *("host", "recorder", "talker", "contact", "secretary", "deputy", "responsible", "inspector", "person", "speaker"),
    *("sponsor", "leader"),
}
SHORT = {"place": "镇政府二楼会议室", "year": "2026", "hours": Decimal("4.0"), "starts_at": "15时", "title": "党员大会"}
ROUNDS = 5


@dataclass(frozen=True)
class Person:
    """Somebody on the roster."""

    id: int
    name: str
    status: str = "正式党员"


def members(count: int, name: str = "") -> list[Person]:
    """So many members, every tenth of them probationary."""
    return [
        Person(number, name or f"李建国{number}", "预备党员" if number % 10 == 0 else "正式党员")
        for number in range(1, count + 1)
    ]


def value(name: str, *, long: bool = False) -> Any:
    """Something that a field of that name may hold."""
    if name.endswith(("_on", "_until", "_ends", "_first", "_last", "_since")) or name in ("first", "last", "today"):
        return date(2026, 3, 15)
    if name in NUMBERS:
        return 16
    if name in ("amount", "money"):
        return Decimal("1234.50")
    if name in PEOPLE:
        return members(7, LONG if long else "")
    if name in LISTS:
        return ["传达学习上级文件精神，研究贯彻落实意见" * (4 if long else 1)] * 3
    if name.startswith("votes") or name in ("nominations", "excellent", "good", "basic", "poor"):
        return {number: number for number in range(1, 60)}
    if name == "name":
        return LONG if long else "王秀英"
    if name in ONE:
        return Person(1, LONG if long else "王秀英")
    if name in SHORT:
        return SHORT[name]
    return "按照要求认真落实，按期完成各项任务。" * 6 if long else "按要求落实"


def known_to(wants: Iterable[str], *, long: bool = False, people: int = 50) -> dict[str, Any]:
    """A context in which every name is known; with `long`, names of 45 characters and texts of several lines."""
    context: dict[str, Any] = {"today": date(2026, 3, 15), "people": members(people, LONG if long else "")}
    for name in wants:
        where, _, rest = name.partition(".")
        step, _, field = rest.rpartition(".")
        if where == "records":
            context.setdefault("records", {})[rest] = [_Round(long)] * ROUNDS
        elif field:
            inner = context.setdefault(where, {})
            (inner.setdefault(step, {}) if step else inner)[field] = value(field, long=long)
    for where in ("branch", "committee"):
        words = "中共青石镇柳树湾村联合支部委员会" if where == "branch" else "中共青石镇委员会"
        context.setdefault(where, {})["name"] = words * 2 + "第一" if long else words
    return context


class _Round:
    """One round of a repeated step, with whatever it is asked for."""

    def __init__(self, long: bool) -> None:
        self._long = long

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return value(name, long=self._long)
