"""The roster as people keep it, in Excel: read with every fault named by row and column, then imported as a whole.

One workbook may hold a county: its rows are read one after another and never all of them as cells, and nothing is
written before the last one is without fault.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.roster_rows import RosterFault, Row, plain
from bot.roster_template import template
from bot.roster_tree import TreeSheet, read_tree
from bot.roster_words import COLUMNS, EXPLAINED, KINDS, SHEET, TREE_COLUMNS, TREE_SHEET, Column
from bot.settings import Settings
from storage.database import Database
from storage.models import ChangeKind, OrganizationKind, PostKind
from storage.people import audit
from storage.roster import Chain, Outdated, OutdatedRoster, RosterOrganization, RosterPerson, Summary, import_roster

__all__ = ["Roster", "RosterFault", "import_file", "read_roster", "template"]

ZONE = ZoneInfo("Asia/Shanghai")
STEP = 5000
"""Rows between two words about how far it is."""

Progress = Callable[[str], None]
"""Told how far it is."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster without faults, in the order of its rows; the organizations of its sheet of the tree, if it has one.

    `rows` and `letters` say where an organization is named first: in which row and column of which sheet.
    """

    people: tuple[RosterPerson, ...]
    organizations: tuple[RosterOrganization, ...] = ()
    named_at: Mapping[Chain, tuple[str, int, str]] = field(default_factory=dict, compare=False)


def read_roster(
    content: bytes, *, today: date | None = None, progress: Progress = lambda words: None
) -> Roster | list[RosterFault]:
    """The roster in an .xlsx, or all of its faults, from the top down.

    Columns are found by their headings, in any order; others are ignored, and so are empty rows. With `today`, a status
    that begins later is a fault.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # What openpyxl makes of a file of another program it says in English, to whoever looks on.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                return _read(book, today, progress)
            finally:
                book.close()
    except (KeyError, ValueError, SyntaxError, EOFError, OSError, zipfile.BadZipFile, zlib.error, InvalidFileException):
        return [RosterFault(0, "", "打不开。请用模板填写，另存为 .xlsx 再导入。")]


def _read(book: Any, today: date | None, progress: Progress) -> Roster | list[RosterFault]:
    tree = TreeSheet()
    has_tree = TREE_SHEET in book.sheetnames and len(book.sheetnames) > 1
    if has_tree:
        opened = _opened(book[TREE_SHEET], TREE_COLUMNS)
        if isinstance(opened, RosterFault):
            return [RosterFault(opened.row, opened.column, opened.message, TREE_SHEET)]
        rows, places, letters = opened
        tree = read_tree(rows, letters, places)
    opened = _opened(_people_of(book), COLUMNS)
    if isinstance(opened, RosterFault):
        return [opened]
    rows, places, letters = opened
    people: list[RosterPerson] = []
    faults = list(tree.faults)
    seen = _Seen(tree)
    chains: dict[tuple[str, ...], dict[OrganizationKind, Chain]] = {}
    committees = tree.committees if tree.organizations else None
    for number, cells in enumerate(rows, 2):
        if number % STEP == 0:
            progress(f"读到第 {number:,} 行……")
        values = {heading: cells[at] if at < len(cells) else None for heading, at in places.items()}
        row = Row(number, values, letters, today, committees, chains)
        if not any(row.words.values()):
            continue
        person = row.read()
        if person is not None and seen.is_new(row, person):
            people.append(person)
        faults += row.faults
    if not people and not faults and not tree.organizations:
        return [RosterFault(0, "", f"“{SHEET}”里一个人也没有。")]
    return faults or Roster(tuple(people), tuple(tree.organizations), seen.named_at)


def _people_of(book: Any) -> Any:
    """The sheet of people: the one of that name, else the first that is neither the tree nor the explanations."""
    if SHEET in book.sheetnames:
        return book[SHEET]
    others = [sheet for sheet in book.worksheets if sheet.title not in (TREE_SHEET, EXPLAINED)]
    if not others and not book.worksheets:
        raise ValueError("no sheets")
    return (others or book.worksheets)[0]


Opened = tuple[Iterator[Sequence[Any]], dict[str, int], dict[str, str]]


def _opened(sheet: Any, columns: Sequence[Column]) -> Opened | RosterFault:
    """The rows below the heads, where each column is, and its letter; or that columns are missing."""
    from openpyxl.utils import get_column_letter

    sheet.reset_dimensions()  # what programs write there is not always so
    rows = sheet.iter_rows(values_only=True)
    heads = [plain(cell) for cell in next(rows, ())]
    missing = [column.heading for column in columns if column.heading not in heads]
    if missing:
        return RosterFault(1, "", f"缺少这些列：{'、'.join(missing)}。请用模板的表头。")
    places = {column.heading: heads.index(column.heading) for column in columns}
    return rows, places, {heading: get_column_letter(at + 1) for heading, at in places.items()}


class _Seen:
    """The rows so far, to find who is listed twice and what cannot be held by two, and where what is named first."""

    def __init__(self, tree: TreeSheet) -> None:
        self.people: dict[tuple[Chain, str, str], int] = {}
        self.secretaries: dict[Chain, int] = {}
        self.named_at = {chain: (TREE_SHEET, number, "A") for chain, number in tree.rows.items()}
        self.kinds: dict[tuple[Chain, str], Chain] = {(chain[:-1], chain[-1][1]): chain for chain in tree.rows}
        self.branches: dict[tuple[Chain, str], list[Chain]] = {}
        for chain in tree.rows:
            if chain[-1][0] is OrganizationKind.BRANCH:
                above = chain[:-2] if chain[-2][0] is OrganizationKind.GENERAL_BRANCH else chain[:-1]
                self.branches.setdefault((above, chain[-1][1]), []).append(chain)

    def is_new(self, row: Row, person: RosterPerson) -> bool:
        key = (person.root, person.name, person.phone_last4)
        if key in self.people:
            row.fault("姓名", f"和第 {self.people[key]} 行是同一个人：姓名和手机号后四位都一样。")
        self.people.setdefault(key, row.number)
        for kind, organization in person.posts:
            if kind is not PostKind.SECRETARY:
                continue
            if organization in self.secretaries:
                row.fault("党内职务", f"{organization[-1][1]}的书记在第 {self.secretaries[organization]} 行已经有了。")
            self.secretaries.setdefault(organization, row.number)
        lowest = person.group or person.branch or person.root
        if lowest not in self.named_at:
            self._name(row, lowest, len(person.root))
        return not row.faults

    def _name(self, row: Row, lowest: Chain, root: int) -> None:
        """Each of its organizations by the column that its kind has; what is above the committee stands there too."""
        headings = {kind: heading for heading, kind in KINDS.items()}
        for depth in range(1, len(lowest) + 1):
            heading, chain = headings[lowest[max(depth, root) - 1][0]], lowest[:depth]
            self._check(row, chain, lowest[:root], heading)
            self.named_at.setdefault(chain, ("", row.number, row.letters[heading]))

    def _check(self, row: Row, chain: Chain, root: Chain, heading: str) -> None:
        """A name stands for one organization: of one kind, and where the sheet of the tree has it."""
        kind, name = chain[-1]
        words = {kind: word for word, kind in KINDS.items()}
        other = self.kinds.setdefault((chain[:-1], name), chain)
        if other[-1][0] is not kind:
            sheet, number, _ = self.named_at[other]
            where = f"“{sheet}”表第 {number} 行" if sheet else f"第 {number} 行"
            row.fault(heading, f"{where}的{name}是{words[other[-1][0]]}，这里写成了{words[kind]}。")
        elsewhere = self.branches.get((root, name), []) if kind is OrganizationKind.BRANCH else []
        if len(elsewhere) == 1 and elsewhere[0] != chain:
            above = elsewhere[0][-2][1]
            wanted = "请把党总支空着" if elsewhere[0][:-1] == root else "请照着填党总支"
            row.fault("党总支", f"“{TREE_SHEET}”表里{name}在{above}下面，{wanted}。")


async def import_file(
    settings: Settings, content: bytes, now: datetime, *, progress: Progress = lambda words: None
) -> tuple[list[str], str]:
    """Import an .xlsx into the database of the settings: its faults in words, and then nothing is done, or what was."""
    today = now.astimezone(ZONE).date()
    roster = read_roster(content, today=today, progress=progress)
    if isinstance(roster, list):
        return [str(fault) for fault in roster], ""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            summary = await import_roster(
                session,
                roster.people,
                today,
                organizations=roster.organizations,
                progress=lambda done, of: progress(f"写入 {done:,} / {of:,} 人……"),
            )
            await audit(session, now, None, None, "import_roster", f"people:{len(roster.people)}")
    except OutdatedRoster as outdated:
        return [str(fault) for fault in _as_faults(roster, outdated.organizations)], ""
    finally:
        await database.close()
    return [], in_words(summary)


def _as_faults(roster: Roster, organizations: Mapping[Chain, Outdated]) -> list[RosterFault]:
    """What has become of organizations, where the roster names them first."""
    found = []
    for chain, outdated in organizations.items():
        sheet, row, letter = roster.named_at.get(chain, ("", 0, ""))
        found.append(RosterFault(row, letter, _became(chain, outdated), sheet))
    return sorted(found, key=lambda fault: (fault.sheet, fault.row, fault.column))


def _became(chain: Chain, outdated: Outdated) -> str:
    kinds: dict[str, str] = {kind.value: word for word, kind in KINDS.items()}
    name, now = chain[-1][1], outdated.now
    if outdated.change is ChangeKind.MERGED:
        return f"{name}已经并入{now}，请按现在的组织填。"
    if outdated.change is ChangeKind.MOVED:
        return f"{name}已经转到别的上级，现在是{now}，请按现在的上级填。"
    if outdated.change is ChangeKind.RENAMED:
        return f"{name}已经改名，现在是{now}，请按现在的名称填。"
    if outdated.change is ChangeKind.DISSOLVED:
        return f"{name}已经撤销了，请按现在的组织填。"
    return f"{name}已经登记为{kinds[now]}。" if now else f"叫{name}的党委有几个，请在“{TREE_SHEET}”表里写明上级。"


def in_words(summary: Summary) -> str:
    """What an import did, for whoever started it."""
    words = f"导入好了：新增 {summary.added} 人，更新 {summary.changed} 人，没有变化 {summary.unchanged} 人"
    words += f"；新建党组织 {summary.organizations_added} 个。" if summary.organizations_added else "。"
    if summary.not_listed:
        words += f"\n另有 {summary.not_listed} 人以前登记过、不在这份花名册里，没有动。"
    return words
