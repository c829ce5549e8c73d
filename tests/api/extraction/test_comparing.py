from textwrap import dedent

from refactor_tools.api.extraction.comparing import compared
from refactor_tools.model.explanations import ComparedLine, ComparedMethod
from refactor_tools.model.facts import Source
from refactor_tools.unify.members import Member, load_member
from refactor_tools.unify.plan import Candidate, unify

POOL = """
class Pool(nn.Module):
    '''Pools.'''

    def __init__(self, dim):
        super().__init__()
        self.net = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4), nn.Dropout(0.1))

    def forward(self, x, mask=None):
        if mask is not None:
            x = x * mask
        return self.net(x)
"""


def member(text: str, index: int) -> Member:
    source = "from torch import nn\n\n\n" + dedent(text).strip() + "\n"
    return load_member(Source(f"{index}.py", source, "utf-8", ""), f"{index}.py::Pool", inline_all=True)


def side_by_side(*texts: str) -> dict[str, ComparedMethod]:
    members = [member(text, index) for index, text in enumerate(texts)]
    planned = unify(members)
    candidate = planned if isinstance(planned, Candidate) else None
    return {method.name: method for method in compared(members, candidate)}


def differing(method: ComparedMethod) -> list[ComparedLine]:
    return [line for line in method.lines if not line.same]


def marked(line: ComparedLine) -> list[list[str]]:
    return [[variant.text[start:end] for start, end in variant.marked] for variant in line.variants]


def test_equal_copies_differ_nowhere() -> None:
    methods = side_by_side(POOL, POOL.replace("'''Pools.'''", "'''Other words.'''"))
    assert list(methods) == ["", "__init__", "forward"]
    assert not [line for method in methods.values() for line in differing(method)]


def test_a_value_that_differs_is_marked_and_has_its_parameter() -> None:
    [line] = differing(side_by_side(POOL, POOL.replace("0.1", "0.3"))["__init__"])
    assert [variant.text for variant in line.variants] == ["nn.Dropout(0.1),", "nn.Dropout(0.3),"]
    assert marked(line) == [["1"], ["3"]]
    assert line.parameters == ("dropout",)


def test_layers_stand_on_lines_of_their_own_so_that_one_may_be_missing() -> None:
    [line] = differing(side_by_side(POOL, POOL.replace(", nn.Dropout(0.1)", ""))["__init__"])
    assert [variant.text for variant in line.variants] == ["nn.Dropout(0.1),"]
    assert line.missing == (1,)
    assert line.depth == 2


def test_copies_that_write_a_line_alike_share_a_variant() -> None:
    methods = side_by_side(POOL, POOL.replace("4", "8"), POOL)
    [line] = differing(methods["__init__"])
    assert [variant.copies for variant in line.variants] == [(0, 2), (1,)]


def test_lines_that_differ_in_names_alone_say_so() -> None:
    other = POOL.replace("mask", "keep").replace("self.net", "self.layers")
    methods = side_by_side(POOL, other)
    lines = differing(methods["forward"])
    assert [line.names_only for line in lines] == [False, True, True, True]  # a parameter's name is what callers write
    changed = side_by_side(POOL, POOL.replace("x * mask", "x + mask"))["forward"]
    assert [line.names_only for line in differing(changed)] == [False]


def test_another_attribute_or_function_is_no_other_name() -> None:
    for old, new in (("nn.LayerNorm", "nn.RMSNorm"), ("x * mask", "x.abs() * mask"), ("mask is not", "mask is")):
        lines = [line for method in side_by_side(POOL, POOL.replace(old, new)).values() for line in differing(method)]
        assert lines
        assert not any(line.names_only for line in lines)


def test_copies_that_cannot_be_one_are_compared_too() -> None:
    other = """
    class Pool(nn.Module):
        def forward(self, x):
            return x.mean(1)

        def reset(self):
            self.count = 0
    """
    methods = side_by_side(POOL, other)
    assert list(methods) == ["", "__init__", "forward", "reset"]
    assert all(line.missing == (1,) for line in methods["__init__"].lines)
    assert all(line.missing == (0,) for line in methods["reset"].lines)


def test_functions_are_compared_as_a_whole() -> None:
    members = [
        load_member(Source(f"{i}.py", f"def scale(x):\n    return {i + 2} * x\n", "utf-8", ""), f"{i}.py::scale")
        for i in range(2)
    ]
    [method] = compared(members, None)
    assert method.name == ""
    assert marked(differing(method)[0]) == [["2"], ["3"]]
