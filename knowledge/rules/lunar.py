"""The lunar calendar, 2020 to 2050, as a table: a year's first day, its months (1: 30 days, 0: 29), its leap month.

Source: GB/T 33661-2017, by calculation. Every first day of a month was compared with two independent programs and with
the astronomical new moon in Beijing time. The new moon of 6 February 2027 comes four minutes before midnight, and some
calendars are a day off there.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

_TABLE = """
2020-01-25 0111010010101 4
2021-02-12 011010101010 0
2022-02-01 101011010101 0
2023-01-22 0100110110101 2
2024-02-10 010010110110 0
2025-01-29 1010010101110 6
2026-02-17 101001001110 0
2027-02-06 110100100110 0
2028-01-26 1110100100110 5
2029-02-13 110101010011 0
2030-02-03 010110101010 0
2031-01-23 0110101101010 3
2032-02-11 100101101101 0
2033-01-31 0100101011101 11
2034-02-19 010010101101 0
2035-02-08 101001001101 0
2036-01-28 1101001001011 6
2037-02-15 110100100101 0
2038-02-04 110101010010 0
2039-01-24 1101101010100 5
2040-02-12 101101011010 0
2041-02-01 010101101101 0
2042-01-22 0100101011011 2
2043-02-10 010010011011 0
2044-01-30 1010010010111 7
2045-02-17 101001001011 0
2046-02-06 101010100101 0
2047-01-26 1011010100101 5
2048-02-14 011011010010 0
2049-02-02 101011011010 0
2050-01-23 0101010110110 3
"""


@dataclass(frozen=True, slots=True)
class _Year:
    first: date
    lengths: tuple[int, ...]
    leap: int


@cache
def _years() -> dict[int, _Year]:
    rows = [line.split() for line in _TABLE.split("\n") if line]
    return {
        int(first[:4]): _Year(date.fromisoformat(first), tuple(29 + int(long) for long in months), int(leap))
        for first, months, leap in rows
    }


def lunar_day(year: int, month: int, day: int) -> date | None:
    """The solar day of a day in a lunar year's month (not the leap one); None outside the table.

    Raises `ValueError` when the month has no such day.
    """
    found = _years().get(year)
    if found is None:
        return None
    place = month - 1 + (1 if found.leap and month > found.leap else 0)
    if not (1 <= month <= 12 and 1 <= day <= found.lengths[place]):
        raise ValueError(f"no day {day} in lunar month {month} of {year}")
    return found.first + timedelta(days=sum(found.lengths[:place]) + day - 1)


def new_years_eve(year: int) -> date | None:
    """除夕: the day before the lunar year begins, whether its last month has 29 days or 30; None outside the table."""
    first = lunar_day(year, 1, 1)
    return first and first - timedelta(days=1)


def qingming(year: int) -> date | None:
    """清明, by the usual formula, which was compared with a calculated table for 2004 to 2099; None elsewhere."""
    if not 2000 <= year <= 2099:
        return None
    return date(year, 4, int(year % 100 * 0.2422 + 4.81) - year % 100 // 4)
