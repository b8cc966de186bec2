"""Terms of office and other spans that run from a day.

Sources: 支部工作条例（试行）（2018） article 21; 基层组织选举工作条例（2020） article 3;
党员教育管理工作条例（2019） article 24.
"""

from datetime import date, timedelta

from knowledge.rules.periods import months_later, years_later

VILLAGE_YEARS, OTHER_YEARS = 5, 3
ABROAD_YEARS = 5


def term_years(*, village_or_community: bool) -> int:
    """How long a branch committee serves: five years in villages and communities, three elsewhere. Article 21."""
    return VILLAGE_YEARS if village_or_community else OTHER_YEARS


def term_ends(elected: date, *, village_or_community: bool) -> date:
    """The day on which a branch committee's term is over. Article 21."""
    return years_later(elected, term_years(village_or_community=village_or_community))


def reminder_from(term_end: date) -> date:
    """When the level above reminds of the coming election: six months before. Article 21."""
    return months_later(term_end, -6)


def latest_election(term_end: date) -> date:
    """How long an election may be put off with consent: as a rule a year. 基层组织选举工作条例（2020） article 3."""
    return years_later(term_end, 1)


def stopped_from(lost: date) -> date:
    """Six months after somebody was lost, when membership is stopped (停止党籍) if no search finds her. Article 24."""
    return months_later(lost, 6)


def stopped_abroad_from(left: date) -> date:
    """The first day after five years of study abroad, when membership is as a rule stopped (停止党籍). Article 24."""
    return years_later(left, ABROAD_YEARS) + timedelta(days=1)


def expelled_from(suspended: date) -> date:
    """Two years after membership was stopped (停止党籍), when somebody who cannot be found is removed. Article 24."""
    return years_later(suspended, 2)


def correction_range(begun: date) -> tuple[date, date]:
    """When a time for correction (限期改正) ends: as a rule after six months, at the latest after a year.

    Source: 不合格党员组织处置办法（2024）.
    """
    return months_later(begun, 6), months_later(begun, 12)


def graduate_until(graduated: date) -> date:
    """How long a graduate's membership may stay with the school: as a rule two years.

    Source: 党员教育管理工作条例（2019） article 34.
    """
    return years_later(graduated, 2)


def training_due(took_office: date) -> date:
    """By when a new secretary is trained for the office: as a rule half a year. Source: 全国党员教育培训工作规划."""
    return months_later(took_office, 6)


def is_span(first: date, last: date) -> bool:
    """Whether a span has a first day before its last."""
    return first < last
