"""What can be wrong with a date."""

from typing import Literal

ProblemKey = Literal["no_such_day", "no_such_time"]


class DateProblem(ValueError):
    """A phrase names a day or a time that does not exist; `key` says which of the two."""

    def __init__(self, key: ProblemKey) -> None:
        super().__init__(key)
        self.key: ProblemKey = key
