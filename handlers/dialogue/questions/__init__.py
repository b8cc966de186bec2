"""The kinds of question that a dialogue asks."""

from handlers.dialogue.questions.papers import TEXT_MAX, Paper, Papers
from handlers.dialogue.questions.picked import Choice, Choices, Named, OneOf, PersonIn, YesNo
from handlers.dialogue.questions.question import (
    DONE,
    Asking,
    GivenFile,
    Option,
    Question,
    Reply,
    pick_one,
    summary_line,
)
from handlers.dialogue.questions.times import Clock, Day, When
from handlers.dialogue.questions.typed import Lines, Number, Text

__all__ = [
    "DONE",
    "TEXT_MAX",
    "Asking",
    "Choice",
    "Choices",
    "Clock",
    "Day",
    "GivenFile",
    "Lines",
    "Named",
    "Number",
    "OneOf",
    "Option",
    "Paper",
    "Papers",
    "PersonIn",
    "Question",
    "Reply",
    "Text",
    "When",
    "YesNo",
    "pick_one",
    "summary_line",
]
