"""The terminal chat with a keyboard made of a list: what is typed goes in, what is sent is printed."""

import asyncio
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels import terminal
from bot.channels.terminal import Terminal
from handlers.messages import Address, Attachment, Button, Document, Failure, Incoming, Kind, NotSent, Outgoing, Rows

ZHANG = Address("terminal", "local", "张三")


class Screen:
    """A keyboard with prepared lines, a screen, and a core that answers what it heard."""

    def __init__(self, folder: Path, typed: Iterable[str] = ()) -> None:
        self.typed = iter(typed)
        self.shown = io.StringIO()
        self.heard: list[Incoming] = []
        self.terminal = Terminal(
            "张三",
            folder,
            read=self.read,
            write=self.shown.write,
            now=lambda: datetime(2025, 11, 24, tzinfo=UTC),
            answer_seconds=0.01,
        )

    async def read(self, prompt: str) -> str | None:
        self.shown.write(prompt)
        return next(self.typed, None)

    async def receive(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        self.heard.append(incoming)
        if incoming.kind is Kind.ENTRY:
            return ()
        answer = Outgoing(str(len(self.heard)), ZHANG, f"听到：{incoming.text or incoming.attachments}")
        await self.terminal.send(answer)
        return (answer,)


async def test_each_line_is_a_message_of_its_own_and_numbers_stay_text(tmp_path: Path) -> None:
    screen = Screen(tmp_path, ["开会", "  ", "2", "/start AB12"])
    await screen.terminal.run(screen.receive)
    assert [(each.kind, each.text, each.payload) for each in screen.heard] == [
        (Kind.ENTRY, "", ""),
        (Kind.TEXT, "开会", ""),
        (Kind.TEXT, "2", ""),
        (Kind.ENTRY, "", "AB12"),
    ]
    assert len({each.id for each in screen.heard}) == 4
    assert {(each.user, each.address) for each in screen.heard} == {("张三", ZHANG)}


async def test_the_answer_stands_above_the_next_prompt_and_the_end_says_goodbye(tmp_path: Path) -> None:
    screen = Screen(tmp_path, ["开会"])
    await screen.terminal.run(screen.receive)
    assert screen.shown.getvalue() == "你：\n听到：开会\n\n你：\n再见。\n"


async def test_an_answer_that_is_sent_after_the_turn_is_waited_for(tmp_path: Path) -> None:
    screen = Screen(tmp_path, ["开会"])
    sending: list[asyncio.Task[object]] = []

    async def receive(incoming: Incoming) -> tuple[Outgoing, ...]:
        answer = Outgoing(incoming.id, ZHANG, "好的")
        sending.append(asyncio.create_task(screen.terminal.send(answer)))
        return (answer,)

    await screen.terminal.run(receive)
    assert screen.shown.getvalue() == "\n好的\n\n你：\n好的\n\n你：\n再见。\n"


async def test_an_answer_that_does_not_come_gives_the_prompt_back(tmp_path: Path) -> None:
    screen = Screen(tmp_path)

    async def receive(incoming: Incoming) -> tuple[Outgoing, ...]:
        return (Outgoing("1", ZHANG, "晚到"), Outgoing("2", Address("web", "local", "p1"), "给别人"))

    await screen.terminal.run(receive)
    assert "回复还在路上" in screen.shown.getvalue()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            ((Button("党员大会", "7.1.0"), Button("支委会", "7.1.1")), (Button("党课", "7.1.2"),)),
            ["[1] 党员大会  [2] 支委会", "[3] 党课"],
        ),
        (
            ((Button("好", "7.1.0"),), (Button("‹ 返回", "c7.1.b"), Button("取消", "c7.1.c"))),
            ["[1] 好", "[返回]  [取消]"],
        ),
        (((Button("条例", url="https://a.example"), Button("好", "x")),), ["条例（https://a.example）  [1] 好"]),
    ],
    ids=["counted through", "ways out have no number", "nor have addresses"],
)
async def test_buttons_are_numbered_as_the_core_counts_them(tmp_path: Path, rows: Rows, expected: list[str]) -> None:
    screen = Screen(tmp_path)
    await screen.terminal.send(Outgoing("1", ZHANG, "**请选**", rows))
    assert screen.shown.getvalue().splitlines() == ["", "请选", *expected, ""]


async def test_documents_are_saved_beside_each_other_and_stay_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "收到"
    screen = Screen(folder)
    papers = tuple(Document("../记录.docx", "application/msword", blob) for blob in (b"one", b"two"))
    await screen.terminal.send(Outgoing("1", ZHANG, "写好了", documents=papers))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "记录.docx": b"one",
        "记录（2）.docx": b"two",
    }
    assert f"文件已保存：{folder / '记录.docx'}" in screen.shown.getvalue()


async def test_a_file_is_sent_by_its_path_and_can_be_fetched(tmp_path: Path) -> None:
    report = tmp_path / "思想 汇报.txt"
    report.write_text("敬爱的党组织", encoding="utf-8")
    screen = Screen(tmp_path, [f"/file '{report}'"])
    await screen.terminal.run(screen.receive)
    (attachment,) = screen.heard[-1].attachments
    assert (screen.heard[-1].kind, attachment.name, attachment.media_type) == (Kind.FILE, "思想 汇报.txt", "text/plain")
    assert (await screen.terminal.fetch(attachment)).decode() == "敬爱的党组织"


@pytest.mark.parametrize("line", ["/file", "/file 没有.txt", "/file ."])
async def test_a_path_that_leads_nowhere_is_answered_with_an_example(tmp_path: Path, line: str) -> None:
    screen = Screen(tmp_path, [line])
    await screen.terminal.run(screen.receive)
    assert [each.kind for each in screen.heard] == [Kind.ENTRY]
    assert "例如 /file" in screen.shown.getvalue()


async def test_a_file_that_is_gone_cannot_be_fetched(tmp_path: Path) -> None:
    with pytest.raises(NotSent):
        await Screen(tmp_path).terminal.fetch(Attachment(str(tmp_path / "gone.txt"), "gone.txt", "text/plain"))


@pytest.mark.parametrize(
    ("to", "failure"),
    [(Address("web", "local", "张三"), Failure.REFUSED), (Address("terminal", "local", "李四"), Failure.LATER)],
)
async def test_messages_for_others_are_not_shown_here(tmp_path: Path, to: Address, failure: Failure) -> None:
    screen = Screen(tmp_path)
    with pytest.raises(NotSent) as raised:
        await screen.terminal.send(Outgoing("1", to, "好"))
    assert raised.value.failure is failure
    assert screen.shown.getvalue() == ""


async def test_the_keyboard_gives_lines_and_then_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("开会\n"))
    assert [await terminal.read_line("你："), await terminal.read_line("你：")] == ["开会", None]
