"""The tree of organizations from the command line: what is above every official's scope, and what to look at."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.roster_rows import day_in, plain
from bot.roster_words import KINDS
from bot.settings import Settings
from handlers.wording import Texts
from storage.database import Database, Session
from storage.models import OrganizationKind
from storage.tree import (
    Decision,
    Node,
    NotPossible,
    add_organization,
    below,
    move_organization,
    nodes_below,
    rename_organization,
)
from storage.tree_endings import dissolve_organization, ending, merge_organization

Found = TypeVar("Found")
ZONE = ZoneInfo("Asia/Shanghai")
WORDS = {kind: word for word, kind in KINDS.items()}


class Wrong(Exception):
    """What an administrator can mend, in a sentence."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What the level above decided, as it is given on the command line: the day, and the paper.

    Today is what it is where committees are, wherever the machine stands.
    """

    day: str
    approval: str

    def decision(self, now: datetime) -> Decision:
        """As it is kept. Raises `Wrong`."""
        today = now.astimezone(ZONE).date()
        day = day_in(plain(self.day)) if self.day else today
        if day is None or day > today:
            raise Wrong(f"“{self.day}”不是日期，或者还没有到。写法：--on 2026-11-18")
        if not self.approval.strip():
            raise Wrong("请写明依据哪份批复：--approval 清组批〔2026〕12号")
        return Decision(day, self.approval.strip(), None, now)


async def _named(session: Session, name: str) -> Node:
    """The one organization that is called so; of several, the one under what stands before a stroke, of which a name
    may have some itself.

    Raises `Wrong`.
    """
    nodes = await nodes_below(session, "/", list(OrganizationKind))
    found = [one for one in nodes if one.name == name]
    if not found:
        lines = ((one, f"/{name}".removesuffix(f"/{one.name}")) for one in nodes if f"/{name}".endswith(f"/{one.name}"))
        found = [one for one, above in lines if one.parent_name and above.endswith(f"/{one.parent_name}")]
    if len(found) != 1:
        several = "、".join(f"{one.parent_name or ''}/{one.name}" for one in found[:5])
        raise Wrong(f"不止一个叫“{name}”的组织：{several}。请写成“上级/名称”。" if found else f"没有叫“{name}”的组织。")
    return found[0]


async def shown(settings: Settings, name: str, depth: int) -> list[str]:
    """A subtree as indented lines, down to so many levels below its top; with an empty name all that is highest."""

    async def look(session: Session) -> list[str]:
        top = await _named(session, name) if name else None
        nodes = await nodes_below(session, top.path if top else "/", list(OrganizationKind))
        children: dict[int | None, list[Node]] = {}
        for one in nodes:
            children.setdefault(one.parent_id, []).append(one)
        lines: list[str] = []

        async def show(one: Node, level: int) -> None:
            there = children.get(one.id, [])
            words = f"{'  ' * level}{one.name}（{WORDS[one.kind]}"
            if level == depth and there:
                words += f"，下面还有 {(await below(session, one.path)).organizations} 个组织"
            lines.append(f"{words}）")
            if level < depth:
                for child in there:
                    await show(child, level + 1)

        for one in [top] if top else children.get(None, []):
            await show(one, 0)
        return lines or ["还没有组织。用 roster import 导入花名册。"]

    return await _reading(settings, look)


async def will_change(settings: Settings, what: str, name: str, other: str) -> str:
    """What a change would concern, in figures, before it is confirmed. Raises `Wrong`."""

    async def look(session: Session) -> str:
        one = await _named(session, name)
        there = await below(session, one.path)
        if what == "merge":
            into, left = await _named(session, other), await ending(session, one)
            return (
                f"{one.name}并入{into.name}：转入 {left.people} 人，下级组织 {left.children} 个，"
                f"在办的事 {left.cases} 件；{left.posts} 个职务到此为止。"
            )
        words = {"rename": f"改名为{other}", "dissolve": "撤销", "move": "转到最上面"}[what]
        if what == "move" and other:
            words = f"转到{(await _named(session, other)).name}下面"
        return f"{one.name}{words}：连同下级组织 {there.organizations} 个，{there.people} 人。"

    return await _reading(settings, look)


async def add(settings: Settings, kind: str, name: str, under: str, paper: Paper) -> str:
    """Set an organization up. Raises `Wrong`."""
    if kind not in KINDS:
        raise Wrong(f"--kind 可以是：{'、'.join(KINDS)}。")

    async def change(session: Session, decision: Decision) -> str:
        parent = await _named(session, under) if under else None
        await add_organization(session, KINDS[kind], plain(name), parent.id if parent else None, decision)
        return f"登记好了：{parent.name + '下面' if parent else ''}新建{kind}{plain(name)}。"

    return await _changing(settings, paper, change)


async def rename(settings: Settings, name: str, to: str, paper: Paper) -> str:
    """Call an organization something else. Raises `Wrong`."""

    async def change(session: Session, decision: Decision) -> str:
        one = await _named(session, name)
        await rename_organization(session, one.id, plain(to), decision)
        return f"改好了：{one.name}现在叫{plain(to)}。"

    return await _changing(settings, paper, change)


async def move(settings: Settings, name: str, under: str, paper: Paper) -> str:
    """Put an organization under another; with an empty `under` a committee comes to the top. Raises `Wrong`."""

    async def change(session: Session, decision: Decision) -> str:
        one = await _named(session, name)
        parent = await _named(session, under) if under else None
        count = await move_organization(session, one.id, parent.id if parent else None, decision)
        return f"转好了：{one.name}连同下级一共 {count} 个组织，现在在{parent.name + '下面' if parent else '最上面'}。"

    return await _changing(settings, paper, change)


async def merge(settings: Settings, name: str, into: str, paper: Paper) -> str:
    """Make an organization part of another. Raises `Wrong`."""

    async def change(session: Session, decision: Decision) -> str:
        one, other = await _named(session, name), await _named(session, into)
        done = await merge_organization(session, one.id, other.id, decision)
        return f"合并好了：{one.name}并入{other.name}，转入 {done.people} 人。"

    return await _changing(settings, paper, change)


async def dissolve(settings: Settings, name: str, paper: Paper) -> str:
    """End an organization in which nothing is left. Raises `Wrong`."""

    async def change(session: Session, decision: Decision) -> str:
        one = await _named(session, name)
        await dissolve_organization(session, one.id, decision)
        return f"登记好了：{one.name}已撤销，记录都在。"

    return await _changing(settings, paper, change)


async def _reading(settings: Settings, look: Callable[[Session], Awaitable[Found]]) -> Found:
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.reading() as session:
            return await look(session)
    finally:
        await database.close()


async def _changing(settings: Settings, paper: Paper, change: Callable[[Session, Decision], Awaitable[str]]) -> str:
    decision = paper.decision(datetime.now(UTC))
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            return await change(session, decision)
    except NotPossible as no:
        raise Wrong(Texts().say("tree_changes", no.key, **no.values)) from None
    finally:
        await database.close()
