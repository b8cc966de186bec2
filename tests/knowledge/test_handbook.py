"""The curated entries: complete, sourced, short enough for a phone, and in agreement with the rules."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.markup import parse, to_plain
from knowledge.entry import Entry
from knowledge.handbook import BrokenHandbook, Handbook, faults
from knowledge.rules.admission import earliest_candidate_date, notice_ends, probation_ends, talk_due
from knowledge.rules.dues import FIXED, Payer, monthly_dues, rate_of
from knowledge.rules.quorum import Formula, candidates_needed, is_carried, present_needed, votes_needed

SCREEN = 320  # characters of one phone screen

DOCUMENTS = "- {id: branch-2018, title: 《支部工作条例》, year: 2018年}\n"
GOOD = """\
- id: meetings.general
  title: 党员大会多久开一次
  aliases: [大会几次, 大会频次, 大会多久, 季度大会]
  answer: 一般**每季度1次**，可随时召开。
  document: branch-2018
  article: 第11条
  state: in_force
  topic: 组织生活
"""


def _folder(tmp_path: Path, entries: str, documents: str = DOCUMENTS) -> Path:
    (tmp_path / "documents.yaml").write_text(documents, encoding="utf-8")
    (tmp_path / "meetings.yaml").write_text(entries, encoding="utf-8")
    return tmp_path


def _answer(handbook: Handbook, id: str) -> str:
    entry = handbook.entry(id)
    assert entry is not None, id
    return to_plain(entry.answer)


def test_the_handbook_has_no_faults(handbook: Handbook) -> None:
    assert faults() == []
    assert len(handbook.entries) >= 100


def test_every_answer_fits_one_phone_screen(handbook: Handbook) -> None:
    assert [entry.id for entry in handbook.entries if len(to_plain(entry.answer)) > SCREEN] == []


def test_every_answer_uses_the_four_marks_only(handbook: Handbook) -> None:
    left = [entry.id for entry in handbook.entries if re.search(r"[*#\[\]`]", to_plain(entry.answer))]
    assert left == []
    assert all(line.spans for entry in handbook.entries for line in parse(entry.answer))


def test_every_entry_shows_a_source_with_its_year_or_nature(handbook: Handbook) -> None:
    for entry in handbook.entries:
        assert re.search(r"《.+》|规划|通行做法|中央组织部|条例|工作法", entry.source), entry.id


def test_a_historical_answer_says_so_in_its_first_line(handbook: Handbook) -> None:
    for entry in handbook.entries:
        if entry.state == "historical":
            first = entry.answer.splitlines()[0]
            assert "2012年" in first, entry.id
            assert re.search("现|已|仍", first), entry.id


def test_what_superseded_an_entry_is_in_force(handbook: Handbook) -> None:
    for entry in handbook.entries:
        if entry.superseded_by is not None:
            rule = handbook.entry(entry.superseded_by)
            assert rule is not None
            assert rule.state == "in_force", entry.id


def test_whatever_rests_on_the_revision_of_2026_asks_to_confirm(handbook: Handbook) -> None:
    for entry in handbook.entries:
        if any(citation.document.startswith("admission-") for citation in entry.citations):
            assert "确认" in entry.source, entry.id


def test_the_excerpt_is_covered(handbook: Handbook) -> None:
    for chapter in range(1, 11):
        assert handbook.entry(f"chapter.{chapter}") is not None
    assert sum(entry.id.startswith("regulation.") for entry in handbook.entries) == 10
    assert sum(entry.id.startswith("opinions.") for entry in handbook.entries) >= 20
    assert sum(entry.id.startswith("chapter-1.") for entry in handbook.entries) >= 10


def test_topics_hold_every_entry_once(handbook: Handbook) -> None:
    listed = [entry.id for entries in handbook.topics().values() for entry in entries]
    assert sorted(listed) == sorted(entry.id for entry in handbook.entries)


@pytest.mark.parametrize(
    ("id", "formula", "eligible"),
    [
        ("vote.general", Formula.GENERAL, 16),
        ("admission.vote", Formula.ADMISSION, 16),
        ("admission.vote", Formula.ADMISSION, 15),
        ("admission.full-vote", Formula.ADMISSION, 16),
        ("admission.full-vote", Formula.ADMISSION, 15),
        ("election.quorum", Formula.ELECTION, 16),
        ("election.quorum", Formula.ELECTION, 15),
        ("vote.committee", Formula.COMMITTEE, 5),
        ("vote.committee", Formula.COMMITTEE, 3),
    ],
)
def test_the_figures_of_an_answer_agree_with_the_rules(
    handbook: Handbook, id: str, formula: Formula, eligible: int
) -> None:
    answer = _answer(handbook, id)
    needed = present_needed(formula, eligible=eligible)
    assert re.search(rf"(应到{eligible}人[^；。]*?到(会)?{needed}[人名]|{eligible}名委员到{needed}名)", answer), answer
    if formula in (Formula.GENERAL, Formula.ADMISSION):
        assert re.search(rf"应到{eligible}人[^；]*赞成{votes_needed(eligible=eligible)}票", answer), answer


def test_the_table_of_formulas_agrees_with_the_rules(handbook: Handbook) -> None:
    answer = _answer(handbook, "vote.formulas")
    needed = [
        present_needed(formula, eligible=16) for formula in (Formula.GENERAL, Formula.ADMISSION, Formula.ELECTION)
    ]
    assert [int(figure) for figure in re.findall(r"（(\d+)人）", answer)] == needed
    assert set(re.findall(r"赞成(\d+)票", answer)) == {str(votes_needed(eligible=16))}


def test_the_numbers_of_candidates_agree_with_the_rules(handbook: Handbook) -> None:
    figures = re.findall(r"应选(\d)人，(?:候选人)?至少(\d)人", _answer(handbook, "election.candidates"))
    assert [(int(seats), int(candidates)) for seats, candidates in figures] == [
        (seats, candidates_needed(seats)) for seats in (3, 5, 7)
    ]
    assert f"应到16人，要{votes_needed(eligible=16)}票" in _answer(handbook, "election.elected")


def test_the_examples_of_dues_agree_with_the_rules(handbook: Handbook) -> None:
    answer = _answer(handbook, "dues.brackets")
    examples = re.findall(r"(\d{4,5})元(?:按[\d.]+%)?交([\d.]+)元", answer)
    assert [int(base) for base, _ in examples] == [5000, 5001, 10000, 10001]
    for base, dues in examples:
        assert Decimal(dues) == monthly_dues(Payer.EMPLOYED, Decimal(base)), base


def test_the_rates_of_pensions_and_the_fixed_sums_are_the_same_in_every_entry(handbook: Handbook) -> None:
    pensions = re.search(r"5000元以下（含）([\d.]+)%，以上([\d.]+)%", _answer(handbook, "dues.retired-job"))
    assert pensions is not None
    assert [Decimal(each) / 100 for each in pensions.groups()] == [
        rate_of(Payer.RETIRED, Decimal(base)) for base in (5000, 5001)
    ]
    for id in ("dues.student", "dues.student-job", "dues.unemployed"):
        assert f"每月{FIXED}元" in _answer(handbook, id), id


def test_the_dates_of_an_answer_agree_with_the_rules(handbook: Handbook) -> None:
    def dates(id: str) -> list[date]:
        return [date(*map(int, found)) for found in re.findall(r"(\d{4})年(\d+)月(\d+)日", _answer(handbook, id))]

    since, earliest = dates("admission.candidate-early")
    assert earliest == earliest_candidate_date(since)
    admitted, ends = dates("admission.probation-end")
    assert ends == probation_ends(admitted)
    assert "3月10日收到的，最迟4月10日谈" in _answer(handbook, "admission.talk-from")
    assert talk_due(date(2026, 3, 10)) == date(2026, 4, 10)
    assert talk_due(date(2026, 1, 31)) == date(2026, 2, 28)
    assert "周四起到下周三" in _answer(handbook, "admission.notice-count")
    thursday = date(2026, 11, 5)
    assert (thursday.weekday(), notice_ends(thursday).weekday()) == (3, 2)


def test_the_places_for_excellent_members_never_exceed_a_third(handbook: Handbook) -> None:
    figures = re.findall(r"(\d+)名最多(\d+)名", _answer(handbook, "appraisal.rounding"))
    assert [(int(members), int(places)) for members, places in figures] == [(16, 5), (20, 6), (21, 7)]
    assert all(int(places) == int(members) // 3 for members, places in figures)


def test_just_half_is_enough_for_a_vote_and_not_for_admission(handbook: Handbook) -> None:
    for id in ("counting.above", "counting.difference", "admission.exactly-half"):
        assert f"{present_needed(Formula.ADMISSION, eligible=16)}人" in _answer(handbook, id)
    for id in ("counting.above", "counting.difference"):
        assert f"{present_needed(Formula.GENERAL, eligible=16)}人" in _answer(handbook, id)
    assert not is_carried(8, eligible=16)
    assert f"赞成8票，虽然过了实到的半数，仍没有通过，要{votes_needed(eligible=16)}票" in _answer(
        handbook, "admission.by-present"
    )


def test_a_good_folder_is_read(tmp_path: Path) -> None:
    handbook = Handbook.load(_folder(tmp_path, GOOD))
    entry = handbook.entry("meetings.general")
    assert entry is not None
    assert entry.source == "《支部工作条例》（2018年）第11条"
    assert handbook.entry("nothing") is None


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ("  article: 第11条\n", "  artikel: 第11条\n", 6, "不认识的项“artikel”"),
        ("  document: branch-2018\n", "", 1, "缺少“document”"),
        ("document: branch-2018", "document: branch-2019", 5, "没有文件“branch-2019”"),
        ("state: in_force", "state: valid", 7, "“state”只能是"),
        ("state: in_force", "state: historical", 4, "2012年"),
        ("aliases: [大会几次, 大会频次, 大会多久, 季度大会]", "aliases: [大会几次]", 3, "至少要 4 项"),
        ("**每季度1次**", "**每季度1次", 4, "没有成对"),
        ("一般**每季度", "# 一般**每季度", 4, ""),
        ("可随时召开", "可随时召开" * 80, 4, "最多 320 字"),
        ("id: meetings.general", "id: 党员大会", 1, "“id”写法不对"),
        ("  topic: 组织生活\n", "  topic: 组织生活\n  see_also: [nowhere]\n", 9, "没有这个条目：“nowhere”"),
        ("  topic: 组织生活\n", "  topic: 组织生活\n  superseded_by: nowhere\n", 9, "没有这个条目：“nowhere”"),
        ("  topic: 组织生活\n", "  topic: 组织生活\n  topic: 组织\n", 9, "写了两次"),
        ("  topic: 组织生活\n", "  topic: 组织生活\n  source: 书上\n", 9, "不要手写"),
        ("季度大会]", "季度大会", 4, "YAML"),
    ],
)
def test_a_fault_is_shown_with_file_and_line(tmp_path: Path, change: str, to: str, line: int, says: str) -> None:
    assert change in GOOD
    found = faults(_folder(tmp_path, GOOD.replace(change, to, 1)))
    assert any(
        Path(fault.file).name == "meetings.yaml" and fault.line == line and says in fault.message for fault in found
    ), found


def test_an_alias_belongs_to_one_entry_only(tmp_path: Path) -> None:
    second = GOOD.replace("meetings.general", "meetings.other").replace("党员大会多久开一次", "另一个题目")
    second = second.replace("大会频次, 大会多久, 季度大会", "别名二, 别名三, 别名四").replace(
        "大会几次", "大会，几次？"
    )
    found = faults(_folder(tmp_path, GOOD + second))
    assert [(fault.line, fault.message) for fault in found] == [(11, "“大会，几次？”已经属于条目“meetings.general”")]


def test_an_id_is_used_once(tmp_path: Path) -> None:
    found = faults(_folder(tmp_path, GOOD + GOOD))
    assert any(fault.line == 9 and "用过" in fault.message for fault in found)


def test_a_broken_folder_is_not_loaded_and_says_everything(tmp_path: Path) -> None:
    folder = _folder(tmp_path, GOOD.replace("in_force", "valid").replace("第11条", "十一"))
    with pytest.raises(BrokenHandbook) as refused:
        Handbook.load(folder)
    assert len(refused.value.faults) == 2
    assert "meetings.yaml:7" in str(refused.value)


def test_an_entry_added_while_running_is_found_and_listed(tmp_path: Path) -> None:
    handbook = Handbook.load(_folder(tmp_path, GOOD))
    entry = handbook.entries[0]
    added = Entry.model_validate(
        entry.model_dump()
        | {
            "id": "volunteers",
            "title": "志愿服务时长怎么登记",
            "aliases": ("志愿服务", "义工时长", "志愿登记", "服务时长"),
            "topic": "志愿服务",
        }
    )
    handbook.add(added)
    assert handbook.ask("志愿服务时长登记").entry == added
    assert list(handbook.topics()) == ["组织生活", "志愿服务"]
    with pytest.raises(ValueError, match="volunteers"):
        handbook.add(added)
