"""Every transcript, played with taps, with typed labels and with typed numbers, on both databases."""

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
    town, chats, _ = await settled_town(database)
    await Reading(town, chats, manner).play(transcript)


def test_there_are_transcripts() -> None:
    assert len(ALL) >= 5


def test_the_25_steps_of_an_admission_take_no_more_messages_than_this() -> None:
    """One by one, each on its own day, they were 106."""
    (straight,) = [transcript for transcript in ALL if transcript.path.stem == "admission-straight"]
    typed = [line for line in straight.lines if isinstance(line, Spoken) and not line.who.startswith("助手")]
    assert len(typed) <= 75
