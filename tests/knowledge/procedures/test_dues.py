"""A member's dues of one year: fixed, paid, owed, forgiven by the committee, settled. And what the branch hands up."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

WAGE = {"decided_on": date(2026, 1, 10), "payer": "employed", "base": Decimal(5200), "amount": Decimal("78.00")}
JANUARY = {"paid_on": date(2026, 1, 15), "first_month": 1, "last_month": 1, "way": "self"}


def assessed(**wrong: Any) -> Walk:
    return Walk("dues", {"subject.status": "full"}).record("assess", **{**WAGE, **wrong})


def test_a_year_of_a_member_with_a_wage() -> None:
    walk = assessed()
    assert walk.facts.get("assess.standard") == Decimal("78.00")
    assert set(walk.open) == {"pay", "owing", "relief"}
    for month in range(1, 12, 2):
        paid = {"paid_on": date(2026, month, 5), "first_month": month, "last_month": month + 1, "way": "self"}
        walk.record("pay", **paid)
        assert walk.facts.get("pay.total") == Decimal("156.00")
    walk.record("settle", settled_on=date(2026, 12, 28))
    assert walk.facts.get("settle.left") == 0
    assert walk.facts.get("settle.paid") == Decimal("936.00")
    assert walk.ended is not None


@pytest.mark.parametrize(
    ("payer", "base", "amount", "found"),
    [
        ("employed", 3000, "15.00", {}),
        ("employed", 3001, "30.01", {}),
        ("employed", 5001, "75.02", {}),
        ("employed", 10001, "200.02", {}),
        ("employed", 5200, "52.00", {"by_the_table": "reason"}),  # by slices it would be less
        ("retired", 5200, "52.00", {}),
        ("retired", 5200, "78.00", {"by_the_table": "reason"}),  # as if still employed
        ("yearly", 10000, "150.00", {}),
        ("self_employed", 3000, "15.00", {}),
        ("employed", 60000, "1200.00", {"rather_much": "warn"}),
    ],
)
def test_the_table(payer: str, base: int, amount: str, found: dict[str, str]) -> None:
    values = {**WAGE, "payer": payer, "base": Decimal(base), "amount": Decimal(amount)}
    assert Walk("dues").levels("assess", **values) == found


@pytest.mark.parametrize(
    ("payer", "amount", "fits"), [("farmer", "1", True), ("farmer", "2", False), ("fixed", "0.2", True)]
)
def test_sums(payer: str, amount: str, fits: bool) -> None:
    found = Walk("dues").levels("assess", decided_on=date(2026, 1, 10), payer=payer, amount=Decimal(amount))
    assert found == ({} if fits else {"by_the_sum": "reason"})


def test_probationary_members_pay_from_the_general_meeting_on() -> None:
    walk = Walk("dues", {"subject.status": "probationary", "subject.since": date(2026, 5, 20)})
    values = {**WAGE, "decided_on": date(2026, 8, 30), "from_day": date(2026, 8, 20)}
    said = walk.catches("from_the_meeting", "stop", "assess", "from_day", **values)
    assert "2026年5月20日" in said
    walk.record("assess", **{**values, "from_day": date(2026, 5, 20)})


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("months_in_order", "stop", "last_month", {"first_month": 3, "last_month": 2}),
        ("not_too_far_ahead", "stop", "last_month", {"first_month": 1, "last_month": 8}),
        ("not_too_late", "reason", "first_month", {"paid_on": date(2026, 9, 1), "first_month": 2, "last_month": 9}),
        ("a_quarter_at_most", "warn", "last_month", {"last_month": 4}),
        ("not_withheld", "stop", "way", {"way": "withheld"}),
        ("not_withheld", "stop", "way", {"way": "advanced"}),
    ],
)
def test_mistakes_when_paying(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    assessed().catches(check, level, "pay", touching, **{**JANUARY, **wrong})


def test_no_month_is_paid_twice_and_none_is_left_out_unseen() -> None:
    walk = assessed().record("pay", **{**JANUARY, "last_month": 3})
    again = {**JANUARY, "first_month": 3, "last_month": 4}
    assert "应从4月交起" in walk.catches("not_paid_before", "stop", "pay", "first_month", **again)
    walk.catches("no_month_missed", "warn", "pay", "first_month", **{**again, "first_month": 5, "last_month": 5})
    assert walk.levels("pay", **{**again, "first_month": 4}) == {}


def test_half_a_year_owed_is_looked_into_and_nobody_is_removed_for_it() -> None:
    walk = assessed()
    owing = {"noticed_on": date(2026, 8, 5), "months": 6, "looked_into": False, "next_move": "disposal"}
    assert "不会自动除名" in walk.catches("half_a_year", "warn", "owing", "months", months=6)
    walk.catches("look_first", "stop", "owing", "next_move", **owing)
    walk.catches("not_so_soon", "stop", "owing", "next_move", months=5, next_move="disposal")
    walk.record("owing", **{**owing, "looked_into": True, "next_move": "relief"})
    walk.record("owing", noticed_on=date(2026, 8, 6), months=2, next_move="pay")


def test_only_the_committee_above_forgives_dues() -> None:
    walk = assessed()
    relief = {"held_on": date(2026, 4, 8), "kind": "less", "by": "branch", "approved_on": date(2026, 4, 20)}
    assert "上一级党委" in walk.catches("not_by_the_branch", "stop", "relief", "by", **relief)
    early = {**relief, "by": "committee", "approved_on": date(2026, 4, 7)}
    walk.catches("approved_after", "stop", "relief", "approved_on", **early)
    walk.record("relief", **{**relief, "by": "committee"})


def test_what_is_owed_at_the_end_of_the_year_needs_a_reason() -> None:
    walk = assessed().record("pay", **{**JANUARY, "last_month": 3})
    assert walk.levels("settle", settled_on=date(2026, 12, 28)) == {"nothing_owed": "reason"}
    assert "还欠9个月" in walk.found("settle", settled_on=date(2026, 12, 28))["nothing_owed"].says


HANDED = {
    "remitted_on": date(2026, 4, 8),
    "first_month": 1,
    "last_month": 3,
    "total": Decimal(1260),
    "amount": Decimal(1260),
}


def test_the_branch_hands_up_and_makes_it_known() -> None:
    walk = Walk("dues-handing-up").record("hand_up", **HANDED)
    assert walk.facts.get("hand_up.rest") == 0
    assert walk.standing.place("hand_up").next_due == date(2026, 7, 8)
    second = {**HANDED, "remitted_on": date(2026, 7, 8), "first_month": 4, "last_month": 6}
    walk.record("hand_up", **{**second, "amount": Decimal("1000.50")})
    publish = {"published_on": date(2026, 12, 30), "spending": ["other"]}
    walk.catches("only_for_its_uses", "stop", "publish", "spending", **publish)
    walk.record("publish", **{**publish, "spending": ["training"]})
    assert walk.facts.get("publish.total") == 2520
    assert walk.facts.get("publish.amount") == Decimal("2260.50")
    assert walk.ended is not None


def test_mistakes_when_handing_up() -> None:
    walk = Walk("dues-handing-up").record("hand_up", **HANDED)
    walk.catches("not_handed_before", "stop", "hand_up", "first_month", **{**HANDED, "first_month": 3})
    walk.catches("months_in_order", "stop", "hand_up", "last_month", **{**HANDED, "first_month": 5, "last_month": 4})
    more = {**HANDED, "first_month": 4, "last_month": 4, "amount": Decimal(1261)}
    walk.catches("not_more_than_collected", "stop", "hand_up", "amount", **more)
