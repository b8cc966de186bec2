"""What comes over several messages: words, photos and files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions.question import DONE, Asking, GivenFile, Option, Question, Reply, of_form

TEXT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Paper:
    """What a person wrote and attached, over one or more messages."""

    text: str
    files: tuple[GivenFile, ...]

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.text or self.files)


class Papers(Question[Paper]):
    """Words, photos and files over several messages, until 好了."""

    free = True

    def __init__(self, *, words: bool = True, files: bool = True, at_most: int = 20) -> None:
        self.words, self.files, self.at_most = words, files, at_most

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """好了, once there is something."""
        return [Option(DONE, asking.texts.say("shared", "done_button"))] if partial else []

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Paper:
        """Everything that came, in order."""
        kept = {
            "texts": partial["texts"] if partial and self.words else [],
            "files": partial["files"] if partial and self.files else [],
        }
        finished = (
            reply.option == DONE or asking.texts.means("done", reply.text) or (partial and reply.text.strip() == "1")
        )
        if finished and not reply.files:
            if not any(kept.values()):
                raise Invalid("nothing_yet")
            return self.load(kept, asking)
        if reply.files and not self.files:
            raise Invalid("words_please")
        if reply.text.strip() and not self.words and not reply.files:
            raise Invalid("files_please")
        if not reply.text.strip() and not reply.files:
            raise Invalid("empty")
        texts = [*kept["texts"], *([reply.text.strip()] if self.words and reply.text.strip() else [])]
        files = [*kept["files"], *([file.id, file.name, file.media_type, file.size] for file in reply.files)]
        self._check_number(files)
        if sum(map(len, texts)) > TEXT_MAX:
            raise Invalid("paper_too_long", max_length=TEXT_MAX)
        raise More({"texts": texts, "files": files}, "papers_so_far", characters=sum(map(len, texts)), files=len(files))

    def dump(self, value: Paper) -> Any:
        """Text and references of files."""
        return {
            "texts": [value.text] if value.text else [],
            "files": [[file.id, file.name, file.media_type, file.size] for file in value.files],
        }

    def load(self, data: Any, asking: Asking) -> Paper:
        """The parts joined by blank lines, if what they are is still asked for."""
        texts, files = of_form(data["texts"], list), [GivenFile(*file) for file in of_form(data["files"], list)]
        if texts and not self.words:
            raise Invalid("files_please")
        if files and not self.files:
            raise Invalid("words_please")
        self._check_number(files)
        return Paper("\n\n".join(texts), tuple(files))

    def _check_number(self, files: Sequence[object]) -> None:
        if len(files) > self.at_most:
            raise Invalid("too_many_files", at_most=self.at_most)

    def show(self, value: Paper, asking: Asking) -> str:
        """How much there is, and how it begins."""
        return asking.texts.say(
            "shared",
            "paper_shown",
            start=" ".join(value.text.split())[:40],
            characters=len(value.text),
            files=len(value.files),
        )
