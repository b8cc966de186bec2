"""What can stop a dialogue: a reply that is no answer, a person who may not, a mistake of ours, or simply waiting."""


class _Worded(Exception):
    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Invalid(_Worded):
    """This reply does not answer the question; `key` names the sentence that says what would."""


class Refused(_Worded):
    """This person may not, or not now; `key` names the sentence that says why. Ends the dialogue."""


class More(Exception):
    """The reply is part of an answer: `partial` is kept, and the same question is asked for the rest."""

    def __init__(self, partial: object, key: str = "", /, **values: object) -> None:
        super().__init__(key)
        self.partial = partial
        self.key = key
        self.values = values


class DialogueBug(Exception):
    """A dialogue breaks the engine's rules, or a button and its dialogue do not belong together: our mistake."""


class Suspended(BaseException):
    """The run waits for an answer. Not an Exception, so that no `except Exception` in a dialogue swallows it."""
