"""What officials and secretaries say of the digest, a branch or a reminder in one sentence, with what they said in it.

周报改周五下午五点, 这周别发周报, 提醒丰收支部开会, 丰收支部怎么样: each starts what a button would,
filled in. Nothing is done by a sentence alone: what changes something or is sent is shown first.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from handlers.dialogue.questions.question import without_emoji
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.digest_words import week_of
from handlers.router import Start, sentence
from knowledge import branch_names
from knowledge.normalize import simplify
from knowledge.rules import dates
from knowledge.sound import syllables
from storage.models import OrganizationKind
from storage.people import OrganizationView, organizations_under

SPOKEN = "~"
"""The argument of `remind_branch` begins so where somebody said in words which branch they mean."""


class DigestWish(StrEnum):
    """What a sentence can want of a digest."""

    SKIP = "skip"
    SKIP_NEXT = "skip_next"
    TIME = "time"
    PRESSING = "pressing"
    EVERYTHING = "everything"
    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody said of their digest; a weekday (1 is Monday) and a time of day where they named them.

    `vague` is a time of day that still has to be asked for: 周五下午, 25点.
    """

    what: DigestWish
    weekday: int = 0
    clock: time | None = None
    vague: bool = False

    @property
    def argument(self) -> str:
        """As the settings are started with it; they know which organization is meant, or ask."""
        clock = _VAGUE if self.vague else "" if self.clock is None else str(self.clock.hour * 60 + self.clock.minute)
        return f".{self.what}.{self.weekday or ''}.{clock}"

    @classmethod
    def of(cls, argument: str) -> "Wanted | None":
        """Back from an argument; people can forge it, and one that says nothing we know is none."""
        found = _ARGUMENT.fullmatch(argument)
        if found is None or found[1] not in list(DigestWish):
            return None
        vague = found[3] == _VAGUE
        minute = int(found[3]) if found[3] and not vague else None
        if minute is not None and minute >= 24 * 60:
            return None
        clock = None if minute is None else time(minute // 60, minute % 60)
        return cls(DigestWish(found[1]), int(found[2] or 0), clock, vague)


_VAGUE = "x"
_ARGUMENT = re.compile(r"\d*\.([a-z_]+)\.([1-7]?)\.(\d{0,4}|x)", re.ASCII)
_MEANT: dict[tuple[str, ...], str] = {
    ("zhou", "bao"): "周报",
    ("ti", "xing"): "提醒",
    ("zhi", "bu"): "支部",
    ("zong", "zhi"): "总支",
    ("qing", "kuang"): "情况",
}
"""What people mistype by its sound."""
_WEEKDAY = re.compile(r"[每逢]?个?(?:星期|礼拜|周)([一二三四五六日天1-7])(?!报)")
_DAYS = {
    sign: number
    for number, signs in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"), 1)
    for sign in signs
}
_FILLER = re.compile(
    r"(?:把|将|请|帮我?|给我|我的?|咱们?|想要?|要|希望|以后|今后|往后|先|暂时|就|都|也|还是|麻烦|能不能|能否|可不可以|可以|能"
    r"|你|您|的|时间|点发|再?发送?|推送|送|换|改|该|盖|调整?|挪|移|定|设|置|变|推迟|提前|延后|成|为|到|至|在|于|给|来|看|收|每?次"
    r"|每周|每|一下|下子|下|吧|了|啦|啊|呢|嘛|呀|哈|吗|哦|行|好|[，,。.!！?？、~\s])*"
)
_STOP = re.compile(
    r"不想要|不想再?看|不想再?收|不用再?发|不用再?给我|不必再?发|不需要|不要再?发|不要|不看|不收|不发|别再?给我发?|别再?发|别再?来|别|甭再?发"
    r"|停发|停掉|停止|停了|停|取消|退订|关掉|关闭|关了"
)
_NEXT = re.compile(r"下个?(?:周|星期|礼拜|期|一期|次|回)")
_THIS = re.compile(r"[这本]个?一?(?:周|星期|礼拜|期|次|回)|今天|明天")
_RESUME = re.compile(r"恢复|重新发?|继续发?|接着发?|照常发?|照发|又想看|开启|打开|还想看|还是发")
_PRESSING = re.compile(
    r"(?:只|光|就)?(?:看|发|要|说|留)?(?:要紧|重要|重点|关键|紧要|急)的?(?:就行|就好|就可以)?|太长|短一?点|简短一?点?|少一点|精简"
)
_EVERYTHING = re.compile(r"(?:看|发|要)?(?:全部|完整|全|所有)的?|详细一?点?|长一?点")
_MOVING = re.compile(r"改|该|盖|换|调|挪|移|定|设|变|推迟|提前|延后|每|以后|发|看|收")
_WHEN_ASKED = re.compile(
    r"几点|周几|星期几|礼拜几|什么时候|啥时候?|多会|哪天|没收到|没来|没发|没看到|收不到|在哪改|怎么改|咋改"
)
_LOOKING = re.compile(
    r"(?:请|帮我?|给我|我想?|想要?|要|再|快)*(?:看|瞧|查|发|说|讲|问|了解)?(?:看|查|一下|下|一看|说|来)?(?:我的?|我们的?)?"
    r"(?P<week>上上个?|上个?|这个?|本|今)?一?(?:周|星期|礼拜)?(?:的|那期|那份)*周报(?:发我|给我|看看|看一下|发一下|呢|吧|啊|拿来|来)*"
    r"[。.!！?？~\s]*"
)
_REMIND = re.compile(
    r"(?:请|帮我?|麻烦|劳驾|你|您|替我|给我|我想|我要|想|要|再|去|快点?|赶紧|也|先)*"
    r"(?:提醒|催促|督促|催|敦促)(?:一下子?|一声|一催|催|下|提醒|个)?(?P<to>.+)"
)
_REMIND_TO = re.compile(
    r"(?:请|帮我?|麻烦|你|替我|我想|我要|想|要|再|去)*(?:给|跟|向|对|把)(?P<to>.+?)(?:也|再)?"
    r"(?:提个?醒|发个?提醒|发条?提醒|打个?招呼|捎个?句?话|提醒|催)(?:一下|一声|一催|催|下)?(?P<about>.*)"
)
_NOT_A_BRANCH = re.compile(r"我|咱|大家|自己|各位|同志|党员|所有|全体|他|她")
_SEE = re.compile(
    r"(?:请|帮我?|给我|我想|想|我要|要|再)*(?P<verb>(?:看|瞧|查|问|说|讲|了解)(?:看|瞧|查|问|说|讲|一下|下|一看|一查)*)?(?P<name>.+?)"
    r"(?P<week>上个?(?:周|星期|礼拜)|[这本]个?(?:周|星期|礼拜)|最近|近来|近期|现在|目前|眼下|今天)?(?:的|现在|最近|这边|那边|工作)*"
    r"(?P<tail>(?:有?(?:啥|什么))?情况(?:怎么?样|咋样|如何|呢)?|怎么?样|咋样|咋个样|啥样|如何|好不好|好吗|行不行|明细|周报|数字|数据|进展|咋回事|呢)?"
    r"(?:了|啊|呀|呢|吧|嘛|[，,。.!！?？~\s])*"
)
_IS_BRANCH = re.compile(r"(?:党支部|支部|总支|党委)$")
_GENERIC = re.compile(
    r"(?:一个|每个|这个|那个|某个|好|优秀|先进)?(?:基层|流动|临时|联合)?(?:党支部|支部|党总支|总支|党委|党组织)(?:书记)?"
)
_OURS = re.compile(
    r"(?:我们?|咱们?|本|各|全部|所有|下面的?|下边的?|全镇|全县|全乡)(?:的|这个?|几个)?(?:党支部|支部|总支|党委|镇)"
)


def plain(text: str) -> str:
    """A sentence in one spelling, with what is mistyped by its sound set right where we know it."""
    words = re.sub(r"\s+", "", simplify(without_emoji(text.strip())))
    for at in range(len(words) - 1):
        pair = words[at : at + 2]
        if not pair.isascii() and (meant := _MEANT.get(syllables(pair))):
            words = words[:at] + meant + words[at + 2 :]
    return words


def wanted(text: str) -> Wanted | None:
    """What a sentence wants of the digest; None when it wants nothing that can be set."""
    words = plain(text)
    if "周报" not in words:
        return None
    rest = words.replace("周报", "，", 1)
    return _of_time(rest) or _of_sending(rest)


def _of_sending(rest: str) -> Wanted | None:
    if re.search(r"改|换|调", rest):
        return None
    upcoming, current = _NEXT.search(rest), _THIS.search(rest)
    without = _THIS.sub("", _NEXT.sub("", rest))
    ways = (
        (_STOP, DigestWish.SKIP_NEXT if upcoming else DigestWish.SKIP if current else DigestWish.STOP),
        (_RESUME, DigestWish.RESUME),
        (_PRESSING, DigestWish.PRESSING),
        (_EVERYTHING, DigestWish.EVERYTHING),
    )
    for pattern, what in ways:
        if pattern.search(without) and _is_filler(pattern.sub("", without)):
            return Wanted(what)
    return None


def _of_time(rest: str) -> Wanted | None:
    """Another day or hour, and nothing else in the sentence."""
    day, said = _WEEKDAY.search(rest), None
    left = rest[: day.start()] + "，" + rest[day.end() :] if day else rest
    if spoken := _CLOCK.search(left):
        said = _read(spoken[0])
        left = left[: spoken.start()] + left[spoken.end() :]
    half = _HALF.search(left)
    if (
        not (day or spoken or half)
        or _STOP.search(rest)
        or not _MOVING.search(rest)
        or not _is_filler(_THIS.sub("", _HALF.sub("", left)))
    ):
        return None
    clock, days_on = said or (None, 0)
    weekday = (_DAYS[day[1]] + days_on - 1) % 7 + 1 if day else 0
    return Wanted(DigestWish.TIME, weekday, clock, vague=clock is None and bool(spoken or half))


def _read(spoken: str) -> tuple[time, int] | None:
    try:
        return dates.read_clock(spoken.replace(".", ":"))
    except dates.DateProblem:
        return None


_HALF = re.compile(r"早上?|上午|中午|下午|傍晚|晚上?")
_NUMBER = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_CLOCK = re.compile(
    r"(?:凌晨|早上|早晨|清晨|上午|中午|正午|下午|傍晚|晚上|夜里|早|晚)?的?"
    rf"(?:{_NUMBER}(?:[:：.]\d{{2}}|[点时](?:钟|整|半|[一三]刻|{_NUMBER}分?)?)|(?<=午|晚|早|上){_NUMBER}(?!\d))"
)


def _is_filler(words: str) -> bool:
    return _FILLER.fullmatch(words) is not None


@sentence
async def of_the_digest(turn: Turn, text: str) -> Start | None:
    """周报改周五下午五点, 周报不要了, 这周别发周报; 上周周报, 看下周报."""
    if wish := wanted(text):
        return "digest_settings", wish.argument
    words = plain(text)
    if looking := _LOOKING.fullmatch(words):
        return "digest", {"上": "1", "上上": "2"}.get((looking["week"] or "").rstrip("个"), "")
    if "周报" in words and (asked := _WHEN_ASKED.search(words.replace("周报", "，", 1))):
        without = words.replace("周报", "，", 1).replace(asked[0], "", 1)
        return (
            ("digest_settings", "") if _is_filler(re.sub(r"怎么|为什么|为啥|咋|还|[这本上]周", "", without)) else None
        )
    return None


@sentence
async def of_a_reminder(turn: Turn, text: str) -> Start | None:
    """提醒丰收支部, 催一下丰收支部开会, 给丰收支部提个醒."""
    words = plain(text)
    found = _REMIND_TO.fullmatch(words) or _REMIND.fullmatch(words)
    if found is None or _NOT_A_BRANCH.match(found["to"]):
        return None
    said = found["to"] + found.groupdict().get("about", "")
    if _IS_BRANCH.search(said) or re.search(r"支部|总支|党委", said):
        return "remind_branch", SPOKEN + said
    names = [one.name for one in await overseen(turn)]
    return ("remind_branch", SPOKEN + said) if branch_names.begun(said, names)[2] else None


@sentence
async def of_a_branch(turn: Turn, text: str) -> Start | None:
    """丰收支部怎么样, 看看丰收支部这周的情况; only from those who read digests, for others ask the handbook."""
    found = _SEE.fullmatch(plain(text))
    if found is None or not (found["verb"] or found["tail"] or found["week"]):
        return None
    organizations = await overseen(turn)
    name, back = found["name"].removesuffix("的"), "1" if (found["week"] or "").startswith("上") else ""
    if not organizations or _GENERIC.fullmatch(name):
        return None
    if _OURS.fullmatch(name):
        return "digest", back
    fits = branch_names.fitting(name, [one.name for one in organizations])
    if not fits and not _IS_BRANCH.search(name):
        return None
    if len(fits) == 1 and organizations[fits[0]].kind is OrganizationKind.BRANCH:
        return "digest_branch", f"{organizations[fits[0]].id}.{week_before(turn, back)}"
    return "digest_about", f"{back}.{name}"


def week_before(turn: Turn, back: str) -> str:
    """The ISO week before this one for "1", else nothing, which is this one."""
    return week_of(turn.today - timedelta(weeks=1)) if back == "1" else ""


async def overseen(turn: Turn) -> list[OrganizationView]:
    """All organizations but groups about which somebody reads digests, each once; empty for who reads none."""
    paths = {place.path for role in (Role.OFFICIAL, Role.SECRETARY) for place in turn.places(role)}
    highest = [path for path in sorted(paths) if not any(path != one and path.startswith(one) for one in paths)]
    found = [one for path in highest for one in await organizations_under(turn.session, path)]
    return [one for one in found if one.kind is not OrganizationKind.GROUP]
