"""The figures of the entries are those of the rules: each is found where it stands, reckoned anew, and compared.

A claim is a way in which entries state figures; it holds wherever an entry in force says so. What no claim covers is
listed under `NOT_RECKONED`, with the phrase it stands in: a figure that is added is either reckoned or listed. That
the comparison notices a wrong figure is shown by altering each one of them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from handlers.markup import to_plain
from knowledge.entry import Entry
from knowledge.entry_files import DOCUMENTS, ENTRIES
from knowledge.handbook import Handbook
from knowledge.located import read_items
from knowledge.normalize import normalize
from knowledge.rules import admission, disposal, learning, mobile, terms, transfer
from knowledge.rules.appraisal import excellent_at_most
from knowledge.rules.dues import (
    BACK_MONTHS,
    EMPLOYED_RATES,
    FARMER_LEAST,
    FARMER_MOST,
    FIXED,
    Payer,
    monthly_dues,
    rate_of,
)
from knowledge.rules.periods import months_later, years_later
from knowledge.rules.quorum import Formula, candidates_needed, present_needed, votes_needed

Figures = tuple[str, ...]
DAY, MONDAY = date(2026, 3, 10), date(2026, 11, 2)
WEEKDAYS = "一二三四五六日"


def months(rule: Callable[[date], date]) -> str:
    """The months that a rule puts between a day and its result; whole ones, before or after."""
    later = rule(DAY)
    return next(str(abs(count)) for count in range(-240, 241) if count and months_later(DAY, count) == later)


def years(rule: Callable[[date], date]) -> str:
    """The same in years."""
    count, rest = divmod(int(months(rule)), 12)
    assert rest == 0
    return str(count)


def percent(rate: Decimal) -> str:
    """0.015 as it is written: 1.5."""
    return f"{(100 * rate).normalize():f}"


@dataclass(frozen=True)
class Claim:
    """A way to state figures: a pattern whose groups are figures, and what they are by the rules."""

    says: str
    by_the_rules: Callable[[Figures], Figures]

    def stated(self, answer: str) -> Iterator[re.Match[str]]:
        """Every place of an answer that says so."""
        return re.finditer(self.says, answer, re.MULTILINE)

    def wrong(self, answer: str) -> list[str]:
        """What an answer says that the rules do not."""
        return [found[0] for found in self.stated(answer) if found.groups("") != self.by_the_rules(found.groups(""))]


def always(*figures: str) -> Callable[[Figures], Figures]:
    """The same figures wherever it is said."""
    return lambda _: figures


def present(formula: Formula, eligible: str) -> str:
    return str(present_needed(formula, eligible=int(eligible)))


def votes(eligible: str) -> str:
    return str(votes_needed(eligible=int(eligible)))


def dues(found: Figures) -> Figures:
    base, rate, _ = found
    expected = rate_of(Payer.EMPLOYED, Decimal(base))
    sum_ = f"{monthly_dues(Payer.EMPLOYED, Decimal(base)).normalize():f}"
    return base, rate and percent(expected), sum_


def day_of(words: str) -> date:
    year, month, day = map(int, re.findall(r"\d+", words))
    return date(year, month, day)


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def extended(which: int) -> Callable[[date], date]:
    return lambda day: admission.extension_range(day)[which]


ADMISSION, GENERAL, ELECTION = Formula.ADMISSION, Formula.GENERAL, Formula.ELECTION
BRACKETS = [figure for most, rate in EMPLOYED_RATES for figure in (str(most), percent(rate))]
AWAY = str(mobile.AWAY_DAYS // 30)
LETTER = str(transfer.LONGEST_LETTER // 30)
VILLAGE, OTHER = (str(terms.term_years(village_or_community=village)) for village in (True, False))

CLAIMS = {
    # 发展党员
    "talk": Claim(
        r"收到(?:入党)?申请书?后?(\d+)个月内|申请满(\d+)个月还没谈话",
        lambda found: one_of(found, months(admission.talk_due)),
    ),
    "age": Claim(r"年满(\d+)岁", always(years(admission.may_apply_from))),
    "league": Claim(r"(\d+)周岁以下的青年", always(str(admission.LEAGUE_AGE))),
    "review": Claim(r"两次之间不超过(\d+)个月", always(months(admission.next_review_due))),
    "activist": Claim(
        r"(?:经过|培养考察|没?满)(\d+)年(?:以上(?:的?培养|，预备期)|才能列|就列|只是最低)",
        always(years(admission.earliest_candidate_date)),
    ),
    "earliest": Claim(
        r"(\d{4}年\d+月\d+日)确定的，最早(\d{4}年\d+月\d+日)",
        lambda found: (found[0], in_words(admission.earliest_candidate_date(day_of(found[0])))),
    ),
    "fastest": Claim(
        r"至少(\d+)年：积极分子",
        always(str(int(years(admission.earliest_candidate_date)) + int(years(admission.probation_ends)))),
    ),
    "notice": Claim(r"(?<!惯例)(\d+)个工作日", always(str(admission.NOTICE_DAYS))),
    "notice_by_weekday": Claim(r"周(.)起到下周(.)", lambda found: (found[0], last_weekday(found[0]))),
    "training": Claim(
        r"(?:不少于|不到|培训：|发展对象的)(\d+)天(?:，或者不少于|或|，也不到|（)(\d+)学时",
        always(str(admission.TRAINING_DAYS), str(admission.TRAINING_HOURS)),
    ),
    "meeting": Claim(
        r"(?:预审合格后?|^上会：预审合格|^)(\d+)个月内(?:提交|开|。|；)(?!批)",
        always(months(admission.admission_meeting_due)),
    ),
    "leaving": Claim(r"未来(\d+)个月内将离开", always(months(admission.may_leave_from))),
    "approval": Claim(
        r"(?:审批：|期限是|^|满)(\d+)个月(?:内|没批)?[^。\n]*?(?:不超过|最长)(\d+)个月",
        always(months(admission.approval_usually_due), months(admission.approval_at_the_latest)),
    ),
    "approval_late": Claim(r"审批超过(\d+)个月", always(months(admission.approval_at_the_latest))),
    "full_approval": Claim(r"(?:转正审批|^)(\d+)个月(?:$|内审批。)", always(months(admission.full_approval_due))),
    "probation": Claim(
        r"(?:预备期(?:是)?|通过之日起满|没满)(\d+)年(?!以上|才能列|就列)|^(\d+)年，从支部党员大会",
        lambda found: one_of(found, years(admission.probation_ends)),
    ),
    "probation_ends": Claim(
        r"(\d{4}年\d+月\d+日)通过，(\d{4}年\d+月\d+日)期满",
        lambda found: (found[0], in_words(admission.probation_ends(day_of(found[0])))),
    ),
    "extension": Claim(
        r"(?:不少于|（)(半年)(?:，[^。\n]*?不超过|、不超过|至)(\d+)年",
        always({"6": "半年"}[months(extended(0))], years(extended(1))),
    ),
    "postponed": Claim(
        r"推迟，不超过(\d+)个月", always(months(lambda day: admission.postponed_until(years_later(day, -1))))
    ),
    # 到会与表决
    "general": Claim(
        r"应到(\d+)人，到会(\d+)人可以表决，赞成(\d+)票通过",
        lambda found: (found[0], present(GENERAL, found[0]), votes(found[0])),
    ),
    "admission": Claim(
        r"应到(\d+)人，到会(\d+)人，赞成(\d+)票(?=[；。])",
        lambda found: (found[0], present(ADMISSION, found[0]), votes(found[0])),
    ),
    "by_present": Claim(
        r"应到(\d+)人，到会(\d+)人，赞成(\d+)票，虽然过了实到的半数，仍没有通过，要(\d+)票",
        lambda found: (found[0], present(ADMISSION, found[0]), str(int(votes(found[0])) - 1), votes(found[0])),
    ),
    "exactly_half": Claim(
        r"应到(\d+)人，来(\d+)人不能开，要(\d+)人；应到(\d+)人，要(\d+)人",
        lambda found: (
            found[0],
            str(int(found[0]) // 2),
            present(ADMISSION, found[0]),
            found[3],
            present(ADMISSION, found[3]),
        ),
    ),
    "difference": Claim(
        r"应到(\d+)人来(\d+)人就行[\s\S]*?超过半数到会，要(\d+)人[\s\S]*?（(\d+)票）",
        lambda found: (found[0], present(GENERAL, found[0]), present(ADMISSION, found[0]), votes(found[0])),
    ),
    "above": Claim(
        r"(\d+)人的“半数以上”是(\d+)人，“超过半数”是(\d+)人",
        lambda found: (found[0], present(GENERAL, found[0]), present(ADMISSION, found[0])),
    ),
    "formulas": Claim(
        r"(\d+)人时：\n• 一般表决：到会半数以上（(\d+)人），赞成(\d+)票\n"
        r"• 接收、转正：到会超过半数（(\d+)人），赞成(\d+)票\n• 选举：到会不少于五分之四（(\d+)人），赞成(\d+)票",
        lambda found: (
            found[0],
            *(
                each
                for formula in (GENERAL, ADMISSION, ELECTION)
                for each in (present(formula, found[0]), votes(found[0]))
            ),
        ),
    ),
    "committee": Claim(r"(\d+)名委员到(\d+)名", lambda found: (found[0], present(Formula.COMMITTEE, found[0]))),
    # 换届
    "election": Claim(r"应到(\d+)人到(\d+)人", lambda found: (found[0], present(ELECTION, found[0]))),
    "elected": Claim(r"应到(\d+)人，要(\d+)票", lambda found: (found[0], votes(found[0]))),
    "candidates": Claim(
        r"应选(\d+)人，(?:候选人)?至少(\d+)人", lambda found: (found[0], str(candidates_needed(int(found[0]))))
    ),
    "difference_of_candidates": Claim(r"应选人数的(\d+)%", always(str(candidates_needed(100) - 100))),
    "term": Claim(r"村(?:、|和)?社区(\d+)年，其他(?:支部)?一般(\d+)年", always(VILLAGE, OTHER)),
    "term_in_villages": Claim(r"支部一般(\d+)年，其中村和社区的(\d+)年", always(OTHER, VILLAGE)),
    "reminder": Claim(r"提前(\d+)个月提醒任期", always(months(terms.reminder_from))),
    "postponed_election": Claim(r"延期或提前一般不超过(\d+)年", always(years(terms.latest_election))),
    # 党费
    "brackets": Claim(
        r"^• (\d+)元以下（含）：([\d.]+)%\n• (\d+)元以上至(\d+)元（含）：([\d.]+)%\n"
        r"• (\d+)元以上至(\d+)元（含）：([\d.]+)%\n• (\d+)元以上：([\d.]+)%",
        always(*BRACKETS[:2], BRACKETS[0], *BRACKETS[2:4], BRACKETS[2], *BRACKETS[4:6], BRACKETS[4], BRACKETS[7]),
    ),
    "dues": Claim(r"(\d{4,5})元(?:按([\d.]+)%)?交([\d.]+)元", dues),
    "pensions": Claim(
        r"(\d+)元以下（含）：?([\d.]+)%(?:，|\n• (\d+)元)以上：?([\d.]+)%",
        lambda found: (
            "5000",
            percent(rate_of(Payer.RETIRED, Decimal(5000))),
            found[2] and "5000",
            percent(rate_of(Payer.RETIRED, Decimal(5001))),
        ),
    ),
    "rates": Claim(
        r"在职([\d.]+)%至([\d.]+)%，离退休([\d.]+)%或([\d.]+)%",
        always(
            *(percent(rate_of(Payer.EMPLOYED, Decimal(base))) for base in (1, 99_999)),
            *(percent(rate_of(Payer.RETIRED, Decimal(base))) for base in (1, 99_999)),
        ),
    ),
    "fixed": Claim(r"每月([\d.]+)元(?!至)", always(str(FIXED))),
    "afterwards": Claim(r"(?:补交一般不超过|能补的在)(\d+)个月", always(str(BACK_MONTHS))),
    "farmers": Claim(r"每月([\d.]+)元至([\d.]+)元", always(str(FARMER_LEAST), str(FARMER_MOST))),
    # 组织关系、流动党员、处置
    "letter": Claim(r"(?:^|有效期)最长不超过(\d+)个月", always(LETTER)),
    "away": Claim(
        r"(?:外出|住|固定在外|用于|连续|，)(\d+)个月以[上内](?:、地点|且地点|，地点|，一般|还不转|不能参加|的短期|，或暂时)",
        always(AWAY),
    ),
    "graduates": Claim(r"(?:在学校保留|可留学校，)一般不超过(\d+)年", always(years(terms.graduate_until))),
    "lost": Claim(
        r"(?:失联|失去联系)满?(\d+)个月(?:以上|不查找)|满(\d+)个月(?:仍找不到|就自动除名)",
        lambda found: one_of(found, months(terms.stopped_from)),
    ),
    "lost_for_good": Claim(
        r"停止党籍(\d+)年后|个月以上、(\d+)年以内又联系上", lambda found: one_of(found, years(terms.expelled_from))
    ),
    "walked_away": Claim(r"连续(\d+)个月(?!以上)", always(months(disposal.walked_away_from))),
    "correction": Claim(
        r"(?:^|限期改正：|期限)一般(\d+)个月，最长不超过(\d+)年",
        always(months(disposal.correction_usually_until), years(disposal.correction_at_the_latest)),
    ),
    "correction_at_the_latest": Claim(
        r"(?:总时间最长不|限期改正)超过(\d+)年", always(years(disposal.correction_at_the_latest))
    ),
    "again": Claim(r"(\d+)年内不得重新入党", always(years(disposal.may_reapply_from))),
    # 学时、评议、期限
    "hours": Claim(
        r"(?:集中学习培训一般不少于|党员每年|党员一般不少于|也按|一般)(\d+)学时",
        always(str(learning.hours_needed(leader=False))),
    ),
    "hours_of_leaders": Claim(r"^每年不少于(\d+)学时", always(str(learning.hours_needed(leader=True)))),
    "hours_of_both": Claim(
        r"党员(\d+)，书记和班子成员(\d+)",
        always(str(learning.hours_needed(leader=False)), str(learning.hours_needed(leader=True))),
    ),
    "excellent": Claim(r"(\d+)名最多(\d+)名", lambda found: (found[0], str(excellent_at_most(int(found[0]))))),
    "month": Claim(
        r"(\d+)月(\d+)日的(\d+)个月内是(\d+)月(\d+)日",
        lambda found: (*found[:3], *month_later(*map(int, found[:3]))),
    ),
}


def last_weekday(first: str) -> str:
    """The weekday on which a 公示 ends that begins on a weekday of a week without holidays."""
    begins = MONDAY + timedelta(days=WEEKDAYS.index(first))
    return WEEKDAYS[admission.notice_ends(begins).weekday()]


def month_later(month: int, day: int, count: int) -> Figures:
    later = months_later(date(2026, month, day), count)
    return str(later.month), str(later.day)


def one_of(found: Figures, figure: str) -> Figures:
    """A pattern of several ways has the figure in whichever of its groups took part."""
    return tuple(each and figure for each in found)


FIGURES = re.compile(
    r"\d+票|应[到选]\d+[人名]|到会\d+人|[\d.]+元|\d+学时|\d+个工作日|\d+周?岁|[\d.]+%|\d+名最多\d+名|(?<!\d)\d+个月|(?<!\d)\d{1,2}年(?!\d|级)"
)
"""The kinds of figures of which every one is either reckoned or listed below."""

NOT_RECKONED = {
    "abroad.stopped": ("超过5年没有返回",),
    "admission.full-apply": ("惯例提前1周到1个月交",),
    "admission.full-when": ("各地多要求1个月内",),
    "admission.review-valid": ("“1年有效”是一些地方的做法",),
    "appraisal.attendance": ("“参评率95%”之类",),
    "branch.party-committee-term": ("基层党委一般5年",),
    "branch.project": ("为期6个月以上的工程",),
    "branch.reply": ("一般在1个月内批复",),
    "branch.setup": ("批复，一般不超过1个月",),
    "committee.secretary-seniority": ("1年以上党龄",),
    "counting.month": ("1月31日推1个月是2月最后一天",),
    "criticism.attendance": ("到会率（如90%）",),
    "disposal.probation": ("最长不超过2年",),
    "dues.large": ("自愿一次多交1000元以上",),
    "election.candidate-terms": ("一般1年以上",),
    "election.term": ("旧材料写的“2年或3年”",),
    "honours.notice": ("惯例5个工作日",),
    "mistakes.talk-wait": ("“满3至6个月”是地方做法",),
    "mobile.before-leaving": ("不满3个月报告即可，3至6个月开党员证明信",),
    "reader.book": ("定价28.00元",),
    "rectification.plan": ("时限常见3至6个月",),
    "rectification.ratio": ("“按5%至10%倒排”",),
    "training.mistakes": ("用旧标准16、24、40学时",),
    "training.new-members": ("转正后1年内",),
    "transfer.letter-days": ("网上说的“6个月”",),
}
"""Figures that no rule reckons: customs, sizes, what is said to be wrong. By entry, with their phrase."""

UNSEEN = {
    "branch-2018": {4, 5, 6, 8, 18, 19, 20},
    "election-2020": {19, 27, 28, 29},
    "admission-2026": {29},
    "admission-2014": {12, 14, 21, 36},
    "dues-2008": {1, 2, 4, 5, 6, 7, 8, 9, 11, 13},
    "reporting-2019": {28},
    "charter-2022": {4},
}
"""Articles whose number nobody has seen beside their words: the fact may be told, the number may not."""


def in_force(handbook: Handbook) -> list[tuple[Entry, str]]:
    """The entries that state the rules as they are, with what they say."""
    return [(entry, to_plain(entry.answer)) for entry in handbook.entries if entry.state == "in_force"]


def figures_of(found: re.Match[str]) -> list[tuple[int, tuple[int, int]]]:
    """The figures of a claim by their groups, and where they stand."""
    groups = range(1, len(found.groups()) + 1)
    return [(group, found.span(group)) for group in groups if found[group] is not None]


def is_given(claim: Claim, found: re.Match[str], group: int) -> bool:
    """Whether a figure is what an example begins with: the rules take it as it is."""
    figures = list(found.groups(""))
    figures[group - 1] = altered(found[group], 1)
    return claim.by_the_rules(tuple(figures))[group - 1] == figures[group - 1]


def altered(figure: str, by: int) -> str:
    """Another figure of the same form: so much more, or another word."""
    if figure.isdecimal():
        return str(int(figure) + by)
    if re.fullmatch(r"\d+\.\d+", figure):
        return f"{figure}{by}"
    if day := re.fullmatch(r"(\d{4}年\d+月)(\d+)日", figure):
        return f"{day[1]}{int(day[2]) + by}日"
    if figure == "半年":
        return "两年"
    return WEEKDAYS[(WEEKDAYS.index(figure) + by) % 7]


@pytest.mark.parametrize("name", CLAIMS)
def test_what_entries_claim_is_what_the_rules_say(handbook: Handbook, name: str) -> None:
    said = 0
    for entry, answer in in_force(handbook):
        assert CLAIMS[name].wrong(answer) == [], entry.id
        said += len(list(CLAIMS[name].stated(answer)))
    assert said, "no entry says this any more: adapt the claim to how it is said now"


@pytest.mark.parametrize("name", CLAIMS)
def test_a_figure_that_is_altered_is_noticed(handbook: Handbook, name: str) -> None:
    claim = CLAIMS[name]
    for entry, answer in in_force(handbook):
        for found in claim.stated(answer):
            for group, (start, end) in figures_of(found):
                noticed = [
                    # Either a claim says that it is wrong, or it is no such claim any more, and nobody reckons it.
                    bool(any(each.wrong(changed) for each in CLAIMS.values()) or unreckoned(entry.id, changed))
                    for by in range(1, 6)
                    if (changed := answer[:start] + altered(answer[start:end], by) + answer[end:])
                ]
                # Of 16 who are expected and of 17 nine are a majority: what an example begins with may become another
                # true one. What follows from it may not.
                assert any(noticed) if is_given(claim, found, group) else all(noticed), f"{entry.id}: {found[0]}"


def unreckoned(id: str, answer: str) -> list[str]:
    """The figures of an answer that no claim covers and that are not listed."""
    covered = [span for claim in CLAIMS.values() for found in claim.stated(answer) for _, span in figures_of(found)]
    listed = NOT_RECKONED.get(id, ())
    covered += [found.span() for phrase in listed for found in re.finditer(re.escape(phrase), answer)]
    return [
        answer[max(0, found.start() - 10) : found.end() + 6]
        for found in FIGURES.finditer(answer)
        if not any(start < found.end() and found.start() < end for start, end in covered)
    ]


def test_every_figure_is_reckoned_or_listed(handbook: Handbook) -> None:
    # Write the figure as other entries do, so that a claim knows it, or list it above with its phrase.
    left = {entry.id: found for entry, answer in in_force(handbook) if (found := unreckoned(entry.id, answer))}
    assert left == {}


def test_what_is_listed_is_said(handbook: Handbook) -> None:
    for id, phrases in NOT_RECKONED.items():
        entry = handbook.entry(id)
        assert entry is not None, id
        for phrase in phrases:
            assert phrase in to_plain(entry.answer), id
            assert FIGURES.search(phrase), f"{id}: {phrase} has no figure that would have to be reckoned"


def test_no_article_is_shown_whose_number_was_not_seen(handbook: Handbook) -> None:
    shown = {
        (entry.id, citation.document, int(number))
        for entry in handbook.entries
        for citation in entry.citations
        for number in re.findall(r"\d+", citation.article)
    }
    assert [each for each in shown if each[2] in UNSEEN.get(each[1], ())] == []
    assert any(document in UNSEEN for _, document, _ in shown)


def test_every_source_is_a_document_of_the_list(handbook: Handbook) -> None:
    listed = {item.value["id"]: item.value["title"] for item in read_items(ENTRIES / DOCUMENTS, [])}
    for entry in handbook.entries:
        assert entry.citations, entry.id
        for citation in entry.citations:
            assert listed[citation.document] in entry.source, entry.id


def test_no_name_belongs_to_two_entries(handbook: Handbook) -> None:
    owners: dict[str, str] = {}
    for entry in handbook.entries:
        for name in (entry.title, *entry.aliases):
            assert owners.setdefault(normalize(name), entry.id) == entry.id, name
