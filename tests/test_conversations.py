"""Every transcript, played with taps, with typed labels and with typed numbers.

Taps are played on PostgreSQL, labels on SQLite, numbers on the one or the other in turn. The transcripts of procedures
are many and long, and one engine walks them all: those of 发展党员 are tapped and typed, the rest one or the other.
"""

from collections.abc import Iterator
from itertools import cycle

import pytest

from storage.database import Database
from tests.branch import settled_town
from tests.transcripts import Manner, Reading, Spoken, Transcript, transcripts

ALL = transcripts()


def played() -> Iterator[tuple[str, Transcript, Manner]]:
    """On which database each transcript is played, and how it is spoken."""
    for transcript, kind in zip(ALL, cycle(("sqlite", "postgres")), strict=False):
        ways: list[tuple[str, Manner]] = [("postgres", "taps"), ("sqlite", "labels"), (kind, "numbers")]
        if transcript.path.parent.name == "procedures":
            both = transcript.path.stem.startswith("admission")
            ways = ways[:2] if both else [way for way in ways[:2] if way[0] == kind]
        yield from ((kind, transcript, manner) for kind, manner in ways)


@pytest.mark.parametrize(
    ("database_url", "transcript", "manner"),
    [pytest.param(*each, id=f"{each[1].path.stem}-{each[2]}-{each[0]}") for each in played()],
    indirect=["database_url"],
)
async def test_a_transcript_is_lived_as_it_is_written(
    database: Database, transcript: Transcript, manner: Manner
) -> None:
    town, chats, _ = await settled_town(database)
    await Reading(town, chats, manner).play(transcript)


def test_there_are_transcripts() -> None:
    assert len(ALL) >= 5


def test_the_25_steps_of_an_admission_take_no_more_messages_than_this() -> None:
    """One by one, each on its own day, they were 106."""
    (straight,) = [transcript for transcript in ALL if transcript.path.stem == "admission-straight"]
    typed = [line for line in straight.lines if isinstance(line, Spoken) and not line.who.startswith("助手")]
    assert len(typed) <= 75
