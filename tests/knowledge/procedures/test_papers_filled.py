"""What a case recorded stands in its papers, in words and under the names that the papers use."""

import io
from datetime import date
from typing import Any

import pytest
from docx import Document

from knowledge.documents.papers import Papers
from knowledge.procedure.facts import papers_made
from knowledge.procedure.model import Kind, Step
from tests.knowledge.procedures import test_carry_out_instructions as instructions
from tests.knowledge.procedures import test_commendation as commendation
from tests.knowledge.procedures import test_dues as dues
from tests.knowledge.procedures import test_goal_management as goals
from tests.knowledge.procedures import test_mobile_member as mobile
from tests.knowledge.procedures import test_reader_practices as practices
from tests.knowledge.procedures import test_rectification as rectification
from tests.knowledge.procedures import test_reporting as reporting
from tests.knowledge.procedures import test_theory_study as study
from tests.knowledge.procedures import test_training_hours as training
from tests.knowledge.procedures import test_transfer as transfer
from tests.knowledge.procedures.walks import LI, Walk

PAPERS = Papers.load()


def in_words(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        asked = step.field(name)
        if asked is not None and asked.kind is Kind.CHOICE:
            value = asked.among[value]
        if asked is not None and asked.kind is Kind.CHOICES:
            value = [asked.among[one] for one in value]
        found[name] = value
    return found


def printed(walk: Walk, step: str, paper: str) -> str:
    """The text of a paper that a step has made."""
    its = walk.procedure.step(step)
    assert paper in papers_made(its, walk.facts)
    steps = walk.procedure.steps
    rounds = {one.id: [in_words(one, values) for values in walk.facts.rounds(one.id)] for one in steps}
    facts = {id: values[-1] for id, values in rounds.items() if values}
    context = {
        "branch": {"name": "桃花村党支部"},
        "committee": {"name": "清河镇党委"},
        "subject": {"name": "王桂兰", "status": "正式党员"},
        "secretary": {"name": "李向阳"},
        "today": date(2026, 12, 31),
        "case": {"title": "春季主题党日"},
        "facts": facts,
        "step": facts[step],
        "records": rounds,
        "people": [{"name": "王桂兰", "status": "正式党员"}],
    }
    document = Document(io.BytesIO(PAPERS.render(paper, context)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def transferred() -> Walk:
    walk = transfer.out().record("verify", **transfer.VERIFIED).record("send", **transfer.SENT)
    return walk.record("arrive", received_on=date(2026, 3, 28)).record("close", closed_on=date(2026, 3, 30))


def came_in() -> Walk:
    walk = transfer.coming().record("examine", accepted_on=date(2026, 3, 22), accepted=True)
    return walk.record("join", joined_on=date(2026, 3, 25), group="第一党小组")


def paid() -> Walk:
    return (
        dues.assessed()
        .record("pay", **dues.JANUARY)
        .record("pay", **{**dues.JANUARY, "first_month": 2, "last_month": 3})
    )


def searched() -> Walk:
    return mobile.lost().record("search", **mobile.SEARCH)


def studied() -> Walk:
    return study.planned().record("session", **study.SESSION, absent=[LI])


def aimed_higher() -> Walk:
    return Walk("upgrading").record("plan", **practices.UP)


def rectified() -> Walk:
    walk = rectification.polled().record("accept", **rectification.ACCEPTANCE)
    return walk.record("close", closed_on=date(2026, 10, 8))


@pytest.mark.parametrize(
    ("walk", "step", "paper", "words"),
    [
        (transferred, "verify", "transfer_check", ["换了工作单位", "2026年3月", "中共某某街道工作委员会"]),
        (transferred, "send", "introduction_letter", ["中共某某街道工作委员会", "有效期30天", "2026年3月10日"]),
        (transferred, "close", "transfer_ledger", ["转出", "2026.4.8", "2026.3.28"]),
        (came_in, "join", "transfer_register", ["2026年3月20日", "2026年4月10日", "第一党小组"]),
        (paid, "assess", "dues_assessment", ["王桂兰", "按月领工资", "5200.00", "78.00"]),
        (paid, "pay", "dues_card", ["78.00", "156.00", "2月", "3月", "自己交"]),
        (searched, "leave", "mobile_report", ["苏州，电子厂", "陈明"]),
        (searched, "contact", "mobile_contact_record", ["没有联系上"]),
        (searched, "search", "search_record", ["问家属", "接着找"]),
        (goals.graded, "claim", "goal_card", ["每月看望2位老人", "2026.12.20"]),
        (goals.graded, "progress", "goal_record", ["2026.3.31", "30%"]),
        (goals.graded, "grade", "goal_review", ["90%", "好"]),
        (commendation.sent, "public_notice", "honours_notice", ["陈明", "优秀共产党员", "2026年5月22日"]),
        (commendation.sent, "submit", "honours_report", ["陈明", "应到有表决权的党员16人", "没有反映影响推荐"]),
        (instructions.followed, "receive", "document_register", ["某某街道党工委", "公开", "2026.3.31"]),
        (instructions.followed, "read", "reading_slip", ["陈明", "2026年3月6日"]),
        (instructions.followed, "discuss", "task_list", ["走访20户群众", "2026.3.30"]),
        (instructions.followed, "follow", "supervision_record", ["走访20户群众", "2026年3月25日"]),
        (lambda: reporting.replied("agreed"), "draft", "request", ["任期将满", "拟于四月换届"]),
        (lambda: reporting.replied("agreed"), "reply", "reply_register", ["同意", "2026年3月7日"]),
        (rectified, "plan", "rectification_plan", ["三会一课停摆", "王某某", "2026年9月30日"]),
        (rectified, "promise", "pledge_public", ["每月开一次主题党日", "2026年9月30日"]),
        (rectified, "accept", "acceptance_opinion", ["92%", "88", "通过", "李某某"]),
        (rectified, "close", "closing_form", ["2026年3月20日", "2026年9月28日"]),
        (lambda: training.aimed().record("entry", **training.ENTRY), "entry", "hours_card", ["三会一课", "签到表"]),
        (studied, "session", "study_record", ["陈明", "李华"]),
        (study.planned, "plan", "study_plan", ["3月 支部工作条例"]),
        (practices.reported, "write", "duty_report_outline", ["发展党员2名", "学时不足", "一月定计划"]),
        (practices.published, "publish", "disclosure_notice", ["收缴情况", "党员和群众", "公开栏"]),
        (aimed_higher, "plan", "promotion_plan", ["现有等次：一般", "先进"]),
        (training.in_office, "office", "new_secretary_checklist", ["2026年3月5日"]),
    ],
)  # fmt: skip
def test_what_was_recorded_stands_in_the_paper(walk: Any, step: str, paper: str, words: list[str]) -> None:
    text = printed(walk(), step, paper)
    for expected in words:
        assert expected in text
    for unfit in ("{{", "None", "True", "False", "Named("):
        assert unfit not in text
