"""How a secretary writes down dues: a line a person, with an income or with the months that were paid.

An income is reckoned with as it is read and never goes into the answer that is kept.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions import DONE, Asking, Option, Question, Reply
from handlers.wording import Marked
from knowledge.choices import PersonKey, match_person
from knowledge.numerals import chinese_number
from knowledge.rules.dues import (
    AHEAD_MONTHS,
    CENT,
    FIXED,
    PAYERS,
    dues_of,
    is_sum_for,
    months_from,
    rate_of,
)
from knowledge.rules.periods import months_later
from storage.dues import Assessed, Assessment, PayerKind
from storage.people import Member

SAME, ALL = "same", "all"
FILE = "dues_lines"
MOST_BASE = Decimal(1_000_000)
_KINDS: dict[str, PayerKind] = {
    word: kind
    for kind, words in {
        PayerKind.RETIRED: "离退休 退休 离休 养老金",
        PayerKind.YEARLY: "年薪制 年薪",
        PayerKind.SELF_EMPLOYED: "个体户 个体 自由职业",
        PayerKind.FARMER: "农民 务农",
        PayerKind.FIXED: "大学生 学生 下岗 失业 无业 没有工作 领低保 低保 救济 抚恤",
        PayerKind.EMPLOYED: "在职 上班 按月领工资 领工资 工资",
    }.items()
    for word in words.split()
}
_SUM = r"(\d{1,7}(?:\.\d{1,2})?)\s*(?:元|块钱|块)?"
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_ASSESSED = re.compile(
    rf"(?:是|属于)?(?P<kind>{_KIND})?[\s:,、]*(?:每月|月|收入)*\s*(?:{_SUM})?[\s,;、]*"
    rf"(?:(?P<free>免交)|(?:每月|改|少|多|实)*交\s*{_SUM})?[\s,;、。]*(?:因为|原因)?[\s:]*(?P<reason>[^\s\d.].*)?"
)
_UNCHANGED = re.compile(r"(?:不变|没变|一样|(?:和|跟|同)?(?:去年|以前|上次)(?:一样|相同)?|照旧|同去年)")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one line comes to; `rate` is the share, if it is one."""

    one: Assessment
    rate: Decimal | None


def plain(line: str) -> str:
    """In half width, without commas inside figures."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", line)).strip()


def reckon(person_id: int, words: str, earlier: Assessed | None, year: int) -> Reckoned:
    """What a line after the name comes to: 5200, 退休 4100, 农民 0.5, 学生, 不变, 在职 5200 交100 自愿多交.

    Raises `Invalid`. Source of the table: 党费规定（2008） articles 1 to 7.
    """
    if _UNCHANGED.fullmatch(words):
        if earlier is None:
            raise Invalid("nothing_before")
        return Reckoned(Assessment(person_id, earlier.payer, earlier.monthly, earlier.reason), None)
    found = _ASSESSED.fullmatch(words)
    base = Decimal(found[2]) if found and found[2] else None
    paid = Decimal(0) if found and found["free"] else Decimal(found[4]) if found and found[4] else None
    if found is None or (found["kind"] is None and base is None and paid is None):
        raise Invalid("not_read")
    kind = _KINDS[found["kind"]] if found["kind"] else _kind_like(earlier, base)
    rate, standard = _standard(kind, base)
    if base is not None and standard is None:
        paid, standard = (base if paid is None else paid), None  # 学生 0.5: a sum that is not the table's
    monthly = standard if paid is None else paid
    if monthly is None:
        raise Invalid("farmer_how_much" if kind is PayerKind.FARMER else "how_much")
    reason = (found["reason"] or "").strip()
    if monthly != standard and not reason:
        raise Invalid("reason_needed")
    if earlier is not None and earlier.year == year and earlier.monthly != monthly and not reason:
        raise Invalid("changed_within_the_year")
    return Reckoned(Assessment(person_id, kind, monthly, reason), rate if monthly == standard else None)


def kept_of(found: Reckoned) -> list[str]:
    """What is kept of a line: the kind of payer, the sum, the rate in percent, the reason."""
    rate = f"{found.rate * 100:f}".rstrip("0").rstrip(".") if found.rate is not None else ""
    return [found.one.payer.value, str(found.one.monthly), rate, found.one.reason]


def _kind_like(earlier: Assessed | None, base: Decimal | None) -> PayerKind:
    """What a bare figure is about: the kind that somebody was before, if that pays a share, else employed."""
    if base is not None and base <= 1:
        raise Invalid("kind_needed")
    return earlier.payer if earlier is not None and earlier.payer.value in PAYERS else PayerKind.EMPLOYED


def _standard(kind: PayerKind, base: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The rate, if any, and what the table says; None where the table says nothing about that."""
    if kind.value in PAYERS:
        if base is None:
            return None, None
        if base > MOST_BASE:
            raise Invalid("income_too_high")
        return rate_of(PAYERS[kind.value], base), dues_of(kind.value, base)
    if kind is PayerKind.FIXED and base is None:
        return None, FIXED.quantize(CENT)
    return None, base if base is not None and is_sum_for(kind.value, base) else None


def named_in(line: str, people: Sequence[Member]) -> tuple[Member, str]:
    """Whom a line begins with, and the rest of it; raises `Invalid` when nobody, or when it could be several."""
    names = sorted({one.name for one in people}, key=len, reverse=True)
    name = next((name for name in names if line.startswith(name)), None)
    if name is None:
        begun = re.match(r"[^\s:,，、\d(]+", line)
        if begun is None:
            raise Invalid("no_name")
        name = begun[0]
    rest = line[len(name) :]
    digits = re.match(r"\s*\((\d{4})\)", rest)
    found = match_person(name + (digits[1] if digits else ""), [PersonKey(one.name, one.phone_last4) for one in people])
    if len(found) != 1:
        raise Invalid("several_of_the_name" if found else "nobody_of_the_name", name=name[:20])
    rest = rest[digits.end() :] if digits else rest
    return people[found[0]], re.sub(r"^(?:同志)?的?[\s:,、;。]*", "", rest).strip(" ,、;。")


_MONTH = r"(?:(\d{4})年)?\s*(\d{1,2}|十[一二]?|[一二三四五六七八九])\s*月?份?"
_SPAN = re.compile(rf"{_MONTH}\s*(?:[-~—–]|到|至)\s*{_MONTH}")
_ONE = re.compile(_MONTH)
_QUARTER = re.compile(r"(?:(\d{4})年)?第?([一二三四1-4])季度?")
_CLEAR = re.compile(r"(?:补齐|交清|补清|全补上?|都补上?|欠的(?:都|全)?补上?)了?")
_ALL_PAID = re.compile(
    r"(?P<months>.*?)(?:的党费)?(?:大家|所有人|全体)?(?:全部?|都|全都)(?:交|缴|齐)(?:了|齐了?|清了?|完了?)*"
    r"[\s,。;]*(?:(?:除了?|只有|就)?(?P<but>.+?)(?:没有?交|除外|没缴|还没交|以外|外)?)?"
)


@dataclass(frozen=True, slots=True)
class Books:
    """What the ledger knows of one person: what is in force, since when, and the months that are paid."""

    assessed: Assessed | None
    since: date
    paid: Collection[date]

    @property
    def first(self) -> date:
        """The first month that may be paid for."""
        return self.since.replace(day=1)


def months_in(words: str, books: Books, today: date) -> list[date]:
    """The months that a line names, each as its first day, in order: 10月11月, 10-12月, 四季度, 全年, 本月; raises
    `Invalid`."""
    this = today.replace(day=1)
    words = re.sub(r"(?:的)?(?:党费)|(?:已经?)?[交缴]了?$|了$", "", words).strip(" ,、;。")
    if not words or words in ("本月", "这个月", "当月", "这月"):
        return [this]
    if words in ("上个月", "上月"):
        return [months_later(this, -1)]
    if words in ("全年", "一年", "今年"):
        return [date(today.year, month, 1) for month in range(1, 13)]
    if _CLEAR.fullmatch(words) and books.assessed is not None:
        begun = max(books.assessed.first_month, books.first)
        count = months_from(begun.year, begun.month, today) + 1
        return [month for n in range(count) if (month := months_later(begun, n)) not in books.paid]
    if quarter := _QUARTER.fullmatch(words):
        number = _number(quarter[2])
        year = int(quarter[1]) if quarter[1] else None
        return [_dated(year, 3 * number - 2 + n, books, today) for n in range(3)]
    found: list[date] = []
    rest = words
    for span in _SPAN.finditer(words):
        first = _dated(int(span[1]) if span[1] else None, _number(span[2]), books, today)
        last = _dated(int(span[3]) if span[3] else None, _number(span[4]), books, today)
        count = (last.year - first.year) * 12 + last.month - first.month
        if not 0 <= count < 24:
            raise Invalid("months_backwards")
        found += [months_later(first, n) for n in range(count + 1)]
        rest = rest.replace(span[0], " ", 1)
    year = None
    for one in _ONE.finditer(rest):
        year = int(one[1]) if one[1] else year
        found.append(_dated(year, _number(one[2]), books, today))
    if _ONE.sub("", rest).strip(" ,、;。和与及跟份"):
        raise Invalid("months_not_read")
    return sorted(set(found))


def _number(words: str) -> int:
    return int(words) if words.isdecimal() else chinese_number(words) or 0


def _dated(year: int | None, month: int, books: Books, today: date) -> date:
    """A month without a year is this year's; if that is paid or was before their time, the next that may be paid."""
    if not 1 <= month <= 12 or (year is not None and not 2000 <= year <= 2100):
        raise Invalid("no_such_month")
    if year is not None:
        return date(year, month, 1)
    this, following = date(today.year, month, 1), date(today.year + 1, month, 1)
    near = months_from(following.year, month, today) >= -AHEAD_MONTHS
    if near and (this in books.paid or this < books.first):
        return following
    ahead = months_from(this.year, month, today) < -AHEAD_MONTHS
    return date(today.year - 1, month, 1) if ahead else this


def may_be_paid(months: Sequence[date], books: Books, today: date) -> None:
    """Raises `Invalid` unless each of these months may be recorded as paid."""
    if books.assessed is None:
        raise Invalid("not_assessed")
    if not books.assessed.monthly:
        raise Invalid("pays_nothing")
    if early := [month for month in months if month < books.first]:
        raise Invalid("before_their_time", month=month_words(early[:1]), first=month_words([books.first]))
    if far := [month for month in months if months_from(month.year, month.month, today) < -AHEAD_MONTHS]:
        raise Invalid("too_far_ahead", month=month_words(far[:1]), most=AHEAD_MONTHS)
    if twice := [month for month in months if month in books.paid]:
        raise Invalid("paid_before", months=month_words(twice))


def month_words(months: Sequence[date]) -> str:
    """Months as people say them: 2026年10月、11月."""
    parts = []
    year = None
    for one in sorted(months):
        parts.append(f"{one.month}月" if one.year == year else f"{one.year}年{one.month}月")
        year = one.year
    return "、".join(parts)


class _ByLine(Question[dict[int, Any]]):
    """Something of each of several people, a line each, over several messages, until 好了."""

    free = True
    button, label = "", ""

    def __init__(self, people: Sequence[Member]) -> None:
        self.people = list(people)

    def _read_line(self, line: str, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        raise NotImplementedError

    def _pressed(self, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        raise NotImplementedError

    def _line(self, person_id: int, value: Any, asking: Asking) -> str:
        raise NotImplementedError

    def _offered(self, so_far: Mapping[int, Any]) -> bool:
        raise NotImplementedError

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The button that does all at once while it does something, and 好了 once there is something."""
        so_far = _people_of(partial)
        one = [Option(self.button, asking.texts.say(FILE, self.label))] if self._offered(so_far) else []
        return [*one, *([Option(DONE, asking.texts.say("shared", "done_button"))] if partial else [])]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> dict[int, Any]:
        """All lines so far; what was said again of somebody counts, and what could not be read is said."""
        so_far = _people_of(partial)
        offered = self.options(asking, partial)
        chosen = reply.option or self._typed(reply, offered)
        if chosen == DONE or (not reply.files and asking.texts.means("done", reply.text)):
            if not so_far:
                raise Invalid("nothing_yet")
            return self.load(_kept(so_far), asking)
        if reply.files:
            raise Invalid("words_please")
        bad: list[str] = []
        if chosen == self.button:
            new = self._pressed(so_far, asking)
        else:
            new, bad = self._lines(reply.text, so_far, asking)
        if not new:
            raise (
                Invalid("not_by_the_rules", words=asking.texts.say(FILE, "bad", bad=bad[:5]))
                if bad
                else Invalid("empty")
            )
        so_far |= new
        read = [Marked(f"- {self._line(id, value, asking)}") for id, value in new.items()]
        words = asking.texts.say(
            FILE, "so_far", read=read[:20], more=max(0, len(read) - 20), count=len(so_far), bad=bad[:5]
        )
        raise More(_kept(so_far), "not_by_the_rules", words=words)

    def _typed(self, reply: Reply, offered: Sequence[Option]) -> str | None:
        said = reply.text.strip()
        return next((one.id for n, one in enumerate(offered, 1) if said in (one.label, str(n))), None)

    def _lines(self, text: str, so_far: Mapping[int, Any], asking: Asking) -> tuple[dict[int, Any], list[str]]:
        new: dict[int, Any] = {}
        bad: list[str] = []
        for line in re.split(r"[\n;；]+", plain(text)):
            if not line.strip():
                continue
            try:
                new |= self._read_line(line.strip(), {**so_far, **new}, asking)
            except Invalid as invalid:
                # Not the figures: what is said is kept with the messages, and an income must not be.
                shown = re.split(r"\d", line.strip(), maxsplit=1)[0].strip()[:20]
                bad.append(f"{shown or '……'}：{asking.texts.say(FILE, invalid.key, **invalid.values)}")
        return new, bad

    def dump(self, value: dict[int, Any]) -> Any:
        """A list of people with what is theirs."""
        return _kept(value)

    def load(self, data: Any, asking: Asking) -> dict[int, Any]:
        """By person; whoever has left the branch meanwhile makes it unfit."""
        found = _people_of(data)
        if not found:
            raise TypeError("nobody")
        if not set(found) <= {one.person_id for one in self.people}:
            raise Invalid("no_longer_offered")
        return found

    def show(self, value: dict[int, Any], asking: Asking) -> str:
        """A line a person."""
        return "".join(f"\n　{self._line(id, one, asking)}" for id, one in value.items())

    def name(self, person_id: int) -> str:
        """The name of somebody of the branch."""
        return next((one.name for one in self.people if one.person_id == person_id), "")


def _people_of(kept: Any) -> dict[int, Any]:
    if kept is None:
        return {}
    if not isinstance(kept, list) or any(not (isinstance(one, list) and len(one) == 2) for one in kept):
        raise TypeError("not by person")
    return {int(id): value for id, value in kept}


def _kept(value: Mapping[int, Any]) -> list[list[Any]]:
    return [[id, one] for id, one in value.items()]


class AssessmentLines(_ByLine):
    """What each pays a month; kept are the kind of payer, the sum, the rate and the reason, and no income."""

    button, label = SAME, "same_button"

    def __init__(self, people: Sequence[Member], earlier: Mapping[int, Assessed], year: int) -> None:
        super().__init__(people)
        self.earlier, self.year = earlier, year

    def _offered(self, so_far: Mapping[int, Any]) -> bool:
        return any(id not in so_far and one.year < self.year for id, one in self._before())

    def _before(self) -> Iterator[tuple[int, Assessed]]:
        known = {one.person_id for one in self.people}
        yield from ((id, one) for id, one in self.earlier.items() if id in known)

    def _pressed(self, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        return {
            id: [one.payer.value, str(one.monthly), "", one.reason]
            for id, one in self._before()
            if id not in so_far and one.year < self.year
        }

    def _read_line(self, line: str, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        who, rest = named_in(line, self.people)
        return {who.person_id: kept_of(reckon(who.person_id, rest, self.earlier.get(who.person_id), self.year))}

    def _line(self, person_id: int, value: Any, asking: Asking) -> str:
        payer, monthly, rate, reason = value
        return asking.texts.say(
            FILE,
            "assessed_line",
            name=self.name(person_id),
            payer=PayerKind(payer),
            monthly=f"{Decimal(monthly):.2f}",
            rate=rate,
            reason=reason,
        )


class PaymentLines(_ByLine):
    """Which months each has paid."""

    button, label = ALL, "all_button"

    def __init__(self, people: Sequence[Member], books: Mapping[int, Books], today: date) -> None:
        super().__init__(people)
        self.books, self.today = books, today

    def _due_now(self, so_far: Mapping[int, Any]) -> list[int]:
        this = self.today.replace(day=1)
        return [id for id, one in self.books.items() if id not in so_far and _owes(one, this)]

    def _offered(self, so_far: Mapping[int, Any]) -> bool:
        return bool(self._due_now(so_far))

    def _pressed(self, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        return {id: [self.today.replace(day=1).isoformat()] for id in self._due_now(so_far)}

    def _read_line(self, line: str, so_far: Mapping[int, Any], asking: Asking) -> dict[int, Any]:
        everybody = _ALL_PAID.fullmatch(line)
        if everybody and not any(line.startswith(one.name) for one in self.people):
            return self._all(everybody["months"] or "", everybody["but"] or "", so_far)
        who, rest = named_in(line, self.people)
        more, rest = self._together(rest)
        found: dict[int, Any] = {}
        for one in (who, *more):
            books = self.books[one.person_id]
            months = months_in(rest, books, self.today)
            if not months:
                raise Invalid("nothing_owed")
            may_be_paid(months, books, self.today)
            kept = {*so_far.get(one.person_id, ()), *(month.isoformat() for month in months)}
            found[one.person_id] = sorted(kept)
        return found

    def _together(self, rest: str) -> tuple[list[Member], str]:
        """Further people who are named before the months: 王桂兰、赵大海 10月."""
        more: list[Member] = []
        while name := next((one for one in self.people if rest.startswith(one.name)), None):
            rest = rest[len(name.name) :].strip(" \t:,，、和")
            more.append(name)
        return more, rest

    def _all(self, months: str, but: str, so_far: Mapping[int, Any]) -> dict[int, Any]:
        apart = {named_in(one, self.people)[0].person_id for one in re.split(r"[\s,、和]+", but) if one}
        found: dict[int, Any] = {}
        for id, books in self.books.items():
            wanted = [month for month in months_in(months, books, self.today) if _owes(books, month)]
            if id in apart or id in so_far or not wanted:
                continue
            may_be_paid(wanted, books, self.today)
            found[id] = [month.isoformat() for month in wanted]
        if not found:
            raise Invalid("nobody_left")
        return found

    def _line(self, person_id: int, value: Any, asking: Asking) -> str:
        months = [date.fromisoformat(one) for one in value]
        books = self.books.get(person_id)
        monthly = books.assessed.monthly if books and books.assessed else Decimal(0)
        return asking.texts.say(
            FILE,
            "paid_line",
            name=self.name(person_id),
            months=month_words(months),
            total=f"{monthly * len(months):.2f}",
        )

    def load(self, data: Any, asking: Asking) -> dict[int, Any]:
        """By person, if none of the months has been paid meanwhile."""
        found = super().load(data, asking)
        try:
            for id, months in found.items():
                may_be_paid([date.fromisoformat(one) for one in months], self.books[id], self.today)
        except Invalid as invalid:
            words = asking.texts.say(FILE, invalid.key, **invalid.values)
            raise Invalid("not_by_the_rules", words=f"{self.name(id)}：{words}") from invalid
        return found


def _owes(books: Books, month: date) -> bool:
    assessed = books.assessed
    return (
        assessed is not None
        and assessed.monthly > 0
        and month not in books.paid
        and month >= max(assessed.first_month, books.first)
    )
