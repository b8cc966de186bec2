"""What people put into one message: several questions, or one that leans on the last (那预备党员呢？)."""

import re

from knowledge.normalize import normalize, plain, simplify

MOST_PARTS = 3
_SPLIT = re.compile(
    r"[？?！!。；;\n]+|(?:[，,]\s*)?(?:还有(?!几|多|哪)|另外|顺便(?:再)?问(?:一下)?|再问(?:一下)?|以及)[，,：:\s]*"
)
_SHORTEST = 4

_LEANS = re.compile(
    r"^(?:那么?|哪|要是|如果|若是|换成|换作|那要是|那如果)|(?:呢|咧|哩)[？?！!。\s]*$|^(?:他|她|它|这个?|这种)(?!次|里|样)|^(?:能|可以|最多|最少|最长|最短|最晚|最早|要|需要|谁|什么时候|多久|几次|几票|多少)"
)
_LEAN_WORDS = re.compile(
    r"^(?:那么?|哪|要是|如果|若是|换成|换作)+(?:是|有)?|(?:呢|咧|哩|怎么算|怎么办|怎么说|也是吗|也一样吗|一样吗|行不行|也行吗)?[？?！!。，,\s]*$"
)
LONGEST_LEANING = 16
"""A longer question stands on its own feet."""

_CLASSES: tuple[tuple[str, ...], ...] = (
    (
        "支部党员大会",
        "党员大会",
        "支部大会",
        "支部委员会会议",
        "支部委员会",
        "支委会",
        "党小组会",
        "党课",
        "主题党日",
        "组织生活会",
        "民主评议",
    ),
    (
        "入党申请人",
        "申请人",
        "入党积极分子",
        "积极分子",
        "发展对象",
        "预备党员",
        "正式党员",
        "流动党员",
        "退休党员",
        "农民党员",
        "学生党员",
        "离退休",
        "退休",
        "在职",
        "农民",
        "学生",
        "个体户",
        "个体",
        "下岗",
        "低保",
    ),
    (
        "副书记",
        "书记",
        "组织委员",
        "宣传委员",
        "纪检委员",
        "委员",
        "监票人",
        "计票人",
        "介绍人",
        "培养联系人",
        "联系人",
    ),
    ("农村", "村", "社区", "机关", "国企", "企业", "学校", "高校"),
    ("党总支", "总支", "党委", "党支部", "支部", "党小组"),
    ("接收预备党员", "转正", "换届", "补选", "选举", "延长", "取消", "一般表决"),
    ("工资", "退休金", "养老金", "年薪"),
    ("每年", "每季度", "每月"),
)
_NUMBER = re.compile(r"\d[\d,.]*[万千]?|[零一二三四五六七八九十百千万两]{1,6}(?=个|名|人|元|块|$)")


def parts_of(question: str) -> list[str]:
    """The questions of a message, at most three; a message that is one question comes back as it is."""
    parts = [part.strip(" ，,、") for part in _SPLIT.split(question)]
    parts = [part for part in parts if len(plain(part)) >= _SHORTEST]
    return parts[:MOST_PARTS] if len(parts) > 1 else [question]


def leaning(question: str, previous: str) -> str | None:
    """The question written out with what the one before it was about; None when it does not lean on it."""
    said = simplify(question).strip()
    if not previous or len(said) > LONGEST_LEANING or not _LEANS.search(said):
        return None
    focus = _LEAN_WORDS.sub("", said).strip()
    if not focus:
        return None
    before = simplify(previous).strip()
    number = _NUMBER.search(focus)
    if number and (old := _NUMBER.search(before)):
        return f"{before[: old.start()]}{number[0]}{before[old.end() :]}"
    for terms in _CLASSES:
        new = next((term for term in terms if term in focus), None)
        old_term = next((term for term in terms if term in before), None)
        if new and old_term and new != old_term:
            return before.replace(old_term, focus if len(focus) <= len(new) + 4 else new, 1)
    subject = next((term for terms in _CLASSES for term in terms if term in before), "")
    if any(term in focus for terms in _CLASSES for term in terms):
        return f"{focus}{_without_terms(before)}"
    return f"{subject or before}{focus}"


def _without_terms(words: str) -> str:
    for terms in _CLASSES:
        for term in terms:
            words = words.replace(term, "")
    return words


_RULED = (
    "转正 预备党员 积极分子 发展对象 支委会 党小组会 组织生活会 民主评议 换届 补选 党龄 党籍 延长 劝退 除名 流动党员"
)
_DECISIVE = frozenset(map(normalize, _RULED.split(" ")))
"""Terms that decide which rule applies: one for 四议两公开 must not be given to a question about 转正."""


_IMPLIED = {"转正": ("预备党员",), "预备期": ("预备党员",), "选举": ("换届", "补选"), "换届": ("补选",)}
"""What speaks of one of these speaks of the others too: the rule for 选举 is that for 换届."""


_STATE = re.compile("(?:还没有?|没有?|未|尚未)转正")  # who somebody is, not what is to be done


def decisive_in(text: str, *, implied: bool = False) -> set[str]:
    """The terms in a text that decide which rule applies; `implied` with those that go without saying."""
    words = _STATE.sub("预备党员", normalize(text))
    found = {term for term in _DECISIVE if term in words}
    if implied:
        found |= {term for said, terms in _IMPLIED.items() if said in words for term in terms}
    return found
