"""How much a member pays in dues a month (党费): a rate on the whole of the base, not by slices; in yuan.

Source: 关于中国共产党党费收缴、使用和管理的规定（2008） articles 1 to 7.
"""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

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
