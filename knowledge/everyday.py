"""How people say it every day, put into the words of the rules: 苗子 for 积极分子, 打平 for 票数相等."""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from knowledge.normalize import simplify

FILE = Path(__file__).parent / "everyday.yaml"

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_BALLAST = re.compile(
    rf"[老小][{_SURNAMES}](?:同志|书记|大爷|大妈|师傅)?|[{_SURNAMES}](?:大爷|大妈|大姐|大哥|同志)|"
    r"(?:去年|今年|前年|明年)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?(?!内|以)|"
    r"我(?:妈|爸|爷爷|奶奶|儿子|女儿|家|们?村|们?镇|们?单位|们?公司|们?厂|们?社区|们?支部|们?这边?|们)|"
    r"有个|有一个|这么个|那个人|这个人|这位|那位|小伙子|姑娘|大家伙|大伙"
)


class Everyday(BaseModel):
    """Words of the rules and how people say them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: str = Field(min_length=2)
    say: tuple[str, ...] = Field(min_length=1)


@cache
def _meanings() -> dict[str, str]:
    found = [Everyday.model_validate(each) for each in yaml.safe_load(FILE.read_text(encoding="utf-8"))]
    meanings: dict[str, str] = {}
    for each in found:
        for said in each.say:
            meanings.setdefault(said, each.mean)  # of several meanings the first that is listed
    return meanings


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_meanings(), key=len, reverse=True))))


def in_terms(question: str) -> str | None:
    """The question with everyday words replaced and ballast left out; None when there was neither."""
    words = simplify(question)
    plain = _BALLAST.sub("", words)
    rewritten = _said().sub(lambda found: _meanings()[found[0]], plain)
    return rewritten if rewritten != words and rewritten.strip() else None
