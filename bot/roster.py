"""The roster as people keep it, in Excel: read with every fault named by row and column, then imported as a whole."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.roster_rows import RosterFault, Row, plain
from bot.roster_template import template
from bot.roster_words import COLUMNS, SHEET
from bot.settings import Settings
from storage.database import Database
from storage.models import PostKind
from storage.people import audit
from storage.roster import Chain, RosterPerson, Summary, import_roster

__all__ = ["Roster", "RosterFault", "import_file", "read_roster", "template"]

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster without faults, in the order of its rows."""

    people: tuple[RosterPerson, ...]


def read_roster(content: bytes, *, today: date | None = None) -> Roster | list[RosterFault]:
    """The roster in an .xlsx, or all of its faults, from the top down.

    Columns are found by their headings, in any order; others are ignored, and so are empty rows. With `today`, a status
    that begins later is a fault.
    """
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    try:
        book = load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return [RosterFault(0, "", "打不开。请用模板填写，另存为 .xlsx 再导入。")]
    sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    heads = [plain(cell) for cell in next(rows, ())]
    missing = [column.heading for column in COLUMNS if column.heading not in heads]
    if missing:
        return [RosterFault(1, "", f"缺少这些列：{'、'.join(missing)}。请用模板的表头。")]
    places = {column.heading: heads.index(column.heading) for column in COLUMNS}
    letters = {heading: get_column_letter(at + 1) for heading, at in places.items()}
    people: list[RosterPerson] = []
    faults: list[RosterFault] = []
    seen = _Seen()
    for number, cells in enumerate(rows, 2):
        row = Row(number, {heading: cells[at] for heading, at in places.items()}, letters, today)
        if not any(plain(value) for value in row.cells.values()):
            continue
        person = row.read()
        if person is not None and seen.is_new(row, person):
            people.append(person)
        faults += row.faults
    if not people and not faults:
        return [RosterFault(0, "", f"“{SHEET}”里一个人也没有。")]
    return faults or Roster(tuple(people))


class _Seen:
    """The rows so far, to find who is listed twice and what cannot be held by two."""

    def __init__(self) -> None:
        self.people: dict[tuple[Chain, str, str], int] = {}
        self.secretaries: dict[Chain, int] = {}

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
        return not row.faults


async def import_file(settings: Settings, content: bytes, now: datetime) -> tuple[list[str], str]:
    """Import an .xlsx into the database of the settings: its faults in words, and then nothing is done, or what was."""
    today = now.astimezone(ZONE).date()
    roster = read_roster(content, today=today)
    if isinstance(roster, list):
        return [str(fault) for fault in roster], ""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            summary = await import_roster(session, roster.people, today)
            await audit(session, now, None, None, "import_roster", f"people:{len(roster.people)}")
    finally:
        await database.close()
    return [], in_words(summary)


def in_words(summary: Summary) -> str:
    """What an import did, for whoever started it."""
    words = f"导入好了：新增 {summary.added} 人，更新 {summary.changed} 人，没有变化 {summary.unchanged} 人"
    words += f"；新建党组织 {summary.organizations_added} 个。" if summary.organizations_added else "。"
    if summary.not_listed:
        words += f"\n另有 {summary.not_listed} 人以前登记过、不在这份花名册里，没有动。"
    return words
