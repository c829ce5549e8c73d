from io import StringIO

from rich.console import Console

from refactor_tools.model.explanations import Attempt, ComparedLine, ComparedMethod, Explanation, Variant
from refactor_tools.report.copies import explanation_markdown, numbers, print_explanation

SAME = ComparedLine(1, (Variant("super().__init__()", (0, 1, 2)),))
RATE = ComparedLine(
    1, (Variant("self.p = 0.1", (0, 2), ((9, 12),)), Variant("self.p = 0.25", (1,), ((9, 13),))), (), ("dropout",)
)
ONLY = ComparedLine(2, (Variant("nn.LayerNorm(dim),", (1,)),), (0, 2))
NAMES = ComparedLine(1, (Variant("return x", (0,), ((7, 8),)), Variant("return y", (1, 2), ((7, 8),))), names_only=True)
LONG = ComparedLine(1, (Variant("x = " + " + ".join(["something_long"] * 8), (0, 1, 2)),), (), ("a",))
IDS = ("a.py::Pool", "b.py::Pool", "c.py::Pool")
PROVEN = Attempt(IDS[:2], ("dropout",), "PROVED")
FAILED = Attempt(IDS, (), "DIFFERENT", failed=((IDS[2], "DIFFERENT", "equal bits: far"),))


def explained(*lines: ComparedLine, **more: object) -> Explanation:
    method = ComparedMethod("__init__", lines)
    return Explanation("Pool", IDS, (ComparedMethod("", (SAME,)), method), **more)  # type: ignore[arg-type]  # fields


def printed(explanation: Explanation, *, colours: bool = False) -> list[str]:
    file = StringIO()
    console = Console(file=file, width=80, force_terminal=colours, color_system="standard" if colours else None)
    print_explanation(console, explanation)
    return file.getvalue().splitlines()


def test_what_differs_is_underlined_and_has_its_parameter() -> None:
    lines = printed(explained(RATE))
    start = lines.index("  __init__") + 1
    assert lines[start : start + 5] == [
        "  1, 3        self.p = 0.1",
        "                       ^^^",
        "  2           self.p = 0.25",
        "                       ^^^^",
        "                  -> dropout",
    ]


def test_with_colours_there_are_no_carets() -> None:
    text = "\n".join(printed(explained(RATE), colours=True))
    assert "^" not in text
    assert "\x1b[33m0.25\x1b[0m" in text


def test_who_lacks_a_line_and_lines_that_differ_by_name_are_said() -> None:
    text = "\n".join(printed(explained(ONLY, NAMES)))
    assert "  2               nn.LayerNorm(dim),\n                      not in 1, 3" in text
    assert "  2-3         return y\n                  only names differ" in text
    assert "^" not in text


def test_lines_that_are_alike_are_counted_where_they_are_many() -> None:
    lines = printed(explained(*[SAME] * 6, RATE, *[SAME] * 4))
    assert sum("super().__init__()" in line for line in lines) == 4
    assert [line.strip() for line in lines if "alike" in line] == ["... 4 lines alike", "... 2 lines alike"]


def test_nothing_is_wider_than_the_terminal() -> None:
    many = ComparedLine(0, (Variant("a = 1", tuple(range(0, 40, 2)), ((4, 5),)), Variant("a = 2", (1,), ((4, 5),))))
    reason = "word " * 40
    lines = printed(explained(LONG, RATE, many, reason=reason, attempts=(Attempt(IDS, reason=reason),)))
    inner = lines[1:]  # the head holds the reason in one line, for it is repeated below
    assert max(map(len, inner)) <= 80


def test_what_was_tried_and_who_was_left_out_follows() -> None:
    lines = printed(explained(RATE, attempts=(FAILED, PROVEN), left_out=((IDS[2], "DIFFERENT: equal bits: far"),)))
    assert lines[-4:] == [
        "  candidate 1, for 1-3: DIFFERENT; 3 DIFFERENT (equal bits: far)",
        "  candidate 2, for 1-2: PROVED, with 1 parameter for differences: dropout",
        "  left out: 3: DIFFERENT: equal bits: far",
        "",
    ]


def test_a_refusal_stands_in_the_head() -> None:
    lines = printed(explained(RATE, reason="names differ", attempts=(Attempt(IDS, reason="names differ"),)))
    assert lines[0] == "  Pool  3 copies compared; refused: names differ"
    assert "  candidate 1, for 1-3: none: names differ" in lines


def test_the_markdown_has_the_same() -> None:
    text = explanation_markdown([explained(RATE, attempts=(PROVEN,))])
    assert text.startswith("# Copies side by side\n\n## Pool\n\n3 copies compared.\n\n1. `a.py::Pool`\n2.")
    assert "```text\n  1, 3        self.p = 0.1\n" in text
    assert "Alike in all copies: `(outside of methods)`." in text
    assert "- candidate 1, for 1-2: PROVED, with 1 parameter for differences: dropout\n" in text
    assert "\n\n\n" not in text


def test_numbers_are_ranges_from_one() -> None:
    assert numbers([0]) == "1"
    assert numbers([4, 0, 1, 2, 6]) == "1-3, 5, 7"
