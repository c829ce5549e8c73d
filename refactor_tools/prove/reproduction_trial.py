"""What a child does to try a reproduction."""

from collections.abc import Callable
from typing import Any


def fails(request: tuple[str, str]) -> bool:
    """Whether the test in a text, as it will stand at a path, fails by its assertion."""
    text, path = request
    names: dict[str, Any] = {"__name__": "reproduction", "__file__": path}
    exec(compile(text, path, "exec", dont_inherit=True), names)
    tests: list[Callable[[], None]] = [value for name, value in names.items() if name.startswith("test_")]
    try:
        for test in tests:
            test()
    except AssertionError:
        return True
    return False
