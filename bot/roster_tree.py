"""The sheet of the tree: every organization with what it is under, what it is, and when its term ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.roster_rows import NOT_RECKONED, RosterFault, day_in, plain
from bot.roster_words import KINDS, TREE_SHEET
from storage.models import OrganizationKind
from storage.roster import Chain, RosterOrganization
from storage.tree import PARENTS

LONGEST = 60


@dataclass(slots=True)
class TreeSheet:
    """What the sheet says: its organizations, the chain of each by row, the committees by their names, its faults."""

    organizations: list[RosterOrganization] = field(default_factory=list)
    rows: dict[Chain, int] = field(default_factory=dict)
    committees: dict[str, Chain] = field(default_factory=dict)
    faults: list[RosterFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row as it is written; `above` is what its 上级 says: a name, or 上级/名称 where the name is there twice."""

    number: int
    name: str
    above: str
    kind: OrganizationKind
    term_ends: date | None


def read_tree(rows: Iterable[Sequence[Any]], letters: Mapping[str, str], places: Mapping[str, int]) -> TreeSheet:
    """The rows below the heads, each organization with all above it; a fault names row and column."""
    sheet = TreeSheet()
    lines: list[_Line] = []
    for number, cells in enumerate(rows, 2):
        values = {head: cells[at] if at < len(cells) else None for head, at in places.items()}
        if any(plain(value) for value in values.values()):
            lines += _line(number, values, letters, sheet)
    by_name: dict[str, list[_Line]] = {}
    for line in lines:
        by_name.setdefault(line.name, []).append(line)
    found: dict[int, Chain | None] = {}

    def fault(line: _Line, heading: str, message: str) -> None:
        sheet.faults.append(RosterFault(line.number, letters[heading], message, TREE_SHEET))

    def chain_of(line: _Line) -> Chain | None:
        """With all above it; None where something above is wrong already, or where it is above itself."""
        path = [line]
        while path[-1].number not in found and path[-1].above:
            parent = _parent(path[-1], by_name, fault)
            if parent is None or parent in path:
                if parent is not None:
                    fault(line, "上级", f"“{line.name}”的上级绕回了自己。")
                found.update({each.number: None for each in path})
                return None
            path.append(parent)
        chain = found.get(path[-1].number, ())
        for each in reversed(path):
            if each.number in found:
                continue
            chain = None if chain is None else (*chain, (each.kind, each.name))
            found[each.number] = chain
        return found[line.number]

    for line in lines:
        chain = chain_of(line)
        if chain is None:
            continue
        if len(chain) > 1 and chain[-2][0] not in PARENTS[line.kind]:
            fault(line, "上级", f"“{chain[-2][1]}”下面不能放{_word(line.kind)}。")
        elif len(chain) == 1 and line.kind is not OrganizationKind.COMMITTEE:
            fault(line, "上级", "上级没有填；只有最上面的党委可以空着。")
        elif chain in sheet.rows:
            fault(line, "组织", f"和第 {sheet.rows[chain]} 行是同一个组织。")
        elif same := [other for kind in PARENTS if (other := (*chain[:-1], (kind, line.name))) in sheet.rows]:
            number, kind = sheet.rows[same[0]], _word(same[0][-1][0])
            fault(line, "组织", f"第 {number} 行的{line.name}是{kind}，这里写成了{_word(line.kind)}。")
        else:
            sheet.rows[chain] = line.number
            sheet.organizations.append(RosterOrganization(chain, line.term_ends))
    _name_committees(sheet)
    return sheet


def _line(number: int, values: Mapping[str, Any], letters: Mapping[str, str], sheet: TreeSheet) -> Iterable[_Line]:
    def fault(heading: str, message: str) -> None:
        sheet.faults.append(RosterFault(number, letters[heading], message, TREE_SHEET))

    name, kind = plain(values["组织"]), KINDS.get(plain(values["类别"]))
    before = len(sheet.faults)
    if name in NOT_RECKONED:
        fault("组织", f"“{name}”：公式没有算出来，请直接填内容。")
    elif not name:
        fault("组织", "组织没有填。")
    elif len(name) > LONGEST:
        fault("组织", f"名称太长，最多 {LONGEST} 个字。")
    elif "/" in name:
        fault("组织", "名称里不能有“/”。")
    if kind is None:
        fault("类别", f"请填：{'、'.join(KINDS)}。")
    term_ends = day_in(values["届满"])
    if term_ends is None and plain(values["届满"]):
        fault("届满", f"“{plain(values['届满'])}”不是日期，例如 2029-06-30。")
    if len(sheet.faults) > before or kind is None:
        return []
    return [_Line(number, name, plain(values["上级"]), kind, term_ends)]


def _parent(line: _Line, by_name: Mapping[str, list[_Line]], fault: Any) -> _Line | None:
    """The row that a row's 上级 names; None after noting why there is none."""
    above, _, name = line.above.rpartition("/")
    found = [one for one in by_name.get(name, []) if not above or one.above.rpartition("/")[2] == above]
    if len(fitting := [one for one in found if one.kind in PARENTS[line.kind]] or found) == 1:
        return fitting[0]
    if not found:
        fault(line, "上级", f"“{line.above}”在这张表里没有。请先给它写一行。")
    else:
        fault(line, "上级", f"叫“{name}”的有 {len(found)} 个，请写成“它的上级/{name}”。")
    return None


def _name_committees(sheet: TreeSheet) -> None:
    """The committees that the roster may name; a name that is there twice is left out, and so is found missing."""
    times: dict[str, int] = {}
    for one in sheet.organizations:
        if one.chain[-1][0] is OrganizationKind.COMMITTEE:
            name = one.chain[-1][1]
            times[name] = times.get(name, 0) + 1
            sheet.committees[name] = one.chain
    for name, count in times.items():
        if count > 1:
            del sheet.committees[name]


def _word(kind: OrganizationKind) -> str:
    return next(word for word, named in KINDS.items() if named is kind)
