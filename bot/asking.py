"""The handbook asked from the command line: for a person, and a question a line for a program."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers.markup import to_plain
from knowledge.handbook import Handbook, Lookup

NOTHING = "读本和现行规定里没有查到。"
DID_YOU_MEAN = "您想问的是不是："


def told(handbook: Handbook, message: str, today: date) -> str:
    """What a person is told: each answer with its source, or what was likely meant."""
    return "\n\n".join(_told(found) for found in handbook.ask_all(message, today=today))


def _told(found: Lookup) -> str:
    if found.entry is not None:
        return f"{found.entry.title}\n\n{to_plain(found.answer)}\n\n出处：{found.entry.source}"
    if found.status == "unsure":
        return "\n".join([DID_YOU_MEAN, *(f"- {candidate.entry.title}" for candidate in found.candidates)])
    return NOTHING


def looked_up(handbook: Handbook, message: str, today: date) -> dict[str, Any]:
    """The same for a program: question, answer, source, candidates (title, answer, score 0 to 100) and status.

    The status is answered, unsure or unknown; a message of several questions is answered when all of them are.
    """
    each = handbook.ask_all(message, today=today)
    answered = [found for found in each if found.entry is not None]
    sources = dict.fromkeys(found.entry.source for found in answered if found.entry is not None)
    return {
        "question": message,
        "answer": "\n\n".join(to_plain(found.answer) for found in answered) or None,
        "source": "；".join(sources) or None,
        "candidates": [
            {"title": near.entry.title, "answer": to_plain(near.entry.answer), "score": round(near.score, 1)}
            for found in each
            for near in found.candidates
        ],
        "status": _status(each),
    }


def _status(each: Sequence[Lookup]) -> str:
    statuses = {found.status for found in each}
    return statuses.pop() if len(statuses) == 1 else "unsure"
