"""What the vocabulary between core and channels promises by itself."""

import pytest

from handlers.messages import Address, Button, Document, Failure, Incoming, Kind, NotSent
from tests.fakes import MONDAY


def test_what_no_database_takes_is_left_out_of_what_came_in() -> None:
    came = Incoming(
        "1", Address("web", "t", "甲"), "甲", Kind.TEXT, MONDAY, "党\x00费\ud83d👍", "me\x00nu", name="王\udc00"
    )
    assert (came.text, came.payload, came.name) == ("党费👍", "menu", "王")


@pytest.mark.parametrize("payload", ["r123456789.123456789.999", "x" * 48, ""])
def test_a_payload_that_every_platform_carries_is_taken(payload: str) -> None:
    assert Button("签到", payload).payload == payload


@pytest.mark.parametrize("payload", ["x" * 49, "签到"])
def test_one_that_some_platform_would_refuse_is_our_mistake(payload: str) -> None:
    with pytest.raises(ValueError, match="48 ASCII bytes"):
        Button("签到", payload)


def test_a_picture_is_shown_and_another_file_is_downloaded() -> None:
    assert Document("码.png", "image/png", b"").is_image
    assert not Document("记录.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"").is_image


def test_a_message_that_was_not_taken_says_which_of_the_four_kinds_it_is_and_how_long_to_wait() -> None:
    failed = NotSent(Failure.LATER, "429", retry_after=3)
    assert (failed.failure, failed.detail, failed.retry_after) == (Failure.LATER, "429", 3)
    assert str(failed) == "later: 429"
    assert NotSent(Failure.GONE, "403").retry_after is None
