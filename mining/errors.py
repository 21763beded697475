"""The one error for what a user can put right."""


class InputError(ValueError):
    """What was given can't be used. The message is one line: what, where, what to do."""

    def __init__(self, message):
        super().__init__(" ".join(str(message).split()))
