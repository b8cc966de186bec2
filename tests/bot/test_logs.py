"""Nothing that somebody wrote, no name, no digits and no token is in the log, whatever breaks and whoever writes it."""

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import insert

import handlers.reports
from bot.logs import TROUBLES, configure, exception_lines
from handlers.messages import Outgoing, Sent
from storage.database import Database, Session
from storage.models import Person
from tests.branch import settled_town
from tests.fakes import Chat

NAME = "王桂兰"
TYPED = "家里母亲住院，最近思想有波动"
DIGITS = "1002"
TOKEN = "123456789:AAEhBOweik9ai2wcd34_ghjklmnopqrstuv"
NEVER = (TYPED, "母亲", NAME, "李向阳", DIGITS[:3], TOKEN, "AAEhBO")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+")
"""The digits of a moment may be anybody's."""


@pytest.fixture(autouse=True, params=[True, False], ids=["json", "text"])
def as_it_is_written(request: pytest.FixtureRequest) -> Iterator[bool]:
    """The log as a process writes it, in both forms; afterwards as it was."""
    before, handlers, hook = structlog.get_config(), list(logging.getLogger().handlers), sys.excepthook
    configure(json=request.param)
    yield request.param
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    sys.excepthook = hook


def written(capsys: pytest.CaptureFixture[str]) -> str:
    """What stands in the log, in which none of what is never written stands."""
    said = capsys.readouterr()
    timeless = TIME.sub("", said.err + said.out)
    for never in NEVER:
        assert never not in timeless, f"{never} is in the log:\n{said.err}"
        assert never.encode("unicode_escape").decode() not in said.err, never
    return said.err


def counted() -> float:
    """How many turns have failed in this process, as Prometheus reads it."""
    samples = (sample for metric in TROUBLES.collect() for sample in metric.samples)
    return sum(each.value for each in samples if each.name.endswith("total") and each.labels["what"] == "turn failed")


async def hands_in(member: Chat) -> None:
    """Somebody writes what is nobody else's business, and hands it in."""
    for words in ("交材料", "思想汇报", "2026年第四季度", TYPED, "好了", "确认"):
        await member.says(words)


async def _quotes(*_: object, **values: object) -> None:
    """Breaks as our own code may: the error says what it was given."""
    raise ValueError(f"cannot use {values!r} of {TYPED}, {NAME} {DIGITS}")


async def _breaks_a_rule_of_the_database(session: Session, **_: object) -> None:
    """The database's own words quote the row: 'Failing row contains (…)'."""
    await session.execute(insert(Person).values(name=f"{NAME}{TYPED}", phone_last4=DIGITS[:3]))


async def _breaks_twice(*_: object, **__: object) -> None:
    try:
        int(TYPED)
    except ValueError as error:
        raise ExceptionGroup(TYPED, [KeyError(TYPED), RuntimeError(f"bot{TOKEN}/sendMessage")]) from error


@pytest.mark.parametrize(
    ("database_url", "breaks", "kind"),
    [
        ("sqlite", _quotes, "ValueError"),
        ("sqlite", _breaks_a_rule_of_the_database, "IntegrityError"),
        ("postgres", _breaks_a_rule_of_the_database, "IntegrityError"),
        ("sqlite", _breaks_twice, "ExceptionGroup"),
    ],
    indirect=["database_url"],
)
async def test_a_turn_that_breaks_is_told_by_where_and_not_by_what_was_typed(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], breaks: object, kind: str
) -> None:
    _, chats, _ = await settled_town(database)
    monkeypatch.setattr(handlers.reports, "add_report", breaks)
    before = counted()
    await hands_in(chats["王桂兰"])
    assert "对不起" in chats["王桂兰"].hears()[-1]
    log = written(capsys)
    assert "turn failed" in log
    assert kind in log
    assert "reports.py" in log, "where it broke"
    assert counted() == before + 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_goes_well_leaves_nothing_of_what_was_said(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    _, chats, _ = await settled_town(database)
    await hands_in(chats["王桂兰"])
    for who, words in (("李向阳", "材料"), ("李向阳", "菜单"), ("王桂兰", TYPED), ("新手机", f"绑定 {TYPED}")):
        await chats[who].says(words)
    await chats["王桂兰"].sends_file(f"{TYPED}.jpg")
    written(capsys)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_message_that_breaks_our_code_is_told_by_its_number(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town, chats, _ = await settled_town(database)

    async def send(message: Outgoing) -> Sent:
        raise RuntimeError(f"https://api.telegram.org/bot{TOKEN}/sendMessage {message.body} {NAME}")

    monkeypatch.setattr(town.platform, "send", send)
    await chats["王桂兰"].says("我的")
    log = written(capsys)
    assert "message breaks our code" in log
    assert "RuntimeError" in log


async def test_what_libraries_log_is_told_without_what_they_put_into_it(
    capsys: pytest.CaptureFixture[str], as_it_is_written: bool
) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": ValueError(TYPED), "future": TYPED}
    )
    try:
        raise LookupError(TYPED)
    except LookupError:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", NAME)
    logging.getLogger("httpx").warning("HTTP Request: %s %s", "POST", f"https://api.telegram.org/bot{TOKEN}/getMe")
    logging.getLogger("some").info(TYPED)
    log = written(capsys)
    assert "Task exception was never retrieved" in log
    assert "Error handling request from %s" in log
    assert "LookupError" in log
    if as_it_is_written:
        lines = [json.loads(line) for line in log.splitlines()]
        assert [line["library"] for line in lines] == ["asyncio", "aiohttp.server", "httpx"]


def test_what_ends_a_process_is_told_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        int(TYPED)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    log = written(capsys)
    assert "process ends" in log
    assert "int(TYPED)" in log


def test_what_ends_a_thread_or_cannot_be_raised_is_told_in_the_same_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, as_it_is_written: bool
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    configure(json=as_it_is_written)

    class Breaks:
        def __del__(self) -> None:
            raise KeyError(TYPED)

    def broken() -> None:
        raise LookupError(TYPED)

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    Breaks()
    log = written(capsys)
    for told in ("thread ends", "LookupError", "error where none can be raised", "KeyError"):
        assert told in log


def test_an_exception_names_its_causes_and_ends_even_where_they_go_round() -> None:
    first, second = KeyError(TYPED), PermissionError(13, TYPED)
    first.__cause__, second.__cause__ = second, first
    assert exception_lines(first).splitlines() == [
        "Traceback (most recent call last):",
        "PermissionError: 13",
        "which led to:",
        "Traceback (most recent call last):",
        "KeyError",
    ]
