"""What one look at a dashboard shows: which organization, by level or all branches, in which order, which page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlencode

from bot.pages.dashboard_figures import Line, Scope, together
from bot.pages.sparkline import Sparkline, sparkline
from handlers.dialogue.turn import LARGEST_ID
from storage.dashboard import Open
from storage.models import OrganizationKind

FOLDED_FROM: Final = 60
"""With more branches than this an organization is first shown by the organizations below it."""
PAGE: Final = 100
WHOLE: Final = 1000
"""Rows of the view for printing at most: a longer table nobody prints, and a phone could not hold it."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column that the table can be sorted by; the first order is the one that shows trouble at the top."""

    key: str
    label: str
    of: Callable[[Line], Any]
    most_first: bool = False


def _longest_ago(line: Line) -> float | None:
    if line.last is None:
        return 0.0 if line.branches else None
    return line.last.timestamp()


SORTS: Final[Mapping[str, Sort]] = {
    sort.key: sort
    for sort in (
        Sort("meetings", "近4周开会", lambda line: line.meetings),
        Sort("rate", "近4周到会率", lambda line: line.rate),
        Sort("change", "到会率变化", lambda line: line.change),
        Sort("owed", "逾期未开", lambda line: line.owed, most_first=True),
        Sort("unread", "未阅材料", lambda line: line.unread, most_first=True),
        Sort("cases", "在办事项", lambda line: (line.late, line.cases), most_first=True),
        Sort("last", "最近记录", _longest_ago),
    )
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; whatever it is not understood in is as if it were not there.

    `at` is 0 for the organization of the ticket itself and -1 for one that cannot be.
    """

    at: int = 0
    folded: bool | None = None
    sort: str = ""
    turned: bool = False
    page: int = 1
    whole: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read from a query; a page or an order that is not there is the first."""
        key = query.get("sort", "")
        at = _number(query.get("at", "0"))
        return cls(
            at=-1 if at is None else at,
            folded={"levels": True, "all": False}.get(query.get("view", "")),
            sort=key.removeprefix("-") if key.removeprefix("-") in SORTS else "",
            turned=key.startswith("-") and key.removeprefix("-") in SORTS,
            page=_number(query.get("page", "1")) or 1,
            whole=query.get("whole") == "1",
        )

    def link(self, **changes: Any) -> str:
        """The address that asks for the same with something else; another order or place begins at its first page."""
        then = replace(self, **({"page": 1} | changes))
        values = {
            "at": then.at or "",
            "view": {True: "levels", False: "all", None: ""}[then.folded],
            "sort": ("-" if then.turned else "") + then.sort,
            "page": then.page if then.page > 1 else "",
            "whole": "1" if then.whole else "",
        }
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def sorted_by(self, key: str) -> str:
        """The address that sorts by a column, or turns the order round when it is sorted by it already."""
        return self.link(sort=key, turned=key == self.sort and not self.turned)

    def order(self, key: str) -> str:
        """The order of a column as `aria-sort` has it."""
        if key != self.sort:
            return "none"
        return "descending" if SORTS[key].most_first != self.turned else "ascending"


def _number(words: str) -> int | None:
    fits = words.isascii() and words.isdecimal() and len(words) <= 10 and int(words) <= LARGEST_ID
    return int(words) if fits else None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a branch, or an organization with all branches below it, which can be opened."""

    id: int
    name: str
    opens: bool
    above: str
    line: Line
    bars: Sparkline
    last: str


@dataclass(frozen=True, slots=True)
class View:
    """One look: the organization with those above it within the scope, all of it in one line, and some rows.

    `count` are the rows of all pages; `levels` says whether there are organizations to fold by.
    """

    place: Open
    above: Sequence[Open]
    total: Row
    folded: bool
    levels: bool
    rows: Sequence[Row]
    count: int
    page: int
    pages: int


def view_of(scope: Scope, asked: Asked) -> View | None:
    """What is asked for; None when that organization is not, or no longer, within the scope."""
    by_id = {place.id: place for place in scope.places}
    place = by_id.get(asked.at) if asked.at else next((one for one in scope.places if one.path == scope.path), None)
    if place is None:
        return None
    below = [one for one in scope.places if one.path.startswith(place.path)]
    branches = [one for one in below if one.id in scope.lines]
    units = [one for one in below if one is not place and _parent(one) == place.id and one.kind in _UNITS]
    levels = bool(units)
    folded = levels and (len(branches) > FOLDED_FROM if asked.folded is None else asked.folded)
    found = _by_unit(scope, place, units, branches) if folded else [(one, scope.lines[one.id]) for one in branches]
    if asked.sort:
        found = _sorted(found, SORTS[asked.sort], turned=asked.turned)
    pages = max(-(-len(found) // PAGE), 1)
    page = min(asked.page, pages)
    part = found[:WHOLE] if asked.whole else found[(page - 1) * PAGE : page * PAGE]
    return View(
        place=place,
        above=[by_id[id] for id in _ids(place)[:-1] if id in by_id],
        total=_row(scope, place, place, together([scope.lines[one.id] for one in branches]), by_id),
        folded=folded,
        levels=levels,
        rows=[_row(scope, place, one, line, by_id) for one, line in part],
        count=len(found),
        page=page,
        pages=pages,
    )


_UNITS: Final = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def _ids(place: Open) -> list[int]:
    return [int(part) for part in place.path.strip("/").split("/")]


def _parent(place: Open) -> int:
    return [0, *_ids(place)][-2]


def _by_unit(scope: Scope, place: Open, units: Sequence[Open], branches: Sequence[Open]) -> list[tuple[Open, Line]]:
    """The organizations right below one, each with all branches below it, and its own branches, in the tree's order."""
    gathered: dict[int, list[Line]] = {unit.id: [] for unit in units}
    direct = {}
    depth = place.path.count("/") - 1
    for branch in branches:
        child = int(branch.path.strip("/").split("/")[depth]) if branch is not place else branch.id
        if child in gathered:
            gathered[child].append(scope.lines[branch.id])
        else:
            direct[branch.id] = scope.lines[branch.id]
    return [
        (one, direct[one.id] if one.id in direct else together(gathered[one.id]))
        for one in scope.places
        if one.id in gathered or one.id in direct
    ]


def _sorted(found: Sequence[tuple[Open, Line]], by: Sort, *, turned: bool) -> list[tuple[Open, Line]]:
    """In the order of a column; what has no figure there comes last either way, and equals stay as in the tree."""
    known = [each for each in found if by.of(each[1]) is not None]
    unknown = [each for each in found if by.of(each[1]) is None]
    return sorted(known, key=lambda each: by.of(each[1]), reverse=by.most_first != turned) + unknown


def _row(scope: Scope, shown: Open, place: Open, line: Line, by_id: Mapping[int, Open]) -> Row:
    above = by_id.get(_parent(place))
    opens = place.kind in _UNITS
    return Row(
        id=place.id,
        name=place.name,
        opens=opens,
        above=above.name if above is not None and above is not shown else "",
        line=line,
        bars=sparkline(line.weeks),
        last="" if opens else _day(scope, line.last),
    )


def _day(scope: Scope, last: datetime | None) -> str:
    if last is None:
        return "还没有"
    day, today = last.astimezone(scope.zone).date(), scope.counted_at.astimezone(scope.zone).date()
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"
