"""How many must come and agree, for a branch of so many: 16个正式党员要到多少人, 应选5人候选人要几个."""

from typing import Any

from knowledge.numerals import CHARACTERS
from knowledge.reckoning.asked import Asked
from knowledge.rules.appraisal import excellent_at_most
from knowledge.rules.quorum import Formula, candidates_needed, is_quorate, present_needed, votes_needed

NOT_OURS = (
    r"村委会|居委会|业主|业委会|工会|团委|团支部|共青团|妇联|妇代会|人大|公司章程|股东|董事|班委|村民代表会|合作社"
)

_PER = r"(?:个|名|位)?"
_ELIGIBLE = (
    rf"应到(?:会|选举|表决|投票)?(?:的)?(?:正式)?(?:党员)?(?:人数)?(?:是|为|有)?N{_PER}",
    rf"N{_PER}(?:有表决权|有选举权)",
    rf"(?:有表决权|有选举权)的?(?:正式)?(?:党员|人)?(?:是|为|有|共|一共)?N{_PER}",
    rf"N{_PER}正式(?:的)?(?:党员|的)?",
    rf"正式党员(?:是|为|有|共|一共|总共|才|只有)?N{_PER}",
    rf"(?:党员|支部)(?:大会)?(?:一共|总共|共有|共|只有|就|才)?(?:有)?N{_PER}(?!委员)(?:人|党员)?",
    rf"N{_PER}(?:人的)?(?:党员|支部)",
    rf"N{_PER}人(?:的)?(?:支部|党支部)",
    rf"(?:一共|总共|共|全支部|全体|我们|单位)(?:有)?N{_PER}人",
    rf"N{_PER}人(?:开会|开大会|投票|选举|表决)",
)
_SPAN = rf"(?![{CHARACTERS}\\d]|个?月|年|天|次|回|季)"  # 委员一年到头 is not about one member
_COMMITTEE = (
    rf"支?委(?:员|会)?(?:一共|总共|共|有|是|由)*N{_SPAN}{_PER}(?:人)?(?:组成)?",
    rf"N{_PER}(?:支委|委员)",
)
_SUSPENDED = rf"N{_PER}(?:人)?(?:党员)?(?:正)?(?:在|受|处在|处于|被)?(?:留党察看|停止党籍|留置|逮捕)"
_EXCLUDED = rf"其中(?:有)?N{_PER}(?:人|党员)?[^，。；]{{0,24}}不(?:计入|算进|算入|列入|算在)"
_PROBATIONARY = rf"N{_PER}(?:是|为)?(?:还是)?预备"
_PRESENT = (
    rf"(?<!应到)(?<!应到会)(?<![\d{CHARACTERS}])N{_PER}人?(?:到会|到场|实到)",
    rf"(?:实到|到会|到场|来了|到了|实际到|参会|出席)(?:的)?(?:正式党员|党员|了|有|是|人数)*N{_PER}",
)
_IN_FAVOUR = (
    rf"(?:赞成|同意|得票|得了?|获得?|拿了?|赞成票)(?:票|的|了|是|有)*N{_PER}(?:票|人|张)?",
    rf"N{_PER}(?:票|人|张)(?:赞成|同意)",
    r"N票",
)
_SEATS = (
    rf"应选(?:名额|委员|人数)*(?:是|为)?N{_PER}",
    rf"选(?:出|举|举产生)?N{_PER}(?:人|委员|支委|支部委员)",
    rf"(?:委员|支委)?(?:名额|职数)(?:是|为|有)?N{_PER}",
    rf"N{_PER}(?:委员|支委)?(?:的)?(?:名额|职数)",
    rf"(?:支?委员?会|班子|新一届)(?:设|由)?N{_PER}(?:人|委员)",
    rf"要?选N{_PER}",
    rf"N{_PER}(?:委员|支委)",
)
_FORMULAS = (
    (Formula.ELECTION, r"选举|换届|补选|改选|选书记|选委员|选支委|当选|选代表|党代表|投票选|差额|选上|选得上"),
    (
        Formula.ADMISSION,
        r"接收|吸收|发展(?:党员|大会|新党员|对象|预备)?|转正|入党|票决|预备党员(?:大会|讨论|表决|通过|投票)",
    ),
    (Formula.COMMITTEE, r"支委会|支部委员会|委员会"),
    (Formula.GENERAL, r"表决|决议|决定|通过|一般事项|普通事项|党员大会|支部大会|评优|表彰"),
)
_ABOUT = (
    r"到会|实到|应到|到场|到齐|到多少|到几|来多少|来几|人到|能选|法定|有效|够不够|够吗|够了|能开|可以开|开得成|开成|"
    r"行不行|行吗|票|通过|过半|半数|赞成|同意|当选|表决|算数|怎么算|多少人|几个人|几人|多少个|几个|五分之四|4/5|80%"
)
_SITTING = r"到|来|开|请假|出差|缺|够|有效|法定|几票|多少票|票通过|几个人?(?:通过|同意)"
_COUNTED = r"到会|到场|到齐|应到|实到|到多少|到几|来多少|来几|票|过半|半数|表决|法定|能开|够不够|通过|五分之四|4/5|80%"


def votes(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """The counts for a meeting or an election of so many eligible; None when that is not what was asked."""
    if asked.has(NOT_OURS) or not asked.has(_ABOUT):
        return None
    formula = next((formula for formula, words in _FORMULAS if asked.has(words)), None)
    eligible = _first(asked, _ELIGIBLE)
    if formula is Formula.COMMITTEE or (
        eligible is None and asked.has(r"支委|委员") and formula is not Formula.ELECTION
    ):
        eligible, formula = _first(asked, _COMMITTEE), Formula.COMMITTEE
    if eligible is None or not 0 < eligible <= 100_000:
        return None
    if formula is Formula.COMMITTEE and not asked.has(_SITTING):
        return None  # 三个支委一合计就定了，行吗 is not about how many must come
    probationary = asked.count(_PROBATIONARY) or 0
    if probationary and not asked.has(r"正式|有表决权|有选举权|应到(?!算|该|按|要不要|到底)"):
        eligible -= probationary
    else:
        probationary = 0
    if eligible < 1:
        return None
    suspended = asked.count(_SUSPENDED) or 0
    if suspended and not asked.has(r"有表决权|有选举权|应到"):
        eligible -= suspended
    else:
        suspended = 0
    excluded = (asked.count(_EXCLUDED) or 0) if not probationary and not suspended else 0
    eligible -= excluded
    if eligible < 1:
        return None
    present, in_favour = _first(asked, _PRESENT), _first(asked, _IN_FAVOUR)
    present = present if present is not None and present <= eligible else None
    in_favour = in_favour if in_favour is not None and in_favour <= eligible else None
    values: dict[str, Any] = {
        "eligible": eligible,
        "probationary": probationary,
        "suspended": suspended,
        "excluded": excluded,
        "present": present,
        "in_favour": in_favour,
        "votes": votes_needed(eligible=eligible),
        "needed": {each.value: present_needed(each, eligible=eligible) for each in Formula},
        "votes_first": asked.has(r"票|赞成|同意|当选|通过")
        and not asked.has(r"到会|到多少|来多少|到几|来几|到场|能开|能不能开|开得成"),
    }
    if formula is None:
        return ("votes_any", values) if asked.has(_COUNTED) and not asked.has(r"评议|优秀|不到|不足|未满") else None
    values["formula"] = formula.value
    values["least"] = present_needed(formula, eligible=eligible)
    if present is not None:
        values["quorate"] = is_quorate(present, eligible=eligible, formula=formula)
    if in_favour is not None:
        values["carried"] = in_favour >= values["votes"]
    return f"votes_{formula.value}", values


def candidates(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """How many candidates for so many seats of a committee."""
    if asked.has(NOT_OURS) or not asked.has(
        r"候选|差额|提名|提几|报几|几个人选|多少人选|几个名字|名单上(?:就|只|才)?(?:报|有|写|列)|等额"
    ):
        return None
    if asked.has(r"选票|画|勾|圈|废票|得票|票数"):
        return None  # which ballot is valid, not how many candidates
    seats = _first(asked, _SEATS)
    if seats is None or not 0 < seats <= 100:
        return None
    return "candidates", {"seats": seats, "candidates": candidates_needed(seats)}


_SIZE = (
    r"设什么|合规|什么党组织|哪种党组织|设支委|支委会|支部委员会|设委员|几个委员|几名委员|多少委员|"
    r"成立党?支部|建党?支部|总支|党委|超员|拆分|分成.{0,2}支部|超过规定"
)


def size(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """What a branch of so many members is to have: a committee or a secretary alone, a general branch, a committee."""
    if asked.has(NOT_OURS) or not asked.has(_SIZE) or asked.has(r"票|到会|表决|候选|选举|当选"):
        return None
    members = _first(asked, _ELIGIBLE)
    if members is None or not 0 < members <= 10_000:
        return None
    if asked.has(r"总支|党委|设什么|什么党组织|哪种党组织"):
        return "size_above", {"members": members}
    if asked.has(r"成立党?支部|建党?支部"):
        return "size_branch", {"members": members}
    if asked.has(r"超员|拆分|分成|超过规定|合规") and not asked.has(r"支委|委员|班子|书记"):
        return "size_limit", {"members": members}
    return "size_committee", {"members": members}


def excellent(asked: Asked) -> tuple[str, dict[str, Any]] | None:
    """How many of so many members may be graded excellent."""
    if asked.has(NOT_OURS) or not (asked.has(r"优秀") and asked.has(r"评议|评|几个|多少|最多|名额|比例")):
        return None
    members = _first(asked, (*_ELIGIBLE, rf"N{_PER}(?:人|党员)"))
    if members is None or not 0 < members <= 10_000:
        return None
    return "excellent", {"members": members, "most": excellent_at_most(members)}


def _first(asked: Asked, patterns: tuple[str, ...]) -> int | None:
    return next((count for pattern in patterns if (count := asked.count(pattern)) is not None), None)
