"""A membership goes out with its receipt, or comes in and is given a place."""

from datetime import date
from typing import Any

import pytest

from tests.knowledge.procedures.walks import Walk

APPLIED = {"applied_on": date(2026, 3, 5), "direction": "out", "reasons": "unit", "other": "中共某某街道工作委员会"}
VERIFIED = {"checked_on": date(2026, 3, 8), "paid_month": 3, "file_matched": True}
SENT = {"issued_on": date(2026, 3, 10), "way": "letter", "valid_days": 30}


def out(status: str = "full") -> Walk:
    return Walk("transfer", {"subject.status": status}).record("apply", **APPLIED)


def coming(status: str = "full", **around: Any) -> Walk:
    walk = Walk("transfer", {"subject.status": status, **around})
    walk.record("apply", **{**APPLIED, "direction": "in"})
    return walk.record("report_in", arrived_on=date(2026, 3, 20), issued_on=date(2026, 3, 12), valid_days=30)


def test_out_with_a_letter() -> None:
    walk = out().record("verify", **VERIFIED).record("send", **SENT)
    assert walk.facts.get("send.expires_on") == date(2026, 4, 8)
    walk.record("arrive", received_on=date(2026, 3, 28)).record("close", closed_on=date(2026, 3, 30))
    assert walk.ended is not None
    assert walk.procedure.step("close").effects[0].leaves


def test_reminders_come_fifteen_days_before_on_the_day_and_when_it_is_over() -> None:
    walk = out().record("verify", **VERIFIED).record("send", **SENT)
    standing = walk.standing
    found, day = [], date(2026, 3, 10)
    while (after := standing.next_reminder(day)) is not None:
        found.append(after)
        day = after
    assert found == [date(2026, 3, 24), date(2026, 4, 8), date(2026, 4, 9)]


def test_in_to_a_group_and_a_receipt_back() -> None:
    walk = coming().record("examine", accepted_on=date(2026, 3, 22), accepted=True)
    walk.record("join", joined_on=date(2026, 3, 25), group="第一党小组").record("receipt", receipt_on=date(2026, 3, 26))
    assert walk.ended is not None
    assert walk.ended.outcome == "done"


def test_less_than_half_a_year_away_takes_a_letter_of_proof_and_moves_nothing() -> None:
    walk = Walk("transfer")
    short = {"applied_on": date(2026, 3, 5), "direction": "out", "reasons": "short"}
    assert "证明信" in walk.catches("proof_letter_is_no_transfer", "warn", "apply", "reasons", **short)
    walk.record("apply", **short)
    assert walk.ended is not None
    assert "留在本支部" in walk.ended.says


def test_who_is_not_taken_stays_where_she_was() -> None:
    walk = coming().record("examine", accepted_on=date(2026, 3, 22), accepted=False)
    assert walk.ended is not None
    assert walk.ended.outcome == "stopped"


def test_graduates_move_within_two_years() -> None:
    late = {**APPLIED, "reasons": "graduate", "graduated_on": date(2024, 3, 4)}
    Walk("transfer").catches("not_kept_too_long", "reason", "apply", "graduated_on", **late)
    assert Walk("transfer").levels("apply", **{**late, "graduated_on": date(2024, 3, 5)}) == {}


@pytest.mark.parametrize(
    ("check", "level", "touching", "wrong"),
    [
        ("after_applying", "stop", "checked_on", {"checked_on": date(2026, 3, 4)}),
        ("dues_paid", "reason", "paid_month", {"paid_month": 2}),
        ("file_goes_along", "reason", "file_matched", {"file_matched": False}),
        ("probation_papers", "stop", "review_attached", {"review_attached": False}),
    ],
)
def test_mistakes_before_leaving(check: str, level: str, touching: str, wrong: dict[str, Any]) -> None:
    out("probationary").catches(check, level, "verify", touching, **{**VERIFIED, **wrong})


@pytest.mark.parametrize("days", [91, 180])
def test_no_letter_holds_longer_than_three_months(days: int) -> None:
    walk = out().record("verify", **VERIFIED)
    assert "90天" in walk.catches("three_months_at_most", "stop", "send", "valid_days", **{**SENT, "valid_days": days})
    walk.catches("after_verifying", "stop", "send", "issued_on", **{**SENT, "issued_on": date(2026, 3, 7)})


def test_late_receipts_need_a_reason_and_nobody_is_struck_off_before() -> None:
    walk = out().record("verify", **VERIFIED).record("send", **SENT)
    walk.catches("before_it_expires", "reason", "arrive", "received_on", received_on=date(2026, 4, 9))
    walk.catches("after_sending", "stop", "arrive", "received_on", received_on=date(2026, 3, 9))
    assert walk.open == ["arrive"]
    walk.record("arrive", received_on=date(2026, 3, 28))
    walk.catches("after_the_receipt", "stop", "close", "closed_on", closed_on=date(2026, 3, 27))
    walk.catches("soon", "warn", "close", "closed_on", closed_on=date(2026, 5, 1))


def test_probation_goes_on_where_it_began() -> None:
    walk = coming("probationary", **{"subject.since": date(2025, 6, 1)})
    examined = {"accepted_on": date(2026, 3, 22), "accepted": True, "probation_from": date(2026, 3, 22)}
    assert "不重新算" in walk.catches("probation_goes_on", "stop", "examine", "probation_from", **examined)
    other = {**examined, "probation_from": date(2025, 7, 1)}
    walk.catches("probation_as_on_the_roster", "reason", "examine", "probation_from", **other)
    walk.record("examine", **{**examined, "probation_from": date(2025, 6, 1)})


def test_mistakes_when_coming_in() -> None:
    walk = Walk("transfer").record("apply", **{**APPLIED, "direction": "in"})
    late = {"arrived_on": date(2026, 4, 11), "issued_on": date(2026, 3, 12), "valid_days": 30}
    walk.catches("in_time", "reason", "report_in", "valid_days", **late)
    walk.catches("three_months_at_most", "reason", "report_in", "valid_days", **{**late, "valid_days": 91})
    walk.catches("issued_before", "stop", "report_in", "issued_on", **{**late, "issued_on": date(2026, 4, 12)})
    walk = coming()
    walk.catches("after_reporting", "stop", "examine", "accepted_on", accepted_on=date(2026, 3, 19))
    walk.record("examine", accepted_on=date(2026, 3, 22), accepted=True)
    walk.catches("after_examining", "stop", "join", "joined_on", joined_on=date(2026, 3, 21))
    walk.record("join", joined_on=date(2026, 3, 25))
    walk.catches("after_joining", "stop", "receipt", "receipt_on", receipt_on=date(2026, 3, 24))
