"""What may stand in a roster: its columns, and the words for statuses and posts."""

from dataclasses import dataclass

from storage.models import OrganizationKind, PostKind, Status

SHEET, EXPLAINED = "花名册", "说明"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what to write there, and whether it must be filled in every row."""

    heading: str
    explained: str
    required: bool
    examples: tuple[str, str]


COLUMNS = (
    Column("党委", "基层党委的名称，同一党委每一行都写得一样。", True, ("清河镇党委", "清河镇党委")),
    Column("党总支", "支部上面有党总支的写名称，没有就空着。", False, ("", "柳荫村党总支")),
    Column(
        "党支部",
        "支部的名称。只在党委任职、组织关系不在这里的同志可以空着。",
        False,
        ("镇机关党支部", "柳荫村第一党支部"),
    ),
    Column("党小组", "支部分了小组的写小组名称，没有就空着。", False, ("", "第一党小组")),
    Column("姓名", "姓名。", True, ("程望舒", "田麦秋")),
    Column("手机号后四位", "只要后四位，用来区分同名的同志，也用来查找。不要填整个号码。", True, ("0316", "8207")),
    Column(
        "身份",
        "从下拉列表里选：正式党员、预备党员、发展对象、入党积极分子、入党申请人。",
        False,
        ("正式党员", "预备党员"),
    ),
    Column(
        "党内职务",
        "没有就空着；兼任几个用顿号隔开。可以写：书记、副书记、组织委员、宣传委员、纪检委员、小组长，"
        "党总支书记、党总支副书记，党委组织委员（看周报）、知识管理员。",
        False,
        ("党委组织委员", ""),
    ),
    Column(
        "起始日期",
        "成为现在这个身份的日期，例如 2019-07-01。身份变了，日期一起改。",
        True,
        ("2009-07-01", "2026-03-15"),
    ),
    Column("任期届满", "有职务的写任期届满的日期，不清楚就空着。", False, ("2029-06-30", "")),
    Column("有表决权", "受留党察看处分等没有表决权的正式党员写“否”，其他人空着。", False, ("", "")),
)

TREE_SHEET = "组织"
TREE_COLUMNS = (
    Column("组织", "党委、党总支、党支部、党小组的名称，一行一个。", True, ("清河镇党委", "柳荫村第一党支部")),
    Column(
        "上级",
        "它的上级，写名称；最上面的空着。上级有几个同名的，写成“上级的上级/名称”，例如 清河镇党委/机关党总支。",
        False,
        ("清河县委", "柳荫村党总支"),
    ),
    Column("类别", "从下拉列表里选：党委、党总支、党支部、党小组。", True, ("党委", "党支部")),
    Column("届满", "班子任期届满的日期，不清楚就空着。", False, ("2031-06-30", "2029-06-30")),
)
KINDS = {
    "党委": OrganizationKind.COMMITTEE,
    "党总支": OrganizationKind.GENERAL_BRANCH,
    "党支部": OrganizationKind.BRANCH,
    "党小组": OrganizationKind.GROUP,
}

STATUSES = {
    "正式党员": Status.FULL,
    "预备党员": Status.PROBATIONARY,
    "发展对象": Status.CANDIDATE,
    "入党积极分子": Status.ACTIVIST,
    "入党申请人": Status.APPLICANT,
    "积极分子": Status.ACTIVIST,
    "申请人": Status.APPLICANT,
}
STATUSES_OFFERED = tuple(STATUSES)[:5]

_BRANCH, _GROUP = OrganizationKind.BRANCH, OrganizationKind.GROUP
_GENERAL, _COMMITTEE = OrganizationKind.GENERAL_BRANCH, OrganizationKind.COMMITTEE
POSTS = {
    "书记": (PostKind.SECRETARY, _BRANCH),
    "副书记": (PostKind.DEPUTY_SECRETARY, _BRANCH),
    "组织委员": (PostKind.ORGANIZATION_COMMISSIONER, _BRANCH),
    "宣传委员": (PostKind.PUBLICITY_COMMISSIONER, _BRANCH),
    "纪检委员": (PostKind.DISCIPLINE_COMMISSIONER, _BRANCH),
    "小组长": (PostKind.GROUP_LEADER, _GROUP),
    "党总支书记": (PostKind.SECRETARY, _GENERAL),
    "党总支副书记": (PostKind.DEPUTY_SECRETARY, _GENERAL),
    "党委组织委员": (PostKind.OFFICIAL, _COMMITTEE),
    "知识管理员": (PostKind.CURATOR, _COMMITTEE),
    "支部书记": (PostKind.SECRETARY, _BRANCH),
    "党支部书记": (PostKind.SECRETARY, _BRANCH),
    "支部副书记": (PostKind.DEPUTY_SECRETARY, _BRANCH),
    "党支部副书记": (PostKind.DEPUTY_SECRETARY, _BRANCH),
    "支部组织委员": (PostKind.ORGANIZATION_COMMISSIONER, _BRANCH),
    "支部宣传委员": (PostKind.PUBLICITY_COMMISSIONER, _BRANCH),
    "支部纪检委员": (PostKind.DISCIPLINE_COMMISSIONER, _BRANCH),
    "党小组长": (PostKind.GROUP_LEADER, _GROUP),
    "党小组组长": (PostKind.GROUP_LEADER, _GROUP),
}
POSTS_OFFERED = tuple(POSTS)[:10]

ONE_HOLDER = (PostKind.SECRETARY,)
FOR_ANYBODY = (PostKind.CURATOR,)
"""A post that does not take a full member."""
