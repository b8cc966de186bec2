"""The plan of a case: it moves with the facts, keeps to the rules, and changes nothing."""

import copy
import inspect
from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings

from knowledge.procedure.checking import COUNTS_WORKING_DAYS, ORDER, limits
from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.files import Procedures
from knowledge.procedure.model import Procedure, Step
from knowledge.procedure.timeline import Allowed, timeline
from knowledge.rules.admission import next_review_due
from knowledge.rules.named import RULES
from knowledge.rules.working_days import is_working_day, next_working_day, working_days_between
from tests.knowledge.procedure.made import BEGUN, cases, check, procedure, record, rows, step

DAY = timedelta(days=1)
Case = tuple[Procedure, list[Record], date]


def known(made: Procedure, records: list[Record], today: date) -> Facts:
    """All facts of a case that was begun on the first of these days."""
    return Facts(made, records, {"today": today, "case.started_on": BEGUN})


def awaited(made: Procedure, its: Step, found: Collection[str]) -> list[str]:
    """The steps with rows that one comes after; in place of those without, the ones before them."""
    ids = made.before(its)
    return [one for id in ids for one in ([id] if id in found else awaited(made, made.step(id), found))]


@given(case=cases())
@settings(deadline=None, max_examples=150)
def test_whatever_the_case_the_plan_keeps_order_limits_and_working_days(case: Case) -> None:
    made, records, today = case
    facts = known(made, records, today)
    found = {row.step.id: row for row in timeline(made, records, facts, today)}
    for row in found.values():
        # A step that is done again and again is done beside what comes before it.
        ids = [] if row.happened else [id for id in awaited(made, row.step, found) if id in found]
        before = [day for id in ids for day in (*found[id].happened, *found[id].planned)]
        last = max(row.happened, default=None)
        for one in row.rounds:
            if one.planned is None:
                continue
            allowed = one.allowed
            after = [last + DAY] if last else []
            floor = max([today, *before, *after, allowed.earliest or today])
            assert one.planned >= floor
            reachable = allowed.latest is None or allowed.latest >= floor
            assert reachable != one.late
            if not is_working_day(one.planned):
                assert allowed.latest is not None
                assert working_days_between(floor, allowed.latest) == 0
            if not reachable:
                assert one.planned == (floor if is_working_day(floor) else next_working_day(floor))
            last = one.planned


@given(case=cases())
@settings(deadline=None, max_examples=100)
def test_facts_and_records_stay_as_they_are_and_what_happened_is_told_as_it_was(case: Case) -> None:
    made, records, today = case
    facts = known(made, records, today)
    before = copy.deepcopy((records, facts.nested(), facts.around, [facts.rounds(one.id) for one in made.steps]))
    found = {row.step.id: row for row in timeline(made, records, facts, today)}
    assert before == (records, facts.nested(), facts.around, [facts.rounds(one.id) for one in made.steps])
    for one in made.steps:
        days = sorted(each.done_on for each in records if each.step == one.id)
        assert list(found[one.id].happened if one.id in found else ()) == days


@given(case=cases())
@settings(deadline=None, max_examples=100)
def test_doing_the_next_step_on_its_planned_day_leaves_the_plan_of_the_others(case: Case) -> None:
    made, records, today = case
    plan = timeline(made, records, known(made, records, today), today)
    coming = [(row.planned[0], row.step) for row in plan if row.planned and len(row.rounds) == 1]
    if not coming or any(row.step.repeat for row in plan):
        return
    day, its = min(coming, key=lambda one: one[0])
    more = [*records, record(len(records) + 1, its.id, day)]
    after = timeline(made, more, known(made, more, day), day)
    assert {row.step.id: row.planned for row in after if row.step is not its and row.planned} == {
        row.step.id: row.planned for row in plan if row.step is not its and row.planned
    }


REVIEWS = procedure(
    [
        step("chosen"),
        step("review", repeat={"due": "next_review_due", "at_least": 1}, usually={"months": 6}),
        step(
            "candidate",
            usually={"days": 0},
            checks=[check("earliest_candidate_date", "at_least", activist_since="chosen.on")],
        ),
    ]
)


def test_a_year_with_reviews_every_half_year_shows_both() -> None:
    found = rows(REVIEWS, BEGUN, record(1, "chosen", BEGUN))
    assert found["review"].planned == (date(2026, 9, 2), date(2027, 3, 2))
    assert [one.allowed.latest for one in found["review"].rounds] == [date(2026, 9, 2), date(2027, 3, 2)]
    assert found["candidate"].planned == (date(2027, 3, 2),)


def test_reviews_go_on_until_the_next_step_wherever_that_has_moved() -> None:
    done = [record(1, "chosen", BEGUN), record(2, "review", date(2026, 9, 1)), record(3, "review", date(2027, 2, 26))]
    assert rows(REVIEWS, date(2027, 3, 1), *done)["review"].planned == ()
    late = rows(REVIEWS, date(2027, 9, 10), *done)
    assert late["review"].planned == (date(2027, 9, 10),)
    assert late["review"].rounds[-1].late
    assert late["candidate"].planned == (date(2027, 9, 10),)


def test_no_review_is_left_out_before_the_next_step() -> None:
    slow = procedure(
        [
            step("a"),
            REVIEWS.step("review").model_dump(exclude={"after"}) | {"after": ("a",)},
            step("z", usually={"months": 30}),
        ]
    )
    found = rows(slow, BEGUN, record(1, "a", BEGUN))
    days = [BEGUN, *found["review"].planned]
    assert len(days) == 7
    assert all(later <= next_review_due(earlier) for earlier, later in pairwise(days))
    (end,) = found["z"].planned
    assert days[-1] <= end < next_review_due(days[-1])


def test_what_falls_due_again_and_again_with_nothing_after_it_shows_the_next_time_only() -> None:
    made = procedure([step("a"), step("month", repeat={"due": "due_in_a_month"}, usually={"months": 1})])
    assert rows(made, BEGUN, record(1, "a", BEGUN))["month"].planned == (date(2026, 4, 2),)


def test_a_step_done_whenever_there_is_something_is_planned_no_further_than_needed() -> None:
    made = procedure([step("vote", repeat={"at_least": 2}, usually={"days": 10}), step("end")])
    assert len(rows(made, BEGUN)["vote"].planned) == 2
    assert len(rows(made, BEGUN, record(1, "vote", BEGUN))["vote"].planned) == 1
    assert rows(made, BEGUN, record(1, "vote", BEGUN), record(2, "vote", BEGUN + DAY))["vote"].planned == ()


def test_a_ballot_is_planned_once_more_when_the_last_one_was_not_enough() -> None:
    ballot = step("ballot", repeat={"until": [{"fact": "enough", "is": [True]}]}, usually={"days": 10})
    ballot["fields"] = [*ballot["fields"], {"id": "enough", "kind": "yes_no", "ask": "选满了吗？", "label": "选满"}]
    made = procedure([ballot, step("end", usually={"days": 3})])
    assert len(rows(made, BEGUN)["ballot"].planned) == 1
    short = rows(made, BEGUN + 2 * DAY, record(1, "ballot", BEGUN, enough=False))
    assert short["ballot"].planned == (date(2026, 3, 12),)
    assert short["end"].planned == (date(2026, 3, 16),)
    full = rows(made, BEGUN + 2 * DAY, record(1, "ballot", BEGUN, enough=True))
    assert (full["ballot"].planned, full["end"].planned) == ((), (date(2026, 3, 5),))


def test_a_step_that_usually_applies_is_planned_while_nobody_knows_yet() -> None:
    unknown = [{"fact": "subject.status", "is": ["activist"]}]
    made = procedure([step("a"), step("b", when=unknown, counted=True), step("c", when=unknown)])
    assert list(rows(made, BEGUN)) == ["a", "b"]
    assert list(rows(made, BEGUN, **{"subject.status": "activist"})) == ["a", "b", "c"]
    assert list(rows(made, BEGUN, **{"subject.status": "full"})) == ["a"]


def test_the_plan_moves_when_a_fact_does_and_the_fact_does_not() -> None:
    made = procedure(
        [step("a"), step("b", usually={"days": 14}, checks=[check("talk_due", "at_most", applied="a.on")]), step("c")]
    )
    early, late = rows(made, BEGUN, record(1, "a", BEGUN)), rows(made, BEGUN, record(1, "a", BEGUN + 28 * DAY))
    assert early["a"].happened == (BEGUN,)
    assert early["b"].planned[0] + 28 * DAY == late["b"].planned[0]
    assert early["c"].planned[0] + 28 * DAY == late["c"].planned[0]
    assert early["b"].rounds[0].allowed.latest == date(2026, 4, 2)


def test_what_is_passed_over_hands_on_the_day_before_it() -> None:
    passed = [{"fact": "a.way", "is": ["long"]}]
    way = {"id": "way", "kind": "choice", "ask": "哪种？", "label": "方式", "among": {"short": "短", "long": "长"}}
    first = step("a")
    first["fields"] = [*first["fields"], way]
    made = procedure([first, step("b", when=passed), step("c", optional=True), step("d", usually={"days": 30})])
    found = rows(made, BEGUN + DAY, record(1, "a", BEGUN, way="short"))
    assert list(found) == ["a", "d"]
    assert found["d"].planned == (date(2026, 4, 1),)
    supposed = rows(made, BEGUN)  # the first of the choice is the usual one
    assert list(supposed) == ["a", "d"]


def test_what_was_done_before_a_case_was_taken_over_has_no_row() -> None:
    found = rows(REVIEWS, BEGUN, record(1, "chosen", BEGUN), at="review")
    assert list(found) == ["chosen", "review", "candidate"]
    assert list(rows(REVIEWS, BEGUN, at="review")) == ["review", "candidate"]


def test_a_deadline_on_a_day_off_is_met_before_it_and_one_that_is_over_at_once() -> None:
    made = procedure(
        [step("a"), step("b", usually={"days": 200}, checks=[check("talk_due", "at_most", applied="a.on")])]
    )
    found = rows(made, date(2026, 4, 20), record(1, "a", date(2026, 4, 3)))
    assert found["b"].rounds[0].allowed.latest == date(2026, 5, 3)  # in the May holidays
    assert found["b"].planned == (date(2026, 4, 30),)
    over = rows(made, date(2026, 7, 4), record(1, "a", date(2026, 4, 3)))["b"]  # a Saturday
    assert over.planned == (date(2026, 7, 6),)
    assert over.rounds[0].late


NOTICE = procedure(
    [step("a"), step("notice", checks=[check("notice_ends", "at_least", first="a.on")], usually={"days": 1}), step("z")]
)


def test_working_days_are_provisional_only_where_the_years_notice_is_missing() -> None:
    known = rows(NOTICE, BEGUN, record(1, "a", BEGUN))["notice"]
    assert (known.rounds[0].allowed, known.provisional) == (Allowed(earliest=date(2026, 3, 6)), False)
    far = rows(NOTICE, date(2031, 3, 3), record(1, "a", date(2031, 3, 3)))
    assert far["notice"].provisional
    assert not far["z"].provisional  # nothing is counted there


def test_a_day_counted_from_one_that_was_counted_in_working_days_is_provisional_too() -> None:
    first = step("a", derived=[{"id": "ends", "rule": "notice_ends", "of": {"first": "on"}}])
    made = procedure([first, step("b", checks=[check("talk_due", "at_most", applied="a.ends")])])
    assert rows(made, date(2031, 3, 3), record(1, "a", date(2031, 3, 3)))["b"].provisional
    assert not rows(made, BEGUN, record(1, "a", BEGUN))["b"].provisional


def test_every_rule_that_counts_working_days_is_known_to() -> None:
    counting = {"nth_working_day", "next_working_day", "previous_working_day", "is_working_day", "working_days_between"}
    for name, rule in RULES.items():
        returned = inspect.signature(rule).return_annotation
        if returned is date and (name in counting or counting & set(rule.__code__.co_names)):
            assert name in COUNTS_WORKING_DAYS | {"previous_working_day", "put_off_until"}, name


def test_every_rule_that_only_puts_days_in_order_is_known_to() -> None:
    its_own = {
        check.rule
        for made in Procedures.load()
        for one in made.steps
        for check in one.checks
        if check.fact == one.dated and len(inspect.signature(RULES[check.rule]).parameters) == 1
    }
    days = (BEGUN, BEGUN + 5 * DAY)  # a Saturday among them
    ends = {"correction_reviewed_from"}  # the end of a time that was set is a limit, and is shown
    assert {name for name in its_own if all(RULES[name](day) == day for day in days)} == ORDER | ends


def test_limits_that_hang_on_planned_days_say_so() -> None:
    found = rows(REVIEWS, BEGUN)
    assert found["candidate"].rounds[0].allowed.supposed
    known = rows(REVIEWS, BEGUN, record(1, "chosen", BEGUN))
    assert not known["candidate"].rounds[0].allowed.supposed
    assert [one.allowed.supposed for one in known["review"].rounds] == [False, True]


def test_that_one_day_comes_after_another_is_kept_and_not_shown() -> None:
    made = procedure(
        [step("a"), step("b", usually={"days": 0}, after=(), checks=[check("same_day", "at_least", day="a.on")])]
    )
    (one,) = rows(made, BEGUN, record(1, "a", BEGUN + 9 * DAY))["b"].rounds
    assert one.planned == BEGUN + 9 * DAY
    assert one.allowed == Allowed()


def test_a_step_counts_from_its_own_first_day_and_a_birthday_is_not_made_up() -> None:
    notice = step(
        "notice",
        checks=[check("same_day", "at_least", "first", day="a.on"), check("notice_ends", "at_least", first="first")],
    )
    notice["fields"] = [{"id": "first", "kind": "day", "ask": "哪天起？", "label": "首日"}, *notice["fields"]]
    born = step("a", checks=[check("may_apply_from", "at_least", born="born")])
    born["fields"] = [*born["fields"], {"id": "born", "kind": "day", "ask": "哪天生？", "label": "生日"}]
    made = procedure([born, notice | {"usually": {"days": 0}}])
    found = rows(made, BEGUN)
    assert found["a"].planned == (BEGUN,)
    assert found["notice"].planned == (date(2026, 3, 6),)


def test_what_another_step_asks_for_is_supposed_as_it_is_offered() -> None:
    first = step(
        "a",
        derived=[
            {
                "id": "big",
                "rule": "needs_committee",
                "of": {"full_members": "members"},
                "words": {"yes": "设", "no": "不设"},
            }
        ],
    )
    first["fields"] = [
        *first["fields"],
        {"id": "members", "kind": "number", "ask": "几人？", "label": "人数", "default": "branch.full_members"},
    ]
    made = procedure([first, step("b", when=[{"fact": "a.big", "is": [True]}]), step("c")])
    assert "b" in rows(made, BEGUN, **{"branch.full_members": 12})
    assert "b" not in rows(made, BEGUN, **{"branch.full_members": 4})
    assert "b" in rows(made, BEGUN)  # nobody knows: the first of the words


def test_nothing_is_planned_after_an_end_or_once_the_case_has_ended() -> None:
    ends = [{"outcome": "done", "says": "办完了。"}]
    made = procedure([step("a"), step("b", ends=ends), step("c"), step("d", after=("a",))])
    assert list(rows(made, BEGUN)) == ["a", "b", "d"]
    over = rows(made, BEGUN, record(1, "a", BEGUN), record(2, "b", BEGUN))
    assert {id: row.planned for id, row in over.items()} == {"a": (), "b": ()}


def test_what_was_done_shows_what_was_allowed_then() -> None:
    made = procedure([step("a"), step("b", checks=[check("talk_due", "at_most", applied="a.on")])])
    (one,) = rows(made, date(2026, 6, 1), record(1, "a", BEGUN), record(2, "b", date(2026, 4, 9)))["b"].rounds
    assert one.allowed.latest == date(2026, 4, 2)
    assert one.late
    its = made.step("b")
    records = [record(1, "a", BEGUN), record(2, "b", date(2026, 4, 9))]
    assert limits(made, its, Facts(made, records), date(2026, 4, 9)).latest is not None


def test_what_has_been_allowed_since_before_the_case_began_is_not_shown() -> None:
    born = {"id": "born", "kind": "day", "ask": "哪天生？", "label": "生日"}
    first = step("a", checks=[check("may_apply_from", "at_least", born="born")])
    first["fields"] = [*first["fields"], born]
    made = procedure([first, step("b")])
    assert rows(made, BEGUN, record(1, "a", BEGUN, born="1998-06-01"))["a"].rounds[0].allowed == Allowed()
    (young,) = rows(made, BEGUN, record(1, "a", BEGUN + DAY, born="2008-03-02"))["a"].rounds
    assert young.allowed.earliest == BEGUN
