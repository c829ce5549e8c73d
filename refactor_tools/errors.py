"""What a person can get wrong. Everything else is a defect and ends with a traceback."""


class RefactorError(Exception):
    """A message for the person at the terminal, with the place it is about ("" where there is none).

    Commands print it without a traceback and exit with 2.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message, place)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class SettingsError(RefactorError):
    """`[tool.refactor-tools]` holds something that cannot be used."""


class UnknownName(RefactorError):
    """No definition has the name; the message holds the nearest ones."""


class AmbiguousName(RefactorError):
    """Several different algorithms share the name; the message says how to choose."""


class DirtyTree(RefactorError):
    """A file that would be written has changes that no commit and no earlier run accounts for."""


class TreeLocked(RefactorError):
    """Another run holds the tree's lock."""


class UnreadableRecord(RefactorError):
    """A certificate, case file, key map, index or journal is damaged or of another schema."""
