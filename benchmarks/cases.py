"""Loading all procedures, and a turn inside a case with 10,000 open cases in the database beside one with 10.

    .venv/bin/python -m benchmarks.cases [--rounds N] [--only sqlite|postgres]

Both databases of a table take their rounds in turn in the same run, and medians are printed. The turns are those of a
secretary who records a step: the button, an answer that is held against the rules, and giving up again.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median

import yaml
from sqlalchemy import insert, select

from benchmarks.town import Secretaries
from handlers.messages import Address, Incoming, Kind
from knowledge.procedure.files import PROCEDURES, Procedures
from storage.database import Database
from storage.models import Case, Organization, Person
from tests.postgres import running

FEW, MANY = 10, 10_000
PROCEDURE = "admission"
BRANCHES = 100


async def town(url: str, cases: int) -> tuple[Secretaries, str, int]:
    """A town with so many open cases, spread over its branches; the secretary of the first, and a case of hers."""
    database = Database(url)
    await database.migrate()
    ours = await Secretaries.settle(database, BRANCHES if cases > FEW else 1)
    async with database.transaction() as session:
        places = list(await session.scalars(select(Organization.id).order_by(Organization.id)))
        people = list(await session.scalars(select(Person.id).order_by(Person.id)))
        rows = [
            {
                "organization_id": places[number % len(places)],
                "procedure": PROCEDURE,
                "subject_id": people[number % len(people)],
                "title": f"发展党员：李{number}",
                "started_on": date(2026, 11, 1),
                "remind_on": date(2026, 12, 1),
            }
            for number in range(cases)
        ]
        await session.execute(insert(Case), rows)
        mine = select(Case.id).where(Case.organization_id == places[0]).order_by(Case.id).limit(1)
        found = (await session.execute(mine)).scalar_one()
    return ours, ours.names[0], found


async def turns(ours: Secretaries, name: str, case_id: int) -> float:
    """Seconds a turn takes: the step's first question, its answer, and giving up."""
    address = Address("fake", "t", name)
    started = time.perf_counter()
    ours.count += 1
    tap = Incoming(f"b{ours.count}", address, name, Kind.TAP, ours.town.now, "", f"record.{case_id}.application")
    await ours.town.delivery.answer(await ours.town.turns.take(tap))
    await ours.says(name, ("text", "今天"))
    await ours.says(name, ("text", "取消"))
    return (time.perf_counter() - started) / 3


async def compare(title: str, few_url: str, many_url: str, rounds: int) -> None:
    """One database's table."""
    few, many = await town(few_url, FEW), await town(many_url, MANY)
    seconds: dict[int, list[float]] = {FEW: [], MANY: []}
    for warming in range(rounds + 1):
        for cases, (ours, name, case_id) in ((FEW, few), (MANY, many)):
            taken = await turns(ours, name, case_id)
            if warming:
                seconds[cases].append(taken)
    base = median(seconds[FEW])
    print(f"\n{title:40}{'ms a turn':>12}{'beside 10':>12}")
    for cases, taken in seconds.items():
        print(f"  {f'{cases:,} open cases':38}{median(taken) * 1000:>12.2f}{median(taken) / base:>11.2f}x")
    for ours, _, _ in (few, many):
        await ours.town.database.close()


def loading(rounds: int) -> None:
    """All procedures read, validated and checked, beside reading their YAML alone."""
    ours, plain = [], []
    paths = sorted(PROCEDURES.glob("*.yaml"))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for _ in range(rounds):
        started = time.perf_counter()
        procedures = Procedures.load()
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        for path in paths:
            yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        plain.append(time.perf_counter() - started)
    steps = sum(len(one.steps) for one in procedures)
    print(f"{len(paths)} procedures with {steps} steps: {median(ours) * 1000:.0f} ms to load and check,")
    print(f"  {median(ours) / median(plain):.1f} times reading the YAML alone ({median(plain) * 1000:.0f} ms)")


async def sqlite(rounds: int) -> None:
    """The embedded default."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite+aiosqlite:///{Path(folder) / name}.sqlite3" for name in ("few", "many")]
        await compare("SQLite, WAL, synchronous=FULL", urls[0], urls[1], rounds)


async def postgres(rounds: int) -> None:
    """Two servers' databases, with fsync."""
    with running(durable=True) as few, running(durable=True) as many:
        await compare("PostgreSQL, fsync on", few, many, rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(arguments)
    loading(7)
    if asked.only != "postgres":
        asyncio.run(sqlite(asked.rounds))
    if asked.only != "sqlite":
        asyncio.run(postgres(asked.rounds))


if __name__ == "__main__":
    main()
