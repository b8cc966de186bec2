"""From a day in the question to the day that a rule leads to: 2026年3月5日确定的积极分子什么时候能列发展对象."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge.reckoning.asked import Asked, Day
from knowledge.rules import admission, terms
from knowledge.rules.periods import months_later, whole_years_between, years_later
from knowledge.rules.working_days import is_provisional

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a question must speak of, what it must ask, and how the day is reckoned."""

    id: str
    about: str
    asks: str
    reckon: Callable[[date], Values]


def _range(pair: tuple[date, date]) -> Values:
    return {"day": pair[0], "last": pair[1]}


def _notice(first: date) -> Values:
    last = admission.notice_ends(first)
    return {"day": last, "provisional": is_provisional(last.year) or is_provisional(first.year)}


_WHEN = (
    r"什么时候|啥时候|何时|哪天|哪一天|几号|几月|多久|多长|最早|最晚|最迟|到期|"
    r"期满|届满|截止|之前|日期|算到|满|可以|能|该|吗|么"
)

RULES = (
    Rule("graduate", r"毕业", r"组织关系|留学校|留在学校|保留", lambda day: {"day": terms.graduate_until(day)}),
    Rule("correction", r"限期改正", _WHEN + r"|期限", lambda day: _range(terms.correction_range(day))),
    Rule(
        "training",
        r"(?:新任|新当选|新上任|刚当).*书记.*培训|培训.*(?:新任|新当选|新上任|刚当).*书记",
        _WHEN,
        lambda day: {"day": terms.training_due(day)},
    ),
    Rule("review", r"考察", r"下次|下一次", lambda day: {"day": admission.next_review_due(day)}),
    Rule("notice", r"公示", _WHEN + r"|结束", _notice),
    Rule("extension", r"延长", _WHEN, lambda day: _range(admission.extension_range(day))),
    Rule(
        "lost",
        r"(?:失联|失去联系|联系不上|联系不到).*(?:停止党籍|停党籍|满(?:6|六)个月|满半年)",
        _WHEN,
        lambda day: {"day": terms.stopped_from(day)},
    ),
    Rule("suspension", r"停止党籍|停党籍", _WHEN + r"|除名", lambda day: {"day": terms.expelled_from(day)}),
    Rule(
        "rejoin", r"除名|劝退|劝其退党|开除党籍", _WHEN + r"|重新入党|再入党", lambda day: {"day": years_later(day, 5)}
    ),
    Rule("transfer_letter", r"介绍信", _WHEN + r"|有效", lambda day: {"day": months_later(day, 3)}),
    Rule(
        "full_approval",
        r"(?:转正).*(?:审批|批)|(?:审批|批复|批).*转正",
        _WHEN + r"|审批|批",
        lambda day: {"day": admission.full_approval_due(day)},
    ),
    Rule(
        "approval",
        r"审批|批复|(?:党委|上级|时候|最晚|最迟|前|多久|哪天)批|批下来|批完|批准(?!后)",
        _WHEN + r"|审批|批",
        lambda day: _range(admission.approval_due(day)),
    ),
    Rule(
        "admission_meeting",
        r"预审",
        _WHEN + r"|开会|上会|大会",
        lambda day: {"day": admission.admission_meeting_due(day)},
    ),
    Rule(
        "candidate",
        r"积极分子|入积|培养",
        r"发展对象|列为|确定为|满一年|满1年|一年|考察期",
        lambda day: {"day": admission.earliest_candidate_date(day)},
    ),
    Rule(
        "probation",
        r"预备|接收|吸收|大会通过|支部大会|入党",
        r"转正|预备期|期满|到期|正式党员",
        lambda day: {"day": admission.probation_ends(day)},
    ),
    Rule("talk", r"申请书|申请入党|递交|交的?申请|入党申请", r"谈话|谈", lambda day: {"day": admission.talk_due(day)}),
    Rule(
        "eighteen",
        r"出生|生日|(?<!产)生的",
        r"申请|入党|18|十八|年满|满",
        lambda day: {"day": admission.may_apply_from(day)},
    ),
)

_TERM = r"换.?届|任期|届满|到届|改选|到期"
_ELECTED = r"选举|选的|选出|产生|换.?届|成立|上任|当选|改选|上届|任期"
_VILLAGE = r"村|社区|居委"
_DUE = r"届满|任期到|到届"
_EXTENDED = r"延期|推迟|拖|延后|推到|往后推|推后|缓"
_PROBATION_END = r"预备期.{0,6}(?:到|满|结束|哪天|几号|什么时候)"
_ADMITTED = r"接收|吸收|大会通过|成为预备|列为预备|入党"
_NOT_PARTY = r"村委会|居委会|村主任|工会|团委|团支部|共青团|业委会|妇联|人大|公务员|试用期|劳动合同"


def deadline(asked: Asked) -> tuple[str, Values] | None:
    """The day that follows from the first day in the question; None when it has none, or asks something else."""
    if not asked.days or asked.has(_NOT_PARTY):
        return None
    start = asked.days[0]
    if asked.has(r"党龄") and asked.has(r"多少|几年|多久|多长|算"):
        return _seniority(asked, start)
    began = {"start": start.day, "is_month": start.is_month}
    if asked.has(_DUE) and asked.has(_EXTENDED):
        return "term_extended", {**began, "day": terms.latest_election(start.day)}
    if asked.has(_DUE) and asked.has(r"提醒|打招呼|通知换届"):
        return "term_reminder", {**began, "day": terms.reminder_from(start.day)}
    if asked.has(_PROBATION_END) and asked.has(_ADMITTED) and not asked.has(r"延长"):
        return "probation", {**began, "day": admission.probation_ends(start.day)}
    for rule in RULES:
        if asked.has(rule.about) and asked.has(rule.asks):
            if rule.id == "extension" and asked.has(_ADMITTED):
                start = Day(admission.probation_ends(start.day), start.is_month, start.before, start.after)
            return rule.id, {"start": start.day, "is_month": start.is_month, **rule.reckon(start.day)}
    if asked.has(_TERM) and asked.has(_ELECTED) and not re.match(r"[^，,。；;]{0,4}(?:届满|到届|到期)", start.after):
        return _term(asked, start)
    return None


def _term(asked: Asked, start: Day) -> tuple[str, Values]:
    village = asked.has(_VILLAGE)
    named = (
        5
        if asked.has(r"(?:任期|每届|一届)(?:是)?(?:五|5)年")
        else 3
        if asked.has(r"(?:任期|每届|一届)(?:是)?(?:三|3)年")
        else None
    )
    known = village or named is not None
    end = years_later(start.day, named) if named else terms.term_ends(start.day, village_or_community=village)
    other = None if known else terms.term_ends(start.day, village_or_community=True)
    return "term", {
        "start": start.day,
        "is_month": start.is_month,
        "years": named or terms.term_years(village_or_community=village),
        "village": village,
        "day": end,
        "other": other,
        "reminder": terms.reminder_from(end),
        "latest": terms.latest_election(end),
    }


def _seniority(asked: Asked, start: Day) -> tuple[str, Values] | None:
    probationary = asked.has(_ADMITTED + r"|预备") and not re.match(r"[^，,。；;]{0,6}转正", start.after)
    since = admission.probation_ends(start.day) if probationary else start.day
    last = asked.days[1].day if len(asked.days) > 1 else asked.today
    if last is None:
        return "seniority_from", {
            "start": start.day,
            "is_month": start.is_month,
            "since": since,
            "probationary": probationary,
        }
    years = whole_years_between(since, last)
    values = {"start": start.day, "is_month": start.is_month, "since": since, "last": last, "years": years}
    return "seniority", {**values, "probationary": probationary}
