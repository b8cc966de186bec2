"""Transcripts in Markdown that read like a chat and run as a test.

# A title, which is the name of the test
> 桃花村党支部                 the branch; people are made by their names as they speak
书记 李明：开会                 somebody types; a label that stands on a button may be tapped instead
助手：要开什么会？              what the speaker hears next; …… stands for anything
助手对 王桂兰：**开会通知**     what somebody else hears
书记 李明：[文件 手写稿.jpg]    a file is sent; 助手：[文件 ….xlsx] one is received
（过了 20 分钟）                the clock is set forward; 分钟, 小时 or 天
（到了 2027年3月5日）           it is ten in the morning of that day
（提醒时间到了）                the worker puts together everybody's message of the day
（名册添上 孙丽、周强）          full members besides those of tests/branch.py, who say nothing
（导入《工作手册》）            readings/工作手册.md is imported for everybody; （删掉《工作手册》）
{码} in a line is the six digits last heard, {邀请码} the last invitation, {链接} the payload of the last link
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from bot.reminder_round import remind_everybody
from knowledge.readings import understand
from storage.memberships import enrol
from storage.models import Status
from storage.people import branches_under
from storage.readings import PassageText, put_reading, remove_reading
from tests.fakes import PROCEDURES, TEXTS, Chat, FakeTown

Manner = Literal["taps", "labels", "numbers"]
FOLDER = Path(__file__).parent / "conversations"
_LATER = re.compile(r"（过了\s*(\d+)\s*(分钟|小时|天)）")
_DAY = re.compile(r"（到了\s*(\d{4})年(\d{1,2})月(\d{1,2})日）")
_REMINDED = re.compile(r"（提醒时间到了）")
_ROSTER = re.compile(r"（名册添上 (.+)）")
_READING = re.compile(r"（(导入|删掉)《(.+)》）")
_LINE = re.compile(
    r"(?P<who>助手(?:对 [^：\s]+)?|(?:书记|党员|预备党员|积极分子|组织委员|陌生人) [^：\s]+)：(?P<text>.*)"
)
_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line: who, what, and where it stands."""

    who: str
    text: str
    line: int


@dataclass(slots=True)
class Transcript:
    """A conversation as it was written down."""

    path: Path
    title: str
    lines: list[Spoken | str]


def transcripts() -> list[Transcript]:
    """All of them, by file name."""
    return [read(path) for path in sorted([*FOLDER.glob("*.md"), *FOLDER.glob("procedures/*.md")])]


def read(path: Path) -> Transcript:
    """One file; a line that begins nothing new continues the one before."""
    found = Transcript(path, path.stem, [])
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("# "):
            found.title = line[2:].strip()
        elif any(happening.fullmatch(line.strip()) for happening in (_LATER, _DAY, _REMINDED, _ROSTER, _READING)):
            found.lines.append(line.strip())
        elif spoken := _LINE.fullmatch(line):
            found.lines.append(Spoken(spoken["who"], spoken["text"], number))
        elif line.strip() and found.lines and isinstance(found.lines[-1], Spoken):
            last = found.lines[-1]
            found.lines[-1] = Spoken(last.who, f"{last.text}\n{line}", last.line)
    return found


@dataclass(slots=True)
class Reading:
    """Plays a transcript against the assistant and says where they differ."""

    town: FakeTown
    people: dict[str, Chat]
    manner: Manner
    waiting: dict[str, list[str]] = field(default_factory=dict)
    speaker: str = ""
    found: dict[str, str] = field(default_factory=dict)

    async def play(self, transcript: Transcript) -> None:
        """Every line in order.

        Raises `AssertionError` naming the file and the line.
        """
        for line in transcript.lines:
            if isinstance(line, str):
                await self._happen(line)
            elif line.who.startswith("助手"):
                self._hear(transcript, line)
            else:
                await self._speak(line)

    async def _happen(self, line: str) -> None:
        """What nobody says: time passes, a reading comes or goes."""
        if later := _LATER.fullmatch(line):
            self.town.later(**{_UNITS[later[2]]: int(later[1])})
            await self.town.deliver()
            return
        if day := _DAY.fullmatch(line):
            self.town.now = self.town.now.replace(year=int(day[1]), month=int(day[2]), day=int(day[3]), hour=10)
            await self.town.deliver()
            return
        if _REMINDED.fullmatch(line):
            await remind_everybody(self.town.database, TEXTS, PROCEDURES, self.town.now)
            await self.town.deliver()
            self._collect()
            return
        if more := _ROSTER.fullmatch(line):
            await self._enrol(more[1].split("、"))
            return
        what = _READING.fullmatch(line)
        assert what is not None
        async with self.town.database.transaction() as session:
            if what[1] == "删掉":
                assert await remove_reading(session, None, what[2])
                return
            file = f"{what[2]}.md"
            book = understand(file, (FOLDER / "readings" / file).read_bytes())
            await put_reading(
                session,
                organization_id=None,
                title=book.title,
                file_name=file,
                digest="0" * 64,
                passages=[PassageText(one.chapter, one.heading, one.page, one.text) for one in book.passages],
                now=self.town.now,
            )

    async def _enrol(self, names: list[str]) -> None:
        async with self.town.database.transaction() as session:
            branch = next(one for one in await branches_under(session, "/") if one.name == "桃花村党支部")
            for number, name in enumerate(names):
                await enrol(
                    session,
                    organization_id=branch.id,
                    name=name,
                    phone_last4=f"{4000 + number}",
                    status=Status.FULL,
                    since=date(2020, 1, 1),
                )

    def _name(self, who: str) -> str:
        return who.split()[-1]

    async def _speak(self, line: Spoken) -> None:
        self.speaker = self._name(line.who)
        chat = self.people[self.speaker]
        self._collect()
        self.waiting[self.speaker] = []
        text = line.text.strip()
        self.found["链接"] = self.town.last_link
        for name, value in self.found.items():
            text = text.replace("{" + name + "}", value)
        if attached := re.fullmatch(r"\[文件 (.+)\]", text):
            await chat.sends_file(attached[1])
        elif opened := re.fullmatch(r"\[打开链接 ?(.*)\]", text):
            await chat.opens(opened[1])
        elif self.manner == "taps" and any(button.label == text for button in chat.buttons()):
            await chat.taps(text)
        elif self.manner == "numbers" and (number := chat.number_of(text)) is not None:
            await chat.says(str(number))
        else:
            await chat.says(text)
        self._collect()

    def _collect(self) -> None:
        for name, chat in self.people.items():
            start = chat.heard
            heard = chat.hears()
            for message, words in zip(chat.messages[start:], heard, strict=True):
                files = "".join(f"\n[文件 {document.name}]" for document in message.documents)
                self.waiting.setdefault(name, []).append(words + files)
                if code := re.search(r"(?<!\d)(\d{6})(?!\d)", words):
                    self.found["码"] = code[1]
                if invitation := re.search(r"绑定 ([A-Z0-9]{8})", words):
                    self.found["邀请码"] = invitation[1]

    def _hear(self, transcript: Transcript, line: Spoken) -> None:
        name = line.who.removeprefix("助手").removeprefix("对").strip() or self.speaker
        where = f"{transcript.path.name}:{line.line} ({self.manner})"
        heard = self.waiting.get(name, [])
        assert heard, f"{where}: {name} hears nothing, but should hear {line.text!r}"
        words = heard.pop(0)
        assert alike(line.text, words), f"{where}: {name} should hear\n{line.text}\nbut hears\n{words}"


def alike(written: str, heard: str) -> bool:
    """Whether what was heard begins as it is written; …… stands for anything, blank lines do not count."""
    pattern = "[\\s\\S]*?".join(re.escape(_flat(part)) for part in written.split("……"))
    return re.match(pattern, _flat(heard)) is not None


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("**", "").replace("- ", "").replace("• ", "").replace("│ ", ""))
