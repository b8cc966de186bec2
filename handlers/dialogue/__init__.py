"""Durable dialogues: an async function that asks, replayed from its stored answers on every message."""

from handlers.dialogue.engine import Dialogue, dialogue
from handlers.dialogue.errors import DialogueBug, Invalid, Refused
from handlers.dialogue.questions import (
    Choice,
    Choices,
    Clock,
    Day,
    Lines,
    Number,
    Option,
    Papers,
    PersonIn,
    Text,
    When,
    YesNo,
)
from handlers.dialogue.roles import Role

__all__ = [
    "Choice",
    "Choices",
    "Clock",
    "Day",
    "Dialogue",
    "DialogueBug",
    "Invalid",
    "Lines",
    "Number",
    "Option",
    "Papers",
    "PersonIn",
    "Refused",
    "Role",
    "Text",
    "When",
    "YesNo",
    "dialogue",
]
