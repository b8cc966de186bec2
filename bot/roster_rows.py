"""One row of a roster: what it says, and what is wrong with it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.roster_words import COLUMNS, FOR_ANYBODY, POSTS, POSTS_OFFERED, STATUSES, STATUSES_OFFERED, TREE_SHEET
from storage.models import OrganizationKind, PostKind, Status
from storage.roster import Chain, RosterPerson

LEVELS = (
    (OrganizationKind.COMMITTEE, "党委"),
    (OrganizationKind.GENERAL_BRANCH, "党总支"),
    (OrganizationKind.BRANCH, "党支部"),
    (OrganizationKind.GROUP, "党小组"),
)
FOUNDED = date(1921, 7, 1)
LONGEST = 60
NOT_RECKONED = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
"""What a spreadsheet writes where a formula has no result."""
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One thing to be put right; `row` is 0 and `column` empty when it is about the whole file."""

    row: int
    column: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        """As it is shown: 第 5 行 G 列：… — or, of another sheet than the roster: “组织”第 5 行 B 列：…"""
        where = f"第 {self.row} 行" if self.row else "文件"
        sheet = f"“{self.sheet}”" if self.sheet else ""
        return f"{sheet}{where}{f' {self.column} 列' if self.column else ''}：{self.message}"


def plain(value: Any) -> str:
    """What is in a cell as text, without blanks and in half width."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else "".join(unicodedata.normalize("NFKC", str(value)).split())


def day_in(value: Any) -> date | None:
    """The day in a cell, as a date or as people write one; None where there is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if found := _DATE.fullmatch(plain(value)):
        try:
            return date(*(int(part) for part in found.groups() if part))
        except ValueError:
            return None
    return None


@dataclass(slots=True)
class Row:
    """One row by heading; `read` returns the person it tells of, or None after noting its `faults`.

    `committees` says what is above a committee, by its name, where the workbook has a sheet of the tree. `chains` keeps
    each organization once, and is shared by all rows: thousands of people are in the same.
    """

    number: int
    cells: Mapping[str, Any]
    letters: Mapping[str, str]
    today: date | None = None
    committees: Mapping[str, Chain] | None = None
    chains: dict[tuple[str, ...], dict[OrganizationKind, Chain]] = field(default_factory=dict)
    faults: list[RosterFault] = field(default_factory=list)
    words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """What is in each cell as text, once."""
        self.words = {heading: plain(value) for heading, value in self.cells.items()}

    def fault(self, heading: str, message: str) -> None:
        """Note something wrong in a column."""
        self.faults.append(RosterFault(self.number, self.letters[heading], message))

    def said(self, heading: str) -> str:
        """The text in a column."""
        return self.words[heading]

    def read(self) -> RosterPerson | None:
        """The person of this row; None when there is any fault."""
        for column in COLUMNS:
            said = self.words[column.heading]
            if said in NOT_RECKONED:
                self.fault(column.heading, f"“{said}”：公式没有算出来，请直接填内容。")
            elif column.required and not said:
                self.fault(column.heading, f"{column.heading}没有填。")
            elif len(said) > LONGEST:
                self.fault(column.heading, f"{column.heading}太长，最多 {LONGEST} 个字。")
        chains = self._organizations()
        status = self._status()
        digits, since = self._digits(), self._since()
        posts = self._posts(chains, status)
        term_ends, may_vote = self._term_ends(), self._may_vote()
        if self.faults or since is None:
            return None
        return RosterPerson(
            name=self.said("姓名"),
            phone_last4=digits,
            root=chains[OrganizationKind.COMMITTEE],
            branch=chains.get(OrganizationKind.BRANCH),
            group=chains.get(OrganizationKind.GROUP),
            status=status,
            since=since,
            may_vote=may_vote,
            posts=posts,
            term_ends=term_ends,
        )

    def _organizations(self) -> dict[OrganizationKind, Chain]:
        """The organizations of the row, each with all above it."""
        names = tuple(self.words[heading] for _, heading in LEVELS)
        found = self.chains.get(names)
        if found is None:
            found = self.chains[names] = self._chains(names)
        if self.committees is not None and names[0] and names[0] not in self.committees:
            self.fault("党委", f"“{names[0]}”在“{TREE_SHEET}”表里没有，或者有几个同名的。")
        if self.said("党小组") and not self.said("党支部"):
            self.fault("党支部", "写了党小组，党支部就不能空着。")
        if self.said("党总支") and self.said("党总支") == self.said("党支部"):
            self.fault("党支部", "党支部和党总支不能同名。")
        return found

    def _chains(self, names: tuple[str, ...]) -> dict[OrganizationKind, Chain]:
        found: dict[OrganizationKind, Chain] = {}
        above: Chain = ()
        for (kind, _), name in zip(LEVELS, names, strict=True):
            if not name:
                continue
            above = (*above, (kind, name))
            if kind is OrganizationKind.COMMITTEE:
                above = (self.committees or {}).get(name, above)
            found[kind] = above
        return found

    def _status(self) -> Status | None:
        word, branch = self.said("身份"), self.said("党支部")
        status = STATUSES.get(word)
        if word and status is None:
            self.fault("身份", f"“{word}”不认识，请填：{'、'.join(STATUSES_OFFERED)}。")
        elif branch and not word:
            self.fault("身份", "有党支部的同志要填身份。")
        elif word and not branch and not self.said("党小组"):
            self.fault("党支部", "填了身份，党支部就不能空着。")
        elif not branch and not word and not self.said("党内职务"):
            self.fault("党支部", "党支部没有填。")
        return status

    def _digits(self) -> str:
        said = self.said("手机号后四位")
        if isinstance(self.cells["手机号后四位"], int | float) and said.isdecimal():
            said = said.zfill(4)  # a spreadsheet drops the zeros that a number begins with
        if said and not re.fullmatch(r"[0-9]{4}", said):
            self.fault("手机号后四位", f"“{said}”不是四位数字，例如 0316。")
        return said

    def _day(self, heading: str, example: str) -> date | None:
        said = self.said(heading)
        day = day_in(self.cells[heading]) if said else None
        if said and day is None:
            self.fault(heading, f"“{said}”不是日期，例如 {example}。")
        return day

    def _since(self) -> date | None:
        since = self._day("起始日期", "2019-07-01")
        if since is not None and since < FOUNDED:
            self.fault("起始日期", f"{since} 太早了，请核对。")
        if since is not None and self.today is not None and since > self.today:
            self.fault("起始日期", f"{since} 还没有到，请核对。")
        return since

    def _term_ends(self) -> date | None:
        return self._day("任期届满", "2029-06-30")

    def _may_vote(self) -> bool:
        said = self.said("有表决权")
        if said not in ("", "是", "否"):
            self.fault("有表决权", f"“{said}”看不懂，请填“是”或“否”，也可以空着。")
        return said != "否"

    def _posts(
        self, chains: Mapping[OrganizationKind, Chain], status: Status | None
    ) -> tuple[tuple[PostKind, Chain], ...]:
        found: dict[tuple[PostKind, Chain], None] = {}
        for word in filter(None, re.split(r"[、,;/]", self.said("党内职务"))):
            if word not in POSTS:
                self.fault("党内职务", f"“{word}”不认识，可以填：{'、'.join(POSTS_OFFERED)}；几个职务用顿号隔开。")
                continue
            kind, level = POSTS[word]
            if level not in chains:
                heading = {"group": "党小组", "branch": "党支部", "general_branch": "党总支"}.get(level, "党委")
                if self.said(heading) == "" and heading != "党委":
                    self.fault(heading, f"写了“{word}”，{heading}就不能空着。")
                continue
            if status not in (None, Status.FULL) and kind not in FOR_ANYBODY:
                self.fault("党内职务", f"“{word}”要由正式党员担任，这一行的身份是{self.said('身份')}。")
            found[kind, chains[level]] = None
        return tuple(found)
