"""The codes of a check-in: good for their half minute and the ones beside it, worth nothing before and after."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.codes import (
    LOOK_BACK,
    WINDOW,
    Fit,
    board_ticket,
    digits_of,
    fit_of_digits,
    link_of,
    new_secret,
    qr_path,
    read_link,
    read_ticket,
    turns_at,
    window_at,
)

NOW = datetime(2026, 11, 24, 7, 0, 10, tzinfo=UTC)
SECRETS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8, max_size=24)
MOMENTS = st.integers(1_580_000_000, 3_780_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
IDS = st.integers(1, 2**31 - 1)


@given(SECRETS, MOMENTS, st.floats(-1, 1).map(lambda part: part * WINDOW))
@settings(deadline=None)
def test_digits_and_links_are_good_within_a_window_of_when_they_are_shown(
    secret: str, shown: datetime, off: float
) -> None:
    sent = shown + timedelta(seconds=off)
    window = window_at(shown)
    assert fit_of_digits(secret, digits_of(secret, window), sent) is Fit.NOW
    link = read_link(link_of(7, secret, window))
    assert link is not None
    assert link.fit(secret, sent) is Fit.NOW


@given(IDS, SECRETS, MOMENTS, st.integers(2, 10**6))
@settings(deadline=None)
def test_a_picture_of_a_link_is_worth_nothing_two_windows_later_or_earlier(
    id: int, secret: str, shown: datetime, windows: int
) -> None:
    link = read_link(link_of(id, secret, window_at(shown)))
    assert link is not None
    assert link.meeting_id == id
    for sent in (shown + windows * timedelta(seconds=WINDOW), shown - windows * timedelta(seconds=WINDOW)):
        assert link.fit(secret, sent) is Fit.TURNED


@pytest.mark.parametrize(
    ("seconds", "fit"),
    [
        (-41, Fit.NEVER),  # two windows ahead: nobody can have seen it
        (-40, Fit.NOW),  # our clock is behind that of the screen
        (0, Fit.NOW),
        (19.9, Fit.NOW),
        (20, Fit.NOW),
        (49.9, Fit.NOW),  # a slow reader
        (50, Fit.TURNED),
        (WINDOW * (LOOK_BACK - 1), Fit.TURNED),
        (WINDOW * (LOOK_BACK + 2), Fit.NEVER),  # so long ago that it is taken for a guess
    ],
)
def test_the_edges_of_typed_digits(seconds: float, fit: Fit) -> None:
    assert fit_of_digits("a secret", digits_of("a secret", window_at(NOW)), NOW + timedelta(seconds=seconds)) is fit


def test_a_link_of_one_meeting_fits_no_other_and_no_other_secret() -> None:
    id, window, proof = link_of(7, "a secret", window_at(NOW)).split("_")
    for forged in (f"8_{window}_{proof}", f"{id}_{window}_{'0' * 16}", f"{id}_1_{proof}"):
        link = read_link(forged)
        assert link is not None
        assert link.fit("a secret", NOW) is Fit.NEVER
    link = read_link(f"{id}_{window}_{proof}")
    assert link is not None
    assert link.fit("another", NOW) is Fit.NEVER


@given(st.text(max_size=60))
@settings(deadline=None)
def test_what_is_no_link_and_no_ticket_is_never_taken_for_one(words: str) -> None:
    assert read_link(words) is None or words.count("_") == 2
    assert read_ticket(words) is None or words.count(".") == 3


@pytest.mark.parametrize("id", ["0", "2147483648", "9999999999"])
def test_an_id_that_no_database_takes_is_no_link(id: str) -> None:
    _, window, proof = link_of(7, "a secret", window_at(NOW)).split("_")
    link = read_link(f"{id}_{window}_{proof}")
    assert link is None or link.fit("a secret", NOW) is Fit.NEVER
    assert id == "0" or link is None


def test_a_link_fits_where_telegram_allows_64_letters_digits_and_underscores() -> None:
    payload = "c_" + link_of(2**31 - 1, new_secret(), window_at(datetime(2099, 1, 1, tzinfo=UTC)))
    assert len(payload) <= 64
    assert payload.replace("_", "").isalnum()
    assert payload.isascii()


@given(IDS, SECRETS, MOMENTS, st.text(max_size=40))
@settings(deadline=None)
def test_a_ticket_comes_back_as_it_was_made_and_runs_out(id: int, secret: str, until: datetime, entry: str) -> None:
    made = board_ticket(id, secret, until, entry)
    ticket = read_ticket(made)
    assert ticket is not None
    assert (ticket.meeting_id, ticket.until, ticket.entry) == (id, until, entry)
    assert ticket.is_good(secret, until - timedelta(seconds=1))
    assert not ticket.is_good(secret, until)
    assert not ticket.is_good(secret + "x", until - timedelta(seconds=1))


def test_secrets_are_new_each_time_and_fit_their_column() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert max(map(len, made)) <= 32


def test_digits_of_a_hundred_windows_are_six_each_and_hardly_ever_alike() -> None:
    made = [digits_of("a secret", window) for window in range(100)]
    assert {len(digits) for digits in made} == {6}
    assert len(set(made)) > 95
    assert "".join(made).isdecimal()


def test_the_drawn_code_is_the_code() -> None:
    import segno

    link = "https://chat.example/?start=c_1_a_0123456789abcdef"
    side, path = qr_path(link)
    drawn = [[0] * side for _ in range(side)]
    for run in path.split("M")[1:]:
        x, _, rest = run.partition(" ")
        y, _, rest = rest.partition("h")
        for column in range(int(x), int(x) + int(rest.partition("v")[0])):
            drawn[int(y)][column] = 1
    assert drawn == [list(row) for row in segno.make(link, error="m").matrix]


def test_a_window_begins_when_it_says() -> None:
    window = window_at(NOW)
    assert window_at(turns_at(window)) == window
    assert window_at(turns_at(window) - timedelta(microseconds=1)) == window - 1
