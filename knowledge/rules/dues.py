"""How much a member pays in dues a month (党费): a rate on the whole of the base, not by slices; in yuan.

Source: 关于中国共产党党费收缴、使用和管理的规定（2008） articles 1 to 7.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from knowledge.rules.periods import months_later

CENT = Decimal("0.01")

EMPLOYED_RATES = (
    (Decimal(3000), Decimal("0.005")),
    (Decimal(5000), Decimal("0.01")),
    (Decimal(10000), Decimal("0.015")),
    (None, Decimal("0.02")),
)
"""Up to and including so much a month (None: any more), the rate. Article 2."""

RETIRED_RATES = ((Decimal(5000), Decimal("0.005")), (None, Decimal("0.01")))
"""Of a pension. Article 5."""

FARMER_LEAST, FARMER_MOST = Decimal("0.2"), Decimal(1)
"""What a farmer pays a month, between these. Article 6."""

FIXED = Decimal("0.2")
"""What students, the unemployed and those who live on relief pay a month. Article 7."""


class Payer(StrEnum):
    """Whose dues are a share of an income."""

    EMPLOYED = "employed"  # 按月领工资，也包括按季度算月平均纯收入的个体经营者
    RETIRED = "retired"  # 离退休干部职工


_RATES = {Payer.EMPLOYED: EMPLOYED_RATES, Payer.RETIRED: RETIRED_RATES}


def rate_of(payer: Payer, base: Decimal) -> Decimal:
    """The rate for a monthly base in yuan: 0.015 is 1.5 %.

    The base is the regular income after tax (EMPLOYED; for the self-employed the last quarter's monthly average), or
    the whole pension (RETIRED). Raises ValueError for a negative base.
    """
    if base < 0:
        raise ValueError(f"an income of {base} yuan")
    return next(rate for most, rate in _RATES[payer] if most is None or base <= most)


def monthly_dues(payer: Payer, base: Decimal) -> Decimal:
    """Dues in yuan for a monthly base in yuan, to the cent; the rate applies to the whole base, as for `rate_of`."""
    return (base * rate_of(payer, base)).quantize(CENT, ROUND_HALF_UP)


PAYERS = {
    "employed": Payer.EMPLOYED,
    "yearly": Payer.EMPLOYED,
    "self_employed": Payer.EMPLOYED,
    "retired": Payer.RETIRED,
}
"""Whose dues are a share, by the words of the procedure; `farmer` and `fixed` pay a sum."""

BACK_MONTHS = AHEAD_MONTHS = 6
"""How many months may be paid afterwards (article after 8, its number not certain), and how many ahead."""

HALF_A_YEAR = 6
"""Months owed of which it has to be looked into whether there was a good reason. Source: 党章（2022） article 9."""

CEILING = 1000
"""Yuan a month that are as a rule not passed; from a notice whose number is not certain, so only said."""


def dues_of(payer: str, base: Decimal) -> Decimal:
    """Dues in yuan a month for a category of the procedure and its monthly base in yuan.

    ValueError for a category that pays a sum, and for a negative base. Articles 2 to 5.
    """
    if payer not in PAYERS:
        raise ValueError(f"{payer} pays no share of an income")
    return monthly_dues(PAYERS[payer], base)


def is_sum_for(payer: str, amount: Decimal) -> bool:
    """Whether a monthly sum in yuan fits those who pay no share: farmers 0.2 to 1, others 0.2. Articles 6 and 7."""
    return FARMER_LEAST <= amount <= FARMER_MOST if payer == "farmer" else amount == FIXED


def dues_year(day: date) -> int:
    """The year whose months are paid when the sum was fixed on a day: that day's."""
    return day.year


def dues_for_months(amount: Decimal, first: int, last: int) -> Decimal:
    """What so many months of one year cost in yuan, both months counted; ValueError when they run backwards."""
    if not 1 <= first <= last <= 12:
        raise ValueError(f"from month {first} to {last}")
    return (amount * (last - first + 1)).quantize(CENT)


def months_from(year: int, month: int, day: date) -> int:
    """How many months a day lies after a month of a year; negative before it."""
    return (day.year - year) * 12 + day.month - month


def is_not_too_far_ahead(year: int, month: int, paid_on: date) -> bool:
    """Whether a month that is paid is at most half a year off. Source: 支部党务规程资料 19, a bound of the record."""
    return months_from(year, month, paid_on) >= -AHEAD_MONTHS


def is_not_too_late(year: int, month: int, paid_on: date) -> bool:
    """Whether a month paid afterwards is at most six months back; as a rule, so a reason may be given."""
    return months_from(year, month, paid_on) <= BACK_MONTHS


def paid_through_day(year: int, month: int) -> date:
    """The last day of the last month that was paid for; ValueError for no month of the year."""
    return months_later(date(year, month, 1), 1) - timedelta(days=1)


def next_dues_due(paid_through: date) -> date:
    """By when dues are paid again: the end of the month after, since they are paid by the month."""
    return months_later(paid_through.replace(day=1), 2) - timedelta(days=1)


def months_owed(year: int, paid_through: int, day: date) -> int:
    """How many months up to and with the day's own are unpaid when all to `paid_through` (0: none) are paid."""
    return max(0, months_from(year, paid_through, day))


def first_month_to_pay(since: date, begins: date) -> date:
    """The first day of the first month that somebody pays: of the one in which the general meeting took them in, or of
    the one with which a ledger begins, whichever comes later. Source: 党费规定（2008）, who pays from when."""
    return max(since, begins).replace(day=1)


def unpaid_months(first: date, paid: Collection[date], day: date) -> list[date]:
    """The months, each as its first day, that are over on a day and not paid, from `first` on.

    The month that is running is not owed yet.
    """
    found = []
    month = first.replace(day=1)
    while month < day.replace(day=1):
        if month not in paid:
            found.append(month)
        month = months_later(month, 1)
    return found


def is_half_a_year_owed(months: int) -> bool:
    """Whether six months are owed, when it has to be looked into whether there was a good reason.

    Nothing follows from it by itself. Source: 党章（2022） article 9.
    """
    return months >= HALF_A_YEAR


def is_at_most_a_quarter(first: int, last: int) -> bool:
    """Whether no more than three months are paid at once."""
    return last - first < 3


def money_together(amounts: Sequence[Decimal]) -> Decimal:
    """The sum of amounts in yuan."""
    return sum(amounts, Decimal(0)).quantize(CENT)


def money_left(had: Decimal, gave: Decimal) -> Decimal:
    """What is left in yuan; ValueError when more was given than there was."""
    if gave > had:
        raise ValueError(f"{gave} of {had} yuan")
    return (had - gave).quantize(CENT)


def next_unpaid_month(paid: Sequence[int]) -> int:
    """The month after the newest that was paid, January when none was; ValueError when the year is paid."""
    if paid and paid[-1] >= 12:
        raise ValueError("the year is paid")
    return paid[-1] + 1 if paid else 1
