"""Dues: every bracket edge, sums, and which months may be paid when."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.dues import (
    dues_for_months,
    dues_of,
    is_at_most_a_quarter,
    is_half_a_year_owed,
    is_not_too_far_ahead,
    is_not_too_late,
    is_sum_for,
    money_left,
    money_together,
    months_owed,
    next_unpaid_month,
)

yuan = st.decimals(min_value=0, max_value=100_000, places=2)
months = st.integers(min_value=1, max_value=12)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))


@pytest.mark.parametrize(
    ("base", "dues"),
    [
        ("0", "0"), ("3000", "15.00"), ("3000.01", "30.00"), ("3001", "30.01"), ("5000", "50.00"),
        ("5000.01", "75.00"), ("5001", "75.02"), ("10000", "150.00"), ("10000.01", "200.00"), ("10001", "200.02"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("payer", ["employed", "yearly", "self_employed"])
def test_the_whole_base_falls_into_one_bracket(payer: str, base: str, dues: str) -> None:
    assert dues_of(payer, Decimal(base)) == Decimal(dues)


@pytest.mark.parametrize(
    ("base", "dues"), [("5000", "25.00"), ("5000.01", "50.00"), ("5001", "50.01"), ("12000", "120.00")]
)
def test_a_pension_has_two_brackets(base: str, dues: str) -> None:
    assert dues_of("retired", Decimal(base)) == Decimal(dues)


@given(yuan, yuan)
def test_who_has_more_never_pays_less(one: Decimal, other: Decimal) -> None:
    for payer in ("employed", "retired"):
        assert dues_of(payer, max(one, other)) >= dues_of(payer, min(one, other))


@given(yuan)
def test_a_pension_is_never_charged_more_than_a_wage(base: Decimal) -> None:
    assert dues_of("retired", base) <= dues_of("employed", base)


@pytest.mark.parametrize("payer", ["farmer", "fixed", "nobody"])
def test_who_pays_a_sum_pays_no_share(payer: str) -> None:
    with pytest.raises(ValueError, match=payer):
        dues_of(payer, Decimal(100))


@pytest.mark.parametrize(
    ("payer", "amount", "fits"),
    [
        ("farmer", "0.19", False), ("farmer", "0.2", True), ("farmer", "1", True), ("farmer", "1.01", False),
        ("fixed", "0.20", True), ("fixed", "0.21", False), ("fixed", "0", False),
    ],
)  # fmt: skip
def test_sums(payer: str, amount: str, fits: bool) -> None:
    assert is_sum_for(payer, Decimal(amount)) is fits


@given(yuan, months, months)
def test_months_cost_their_count(amount: Decimal, first: int, last: int) -> None:
    if first > last:
        with pytest.raises(ValueError, match="month"):
            dues_for_months(amount, first, last)
    else:
        assert dues_for_months(amount, first, last) == sum([amount] * len(range(first, last + 1)))
        assert is_at_most_a_quarter(first, last) is (len(range(first, last + 1)) <= 3)


@given(days)
def test_six_months_ahead_and_back_are_the_edges(day: date) -> None:
    def month(away: int) -> tuple[int, int]:
        index = day.year * 12 + day.month - 1 + away
        return index // 12, index % 12 + 1

    assert is_not_too_far_ahead(*month(6), day)
    assert not is_not_too_far_ahead(*month(7), day)
    assert is_not_too_late(*month(-6), day)
    assert not is_not_too_late(*month(-7), day)


@given(st.integers(min_value=0, max_value=12), days)
def test_owed_are_the_months_that_are_not_paid(paid_through: int, day: date) -> None:
    owed = months_owed(day.year, paid_through, day)
    assert owed == len([month for month in range(1, day.month + 1) if month > paid_through])
    assert months_owed(day.year, paid_through, day + timedelta(days=31)) >= owed
    assert is_half_a_year_owed(owed) is (owed >= 6)


@given(st.lists(yuan), yuan)
def test_money_adds_up_and_never_more_is_given_than_there_was(amounts: list[Decimal], more: Decimal) -> None:
    had = money_together(amounts)
    assert money_left(had + more, had) == more
    with pytest.raises(ValueError, match="yuan"):
        money_left(had, had + more + 1)


@given(st.lists(months))
def test_the_next_month_to_pay_is_the_one_after_the_last(paid: list[int]) -> None:
    if paid and paid[-1] == 12:
        with pytest.raises(ValueError, match="paid"):
            next_unpaid_month(paid)
    else:
        assert next_unpaid_month(paid) == ([0, *paid])[-1] + 1
