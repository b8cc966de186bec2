"""What a committee adds to the national rules: it only adds, and nothing of them can be changed or shortened."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.procedure.checking import limits, problems
from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.files import Procedures, read_overlays, read_procedures

HEAD = """\
procedure: admission
organization: 清河镇党委
document: 清河镇党委〔2026〕3号
steps:
"""
STRICTER = """\
  activist:
    guide: 申请满6个月再研究。
    fields:
      - {id: recommended_by, kind: number, ask: 有几名党员推荐？, label: 推荐人数}
    checks:
      - id: half_a_year_after_applying
        rule: months_later
        of: {day: application.received_on}
        literally: {months: 6}
        fact: decided_on
        bound: at_least
        level: stop
        says: 申请满6个月才能确定积极分子。
    papers: [meeting_notice, activist_minutes]
"""
LOOSER = """\
  candidate:
    checks:
      - id: half_a_year_is_enough
        rule: months_later
        of: {day: activist.decided_on}
        literally: {months: 6}
        fact: decided_on
        bound: at_least
        level: stop
        says: 培养满半年就行。
"""
NATIONAL, _ = read_procedures()
NAMES = ("清河镇党委", "桃花村党支部")


def wrong(folder: Path, *additions: str) -> list[str]:
    """What is said against the files of a folder, each with its line."""
    for number, addition in enumerate(additions):
        (folder / f"{number}.yaml").write_text(HEAD + addition, encoding="utf-8")
    _, faults = read_overlays(folder, NATIONAL, {"meeting_notice"})
    return [f"{fault.line}: {fault.message}" for fault in faults]


def test_what_is_added_is_marked_and_nothing_else_changes(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text(HEAD + STRICTER, encoding="utf-8")
    procedures = Procedures.load(overlays=tmp_path)
    here, elsewhere = procedures.named("admission", NAMES), procedures.named("admission", ("另一个镇党委",))
    assert elsewhere == NATIONAL["admission"]
    national, local = NATIONAL["admission"].step("activist"), here.step("activist")
    assert local.fields[: len(national.fields)] == national.fields
    assert local.checks[: len(national.checks)] == national.checks
    assert [one.id for one in local.fields if one.local] == ["recommended_by"]
    assert [one.id for one in local.checks if one.local] == ["half_a_year_after_applying"]
    assert local.papers == (*national.papers, "meeting_notice")
    assert local.local_papers == ("meeting_notice",)
    assert local.demanded == ("申请满6个月再研究。见清河镇党委〔2026〕3号。",)
    assert local.confirm_locally == national.confirm_locally
    assert [step.id for step in here.steps] == [step.id for step in elsewhere.steps]


def test_a_looser_rule_beside_the_national_one_shortens_nothing(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text(HEAD + LOOSER, encoding="utf-8")
    here = Procedures.load(overlays=tmp_path).named("admission", NAMES)
    facts = Facts(here, [Record(1, "activist", date(2026, 3, 5), {"decided_on": "2026-03-05"})])
    step, day = here.step("candidate"), date(2026, 10, 8)
    found = problems(here, step, facts.supposing(step, {"decided_on": day}), day)
    assert [one.check.id for one in found] == ["a_year_later"]
    earliest = limits(here, step, facts, day).earliest
    assert earliest is not None
    assert earliest.day == date(2027, 3, 5)


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        (LOOSER.replace("half_a_year_is_enough", "a_year_later"), "7: “a_year_later”是全国规定里的，不能改"),
        ("  candidate:\n    remove: [a_year_later]\n", "6: steps.candidate.remove：没有这一项，不能这样写"),
        ("  candidate:\n    usually: {days: 0}\n", "6: steps.candidate.usually：没有这一项，不能这样写"),
        ("  nowhere:\n    guide: 没有这一步。\n", "5: 规程“发展党员”没有步骤“nowhere”"),
        (
            "  activist:\n    fields:\n      - {id: candidate_from, kind: day, ask: 哪天？, label: 日期}\n",
            "7: activist：“candidate_from”写了两次",
        ),
        (
            "  candidate:\n    checks:\n      - {id: none, rule: no_rule, level: stop, says: 不行不行。}\n",
            "7: candidate：“none”：没有规则“no_rule”",
        ),
    ],
)
def test_what_would_change_the_national_rules_is_refused(tmp_path: Path, addition: str, said: str) -> None:
    assert wrong(tmp_path, addition) == [said]
    assert Procedures.load(overlays=tmp_path).named("admission", NAMES) == NATIONAL["admission"]


def test_a_paper_that_there_is_not_is_named(tmp_path: Path) -> None:
    assert wrong(tmp_path, "  candidate:\n    papers: [no_paper]\n") == ["6: 没有材料“no_paper”"]


def test_two_files_do_not_ask_the_same_twice(tmp_path: Path) -> None:
    stricter = STRICTER.replace(", activist_minutes", "")
    assert wrong(tmp_path, stricter, stricter) == [
        "8: “recommended_by”在 0.yaml 里也有，请换一个名称",
        "10: “half_a_year_after_applying”在 0.yaml 里也有，请换一个名称",
    ]
    here = Procedures.load(overlays=tmp_path).named("admission", NAMES)
    assert [one.id for one in here.step("activist").fields if one.local] == ["recommended_by"]
