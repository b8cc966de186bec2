"""The roster in Excel: the template can be filled in, every fault is named, and an import is whole."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.roster import Roster, RosterFault, import_file, read_roster, template
from bot.roster_words import COLUMNS, TREE_COLUMNS
from bot.settings import Settings
from storage.database import Database
from storage.models import OrganizationKind, PostKind, Status
from storage.people import branches_under, find_people
from storage.tree import Decision, rename_organization

HEADS = [column.heading for column in COLUMNS]
TODAY = date(2026, 11, 20)
GOOD = {
    "党委": "清河镇党委",
    "党总支": "柳荫村党总支",
    "党支部": "第一党支部",
    "党小组": "第一党小组",
    "姓名": "田麦秋",
    "手机号后四位": "8207",
    "身份": "正式党员",
    "起始日期": "2019-07-01",
}


def _filled(*rows: dict[str, Any], heads: list[str] = HEADS) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(heads)
    for row in rows:
        sheet.append([row.get(head) for head in heads])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _read(*rows: dict[str, Any]) -> Roster:
    roster = read_roster(_filled(*rows), today=TODAY)
    assert isinstance(roster, Roster), [str(fault) for fault in roster]
    return roster


def _faults(*rows: dict[str, Any]) -> list[tuple[int, str, str]]:
    faults = read_roster(_filled(*rows), today=TODAY)
    assert isinstance(faults, list)
    return [(fault.row, fault.column, fault.message) for fault in faults]


def test_the_examples_of_the_template_can_be_imported_as_they_are() -> None:
    book = load_workbook(io.BytesIO(template()))
    explained = [
        [cell.value or "" for cell in row] for row in book["说明"].iter_rows(min_row=2, max_row=len(HEADS) + 1)
    ]
    assert [row[0] for row in explained] == HEADS
    sheet = book["花名册"]
    for example in (2, 3):
        sheet.append([row[example] for row in explained])
    content = io.BytesIO()
    book.save(content)
    roster = read_roster(content.getvalue(), today=TODAY)
    assert isinstance(roster, Roster), roster
    assert [one.name for one in roster.people] == ["程望舒", "田麦秋"]
    assert roster.people[0].posts == ((PostKind.OFFICIAL, ((OrganizationKind.COMMITTEE, "清河镇党委"),)),)


def test_the_template_offers_choices_and_keeps_leading_zeros() -> None:
    sheet = load_workbook(io.BytesIO(template()))["花名册"]
    lists = {str(each.sqref)[0]: each.formula1 for each in sheet.data_validations.dataValidation}
    assert "正式党员,预备党员" in lists["G"]
    assert lists["K"] == '"是,否"'
    assert sheet.column_dimensions["F"].number_format == "@"


TREE_HEADS = [column.heading for column in TREE_COLUMNS]


def _county(tree: list[list[Any]], *rows: dict[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(_filled(*rows)))
    book.worksheets[0].title = "花名册"
    sheet = book.create_sheet("组织")
    for row in [TREE_HEADS, *tree]:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


TREE: list[list[Any]] = [
    ["清河县委", "", "党委", "2031-06-30"],
    ["清河镇党委", "清河县委", "党委", ""],
    ["柳荫村党总支", "清河镇党委", "党总支", date(2029, 6, 30)],
    ["第一党支部", "柳荫村党总支", "党支部", ""],
    ["白石镇党委", "清河县委", "党委", ""],
    ["第一党支部", "白石镇党委", "党支部", ""],
    ["第一党小组", "白石镇党委/第一党支部", "党小组", ""],
]


def test_the_sheet_of_the_tree_says_what_is_above_a_committee_and_what_is_empty() -> None:
    roster = read_roster(_county(TREE, GOOD), today=TODAY)
    assert isinstance(roster, Roster), [str(fault) for fault in roster]
    assert [name for _, name in roster.people[0].root] == ["清河县委", "清河镇党委"]
    assert [name for _, name in roster.people[0].group or ()][:2] == ["清河县委", "清河镇党委"]
    assert len(roster.organizations) == 7
    assert [name for _, name in roster.organizations[-1].chain] == [
        "清河县委",
        "白石镇党委",
        "第一党支部",
        "第一党小组",
    ]
    assert [one.term_ends for one in roster.organizations[:3]] == [date(2031, 6, 30), None, date(2029, 6, 30)]
    assert isinstance(read_roster(_county(TREE), today=TODAY), Roster)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["", "清河县委", "党委", ""], "A", "没有填"),
        (["第二党支部", "清河镇党委", "支部", ""], "C", "请填"),
        (["第二党支部", "没有的党委", "党支部", ""], "B", "没有"),
        (["第二党小组", "第一党支部", "党小组", ""], "B", "有 2 个"),
        (["第二党支部", "", "党支部", ""], "B", "上级没有填"),
        (["第二党小组", "清河镇党委", "党小组", ""], "B", "不能放党小组"),
        (["第一党小组", "白石镇党委/第一党支部", "党小组", ""], "A", "第 8 行"),
        (["绕圈党委", "绕圈党委", "党委", ""], "B", "绕回"),
        (["第二党支部", "清河镇党委", "党支部", "后年"], "D", "不是日期"),
        (["#N/A", "清河镇党委", "党支部", ""], "A", "公式没有算出来"),
        (["柳荫村党总支", "清河镇党委", "党支部", ""], "A", "第 4 行"),
    ],
)
def test_a_fault_of_the_tree_is_named_by_its_sheet_row_and_column(row: list[Any], column: str, words: str) -> None:
    faults = read_roster(_county([*TREE, row], GOOD), today=TODAY)
    assert isinstance(faults, list)
    assert [(fault.sheet, fault.row, fault.column) for fault in faults] == [("组织", 9, column)]
    assert words in faults[0].message
    assert str(faults[0]).startswith(f"“组织”第 9 行 {column} 列：")


def test_a_committee_that_the_tree_does_not_have_is_a_fault_of_the_row() -> None:
    faults = read_roster(_county(TREE, GOOD | {"党委": "黑石镇党委"}), today=TODAY)
    assert [str(fault) for fault in faults] == [  # type: ignore[union-attr]  # faults here
        "第 2 行 A 列：“黑石镇党委”在“组织”表里没有，或者有几个同名的。"
    ]


def test_who_is_put_right_below_the_committee_where_the_tree_has_the_branch_elsewhere_is_told() -> None:
    faults = read_roster(_county(TREE, GOOD | {"党总支": ""}), today=TODAY)
    assert [str(fault) for fault in faults] == [  # type: ignore[union-attr]  # faults here
        "第 2 行 B 列：“组织”表里第一党支部在柳荫村党总支下面，请照着填党总支。"
    ]


def test_one_name_is_one_kind_of_organization_in_all_rows() -> None:
    other = GOOD | {"姓名": "何田田", "党总支": "", "党支部": "柳荫村党总支", "党小组": ""}
    assert _faults(GOOD, other) == [(3, "C", "第 2 行的柳荫村党总支是党总支，这里写成了党支部。")]


def test_the_sheets_may_stand_in_any_order_and_the_roster_under_any_name() -> None:
    book = load_workbook(io.BytesIO(_county(TREE, GOOD)))
    book.move_sheet("组织", -1)
    people = book[next(name for name in book.sheetnames if name != "组织")]
    people.title = "全县党员"
    content = io.BytesIO()
    book.save(content)
    roster = read_roster(content.getvalue(), today=TODAY)
    assert isinstance(roster, Roster), [str(fault) for fault in roster]
    assert len(roster.people) == 1


def test_what_another_program_writes_differently_is_read_without_a_word_of_english() -> None:
    """A file without styles, and one whose sheet breaks off; the first makes openpyxl warn, which is an error here."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_filled(GOOD))) as whole, zipfile.ZipFile(written, "w") as bare:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/styles.xml":
                content = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
            bare.writestr(name, content)
    assert isinstance(read_roster(written.getvalue(), today=TODAY), Roster)
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_filled(GOOD))) as whole, zipfile.ZipFile(broken, "w") as torn:
        for name in whole.namelist():
            content = whole.read(name)
            torn.writestr(name, content[: len(content) // 2] if name == "xl/worksheets/sheet1.xml" else content)
    [fault] = read_roster(broken.getvalue())  # type: ignore[misc]  # a list of faults here
    assert str(fault).startswith("文件：打不开。")


def test_how_far_the_reading_is_gets_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.roster.STEP", 2)
    told: list[str] = []
    read_roster(_filled(*(GOOD | {"手机号后四位": f"{n:04}"} for n in range(3))), today=TODAY, progress=told.append)
    assert told == ["读到第 2 行……", "读到第 4 行……"]


def test_an_empty_template_says_that_nobody_is_in_it() -> None:
    assert read_roster(template()) == [RosterFault(0, "", "“花名册”里一个人也没有。")]


def test_a_row_is_read_with_its_organizations_from_the_top() -> None:
    [person] = _read(GOOD | {"党内职务": "书记、小组长", "任期届满": date(2029, 6, 30), "有表决权": "否"}).people
    assert [name for _, name in person.group or ()] == ["清河镇党委", "柳荫村党总支", "第一党支部", "第一党小组"]
    assert person.status is Status.FULL
    assert (person.since, person.term_ends, person.may_vote) == (date(2019, 7, 1), date(2029, 6, 30), False)
    assert [(kind, len(chain)) for kind, chain in person.posts] == [(PostKind.SECRETARY, 3), (PostKind.GROUP_LEADER, 4)]


@pytest.mark.parametrize(
    "written",
    ["2019-07-01", "2019/7/1", "2019.7.1", "2019年7月1日", "20190701", "２０１９-７-１", date(2019, 7, 1), 20190701],
)
def test_dates_are_read_as_people_write_them(written: Any) -> None:
    assert _read(GOOD | {"起始日期": written}).people[0].since == date(2019, 7, 1)


def test_digits_typed_as_a_number_get_their_zeros_back() -> None:
    assert _read(GOOD | {"手机号后四位": 316}).people[0].phone_last4 == "0316"
    assert _read(GOOD | {"手机号后四位": 316.0}).people[0].phone_last4 == "0316"


def test_columns_may_stand_in_any_order_with_others_between_and_rows_may_be_empty() -> None:
    heads = ["备注", *reversed(HEADS)]
    roster = read_roster(_filled({}, GOOD, {"备注": "以下空白"}, heads=heads))
    assert isinstance(roster, Roster)
    assert [one.name for one in roster.people] == ["田麦秋"]


def test_all_faults_are_named_by_row_and_column() -> None:
    faults = _faults(
        GOOD | {"姓名": "", "手机号后四位": "12a4"},
        GOOD | {"身份": "党员", "起始日期": "去年夏天", "有表决权": "可能"},
        GOOD,
        GOOD | {"姓名": " 田 麦秋 "},
    )
    assert [(row, column) for row, column, _ in faults] == [
        (2, "E"),
        (2, "F"),
        (3, "G"),
        (3, "I"),
        (3, "K"),
        (5, "E"),
    ]
    assert faults[-1][2] == "和第 4 行是同一个人：姓名和手机号后四位都一样。"
    assert "正式党员" in faults[2][2]


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        ({"党支部": ""}, "C", "写了党小组"),
        ({"党支部": "", "党小组": "", "身份": ""}, "C", "没有填"),
        ({"党总支": "第一党支部"}, "C", "同名"),
        ({"身份": ""}, "G", "要填身份"),
        ({"党内职务": "大书记"}, "H", "不认识"),
        ({"党内职务": "小组长", "党小组": ""}, "D", "小组长"),
        ({"党内职务": "党总支书记", "党总支": ""}, "B", "党总支书记"),
        ({"党内职务": "书记", "身份": "预备党员"}, "H", "正式党员担任"),
        ({"起始日期": "2026-02-30"}, "I", "不是日期"),
        ({"起始日期": "2027-01-01"}, "I", "还没有到"),
        ({"起始日期": "1001-01-01"}, "I", "太早"),
        ({"任期届满": "三年后"}, "J", "不是日期"),
        ({"姓名": "长" * 61}, "E", "太长"),
        ({"党支部": "#N/A"}, "C", "公式没有算出来"),
        ({"姓名": "#REF!"}, "E", "公式没有算出来"),
    ],
)
def test_what_does_not_fit_is_said(wrong: dict[str, str], column: str, words: str) -> None:
    [(row, where, message)] = _faults(GOOD | wrong)
    assert (row, where) == (2, column)
    assert words in message


def test_a_branch_has_one_secretary() -> None:
    faults = _faults(GOOD | {"党内职务": "书记"}, GOOD | {"姓名": "何田田", "党内职务": "书记"})
    assert faults == [(3, "H", "第一党支部的书记在第 2 行已经有了。")]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook_is_named_so(content: bytes) -> None:
    [fault] = read_roster(content)  # type: ignore[misc]  # a list of faults here
    assert str(fault) == "文件：打不开。请用模板填写，另存为 .xlsx 再导入。"


def test_missing_columns_are_named() -> None:
    [fault] = read_roster(_filled(heads=HEADS[:-2]))  # type: ignore[misc]  # a list of faults here
    assert str(fault) == "第 1 行：缺少这些列：任期届满、有表决权。请用模板的表头。"


async def test_a_file_with_one_fault_imports_nothing_and_a_good_one_all(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'roster.sqlite3'}")
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    other = GOOD | {"姓名": "何田田"}
    problems, words = await import_file(settings, _filled(GOOD, other | {"身份": "？"}), now)
    assert len(problems) == 1
    assert words == ""
    problems, words = await import_file(settings, _filled(GOOD, other), now)
    assert (problems, words) == ([], "导入好了：新增 2 人，更新 0 人，没有变化 0 人；新建党组织 4 个。")
    problems, words = await import_file(settings, _filled(GOOD), now)
    assert words == "导入好了：新增 0 人，更新 0 人，没有变化 1 人。\n另有 1 人以前登记过、不在这份花名册里，没有动。"
    database = Database(settings.database_url)
    async with database.reading() as session:
        assert sorted(one.name for one in await find_people(session)) == ["何田田", "田麦秋"]
    await database.close()


async def test_an_old_roster_is_answered_row_by_row_with_what_has_become_of_its_organizations(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'roster.sqlite3'}")
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    assert (await import_file(settings, _filled(GOOD), now))[0] == []
    database = Database(settings.database_url)
    async with database.transaction() as session:
        [branch] = await branches_under(session, "/")
        await rename_organization(session, branch.id, "柳荫村党支部", Decision(TODAY, "镇党委会议", None, now))
    problems, words = await import_file(settings, _filled(GOOD | {"姓名": "何田田", "党小组": ""}, GOOD), now)
    assert words == ""
    assert problems == ["第 2 行 C 列：第一党支部已经改名，现在是柳荫村党总支/柳荫村党支部，请按现在的名称填。"]
    async with database.reading() as session:
        assert [one.name for one in await find_people(session)] == ["田麦秋"]
    await database.close()
