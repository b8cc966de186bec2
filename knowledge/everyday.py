"""How people say it every day, and what the rules call it: 苗子 for 入党积极分子, 打平 for 票数相等."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge.entry_files import validated
from knowledge.located import Fault, read_items
from knowledge.normalize import normalize

FILE = Path(__file__).parent / "everyday.yaml"

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_BALLAST = re.compile(
    rf"[老小][{_SURNAMES}](?:同志|书记|大爷|大妈|师傅)?|[{_SURNAMES}](?:大爷|大妈|大姐|大哥|某)|"
    r"(?:去年|今年|前年|明年|上个?月|下个?月|这个?月|昨天|前天|明天|今天|上午|下午|晚上|最近|刚才|刚刚)(?:\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?)?|"
    r"妈妈?|爸爸?|爷爷|奶奶|儿子|女儿|媳妇|丈夫|老婆|老公|大伯|叔叔|舅舅|邻居|亲戚|同事|朋友|村里|镇上|单位里|公司里|厂里|支部里|"
    r"有个|有一个|有位|这么个|这人|那人|这位|那位|某个|小伙子?|姑娘|大家伙|大伙|大家|人家|他们|她们|他|她|自己|本来|原来|已经|"
    r"突然|一直|后来|然后|结果|但是|可是|因为|所以|如果|要是|比如|觉得|以为|知道|清楚|明白|纠结|着急|真的|确实"
)


class Everyday(BaseModel):
    """What the rules call it, and how people say it; at a … up to five characters may stand (递…申请)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: str = Field(min_length=2)
    say: tuple[Annotated[str, Field(pattern=r"^[^…]+(…[^…]+)*$")], ...] = Field(min_length=1)


def read_everyday(file: Path = FILE) -> list[Everyday]:
    """The thesaurus; what is wrong in it is left out, see `faults`."""
    return [each for each, _ in validated(Everyday, read_items(file, []), [])]


_Said = tuple[str, ...]  # its parts, between which something may stand

_SHORTEST = 2
_ASKING = frozenset("怎么什谁哪多少几久能可以要有无是不时候一个次")
GAP = 5
"""How many characters may stand between two parts."""


@cache
def _meanings() -> dict[str, list[tuple[_Said, tuple[str, ...]]]]:
    """By their first two characters, or the one that they begin with: ways to say something, with what they mean."""
    found: defaultdict[_Said, list[str]] = defaultdict(list)
    for each in read_everyday():
        mean = normalize(each.mean)
        for typed in each.say:
            said = tuple(map(normalize, typed.split("…")))
            if len(said) == 1 and said[0] not in each.say and said[0] in mean:
                continue  # 隔多久 is 多久 for everybody, not 多久一次
            if sum(map(len, said)) < _SHORTEST or _ASKING.issuperset("".join(said)):
                continue  # of 满了 nothing is left but 满, which is in many words; of 一般几天 nothing but 多久
            if said != (mean,) and mean not in found[said]:
                found[said].append(mean)
            found.setdefault((mean,), [])  # what is called by its name means nothing else: 农民党员, not 农民
    by_first: defaultdict[str, list[tuple[_Said, tuple[str, ...]]]] = defaultdict(list)
    for said, means in found.items():
        by_first[said[0][:2]].append((said, tuple(means)))
    return dict(by_first)


def meanings(words: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where in normalized words something stands that people say, to where, and what it may mean.

    Of what begins at the same place the longest counts.
    """
    at, known = 0, _meanings()
    while at < len(words):
        found = [
            (sum(map(len, said)), end, means)
            for begun in (words[at : at + 2], words[at])
            for said, means in known.get(begun, ())
            if (end := _end(words, at, said)) is not None
        ]
        if not found:
            at += 1
            continue
        _, end, means = max(found, key=lambda each: each[0])
        if means:
            yield at, end, means
        at = end


def _end(words: str, at: int, said: _Said) -> int | None:
    """Where the parts of what is said end, the first of them standing here; None where they do not stand."""
    if not words.startswith(said[0], at):
        return None
    end = at + len(said[0])
    for part in said[1:]:
        found = words.find(part, end, end + GAP + len(part))
        if found < 0:
            return None
        end = found + len(part)
    return end


def ballast(words: str) -> Iterator[tuple[int, int]]:
    """Where normalized words tell what does not matter: who, of which family, since when."""
    return (found.span() for found in _BALLAST.finditer(words))


def faults(file: Path = FILE) -> list[Fault]:
    """What is wrong in the thesaurus, by line; a way to say something stands once under a meaning."""
    found: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for each, item in validated(Everyday, read_items(file, found), found):
        for said in each.say:
            if (each.mean, said) in seen:
                found.append(item.fault(f"“{said}”写了两次", "say"))
            seen.add((each.mean, said))
    return sorted(found)
