"""Who lives in the invented town: its organizations and ninety people of all five statuses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from storage.models import OrganizationKind, PostKind, Status
from storage.roster import Chain, RosterPerson

TOWN = "清河镇党委"
ROOT: Chain = ((OrganizationKind.COMMITTEE, TOWN),)


def _branch(name: str, general: str = "") -> Chain:
    above = (*ROOT, (OrganizationKind.GENERAL_BRANCH, general)) if general else ROOT
    return (*above, (OrganizationKind.BRANCH, name))


WILLOW = _branch("柳荫村第一党支部", "柳荫村党总支")
FERRY = _branch("柳荫村第二党支部", "柳荫村党总支")
MILL = _branch("青禾纺织厂党支部", "镇企业党总支")
FARM = _branch("丰收农机合作社党支部", "镇企业党总支")
OFFICE = _branch("镇机关党支部")
SCHOOL = _branch("镇中心小学党支部")

STATUSES = (Status.FULL, Status.PROBATIONARY, Status.CANDIDATE, Status.ACTIVIST, Status.APPLICANT)
SIZES = {
    WILLOW: (14, 1, 1, 2, 2),
    FERRY: (9, 1, 0, 1, 1),
    MILL: (11, 1, 1, 2, 2),
    FARM: (5, 0, 0, 1, 1),
    OFFICE: (15, 1, 1, 1, 1),
    SCHOOL: (10, 1, 1, 2, 1),
}
"""How many people of each of the five statuses a branch has; seven full members and more elect a committee."""

GROUPS = {WILLOW: ("河东党小组", "河西党小组"), MILL: ("早班党小组", "晚班党小组")}

TERMS = {SCHOOL: timedelta(days=52)}
"""When a committee's term ends where it does so soon: the digest should say so."""

COMMITTEE = (
    PostKind.SECRETARY,
    PostKind.DEPUTY_SECRETARY,
    PostKind.ORGANIZATION_COMMISSIONER,
    PostKind.PUBLICITY_COMMISSIONER,
    PostKind.DISCIPLINE_COMMISSIONER,
)
LEADERS = (7, 8)
"""Which full members lead a branch's groups."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody whom a visitor of the demo can be: the n-th of a status in a branch."""

    name: str
    phone_last4: str
    branch: Chain
    status: Status
    at: int
    label: str
    post: PostKind | None = None
    years: int | None = None


CAST = (
    Part("田麦秋", "1001", WILLOW, Status.FULL, 0, "支部书记"),
    Part("何晓禾", "1002", FERRY, Status.FULL, 0, "支部书记"),
    Part("苏小满", "1003", WILLOW, Status.FULL, 6, "党员"),
    Part("余知秋", "1004", WILLOW, Status.PROBATIONARY, 0, "预备党员"),
    Part("程有福", "1005", WILLOW, Status.FULL, 12, "老党员", years=55),
    Part("季青苗", "1006", WILLOW, Status.APPLICANT, 0, "入党申请人"),
    Part("程望舒", "1007", OFFICE, Status.FULL, 6, "党委组织委员", post=PostKind.OFFICIAL),
    Part("顾明书", "1008", SCHOOL, Status.FULL, 6, "知识管理员", post=PostKind.CURATOR),
)
"""Each of them is a person in the town and an account in the web chat."""

SURNAMES = "云溪江白苗柳桑林松柏梅竹陶石山川雷霍鲁蓝"
GIVEN = (
    *("望山", "听雨", "春生", "秋实", "冬青", "夏至", "立春", "谷雨", "小雪", "清明", "晨光"),
    *("晚霞", "长河", "远帆", "新禾", "大田", "金穗", "银川", "桂香", "兰芳", "向东", "朝阳"),
)


def townspeople(rng: Random, today: date) -> list[RosterPerson]:
    """Everybody, branch by branch and status by status; names are plainly invented, each is there once."""
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    rng.shuffle(names)
    unused = iter(names)
    return [one for branch in SIZES for one in _people_of(branch, unused, rng, today)]


def a_year_before(people: list[RosterPerson], today: date) -> list[RosterPerson]:
    """The same people while those admitted since were still probationary: what lies behind today's status."""
    return [
        replace(one, status=Status.PROBATIONARY, since=one.since - timedelta(days=365))
        if one.status is Status.FULL and one.since > today - timedelta(days=365)
        else one
        for one in people
    ]


def _people_of(branch: Chain, names: Iterator[str], rng: Random, today: date) -> Iterator[RosterPerson]:
    for status, size in zip(STATUSES, SIZES[branch], strict=True):
        for at in range(size):
            part = next((part for part in CAST if (part.branch, part.status, part.at) == (branch, status, at)), None)
            posts = _posts(branch, at) if status is Status.FULL else ()
            if part is not None and part.post is not None:
                posts = (*posts, (part.post, ROOT))
            yield RosterPerson(
                name=part.name if part else next(names),
                phone_last4=part.phone_last4 if part else f"{rng.randrange(2000, 10000)}",
                root=ROOT,
                branch=branch,
                group=_group(branch, at) if status in (Status.FULL, Status.PROBATIONARY) else None,
                status=status,
                since=_since(status, branch, at == size - 1, part, rng, today),
                may_vote=True,
                posts=posts,
                term_ends=today + TERMS.get(branch, timedelta(days=420)) if posts else None,
            )


def _posts(branch: Chain, at: int) -> tuple[tuple[PostKind, Chain], ...]:
    size = SIZES[branch][0]
    committee = COMMITTEE if size >= 10 else (COMMITTEE[0], *COMMITTEE[2:4]) if size >= 7 else COMMITTEE[:1]
    if at < len(committee):
        return ((committee[at], branch),)
    group = _group(branch, at)
    return ((PostKind.GROUP_LEADER, group),) if group and at in LEADERS else ()


def _group(branch: Chain, at: int) -> Chain | None:
    groups = GROUPS.get(branch)
    return (*branch, (OrganizationKind.GROUP, groups[at % len(groups)])) if groups else None


def _since(status: Status, branch: Chain, newest: bool, part: Part | None, rng: Random, today: date) -> date:
    """Since when; the newest full member of each branch was admitted this year, before the two months of history."""
    if part is not None and part.years is not None:
        return today - timedelta(days=365 * part.years)
    shortest, longest = {
        Status.FULL: (90, 130) if newest else (800, 12000),
        Status.PROBATIONARY: (290, 310) if branch == OFFICE else (70, 270),
        Status.CANDIDATE: (60, 200),
        Status.ACTIVIST: (200, 600),
        # In the ferry's branch nobody has talked with an applicant within the month: its secretary is reminded of it.
        Status.APPLICANT: (36, 36) if branch == FERRY else (30, 200),
    }[status]
    return today - timedelta(days=rng.randint(shortest, longest))
