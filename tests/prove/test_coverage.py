import pytest

from refactor_tools.prove.coverage import RECORDER, Coverage, Recorder, instrument, lines_of, measure

SOURCE = '''
def choose(x, y=None):
    """Docstring."""
    if y is None:
        x = x + 1
    if x < 0:
        raise ValueError("negative")
    kept = [item for item in range(x) if item % 2]
    for item in kept:
        x += item
    return double(x) if x > 3 else x


def double(x):
    return x * 2 if x < 100 else x


def never(x):
    return 1 if x else 0
'''


def run(source: str, name: str, *calls: tuple[object, ...]) -> tuple[list[object], Coverage]:
    instrumented, recorder = instrument(source), Recorder(active=True)
    names: dict[str, object] = {RECORDER: recorder}
    exec(instrumented.source, names)
    results = []
    for arguments in calls:
        try:
            results.append(names[name](*arguments))
        except ValueError as error:
            results.append(error)
    return results, measure(instrumented, recorder)


def test_results_are_those_of_the_source() -> None:
    plain: dict[str, object] = {}
    exec(SOURCE, plain)
    calls = [(0,), (5, 1), (200,), (4,)]
    assert run(SOURCE, "choose", *calls)[0] == [plain["choose"](*call) for call in calls]


@pytest.mark.parametrize(
    ("calls", "share"),
    [
        # `double` counts once it is entered, `never` does not; the arm that raises never counts.
        ([(0,)], "4/8"),
        ([(0,), (5, 1)], "9/10"),
        ([(0,), (5, 1), (200, 1)], "10/10"),
        ([(0,), (5, 1), (200, 1), (-5,)], "10/10"),
    ],
)
def test_share_of_arms(calls: list[tuple[object, ...]], share: str) -> None:
    coverage = run(SOURCE, "choose", *calls)[1]
    assert str(coverage) == share
    assert coverage.complete == (share == "10/10")


def test_missing_arms_are_named() -> None:
    coverage = run(SOURCE, "choose", (0,))[1]
    assert "choose line 4 (false)" in list(lines_of(coverage))


@pytest.mark.parametrize(
    ("source", "share"),
    [
        ("def f(x):\n    while x:\n        x -= 1\n    return x\n", "2/2"),
        ("def f(x):\n    while True:\n        return x\n", "0/0"),
        ("def f(x):\n    try:\n        return 1 / 0\n    except ZeroDivisionError:\n        return x\n", "1/1"),
        ("def f(x):\n    try:\n        return x\n    except ZeroDivisionError:\n        return 0\n", "0/1"),
        ("def f(x):\n    try:\n        return x\n    except ZeroDivisionError:\n        raise\n", "0/0"),
        # What comes behind the last of several conditions raises, too.
        ("def f(x):\n    if x:\n        return 1\n    if not x:\n        return 2\n    raise ValueError(x)\n", "1/3"),
        ("def f(x):\n    if x:\n        return 1\n    elif not x:\n        return 2\n    raise ValueError(x)\n", "1/3"),
        ("def f(x):\n    if not x:\n        return 1\n    return 2\n", "1/2"),
        (
            "def f(x):\n    match x:\n        case 2:\n            return 1\n        case _:\n            return 0\n",
            "1/2",
        ),
        ("def f(x):\n    assert x > 0, 'positive'\n    return x\n", "0/0"),
        ("def f(x):\n    return (lambda y: 1 if y else 2)(x)\n", "1/2"),
        ("class A:\n    def g(self, x):\n        return 1 if x else 2\n\ndef f(x):\n    return A().g(x)\n", "1/2"),
        ("def f(x):\n    return (1 if x else 2) + (3 if not x else 4)\n", "2/4"),
    ],
)
def test_kinds_of_decisions(source: str, share: str) -> None:
    assert str(run(source, "f", (2,))[1]) == share


def test_methods_of_other_classes_can_be_left_out() -> None:
    source = (
        "class A:\n    def f(self, x):\n        return 1 if x else 2\n\ndef g(x):\n    return A().f(x) if x else 0\n"
    )
    instrumented, recorder = instrument(source), Recorder(active=True)
    names: dict[str, object] = {RECORDER: recorder}
    exec(instrumented.source, names)
    names["g"](1)
    assert [str(measure(instrumented, recorder, left)) for left in ([], ["A"], ["g"])] == ["2/4", "1/2", "1/2"]


def test_only_what_runs_while_listening_counts() -> None:
    instrumented, recorder = instrument("def f(x):\n    return 1 if x else 2\n"), Recorder()
    names: dict[str, object] = {RECORDER: recorder}
    exec(instrumented.source, names)
    names["f"](1)
    assert str(measure(instrumented, recorder)) == "0/0"
