import pytest

from refactor_tools.report.explanations import together


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ("x (s0, 24) with s0 >= 2", "x (s0, 24) with s0 >= 2"),
        ("x (s0, 24) with s0 >= 2; x (s0, 48) with s0 >= 2", "x (s0, 24|48) with s0 >= 2"),
        ("x (s0, 24) with s0 >= 2; x (s0, 24) with s0 >= 2", "x (s0, 24) with s0 >= 2"),
        (
            "x (s0, 24) with s0 >= 2; x (s0, 24), mask (s0,) with s0 >= 2; x (s0, 1) with s0 >= 2",
            "x (s0, 24|1); x (s0, 24), mask (s0,) with s0 >= 2",
        ),
        ("x (s0, 24) with s0 >= 2 and s0 < 50; x (s0, 8)", "x (s0, 24) with s0 >= 2 and s0 < 50; x (s0, 8)"),
        ("layer2.x (3, 4); layer2.x (5, 4)", "layer2.x (3|5, 4)"),
    ],
)
def test_ranges_are_told_together(ranges: str, said: str) -> None:
    assert together(ranges) == said
