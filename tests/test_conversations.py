"""Every transcript, played with taps, with typed labels and with typed numbers, on both databases.

Those of procedures are many and long, and one engine walks them all: tapped on the one database or typed on the other,
those of 发展党员 both.
"""

import pytest

from storage.database import Database
from tests.branch import settled_town
from tests.transcripts import Manner, Reading, Spoken, Transcript, transcripts

ALL = transcripts()


@pytest.mark.parametrize("manner", ["taps", "labels", "numbers"])
@pytest.mark.parametrize("transcript", ALL, ids=[transcript.path.stem for transcript in ALL])
async def test_a_transcript_is_lived_as_it_is_written(
    database: Database, transcript: Transcript, manner: Manner
) -> None:
    if transcript.path.parent.name == "procedures":
        typed = database.is_sqlite
        if manner != ("labels" if typed else "taps"):
            pytest.skip("tapped on PostgreSQL, typed on SQLite")
        if not transcript.path.stem.startswith("admission") and typed != bool(ALL.index(transcript) % 2):
            pytest.skip("every other one is typed, the rest are tapped")
    town, chats, _ = await settled_town(database)
    await Reading(town, chats, manner).play(transcript)


def test_there_are_transcripts() -> None:
    assert len(ALL) >= 5


def test_the_25_steps_of_an_admission_take_no_more_messages_than_this() -> None:
    """One by one, each on its own day, they were 106."""
    (straight,) = [transcript for transcript in ALL if transcript.path.stem == "admission-straight"]
    typed = [line for line in straight.lines if isinstance(line, Spoken) and not line.who.startswith("助手")]
    assert len(typed) <= 75
