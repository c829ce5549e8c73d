"""The docstring template: what is written is read back, and what is absent leaves no trace."""

import ast
import doctest

from hypothesis import given, settings
from hypothesis import strategies as st

from refactor_tools.catalogue.docstrings import (
    class_docstring,
    forward_docstring,
    init_docstring,
    parse_docstring,
    template_docstring,
)
from refactor_tools.model.components import ComponentDoc, Dependency, ParameterDoc, TensorDoc

WORD = st.from_regex(r"[A-Za-z_\\`'\"=<>+*/%-]{1,12}", fullmatch=True).filter(lambda word: word not in ("-", "*"))
TEXT = st.lists(WORD, min_size=1, max_size=40).map(" ".join)
NAME = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True)
DOTTED = st.lists(NAME, min_size=1, max_size=3).map(".".join)
SHAPE = st.lists(st.sampled_from(["B", "L", "D", "...", "2 * D", "3"]), max_size=3).map(lambda s: f"({', '.join(s)})")
TYPE = st.sampled_from(["int", "float | None", "Callable[[], nn.Module]", "tuple[int, ...]", ""])
DEPENDENCY = st.builds(Dependency, DOTTED, TEXT | st.just(""))
TENSOR = st.builds(TensorDoc, NAME, SHAPE | st.just(""), TEXT | st.just(""), st.booleans())
RESULT = st.builds(TensorDoc, st.just("") | NAME, SHAPE, TEXT)
LINE = st.from_regex(r"(>>> )?[a-z(){}=. ]{0,30}[a-z)]", fullmatch=True)


def several(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


DOC = st.builds(
    ComponentDoc,
    title=TEXT,
    summary=TEXT | st.just(""),
    concept=several(TEXT),
    architecture=several(TEXT),
    parameters=several(st.builds(ParameterDoc, NAME, TYPE, TEXT | st.just(""))),
    inputs=several(TENSOR),
    outputs=several(RESULT),
    dependencies=several(DEPENDENCY),
    used_by=several(DEPENDENCY),
    alternatives=several(DEPENDENCY),
    related=several(DEPENDENCY),
    references=several(TEXT),
    example=several(LINE),
    notes=several(TEXT),
)


def value(literal: str) -> str:
    text = ast.literal_eval(literal.strip())
    assert isinstance(text, str)
    return text


@settings(max_examples=150, deadline=None)
@given(DOC)
def test_a_docstring_is_read_back_as_it_was_written(doc: ComponentDoc) -> None:
    assert parse_docstring(value(template_docstring(doc))) == doc


@settings(max_examples=50, deadline=None)
@given(DOC)
def test_lines_stay_within_120_columns(doc: ComponentDoc) -> None:
    lines = template_docstring(doc).splitlines()
    assert max(len(line) for line in lines if line != doc.title and not line.startswith('r"""')) <= 120 or any(
        len(word) > 100 for line in lines for word in line.split()
    )


POOLING = ComponentDoc(
    title="Mean Pooling",
    summary="Averages the valid positions of a sequence.",
    concept=("Padding must not count.", "An empty sequence has no mean."),
    architecture=("Masks the padding.", "Divides by the number of valid positions."),
    parameters=(ParameterDoc("dim", "int", "the axis, default 1"),),
    inputs=(
        TensorDoc("x", "(B, L, D)", "the sequences"),
        TensorDoc("mask", "(B, L)", "True where valid", optional=True),
    ),
    outputs=(TensorDoc("", "(B, D)", "one mean per sequence"),),
    dependencies=(Dependency("torch.sum", "numerator"),),
    used_by=(Dependency("app.Model", "summary of the rows"),),
    alternatives=(Dependency("pooling.MaxPooling", "the strongest position only"),),
    related=(Dependency("pooling.masking", "how padding is told"),),
    references=('"Pooling" (Someone, 2020)',),
    example=(">>> 1 + 1", "2"),
    notes=("An empty sequence gives NaN.",),
)

EXPECTED = '''"""
Mean Pooling

Averages the valid positions of a sequence.

**Core Concept:**
Padding must not count.

An empty sequence has no mean.

**Architecture:**
1. Masks the padding.
2. Divides by the number of valid positions.

**Parameters:**
- dim (int): the axis, default 1

**Forward Signature:**
Input:
  - x (B, L, D): the sequences
  - mask (B, L): True where valid, optional
Output:
  - (B, D): one mean per sequence

**Dependencies:**
- torch.sum → numerator

**Used By:**
- app.Model → summary of the rows

**Alternative Approaches:**
- pooling.MaxPooling → the strongest position only

**Related Concepts:**
- pooling.masking → how padding is told

**Usage Example:**
```python
>>> 1 + 1
2

```

**References:**
- "Pooling" (Someone, 2020)

**Implementation Notes:**
- An empty sequence gives NaN.
"""'''


def test_the_template() -> None:
    assert template_docstring(POOLING) == EXPECTED


def test_the_example_runs_as_a_doctest_and_the_fence_is_no_output() -> None:
    (example,) = doctest.DocTestParser().get_examples(value(template_docstring(POOLING)))
    assert (example.source, example.want) == ("1 + 1\n", "2\n")


def test_empty_sections_are_left_out() -> None:
    assert template_docstring(ComponentDoc("Sum", "Adds.")) == '"""\nSum\n\nAdds.\n"""'


def test_a_heading_inside_the_example_opens_no_section() -> None:
    doc = ComponentDoc("A", "B", example=('>>> print("x")', "**Used By:**"))
    assert parse_docstring(value(template_docstring(doc))) == doc


def test_any_docstring_gives_title_and_summary() -> None:
    doc = parse_docstring("Softmax pooling.\n\n    Weighs every\n    position.\n\n    :param x: input\n    ")
    assert doc == ComponentDoc("Softmax pooling.", "Weighs every position. :param x: input")
    assert parse_docstring("") == ComponentDoc("", "")


def test_unknown_sections_are_passed_over() -> None:
    assert parse_docstring("A\n\nB\n\n**Colour:**\n- red\n\n**Used By:**\n- c → d") == ComponentDoc(
        "A", "B", used_by=(Dependency("c", "d"),)
    )


def test_text_that_would_close_the_literal_is_escaped() -> None:
    doc = ComponentDoc("A", 'says """ and \\d', notes=("a\\b",))
    assert parse_docstring(value(template_docstring(doc))) == doc


ARGS = '''        """
        Args:
            dim: the axis, default 1
        """'''

ARGS_AND_RETURNS = '''        """
        Args:
            x: (B, L, D) the sequences
            mask: (B, L) True where valid

        Returns:
            (B, D) one mean per sequence
        """'''


def test_inner_docstrings_carry_shapes_and_the_indent() -> None:
    assert class_docstring("Mean of a sequence.") == '    """Mean of a sequence."""'
    assert init_docstring(POOLING.parameters) == ARGS
    assert forward_docstring(POOLING.inputs, POOLING.outputs) == ARGS_AND_RETURNS


def test_inner_docstrings_of_nothing_are_empty() -> None:
    assert init_docstring(()) == ""
    assert forward_docstring((), ()) == ""


def test_several_outputs_are_named() -> None:
    text = forward_docstring((), (TensorDoc("output", "(B, D)", ""), TensorDoc("loss", "()", "balance")), indent=0)
    assert text == '"""\nReturns:\n    output: (B, D)\n    loss: () balance\n"""'


def test_a_long_summary_of_a_class_is_wrapped() -> None:
    literal = class_docstring("word " * 40 + "end.")
    assert all(len(line) <= 120 for line in literal.splitlines())
    assert " ".join(value(literal).split()) == "word " * 40 + "end."
