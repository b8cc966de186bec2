"""A question that one file answers at once, for what is looked at or kept as one: a sheet, a proof."""

from typing import Any

from handlers.dialogue.errors import Invalid
from handlers.dialogue.questions import Asking, Question, Reply


class OneFile(Question[int]):
    """The id of one file; with `ending` of that kind only, and `complaint` names the sentence that says so."""

    def __init__(self, ending: str = "", complaint: str = "files_please") -> None:
        self.ending, self.complaint = ending, complaint

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The file that came."""
        if not reply.files:
            raise Invalid("files_please")
        if len(reply.files) != 1 or not reply.files[0].name.lower().endswith(self.ending):
            raise Invalid(self.complaint)
        return reply.files[0].id

    def load(self, data: Any, asking: Asking) -> int:
        """The id."""
        if type(data) is not int:
            raise TypeError(f"{data!r} is no file")
        return data

    def show(self, value: int, asking: Asking) -> str:
        """That it is there; a number of ours says nothing to people."""
        return asking.texts.say("shared", "paper_shown", start="", characters=0, files=1)
