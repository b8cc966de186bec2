"""Every paper, with nothing known and with everything known, at length."""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from knowledge.documents.filling import filled_in, heading
from knowledge.documents.papers import PAPERS, Papers, faults
from tests.knowledge.documents.known import LONG, known_to

PAPER_FILES = sorted(path.name for path in PAPERS.glob("*.yaml"))
ALL = Papers.load()


def of(file: str) -> Iterator[str]:
    """The ids of the papers of a file."""
    text = (PAPERS / file).read_text(encoding="utf-8")
    return iter(re.findall(r"^- id: (\w+)$", text, re.MULTILINE))


def words(file: bytes) -> str:
    """Everything written in a document, tables included, a paragraph a line."""
    body = docx.Document(io.BytesIO(file)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))


def test_nothing_is_wrong_in_the_files() -> None:
    assert faults() == []


def test_no_two_papers_have_the_same_title() -> None:
    titles = [paper.title for paper in ALL.values()]
    assert sorted(titles) == sorted(set(titles))


@pytest.mark.parametrize("file", PAPER_FILES)
def test_a_paper_of_which_nothing_is_known_is_a_form_to_be_filled_in(file: str) -> None:
    for id in of(file):
        written = words(ALL.render(id, {}))
        assert "{" not in written, id
        assert not re.search(r"[A-Za-z]", written), id
        assert "＿" in written or "\n\n" in written, f"{id} leaves no room to write"
        title = heading(ALL[id], {}).replace("\n", "")
        assert title in written.replace("\n", ""), id


@pytest.mark.parametrize("file", PAPER_FILES)
def test_a_paper_of_which_all_is_known_holds_long_names_and_fifty_members(file: str) -> None:
    for id in of(file):
        context = known_to(ALL[id].wants, long=True)
        rendered = ALL.render(id, context)
        written = words(rendered)
        assert "{" not in written, id
        assert not re.search(r"[A-Za-z]", written), id
        if any("{{ subject.name }}" in template for template in ALL[id].templates()):
            assert LONG in written.replace("\n", ""), id
        for table in docx.Document(io.BytesIO(rendered)).element.body.iter(qn("w:tbl")):
            check_table(table, id)


def check_table(table: Any, id: str) -> None:
    """Every row is as wide as the columns together; a row of names is one of at most as many as there are members."""
    columns = [int(column.get(qn("w:w"))) for column in table.tblGrid]
    for row in table.tr_lst:
        widths = [int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst]
        spans = [cell.grid_span for cell in row.tc_lst]
        assert sum(widths) == sum(columns), id
        assert sum(spans) == len(columns), id
        assert min(widths) > 500, f"{id}: a column is too narrow to write in"


def test_fifty_members_are_all_on_the_roll_and_its_head_is_on_every_page() -> None:
    context = known_to(ALL["member_roll"].wants)
    table = docx.Document(io.BytesIO(ALL.render("member_roll", context))).tables[1]
    full = [person.name for person in context["people"] if person.status == "正式党员"]
    assert [row.cells[1].text for row in table.rows][1:] == full
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_sheet_to_sign_runs_down_its_columns() -> None:
    context = known_to(ALL["attendance_sheet"].wants)
    table = docx.Document(io.BytesIO(ALL.render("attendance_sheet", context))).tables[1]
    assert [cell.text for cell in table.rows[1].cells] == ["1", "李建国1", "", "26", "李建国26", ""]


def test_a_name_is_written_as_it_is_whatever_is_in_it() -> None:
    hostile = "A&B <x> {{ y }} {% z %} \x07|# > ］"
    written = words(ALL.render("talk_record", {"subject": {"name": hostile}}))
    assert "A&B <x> {{ y }} {% z %} |# > ］" in written


def test_lines_of_an_answer_are_paragraphs_and_no_headings() -> None:
    context = {"step": {"agenda": ["# 第一项", "> 第二项"], "resolution": "同意。\n按期办理。"}}
    written = words(ALL.render("meeting_minutes", context)).split("\n")
    assert {"# 第一项", "> 第二项", "同意。", "按期办理。"} <= set(written)


def test_the_same_facts_make_the_same_file() -> None:
    context = known_to(ALL["resolution"].wants)
    assert ALL.render("resolution", context) == ALL.render("resolution", context)


def test_a_form_says_who_it_is_about_in_the_name_of_its_file() -> None:
    assert ALL.file_name("talk_record", {"subject": {"name": "王 秀/英"}}) == "入党申请人谈话记录（王秀英）.docx"
    assert ALL.file_name("meeting_notice", {}) == "会议通知.docx"
    assert len(ALL.file_name("talk_record", {"subject": {"name": LONG * 3}}).encode()) < 255


def test_there_is_no_paper_of_another_name() -> None:
    with pytest.raises(KeyError):
        ALL.render("no_such_paper", {})


def test_what_the_law_needs_is_reckoned_from_those_eligible() -> None:
    written = words(ALL.render("admission_tally", {"step": {"eligible": 16}}))
    assert "应到会有表决权党员的过半数：9票" in written


def test_a_form_is_filled_in_over_several_steps() -> None:
    facts = {
        "apply": {"to_branch": "东河村党支部", "held_on": date(2026, 1, 5), "present": 9},
        "send": {"issued_on": date(2026, 3, 5), "valid_days": 30},
    }
    written = words(ALL.render("introduction_letter", {"facts": facts, "step": facts["send"]}))
    assert "东河村党支部" in written
    assert "有效期30天" in written
    assert "2026年3月5日" in written


def test_what_belongs_to_one_sitting_stays_with_it() -> None:
    facts = {"first": {"held_on": date(2026, 1, 5), "present": 9, "topic": "修路"}, "second": {}}
    for step in (None, facts["second"]):
        written = words(ALL.render("vote_tally", {"facts": facts, "step": step}))
        assert "修路" in written
        assert "2026年1月5日" not in written
        assert "9" not in written


def test_people_may_be_mappings_and_their_status_is_heeded() -> None:
    people = [{"name": "张三", "status": "正式党员"}, {"name": "李四", "status": "预备党员"}]
    people.append({"name": "王五", "status": "入党积极分子"})
    written = words(ALL.render("attendance_sheet", {"people": people}))
    assert "张三" in written
    assert "李四" in written
    assert "王五" not in written
    assert "李四" not in words(ALL.render("member_roll", {"people": people}))


@pytest.mark.parametrize("odd", [True, 0, 7, "", "甲", [], ["甲"], {}, date(2026, 3, 5), Decimal("1.5"), {7: 1}])
def test_no_fact_of_another_kind_than_expected_breaks_a_paper(odd: object) -> None:
    for paper in ALL.values():
        context: dict[str, Any] = {"today": odd, "people": odd}
        for name in paper.wants - {"today", "people"}:
            where, _, rest = name.partition(".")
            step, _, field = rest.rpartition(".")
            inner = context.setdefault(where, {}).setdefault(step, {}) if step else context.setdefault(where, {})
            if rest:
                inner[field] = odd
        assert filled_in(paper, context)
