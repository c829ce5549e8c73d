"""Class attributes, decorators, bases and methods that only some copies have."""

from collections.abc import Callable

import pytest

from refactor_tools.model.adapters import Argument
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate
from tests.unify.conftest import Unify

Code = Callable[[Candidate | Refusal], str]
BODY = """
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, self.expansion * dim)

    def forward(self, x):
        return self.fc(x)
"""


def layer(attributes: str = "expansion = 4", *, base: str = "nn.Module", name: str = "Layer", more: str = "") -> str:
    return f"class {name}({base}):\n    {attributes}\n{BODY}{more}"


def attributes(candidate: Candidate | Refusal) -> list[tuple[Argument, ...]]:
    assert isinstance(candidate, Candidate), candidate
    pairs = zip(candidate.members, candidate.adapters, strict=True)
    return [adapter.attributes for _, adapter in sorted(pairs, key=lambda pair: pair[0].path)]


def test_a_class_attribute_stays_with_the_old_name(united: Unify, code: Code) -> None:
    candidate = united(layer("expansion = 4"), layer("expansion = 2"), layer("expansion = 2"))
    assert "expansion = 2" in code(candidate)
    assert attributes(candidate) == [(Argument("expansion", "4"),), (), ()]


def test_equal_class_attributes_are_the_component_s(united: Unify, code: Code) -> None:
    candidate = united(layer(), layer())
    assert "expansion = 4" in code(candidate)
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (True, True)


def test_an_attribute_over_the_legacy_file_is_left_to_it(united: Unify, code: Code) -> None:
    candidate = united(layer("expansion = 4\n    config = One"), layer("expansion = 4\n    config = Two"))
    assert "config" not in code(candidate)
    assert attributes(candidate) == [(Argument("config", "One"),), (Argument("config", "Two"),)]


def test_an_attribute_that_a_method_reads_must_be_known(united: Unify) -> None:
    outcome = united(layer("expansion = FIRST"), layer("expansion = SECOND"))
    assert isinstance(outcome, Refusal)
    assert "class-level attributes differ: expansion" in outcome.reason


def test_other_class_level_statements_must_agree(united: Unify) -> None:
    outcome = united(layer("expansion = 4\n    if FLAG:\n        other = 1"), layer())
    assert isinstance(outcome, Refusal)
    assert "class-level statements differ" in outcome.reason


def test_a_method_of_one_copy_is_the_component_s(united: Unify, code: Code) -> None:
    own = "\n    def width(self, scale: int = 1) -> int:\n        return self.fc.in_features * scale\n"
    candidate = united(layer(), layer(more=own))
    assert "def width(self, scale: int = 1) -> int:" in code(candidate)
    assert isinstance(candidate, Candidate)
    assert candidate.template.methods == {"width": frozenset({1})}


@pytest.mark.parametrize("name", ["train", "__call__", "extra_repr", "reset_parameters"])
def test_a_method_that_torch_calls_is_not_given_to_others(united: Unify, name: str) -> None:
    outcome = united(layer(), layer(more=f"\n    def {name}(self, *args):\n        return self\n"))
    assert isinstance(outcome, Refusal)
    assert f"only some copies define {name}" in outcome.reason


def test_methods_without_annotations_get_them(united: Unify, code: Code) -> None:
    more = "\n    def scaled(self, x, factor=2.0):\n        return x * factor\n"
    more += "\n    def note(self, text):\n        print(text)\n"
    text = code(united(layer(more=more)))
    assert "def scaled(self, x: Any, factor: float = 2.0) -> Any:" in text.replace("=2.0", " = 2.0")
    assert "def note(self, text: Any) -> None:" in text


def decorated(decorator: str) -> str:
    return layer().replace("    def forward", f"    {decorator}\n    def forward")


def test_decorators_that_differ_stay_with_the_old_name(united: Unify, code: Code) -> None:
    candidate = united(decorated('@documented("one")'), decorated('@documented("two")'))
    assert "documented" not in code(candidate)
    assert isinstance(candidate, Candidate)
    assert [adapter.decorators for adapter in candidate.adapters] == [
        (("forward", ('documented("one")',)),),
        (("forward", ('documented("two")',)),),
    ]


def test_decorators_that_agree_are_the_component_s(united: Unify, code: Code) -> None:
    text = code(united(decorated("@torch.no_grad()"), decorated("@torch.no_grad()")))
    assert "@torch.no_grad()" in text


def test_a_decorator_that_binds_must_agree(united: Unify) -> None:
    plain = "\n    def width(self):\n        return 1\n"
    outcome = united(layer(more=plain), layer(more=plain.replace("    def", "    @property\n    def")))
    assert isinstance(outcome, Refusal)
    assert "only some copies have @property on width" in outcome.reason


def test_the_decorators_of_the_class_stay_with_it(united: Unify, code: Code) -> None:
    candidate = united(f"@register\n{layer()}")
    assert "register" not in code(candidate)
    assert isinstance(candidate, Candidate)
    assert candidate.adapters[0].decorators == (("", ("register",)),)
    assert candidate.verbatim == (False,)


HEAD = "import torch\nfrom torch import nn\nfrom .bases import FirstBase, SecondBase\n\n"


def test_bases_of_the_tree_are_taken_for_one_where_that_is_presumed(united: Unify) -> None:
    first, second = layer(base="FirstBase"), layer(base="SecondBase")
    assert isinstance(united(first, second, head=HEAD), Refusal)
    candidate = united(first, second, head=HEAD, presume=True)
    assert isinstance(candidate, Candidate)
    assert candidate.template.parts[1] == {"Layer": "Layer", "FirstBase": "SecondBase"}


def test_bases_from_elsewhere_are_not(united: Unify) -> None:
    outcome = united(layer(base="nn.Module"), layer(base="nn.Linear"), presume=True)
    assert isinstance(outcome, Refusal)
    assert "bases differ" in outcome.reason
