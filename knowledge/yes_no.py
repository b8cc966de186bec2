"""Whether people say yes or no, in the many ways they do."""

import re

from knowledge.sound import tidy

_SAID_FOR_YES = """
是 好 好的 行 行的 可以 可以的 嗯 对 对的 是的 没错 ok okay ok的 yes y 确认 确定 没问题 同意 要 中 成 得 必须的 对头
正确 没毛病 好滴 好嘞 是滴 没意见 就这样 没有问题 可 1
有 有的 做了 都做了 做完了 办了 办完了 通过了 批了 批准了 同意了 听了 听过了 改完了 满了 都满了 要选
"""
_SAID_FOR_NO = """
不 不是 不行 算了 否 没有 no n 不要 不对 不同意 不可以 错 错了 有误 不用 别 没 不了 不好 不确认 不是的 不中 不成 不能
不用了 不要了 有错 有问题 2
没做 没做完 没办 没办完 没通过 没有通过 没批 没批准 不批 没同意 没听 没听过 没改完 没满 不满 还没 还没有 不选
"""
_YES = frozenset(_SAID_FOR_YES.split())
_NO = frozenset(_SAID_FOR_NO.split())
_SIGNS = {"👌": True, "👍": True, "✅": True, "✔": True, "🆗": True, "🙆": True, "√": True, "✓": True, "☑": True}
_SIGNS |= {"❌": False, "👎": False, "✖": False, "🙅": False, "×": False, "✗": False}


def yes_no(reply: str) -> bool | None:
    """Whether a reply says yes or no; None when it says neither, or both."""
    parts = [said for part in re.split(r"[\s，,。.!！、；;~～]+", reply) if (said := tidy(part))]
    if parts:
        meanings = {_meaning(part) for part in parts}
    else:
        meanings = {meaning for sign, meaning in _SIGNS.items() if sign in reply}
    return meanings.pop() if len(meanings) == 1 else None


def _meaning(said: str) -> bool | None:
    said = re.sub(r"[啊呀吧哦呢啦嘛哈]+$", "", said) or said
    said = re.sub(r"^(.)\1{1,7}$", r"\1", said)  # 嗯嗯嗯, but a key that got stuck means nothing
    if said in _YES:
        return True
    return False if said in _NO else None
