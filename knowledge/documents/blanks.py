"""How a value is written on paper: dates, money, names, and a line to write on where nothing is known."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from knowledge.rules.periods import months_later
from knowledge.rules.quorum import votes_needed

LINE = "＿"
BLANK = LINE * 4
BLANK_DAY = f"{LINE * 4}年{LINE * 2}月{LINE * 2}日"
EMPTY_DAY = "　　年　月　日"
"""A day to be written into a cell."""
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufffe\uffff\ud800-\udfff]")
_DIGITS = "零一二三四五六七八九"


class Blank(jinja2.ChainableUndefined):
    """A value that is not known: false, empty, whatever is asked of it, and a line to write on when it is written."""

    __slots__ = ()

    def __str__(self) -> str:
        return BLANK

    def _itself(self, *args: Any, **kwargs: Any) -> "Blank":
        return self

    def _no(self, other: Any) -> bool:
        return False

    def __contains__(self, item: Any) -> bool:
        return False

    # jinja2 declares these as raising; here nothing does.
    __call__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _itself  # type: ignore[assignment]
    __neg__ = __pos__ = _itself  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = _no  # type: ignore[assignment]


def known(value: Any) -> bool:
    """Whether there is something to write."""
    return not isinstance(value, jinja2.Undefined) and value is not None


def written(value: Any) -> str:
    """A value as it stands on paper; one that is not known is a line to write on."""
    match value:
        case jinja2.Undefined() | None:
            return BLANK
        case bool():
            return "是" if value else "否"
        case datetime():
            return f"{day(value)}{value:%H:%M}"
        case date():
            return day(value)
        case Decimal():
            return f"{value:f}"
        case str():
            return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
        case Mapping() if "name" in value:
            return written(value["name"])
        case Mapping():
            return BLANK
    if isinstance(value, Sequence):
        return ("；" if all(isinstance(one, str) for one in value) else "、").join(written(one) for one in value)
    return written(value.name) if hasattr(value, "name") else written(str(value))


def day(value: Any) -> str:
    """2026年3月5日."""
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else BLANK_DAY


def month(value: Any) -> str:
    """2026年3月."""
    return f"{value.year}年{value.month}月" if isinstance(value, date) else f"{LINE * 4}年{LINE * 2}月"


def year(value: Any) -> str:
    """The year of a day, or a number that is one."""
    if isinstance(value, date):
        return str(value.year)
    return written(value)


def names(value: Any) -> str:
    """Several people or things in a row."""
    several = _several(value)
    return "、".join(written(one) for one in several) if several else written(None if value == [] else value)


def paragraphs(value: Any) -> str:
    """Several lines, each a paragraph of its own; room for two where nothing is known."""
    if not known(value) or value == []:
        return "\n".join((LINE * 25,) * 2)
    return "\n".join(written(one) for one in _several(value)) or written(value)


def length(value: Any) -> int:
    """How many there are; 0 of what is not several."""
    return len(_several(value))


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def money(value: Any) -> str:
    """Yuan with two digits: 12.50."""
    return f"{Decimal(value):.2f}" if isinstance(value, int | Decimal) else written(value)


def numeral(value: Any) -> str:
    """A whole number below a hundred in Chinese: 十二; larger ones in figures."""
    if not isinstance(value, int):
        return written(value)
    tens, ones = divmod(value, 10)
    if not 0 <= value < 100:
        return str(value)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def later(value: Any, months: int) -> Any:
    """The same day so many months later; not known when the day is not."""
    return months_later(value, months) if isinstance(value, date) else Blank()


def majority(value: Any) -> Any:
    """The votes that carry a motion of so many eligible."""
    return votes_needed(eligible=value) if isinstance(value, int) and value > 0 else Blank()


def ranked(value: Any, *statuses: str) -> list[Any]:
    """Those of some people whose status is one of the words; those of unknown status count as full members."""
    return [one for one in _several(value) if _status(one) in ("", *statuses)]


def _status(one: Any) -> str:
    found = one.get("status") if isinstance(one, Mapping) else getattr(one, "status", None)
    return str(found or "")


def full(value: Any) -> list[Any]:
    """The full members among some people."""
    return ranked(value, "正式党员")


def members(value: Any) -> list[Any]:
    """Full and probationary members among some people."""
    return ranked(value, "正式党员", "预备党员")


FILTERS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (day, month, year, names, paragraphs, length, money, numeral, later, majority, full, members)
}


def environment() -> jinja2.Environment:
    """Where the sentences of papers are made: nothing in them can do more than write values."""
    made = ImmutableSandboxedEnvironment(undefined=Blank, finalize=written, autoescape=False)
    made.filters.update(FILTERS)
    return made


def pieces(text: str) -> Iterator[str]:
    """The lines of a value, each a line on paper."""
    yield from text.split("\n")
