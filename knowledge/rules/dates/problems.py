"""What can be wrong with a date."""


class DateProblem(ValueError):
    """A phrase names a day or a time that does not exist; `key` is "no_such_day" or "no_such_time"."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
