"""One spelling for what people type: width, script, fillers, numerals; and how it sounds, usual confusions folded."""

import re
import unicodedata
from functools import cache

import opencc

from knowledge.pinyin import fold, segment

FILLERS = (
    "我跟你说啊|我跟你说|我就想问问|我就想问一下|我就想问|就想问问|我问一下|我想了解|听说|我忘了|忘记了|我记不清|记不清了|"
    "就是呢|就是说|就是|还是说|那啥|嗯嗯|嗯|喂|哎呀|哎|唉|(?<![名差定足金全总数限余超等])额|呃|这块|那块|的话|老是|反正|其实|捏|噶|嘞|咯|呗|哇|俺们|大概|它|"
    "请问一下|请问|想问一下|想问问|想问|我想知道|想知道|想咨询一下|咨询一下|咨询|麻烦问一下|麻烦|劳驾|求助|在线等|急急急|您好|"
    "你好|帮我查一下|帮我查查|帮我查|帮忙查一下|帮我看看|帮我|查一下|查查|告诉我|跟我说说|给我说说|给我讲讲|说一说|说说|讲讲|谈谈|"
    "说一下|讲一下|一下子|一下|那个啥|那个|这个|到底|究竟|具体|一般来说|按规定|按照规定|根据规定|规定是|来着|啊|呀|吗|嘛|呢|"
    "吧|哦|噢|哈|哎|唉|诶|咧|谢谢|多谢|怎么办呀|同志|老师|现在|目前|现行|一般|应该|应当|的|了|我们|咱们|我|咱|俺|你们|"
    "您|你"
)
_FILLER = re.compile(FILLERS)

# Written both ways by everybody; folded on both sides so that an alias need not say each of them.
_SAME = {
    said: meant
    for meant, all_said in {
        "怎么": "如何 怎样 怎么样 咋样 咋 怎麽 怎么办 怎么弄 怎么搞 啷个 咋个 昨办",
        "什么": "啥 哪些",
        "多久": "多长时间 几个月 几年 几天 多少天 多少年 多少个月 多少时间 多长 隔多久",
        "数月": "好几个月",
        "数年": "好几年",
        "数日": "好几天",
        "一次": "一回",
        "几次": "几回",
        "年龄": "岁数",
        "交多少": "给多少",
        "多少票": "几票",
        "多少人": "几个人 几人",
        "多少": "几多",
        "多少名": "几名",
        "要": "得有 需不需要 要不要 用不用 需要 必须",
        "算": "计算",
        "哪天": "哪一天",
        "得": "得到 获得",
        "重新": "再次",
        "每月": "每个月",
        "当": "担任",
        "哪一页": "第几页",
        "可以": "能不能 可不可以 能否",
        "是不是": "是否",
        "有无": "有没有",
        "积极分子": "入党积极分子 入积",
        "组织关系": "组关",
        "党员大会": "支部党员大会 支部大会",
        "支部": "党支部",
        "支委会": "支部委员会",
        "书记": "支部书记 支书",
        "入党": "入党志愿",
        "党员": "共产党员",
        "交": "交纳 缴纳 缴",
        "开": "举行 召开",
        "失联": "联系不上",
        "政审": "政治审查",
        "流程": "程序 步骤 环节",
        "材料": "资料",
        "台账": "台帐",
        "常见错": "容易出错 容易错 常见错误 常见问题 易错",
    }.items()
    for said in all_said.split()
}
_SAME_WORDS = re.compile("|".join(sorted(_SAME, key=len, reverse=True)))

_DIGITS = "零一二三四五六七八九"
_COUNTED = re.compile(r"(?<!\d)2(?=[个名年人次天位种])")
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?![\d.])")
_NOT_WORD = re.compile(r"[^0-9a-z㐀-鿿]+")
_RUN = re.compile(r"[a-z]+|[0-9]+|[㐀-鿿]+")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _in_words(found: re.Match[str]) -> str:
    number = int(found[0])
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones or not number else "")


def simplify(text: str) -> str:
    """NFKC, lower case, simplified characters; nothing is dropped."""
    return str(_converter().convert(unicodedata.normalize("NFKC", text))).lower()


def plain(text: str) -> str:
    """The words as typed, without punctuation and spaces, small numbers in Chinese (3会1课 → 三会一课)."""
    return _NOT_WORD.sub("", _NUMBER.sub(_in_words, _COUNTED.sub("两", simplify(text))))


def normalize(text: str) -> str:
    """The words that matter: `plain`, with one word where people use several, without fillers.

    Of a text that is nothing but fillers the fillers are kept; of one without letters, digits or characters nothing
    remains.
    """
    words = _SAME_WORDS.sub(lambda found: _SAME[found[0]], plain(text))
    return _FILLER.sub("", words) or words


@cache
def _read(character: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionaries take a quarter of a second: only when asked

    return lazy_pinyin(character)[0]


def heard(words: str, *, quickly: bool = False) -> tuple[tuple[str, str], ...]:
    """Normalized words piece by piece as (written, read without tones).

    Typed pinyin is cut into syllables and has nothing written. Letters that are no pinyin, and numbers, are one piece
    each that is read as it is written. `quickly` reads character by character, a tenth of the time: 延长 as yan zhang.
    """
    from pypinyin import lazy_pinyin

    pieces: list[tuple[str, str]] = []
    for run in _RUN.findall(words):
        if run[0] > "z":
            pieces.extend(zip(run, map(_read, run) if quickly else lazy_pinyin(run), strict=True))
        else:
            found = segment(run) or segment(run, slips=len(run) // 5)
            pieces.extend([("", syllable) for syllable in found] or [(run, run)])
    return tuple(pieces)


def to_pinyin(text: str) -> tuple[str, ...]:
    """How a text sounds: syllables without tones, the usual confusions folded, after `normalize`."""
    return tuple(fold(read) for _, read in heard(normalize(text)))


def initials(text: str) -> str:
    """The first letter of each syllable: 三会一课 → shyk; what is not pinyin stays as it is."""
    return "".join(read if read == written else read[0] for written, read in heard(normalize(text)))
