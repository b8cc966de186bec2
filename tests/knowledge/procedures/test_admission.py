"""发展党员 from the application to the archive, its three outcomes, both versions of the rules, and every mistake."""

from datetime import date, timedelta
from typing import Any

import pytest

from knowledge.documents.papers import Papers
from knowledge.procedure.facts import Facts, Record, papers_made
from knowledge.procedure.files import faults
from knowledge.procedure.model import Outcome
from knowledge.procedure.standing import State, standing
from knowledge.procedure.takeover import facts_that_matter
from knowledge.procedure.timeline import timeline
from tests.knowledge.procedures.walks import CHEN, LI, WANG, ZHAO, Walk, procedures

AROUND = {
    "subject.person": ZHAO,
    "subject.name": "赵强",
    "branch.eligible": 16,
    "branch.full_members": 16,
    "branch.probationary_members": 1,
}
ALL_FOR = {"eligible": 16, "present": 16, "method": "secret", "in_favour": 16}
THE_25 = [
    "application",
    "talk",
    "activist",
    "activist_filing",
    "contact_people",
    "cultivation",
    "candidate",
    "candidate_reply",
    "introduction",
    "political_review",
    "training",
    "committee_review",
    "prereview",
    "volunteer_form",
    "admission_meeting",
    "superior_talk",
    "approval",
    "filing",
    "grouping",
    "oath",
    "probation_education",
    "request",
    "conversion_meeting",
    "full_approval",
    "archive",
]
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("application", {"received_on": date(2026, 6, 1), "born_on": date(1995, 6, 1)}),
    ("talk", {"held_on": date(2026, 6, 20), "talker": CHEN}),
    ("activist", {"decided_on": date(2026, 9, 1), "way": "members"}),
    ("contact_people", {"named_on": date(2026, 9, 1), "contacts": [CHEN, LI]}),
    ("activist_filing", {"filed_on": date(2026, 9, 8)}),
    ("cultivation", {"reviewed_on": date(2027, 3, 1)}),
    ("cultivation", {"reviewed_on": date(2027, 8, 30)}),
    ("candidate", {"decided_on": date(2027, 9, 1)}),
    ("candidate_reply", {"replied_on": date(2027, 9, 8)}),
    ("candidate_notice", {"notice_first": date(2027, 9, 9)}),
    ("notice_result", {"ended_on": date(2027, 9, 16), "clear": True}),
    ("introduction", {"named_on": date(2027, 9, 16), "introducers": [CHEN, LI], "in_good_standing": True}),
    ("training", {"ended_on": date(2027, 9, 30), "hours": 24}),
    ("political_review", {"concluded_on": date(2027, 10, 10), "result": "qualified"}),
    ("committee_review", {"held_on": date(2027, 10, 11)}),
    ("prereview", {"passed_on": date(2027, 10, 20)}),
    ("volunteer_form", {"filled_on": date(2027, 10, 25)}),
    ("admission_meeting", {"held_on": date(2027, 11, 5), **ALL_FOR}),
    ("superior_talk", {"held_on": date(2027, 11, 20)}),
    ("approval", {"approved_on": date(2027, 12, 1), "approved": True}),
    ("filing", {"filed_on": date(2027, 12, 5)}),
    ("grouping", {"grouped_on": date(2027, 12, 1)}),
    ("oath", {"held_on": date(2027, 12, 20)}),
    ("probation_education", {"reviewed_on": date(2028, 5, 1)}),
    ("request", {"received_on": date(2028, 10, 20)}),
    ("conversion_meeting", {"held_on": date(2028, 11, 6), "decision": "full", **ALL_FOR}),
    ("full_approval", {"approved_on": date(2028, 12, 1), "approved": True}),
    ("archive", {"archived_on": date(2028, 12, 10)}),
]


def walked(until: str = "", **around: Any) -> Walk:
    """The straight way as far as a step, without it."""
    walk = Walk("admission", {**AROUND, **around})
    for step, values in STEPS:
        if step == until:
            return walk
        walk.record(step, **values)
    return walk


def usual(step: str) -> dict[str, Any]:
    """What the straight way records in a step."""
    return dict(next(values for name, values in STEPS if name == step))


def test_it_has_the_25_steps_of_the_official_chart_in_their_order_and_five_stages() -> None:
    procedure = procedures().named("admission")
    ids = [step.id for step in procedure.steps]
    assert [id for id in ids if id in THE_25] == THE_25
    assert len(procedure.stages) == 5
    beside = [step for step in procedure.steps if step.id not in THE_25]
    assert all(step.optional or step.when for step in beside), "what is beside the 25 is for some cases only"


def test_straight_through_it_ends_as_done_with_the_roster_changed_on_the_right_days() -> None:
    walk = walked()
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.DONE
    changes = []
    for record in walk.records:
        step = walk.procedure.step(record.step)
        for effect in step.effects:
            if walk.facts.holds(effect.when, step.id) is True:
                changes.append((effect.status, walk.facts.get(effect.since) if effect.since else record.done_on))
    assert changes == [
        ("activist", date(2026, 9, 1)),
        ("candidate", date(2027, 9, 16)),
        ("probationary", date(2027, 11, 5)),
        ("full", date(2028, 11, 5)),
    ]


def test_what_need_not_be_asked_is_not_asked() -> None:
    walk = walked("training")
    assert not walk.levels("training", ended_on=date(2027, 9, 30), hours=24)
    meeting = walked("superior_talk").facts.of("admission_meeting")
    assert (meeting["written"], meeting["against"], meeting["abstained"], meeting["passed"]) == (0, 0, 0, True)


def test_steps_that_have_no_order_among_them_may_be_done_in_any() -> None:
    walk = walked("introduction")
    assert [step for step in walk.open if step != "cultivation"] == ["introduction", "political_review", "training"]
    assert walked("filing").open == ["filing", "grouping", "oath", "probation_education"]


@pytest.mark.parametrize(
    ("step", "changed", "check", "level", "words"),
    [
        ("application", {"born_on": date(2008, 6, 2)}, "of_age", "stop", "2026年6月2日才满"),
        ("talk", {"held_on": date(2026, 5, 31)}, "after_application", "stop", "2026年6月1日"),
        ("talk", {"held_on": date(2026, 7, 2)}, "within_a_month", "reason", "最迟应在2026年7月1日"),
        ("activist", {"decided_on": date(2026, 6, 19)}, "after_talk", "stop", "2026年6月20日"),
        ("activist_filing", {"filed_on": date(2026, 8, 31)}, "after_decision", "stop", "2026年9月1日"),
        ("contact_people", {"named_on": date(2026, 8, 31)}, "after_decision", "stop", "2026年9月1日"),
        ("contact_people", {"contacts": [CHEN, LI, WANG]}, "one_or_two", "stop", "一至两名正式党员"),
        ("contact_people", {"contacts": [ZHAO]}, "not_oneself", "stop", "自己的培养联系人"),
        ("cultivation", {"reviewed_on": date(2026, 8, 31)}, "after_decision", "stop", "2026年9月1日"),
        ("cultivation", {"reviewed_on": date(2027, 3, 2)}, "every_half_year", "warn", "最迟应在2027年3月1日"),
        ("candidate", {"decided_on": date(2027, 8, 31)}, "a_year_later", "stop", "最早2027年9月1日"),
        ("candidate", {"decided_on": date(2028, 3, 1)}, "reviewed_lately", "warn", "2028年2月29日"),
        ("candidate_reply", {"replied_on": date(2027, 8, 31)}, "after_decision", "stop", "2027年9月1日"),
        ("candidate_notice", {"notice_first": date(2027, 9, 7)}, "after_reply", "stop", "2027年9月8日"),
        ("candidate_notice", {"notice_first": date(2027, 9, 11)}, "starts_on_a_working_day", "warn", "休息日"),
        ("notice_result", {"clear": False}, "nothing_against", "stop", "不能列为发展对象"),
        ("introduction", {"introducers": [CHEN]}, "exactly_two", "stop", "正好两名正式党员"),
        ("introduction", {"introducers": [CHEN, ZHAO]}, "not_oneself", "stop", "自己的入党介绍人"),
        ("introduction", {"in_good_standing": False}, "rights_whole", "stop", "留党察看"),
        ("introduction", {"named_on": date(2027, 9, 7)}, "after_reply", "stop", "2027年9月8日"),
        ("political_review", {"concluded_on": date(2027, 9, 7)}, "after_reply", "stop", "2027年9月8日"),
        ("training", {"hours": 23, "days": 2}, "long_enough", "stop", "两样都不够"),
        ("committee_review", {"held_on": date(2027, 10, 9)}, "after_review", "stop", "2027年10月10日"),
        ("committee_review", {"held_on": date(2027, 9, 29)}, "after_training", "stop", "2027年9月30日"),
        ("committee_review", {"held_on": date(2027, 9, 15)}, "after_introduction", "stop", "2027年9月16日"),
        ("prereview", {"passed_on": date(2027, 10, 10)}, "after_committee", "stop", "2027年10月11日"),
        ("prereview", {"leaves_on": date(2028, 1, 19)}, "stays", "warn", "一般不办接收"),
        ("volunteer_form", {"filled_on": date(2027, 10, 19)}, "after_prereview", "stop", "先预审合格"),
        ("admission_meeting", {"held_on": date(2027, 10, 24)}, "after_form", "stop", "2027年10月25日"),
        ("admission_meeting", {"held_on": date(2027, 11, 21)}, "within_a_month", "reason", "最迟应在2027年11月20日"),
        ("admission_meeting", {"present": 17, "eligible": 17}, "not_more_than_the_roster", "reason", "只有16人"),
        ("admission_meeting", {"present": 17}, "no_more_than_expected", "stop", "不能多于应到的16人"),
        ("admission_meeting", {"written": 0, "in_favour": 8, "present": 8}, "quorate", "stop", "至少9人到会"),
        ("admission_meeting", {"present": 14, "written": 3}, "written_by_the_absent", "stop", "只有2人"),
        ("admission_meeting", {"method": "hands"}, "secretly", "stop", "举手表决不算"),
        ("admission_meeting", {"method": "together"}, "one_by_one", "stop", "逐个讨论、逐个表决"),
        ("admission_meeting", {"in_favour": 17}, "no_more_votes", "stop", "不能多于到会和书面意见的16人"),
        ("admission_meeting", {"in_favour": 14, "against": 3}, "adds_up", "stop", "只剩2票"),
        ("superior_talk", {"held_on": date(2027, 11, 4)}, "after_meeting", "stop", "2027年11月5日"),
        ("approval", {"approved_on": date(2027, 11, 19)}, "after_talk", "stop", "2027年11月20日"),
        ("approval", {"approved_on": date(2028, 2, 6)}, "within_three_months", "reason", "最迟2028年2月5日"),
        ("approval", {"approved_on": date(2028, 5, 6)}, "not_later_than_half_a_year", "stop", "2028年5月5日"),
        ("filing", {"filed_on": date(2027, 11, 30)}, "after_approval", "stop", "2027年12月1日"),
        ("grouping", {"grouped_on": date(2027, 11, 30)}, "after_approval", "stop", "2027年12月1日"),
        ("oath", {"held_on": date(2027, 11, 30)}, "after_approval", "stop", "2027年12月1日"),
        ("oath", {"held_on": date(2028, 11, 6)}, "while_probationary", "reason", "最迟2028年11月5日"),
        ("probation_education", {"reviewed_on": date(2027, 11, 4)}, "after_meeting", "stop", "2027年11月5日"),
        ("request", {"received_on": date(2027, 11, 4)}, "after_meeting", "stop", "2027年11月5日"),
        ("request", {"received_on": date(2028, 10, 4)}, "not_too_early", "warn", "2028年10月5日"),
        ("conversion_meeting", {"held_on": date(2028, 11, 4)}, "probation_over", "stop", "到2028年11月5日才满"),
        ("conversion_meeting", {"held_on": date(2028, 10, 19)}, "after_request", "stop", "2028年10月20日"),
        ("conversion_meeting", {"decision": "extend", "months": 5}, "half_a_year_to_a_year", "stop", "6至12个月"),
        ("conversion_meeting", {"decision": "extend", "months": 13}, "half_a_year_to_a_year", "stop", "6至12个月"),
        ("conversion_meeting", {"written": 0, "in_favour": 8, "present": 8}, "quorate", "stop", "至少9人到会"),
        ("conversion_meeting", {"against": 0, "in_favour": 8}, "carried", "stop", "至少9票"),
        ("conversion_meeting", {"method": "hands"}, "secretly", "stop", "举手表决不算"),
        ("conversion_meeting", {"method": "together"}, "one_by_one", "stop", "逐个表决"),
        ("full_approval", {"approved_on": date(2028, 11, 5)}, "after_meeting", "stop", "2028年11月6日"),
        ("full_approval", {"approved_on": date(2029, 2, 7)}, "within_three_months", "reason", "最迟2029年2月6日"),
        ("archive", {"archived_on": date(2028, 11, 30)}, "after_approval", "stop", "2028年12月1日"),
    ],
)
def test_a_mistake_is_caught_as_it_is_typed(
    step: str, changed: dict[str, Any], check: str, level: str, words: str
) -> None:
    walk = walked(step)
    values = {**usual(step), **changed}
    typed = next(reversed(changed))
    problem = walk.found(step, typed, **values)[check]
    assert problem.level == level
    assert words in problem.words


@pytest.mark.parametrize("step", [step for step, _ in STEPS])
def test_a_day_earlier_than_the_straight_way_needs_is_the_last_that_is_stopped(step: str) -> None:
    """What bounds a step's day from below is exact: its earliest day is allowed, the day before is not."""
    walk = walked(step)
    its = walk.procedure.step(step)
    place = walk.standing.place(step)
    if place.limits.earliest is None or place.limits.earliest.check.level != "stop":
        return
    first = place.limits.earliest.day
    values = usual(step)
    assert not [
        one for one in walk.found(step, its.dated, **{**values, its.dated: first}).values() if one.level == "stop"
    ]
    before = walk.found(step, its.dated, **{**values, its.dated: first - timedelta(days=1)})
    assert any(one.level == "stop" for one in before.values())


def test_a_review_that_came_in_time_is_not_blamed_for_an_earlier_gap() -> None:
    walk = walked("cultivation")
    walk.record("cultivation", reviewed_on=date(2027, 4, 1))
    assert walk.levels("cultivation", reviewed_on=date(2027, 10, 1)) == {}
    assert walk.levels("cultivation", reviewed_on=date(2027, 10, 2)) == {"every_half_year": "warn"}


def test_one_review_is_not_enough_for_a_year_of_education() -> None:
    walk = walked("cultivation").record("cultivation", reviewed_on=date(2027, 3, 1))
    walk.today = date(2027, 9, 1)
    assert walk.standing.place("candidate").state is State.AHEAD
    assert walk.standing.place("cultivation").next_due == date(2027, 9, 1)


def test_three_days_of_training_are_enough_without_the_hours() -> None:
    walk = walked("training")
    assert walk.levels("training", ended_on=date(2027, 9, 30), hours=20, days=3) == {}


def test_a_young_person_is_recommended_by_the_league_or_it_is_said() -> None:
    walk = Walk("admission", AROUND)
    walk.record("application", received_on=date(2026, 6, 1), born_on=date(2000, 1, 1))
    walk.record("talk", held_on=date(2026, 6, 2), talker=CHEN)
    assert walk.levels("activist", decided_on=date(2026, 9, 1), way="members") == {"league_first": "warn"}
    assert walk.levels("activist", decided_on=date(2026, 9, 1), way="league") == {}


def test_the_notice_takes_five_working_days_and_a_holiday_in_it_makes_it_longer() -> None:
    walk = Walk("admission", AROUND)
    for step, values in STEPS:
        if step == "candidate":
            break
        shifted = {key: _year_earlier(value) if isinstance(value, date) else value for key, value in values.items()}
        walk.records.append(Record(len(walk.records) + 1, step, shifted[walk.procedure.step(step).dated], {}))
    walk.record("candidate", decided_on=date(2026, 9, 14))
    walk.record("candidate_reply", replied_on=date(2026, 9, 21))
    walk.record("candidate_notice", notice_first=date(2026, 9, 22))
    last = walk.facts.get("candidate_notice.notice_last")
    assert last == date(2026, 9, 29), "Mid-Autumn, 25 to 27 September 2026, is not counted"
    early = walk.found("notice_result", "ended_on", ended_on=date(2026, 9, 28), clear=True)
    assert early["five_working_days"].level == "stop"
    assert "2026年9月29日才满" in early["five_working_days"].says
    assert walk.levels("notice_result", ended_on=last, clear=True) == {}


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def test_while_the_holidays_are_not_published_a_short_notice_is_only_asked_about() -> None:
    walk = walked("candidate_notice")
    walk.record("candidate_notice", notice_first=date(2027, 9, 9))
    assert walk.facts.get("candidate_notice.certain") is False, "the holidays of 2027 are published: take a later year"
    found = walk.found("notice_result", ended_on=date(2027, 9, 14), clear=True)
    assert {id: one.level.value for id, one in found.items()} == {"five_working_days_for_now": "reason"}
    assert "暂算" in found["five_working_days_for_now"].says


def old(until: str) -> Walk:
    """A case under the rule of 2014, as far as a step."""
    walk = Walk("admission", AROUND)
    walk.today = date(2026, 5, 1)
    days = {
        "application": "2024-01-10",
        "talk": "2024-02-01",
        "activist": "2024-06-01",
        "contact_people": "2024-06-01",
        "activist_filing": "2024-06-10",
        "candidate": "2025-06-10",
    }
    for step, day in days.items():
        dated = walk.procedure.step(step).dated
        walk.records.append(Record(len(walk.records) + 1, step, date.fromisoformat(day), {dated: day}))
        if step == "activist_filing":
            for review in ("2024-12-01", "2025-06-01"):
                done = date.fromisoformat(review)
                walk.records.append(Record(len(walk.records) + 1, "cultivation", done, {"reviewed_on": review}))
        if step == until:
            break
    return walk


def test_filing_alone_makes_a_candidate_until_10_may_2026_from_the_11th_a_notice_is_needed() -> None:
    walk = old("candidate").record("candidate_reply", replied_on=date(2026, 5, 10))
    assert walk.standing.place("candidate_notice").state is State.PASSED
    assert walk.standing.place("notice_result").state is State.PASSED
    reply = walk.procedure.step("candidate_reply")
    assert walk.facts.holds(reply.effects[0].when, reply.id) is True
    walk = old("candidate").record("candidate_reply", replied_on=date(2026, 5, 11))
    assert walk.standing.place("candidate_notice").state is State.OPEN
    assert walk.facts.holds(reply.effects[0].when, reply.id) is False


def test_the_month_after_the_preview_binds_only_meetings_under_the_revised_rule() -> None:
    walk = walked("admission_meeting")
    values = {**usual("admission_meeting"), "held_on": date(2027, 12, 1)}
    assert walk.levels("admission_meeting", **values) == {"within_a_month": "reason"}
    record = Record(1, "prereview", date(2026, 3, 1), {"passed_on": "2026-03-01"})
    walk.records = [record]
    for day, level in ((date(2026, 5, 10), {}), (date(2026, 5, 11), {"within_a_month": "reason"})):
        assert walk.levels("admission_meeting", **{**values, "held_on": day}) == level


def test_a_rule_is_cited_from_the_version_that_held_and_without_the_other_versions_article() -> None:
    walk = Walk("admission", AROUND)
    for day, document, article in (
        (date(2026, 5, 10), "admission-2014", ""),
        (date(2026, 5, 11), "admission-2026", "第5条"),
    ):
        problem = walk.found("application", received_on=day, born_on=date(2010, 1, 1))["of_age"]
        assert problem.source is not None
        assert (problem.source.document, problem.source.article) == (document, article)
    assert [bool(version.second_hand) for version in walk.procedure.versions] == [False, True]


def test_a_review_that_is_not_passed_ends_it() -> None:
    walk = walked("political_review").record("political_review", concluded_on=date(2027, 10, 10), result="unqualified")
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED
    assert "政治审查不合格" in walk.ended.says


def test_a_vote_that_is_not_carried_ends_it_and_half_of_those_expected_is_not_enough() -> None:
    votes = {"eligible": 16, "present": 16, "method": "secret", "in_favour": 8, "against": 5}
    walk = walked("admission_meeting").record("admission_meeting", held_on=date(2027, 11, 5), **votes)
    assert walk.facts.get("admission_meeting.abstained") == 3
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED
    nine = {**votes, "in_favour": 9, "against": 0}
    assert walked("admission_meeting").record("admission_meeting", held_on=date(2027, 11, 5), **nine).ended is None


def test_who_wrote_before_the_meeting_has_a_vote_but_is_not_present() -> None:
    walk = walked("admission_meeting")
    votes = {"eligible": 16, "present": 9, "written": 2, "method": "secret", "in_favour": 11}
    assert walk.levels("admission_meeting", held_on=date(2027, 11, 5), **votes) == {}
    few = {**votes, "present": 8, "written": 4, "in_favour": 12}
    assert walk.levels("admission_meeting", held_on=date(2027, 11, 5), **few) == {"quorate": "stop"}


def test_what_the_committee_above_refuses_ends_it_and_changes_no_status() -> None:
    walk = walked("approval").record("approval", approved_on=date(2027, 12, 1), approved=False)
    step = walk.procedure.step("approval")
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED
    assert walk.facts.holds(step.effects[0].when, step.id) is False


def extended(months: int = 6) -> Walk:
    """As far as the approval of an extended probation."""
    walk = walked("conversion_meeting")
    walk.record("conversion_meeting", held_on=date(2028, 11, 6), decision="extend", months=months, **ALL_FOR)
    return walk.record("full_approval", approved_on=date(2028, 12, 1), approved=True)


def test_an_extended_probation_is_discussed_once_more_and_not_before_it_is_over() -> None:
    walk = extended()
    assert walk.open == ["second_meeting"]
    assert walk.facts.get("conversion_meeting.extended_until") == date(2029, 5, 5)
    early = walk.found("second_meeting", "held_on", held_on=date(2029, 5, 4), decision="full", **ALL_FOR)
    assert "到2029年5月5日才满" in early["extension_over"].says
    twice = walk.found("second_meeting", "decision", held_on=date(2029, 5, 6), decision="extend", **ALL_FOR)
    assert twice["not_twice"].level == "stop"
    walk.record("second_meeting", held_on=date(2029, 5, 6), decision="full", **ALL_FOR)
    walk.record("second_approval", approved_on=date(2029, 6, 1), approved=True)
    step = walk.procedure.step("second_approval")
    (effect,) = [one for one in step.effects if walk.facts.holds(one.when, step.id) is True]
    assert (effect.status, walk.facts.get(effect.since)) == ("full", date(2029, 5, 5))
    walk.record("archive", archived_on=date(2029, 6, 10))
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.DONE


def test_nothing_is_archived_before_the_approval_where_no_second_meeting_is_needed() -> None:
    walk = walked("full_approval")
    assert walk.open == ["full_approval"]
    archive = walk.standing.place("archive")
    assert (archive.state, [step.id for step in archive.waits_for]) == (State.AHEAD, ["full_approval"])


def test_after_an_extension_nobody_is_full_before_the_second_meeting() -> None:
    walk = extended()
    step = walk.procedure.step("full_approval")
    assert not [effect for effect in step.effects if walk.facts.holds(effect.when, step.id) is True]


@pytest.mark.parametrize("second", [False, True])
def test_a_probation_that_is_cancelled_ends_the_case_and_the_membership(second: bool) -> None:
    walk = extended() if second else walked("conversion_meeting")
    meeting, approval = ("second_meeting", "second_approval") if second else ("conversion_meeting", "full_approval")
    walk.record(meeting, held_on=date(2029, 5, 6), decision="cancel", **ALL_FOR)
    walk.record(approval, approved_on=date(2029, 6, 1), approved=True)
    step = walk.procedure.step(approval)
    (effect,) = [one for one in step.effects if walk.facts.holds(one.when, step.id) is True]
    assert effect.leaves
    assert walk.ended is not None
    assert walk.ended.outcome is Outcome.STOPPED
    assert "取消预备党员资格" in walk.ended.says


@pytest.mark.parametrize("second", [False, True])
def test_a_decision_on_probation_that_is_not_approved_ends_the_case(second: bool) -> None:
    walk = extended() if second else walked("full_approval")
    if second:
        walk.record("second_meeting", held_on=date(2029, 5, 6), decision="full", **ALL_FOR)
    walk.record(
        "second_approval" if second else "full_approval",
        approved_on=date(2029, 5, 20) if second else date(2028, 12, 20),
        approved=False,
    )
    assert walk.ended is not None
    assert "没有批准" in walk.ended.says


def test_an_activist_who_moves_in_goes_on_and_her_year_is_not_begun_anew() -> None:
    walk = walked("activist_filing")
    walk.record("activist_filing", filed_on=date(2026, 9, 8))
    walk.around["subject.status"] = "activist"
    walk.record("activist_moved", arrived_on=date(2027, 2, 1), from_branch="城东第二党支部", new_contacts=[WANG])
    assert walk.facts.get("activist_moved.counted_from") == date(2026, 9, 1)
    walk.record("cultivation", reviewed_on=date(2027, 3, 1)).record("cultivation", reviewed_on=date(2027, 8, 31))
    earliest = walk.standing.place("candidate").limits.earliest
    assert earliest is not None
    assert earliest.day == date(2027, 9, 1)


def test_nobody_is_asked_about_a_move_at_another_status() -> None:
    assert walked("filing", **{"subject.status": "probationary"}).open.count("activist_moved") == 0
    assert "probationary_moved" in walked("filing", **{"subject.status": "probationary"}).open


@pytest.mark.parametrize(
    ("until", "check"),
    [(date(2028, 11, 4), "after_the_end"), (date(2029, 5, 6), "half_a_year_at_most"), (date(2029, 5, 5), "")],
)
def test_the_discussion_of_one_who_moved_in_is_put_off_by_half_a_year_at_most(until: date, check: str) -> None:
    walk = walked("request", **{"subject.status": "probationary"})
    values = {"arrived_on": date(2028, 9, 1), "from_branch": "城东第二党支部", "postponed": True, "until": until}
    found = walk.levels("probationary_moved", "until", **values)
    assert found == ({check: "stop"} if check else {})
    if not check:
        walk.record("probationary_moved", **values)
        walk.record("request", received_on=date(2028, 10, 20))
        late = {**usual("conversion_meeting"), "held_on": date(2029, 5, 6)}
        assert walk.levels("conversion_meeting", **late) == {"not_postponed_longer": "reason"}
        in_time = {**late, "held_on": date(2029, 5, 5)}
        assert walk.levels("conversion_meeting", **in_time) == {}
        walk.record("conversion_meeting", **in_time)
        assert walk.facts.get("conversion_meeting.full_since") == date(2028, 11, 5)


def test_from_one_application_the_plan_of_all_the_years_appears_and_keeps_the_rules() -> None:
    walk = Walk("admission", AROUND).record("application", received_on=date(2026, 6, 1), born_on=date(1990, 1, 1))
    rows = {row.step.id: row for row in timeline(walk.procedure, walk.records, walk.facts, date(2026, 6, 1))}
    assert [id for id in rows if id in THE_25] == THE_25
    assert not {"second_meeting", "activist_moved", "probationary_moved"} & set(rows)
    planned = {id: row.planned[-1] for id, row in rows.items() if row.planned}
    days = [
        planned[id] for id in ("talk", "activist", "candidate", "admission_meeting", "conversion_meeting", "archive")
    ]
    assert days == sorted(days)
    assert planned["talk"] <= date(2026, 7, 1)
    assert (planned["conversion_meeting"] - planned["admission_meeting"]).days >= 365
    assert date(2028, 11, 1) < planned["archive"] < date(2029, 6, 1), "two and a half years, or a little more"


def test_who_is_taken_over_as_an_activist_is_asked_for_few_facts() -> None:
    procedure = procedures().named("admission")
    matter = {step: [one.id for one in asked] for step, asked in facts_that_matter(procedure, "cultivation").items()}
    assert matter == {"activist": ["decided_on"], "contact_people": ["named_on", "contacts"]}
    late = {step: [one.id for one in asked] for step, asked in facts_that_matter(procedure, "request").items()}
    assert late["admission_meeting"] == ["held_on"]
    assert sum(map(len, late.values())) <= 4, late


def test_a_case_taken_over_midway_is_held_to_the_dates_that_were_entered() -> None:
    procedure = procedures().named("admission")
    records = [
        Record(1, "activist", date(2025, 12, 1), {"decided_on": "2025-12-01"}),
        Record(2, "contact_people", date(2025, 12, 1), {"named_on": "2025-12-01", "contacts": []}),
        Record(3, "cultivation", date(2026, 6, 1), {"reviewed_on": "2026-06-01"}),
        Record(4, "cultivation", date(2026, 11, 1), {"reviewed_on": "2026-11-01"}),
    ]
    facts = Facts(procedure, records, AROUND)
    stands = standing(procedure, records, facts, date(2026, 11, 23), taken_over_at="cultivation")
    assert stands.place("application").state is State.EARLIER
    place = stands.place("candidate")
    assert place.state is State.EARLY
    assert place.limits.earliest is not None
    assert place.limits.earliest.day == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("decision", "resolution"),
    [("full", "regular_resolution"), ("extend", "extension_resolution"), ("cancel", "disqualification_resolution")],
)
def test_only_the_resolution_of_what_was_decided_is_made(decision: str, resolution: str) -> None:
    walk = walked("conversion_meeting")
    step = walk.procedure.step("conversion_meeting")
    values = {**ALL_FOR, "decision": decision, "months": 6 if decision == "extend" else None}
    made = papers_made(step, walk.facts.supposing(step, values))
    assert [id for id in made if id.endswith("resolution")] == [resolution]


def test_every_paper_there_is() -> None:
    papers = Papers.load()
    assert not [fault for fault in faults(papers=set(papers)) if fault.file.endswith("/admission.yaml")]
    assert all(step.papers for step in procedures().named("admission").steps), "each of the steps makes a paper"


def test_a_latest_day_for_those_who_moved_in_is_none_for_anybody_else() -> None:
    walk = walked("conversion_meeting")
    assert walk.standing.place("conversion_meeting").latest is None
    moved = {"arrived_on": date(2028, 9, 1), "from_branch": "城东第二党支部", "postponed": True}
    walk = walked("request", **{"subject.status": "probationary"})
    walk.record("probationary_moved", **moved, until=date(2029, 3, 1)).record("request", received_on=date(2028, 10, 20))
    assert walk.standing.place("conversion_meeting").latest == date(2029, 5, 5)


@pytest.mark.parametrize(
    ("until", "days"),
    [
        ("talk", [date(2026, 6, 21), date(2026, 7, 1), date(2026, 7, 2)]),
        ("candidate", [date(2027, 9, 1), date(2028, 2, 15), date(2028, 2, 29), date(2028, 3, 1)]),
        ("admission_meeting", [date(2027, 11, 15), date(2027, 11, 20), date(2027, 11, 21)]),
        ("request", [date(2028, 10, 5), date(2028, 10, 25), date(2028, 11, 1), date(2028, 11, 2), date(2028, 11, 5)]),
        ("conversion_meeting", [date(2028, 10, 29), date(2028, 11, 5), date(2028, 12, 5)]),
        ("full_approval", [date(2029, 1, 22), date(2029, 2, 6), date(2029, 2, 7)]),
    ],
)
def test_the_secretary_is_reminded_before_a_day_comes_on_it_and_when_it_is_over(until: str, days: list[date]) -> None:
    walk = walked(until)
    found = []
    today: date | None = walk.today
    while (today := walk.standing.next_reminder(today)) is not None:
        found.append(today)
    assert found == days


def test_a_reminder_is_about_the_step_whose_day_it_is_and_an_approval_is_due_after_75_days() -> None:
    walk = walked("conversion_meeting")
    walk.today = date(2028, 11, 5)
    assert [place.step.id for place in walk.standing.reminded_on(date(2028, 11, 5))] == ["conversion_meeting"]
    walk = walked("approval")
    assert date(2028, 1, 21) == walk.standing.next_reminder(date(2027, 12, 1))
