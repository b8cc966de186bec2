"""The curator's view from the command line: what was not answered, how well a set is answered, what is covered."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.settings import Settings
from knowledge.evaluation import BrokenSet, Score, evaluate, of_handbook, read_set
from knowledge.handbook import Handbook
from knowledge.likeness import grouped
from storage.database import Database
from storage.questions import unanswered
from storage.readings import readings

__all__ = ["BrokenSet", "evaluate_file", "list_unanswered", "show_coverage"]

SHOWN = 20
"""Failures of a kind that are printed."""


async def list_unanswered(settings: Settings, console: Console, days: int) -> None:
    """Print what was not found, or was of no help, in the last days: like questions together, the most asked first."""
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            found = await unanswered(session, datetime.now(UTC) - timedelta(days=days), 1000)
    finally:
        await database.close()
    groups = sorted(grouped(found, lambda one: one.text), key=lambda group: -sum(one.times for one in group))
    if not groups:
        console.print(f"近 {days} 天没有没答上的问题。")
        return
    table = Table("次", "问题", "也这样问")
    for group in groups:
        alike = "；".join(one.text for one in group[1:6])
        table.add_row(str(sum(one.times for one in group)), group[0].text, alike)
    console.print(table)


def evaluate_file(file: Path, console: Console, today: date) -> list[Score]:
    """Print how well the handbook answers the questions of a file, by kind, and the failures. Raises `BrokenSet`."""
    with file.open(encoding="utf-8") as lines:
        scores = list(evaluate(of_handbook(Handbook.load(), today), read_set(lines)).values())
    table = Table("类别", "题数", "答对", "给出候选", "答错", "没查到")
    for score in scores:
        shares = [f"{score.share(outcome):.1%}" for outcome in ("right", "offered", "wrong", "refused")]
        table.add_row(score.kind, str(score.total), *shares)
    for score in scores:
        for failure in score.failures[:SHOWN]:
            wanted = "、".join(ways[0] for ways in failure.asked.facts) or "不应回答"
            said = " ".join(failure.said.split())[:60] or "（没有回答）"
            console.print(
                f"{failure.asked.id} {failure.outcome}：{failure.asked.question}｜要有：{wanted}｜答：{said}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        if len(score.failures) > SHOWN:
            console.print(f"{score.kind}：还有 {len(score.failures) - SHOWN} 题没有列出。", markup=False)
    console.print(table)
    return scores


async def show_coverage(settings: Settings, console: Console) -> None:
    """Print how many entries each topic has, how many are history, and what was imported."""
    handbook = Handbook.load()
    table = Table("主题", "条目", "历史", "别名")
    for topic, entries in handbook.topics().items():
        historical = sum(entry.state == "historical" for entry in entries)
        table.add_row(topic, str(len(entries)), str(historical or ""), str(sum(len(one.aliases) for one in entries)))
    console.print(table)
    documents = Counter(entry.document for entry in handbook.entries)
    console.print(f"共 {len(handbook.entries)} 条，引用 {len(documents)} 份文件。")
    database = Database(settings.database_url)
    try:
        if await database.revision() is None:
            return
        async with database.reading() as session:
            for one in await readings(session):
                console.print(f"读物《{one.title}》：{one.passages} 段（{one.owner or '所有人'}）", markup=False)
    finally:
        await database.close()
