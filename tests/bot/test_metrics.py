"""What Prometheus reads: figures of what happened here and of what the database says, and never of whom."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import _serve_metrics, assembled
from bot.metrics import Metrics
from bot.schedule import Schedule
from bot.settings import Settings, Unusable
from handlers.messages import Address, Failure, NotSent, Outgoing
from storage.database import Database, Unavailable
from storage.models import Delivery, Lane, Outcome
from storage.outbox import Draft, give_up, put
from storage.questions import add_question
from tests.fakes import MONDAY, PROCEDURES, TEXTS, FakePlatform

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TYPED = "我妈叫王桂兰1002"


async def read(metrics: Metrics) -> dict[str, float]:
    """Every sample by name and labels."""
    lines = (await metrics.page()).decode().splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


async def test_what_waits_and_what_was_given_up_is_read_from_the_database(database: Database) -> None:
    async with database.transaction() as session:
        put_in = await put(session, [Draft("telegram", "t", "王桂兰", TYPED, lane=Lane.PUSH) for _ in range(3)], MONDAY)
        await give_up(session, put_in[0], Delivery.REFUSED, "x")
        await put(session, [Draft("web", "t", "王", TYPED)], MONDAY + timedelta(seconds=50))
        for outcome in (Outcome.ANSWERED, Outcome.ANSWERED, Outcome.UNKNOWN):
            await add_question(
                session, organization_id=None, text=TYPED, outcome=outcome, entry=None, score=0, now=MONDAY
            )
    found = await read(Metrics(database, lambda: MONDAY + timedelta(seconds=60)))
    assert found['zhishu_outbox_waiting{lane="push"}'] == 2
    assert found['zhishu_outbox_oldest_seconds{lane="push"}'] == 60
    assert found['zhishu_outbox_oldest_seconds{lane="reply"}'] == 10
    assert found['zhishu_outbox_parked{state="refused"}'] == 1
    assert found['zhishu_outbox_parked{state="gone"}'] == 0
    assert found['zhishu_look_ups_of_a_day{outcome="answered"}'] == 2
    assert found['zhishu_look_ups_of_a_day{outcome="unsure"}'] == 0
    assert (found["zhishu_inbox_waiting"], found["zhishu_accounts_unreachable"]) == (0, 0)
    assert found["zhishu_database_up"] == 1
    assert "zhishu_last_round_age_seconds" not in found
    assert not re.search("王|桂兰|1002", " ".join(found))


@SQLITE
async def test_the_last_round_is_known_to_every_process(database: Database) -> None:
    await Schedule(database, TEXTS, PROCEDURES, lambda: MONDAY).tick()
    found = await read(Metrics(database, lambda: MONDAY + timedelta(seconds=31)))
    assert found["zhishu_last_round_age_seconds"] == 31


@SQLITE
async def test_sends_are_counted_by_how_they_end(database: Database) -> None:
    metrics = Metrics(database, lambda: MONDAY)
    platform = FakePlatform(failing=[NotSent(Failure.GONE, "blocked"), NotSent(Failure.LATER, "flood")])
    sender = metrics.counted(platform)
    for _ in range(2):
        with pytest.raises(NotSent):
            await sender.send(Outgoing("1", Address("fake", "t", "王桂兰"), TYPED))
    await sender.send(Outgoing("1", Address("fake", "t", "王桂兰"), TYPED))
    found = await read(metrics)
    assert {name: value for name, value in found.items() if name.startswith("zhishu_sends_total")} == {
        'zhishu_sends_total{channel="fake",outcome="gone"}': 1,
        'zhishu_sends_total{channel="fake",outcome="later"}': 1,
        'zhishu_sends_total{channel="fake",outcome="sent"}': 1,
    }
    assert (sender.name, sender.limits) == (platform.name, platform.limits)


@SQLITE
async def test_the_database_is_asked_once_in_a_while_and_turns_are_measured_as_they_come(database: Database) -> None:
    now = MONDAY
    metrics = Metrics(database, lambda: now)
    assert (await read(metrics))['zhishu_outbox_waiting{lane="reply"}'] == 0
    async with database.transaction() as session:
        await put(session, [Draft("web", "t", "王", TYPED)], MONDAY)
    with metrics.turn("web"):
        pass
    again = await read(metrics)
    assert again['zhishu_outbox_waiting{lane="reply"}'] == 0
    assert again['zhishu_turn_seconds_count{channel="web"}'] == 1
    now += timedelta(seconds=6)
    assert (await read(metrics))['zhishu_outbox_waiting{lane="reply"}'] == 1


async def test_a_database_that_is_away_is_a_figure_and_no_error() -> None:
    away = Database("sqlite+aiosqlite:////no/such/folder/a.sqlite3")
    metrics = Metrics(away, lambda: MONDAY)
    with pytest.raises(Unavailable), metrics.round():
        async with away.transaction() as session:
            await put(session, [Draft("web", "t", "王", TYPED)], MONDAY)
    async with _served(metrics) as url, aiohttp.ClientSession() as http, http.get(url) as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        page = await response.text()
    assert "zhishu_database_up 0.0" in page
    assert "zhishu_database_unavailable 2.0" in page
    assert "zhishu_outbox" not in page
    await away.close()


@asynccontextmanager
async def _served(metrics: Metrics) -> AsyncIterator[str]:
    pages = web.Application()
    metrics.add_to(pages)
    async with TestServer(pages) as server:
        yield str(server.make_url("/metrics"))


@SQLITE
async def test_each_part_has_its_port_and_a_second_worker_the_next_of_its_own(database_url: str) -> None:
    first, second = _free_ports()
    settings = Settings(_env_file=None, database_url=database_url, metrics_port=first - 2)  # type: ignore[call-arg]
    async with assembled(settings) as app, AsyncExitStack() as one, AsyncExitStack() as other:
        await _serve_metrics(app, one, ("worker",))
        await _serve_metrics(app, other, ("worker",))
        async with aiohttp.ClientSession() as http:
            for port in (first, second):
                async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
                    assert "zhishu_database_up 1.0" in await response.text()


def _free_ports() -> tuple[int, int]:
    """One that is free, and so is the third after it."""
    for port in range(20_002, 65_000, 7):
        try:
            with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 3)):
                return port, port + 3
        except OSError:
            continue
    raise AssertionError("no free port")


@SQLITE
async def test_a_host_that_is_not_ours_is_said_in_a_sentence(database_url: str) -> None:
    settings = Settings(_env_file=None, database_url=database_url, metrics_port=9464, metrics_host="192.0.2.1")  # type: ignore[call-arg]
    async with assembled(settings) as app, AsyncExitStack() as stack:
        with pytest.raises(Unusable, match="ZHISHU_METRICS_HOST"):
            await _serve_metrics(app, stack, ("web",))
