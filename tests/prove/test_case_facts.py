"""What is read of a source before anything runs."""

import pytest

from refactor_tools.prove.case_facts import read_facts
from refactor_tools.prove.case_names import Sizes, kind_of, role_of


def forward(body: str, doc: str = "") -> str:
    return f'class Part:\n    """{doc}"""\n    def forward(self, x, mask=None):\n        {body}\n'


@pytest.mark.parametrize(
    ("source", "rank"),
    [
        (forward("b, n, d = x.shape"), 3),
        (forward("b, c, h, w = x.size()"), 4),
        (forward("b, n, d, heads = *x.shape, self.heads"), 3),
        (forward("y = rearrange(x, 'b n (h d) -> b h n d')"), 3),
        (forward("return x", doc="x (B, L, D)"), 3),
        (forward("# x: (B, L)\n        return x"), 2),
        (forward("return x"), None),
        (forward("first, *rest = x.shape"), None),
        (forward("y = rearrange(x, '... d -> d ...')"), None),
        (forward("b, n, d = y.shape"), None),
    ],
)
def test_ranks_come_from_unpacking_patterns_and_comments(source: str, rank: int | None) -> None:
    assert read_facts(source, "Part").ranks.get("x") == rank


def test_the_first_use_of_a_name_says_its_rank() -> None:
    source = forward("b, c, h, w = x.shape\n        x = x.flatten(2)\n        b, c, n = x.shape")
    assert read_facts(source, "Part").ranks["x"] == 4


def test_choices_are_what_a_name_is_compared_with() -> None:
    source = "def part(mode, kind, other):\n    if mode == 'a' or mode in ('b', 'a'):\n        return {'k': 1}[kind]\n"
    choices = read_facts(source, "part").choices
    assert choices["mode"] == ("a", "b")
    assert choices["kind"] == ("k",)
    assert "other" not in choices


def test_defaults_are_those_of_plain_fields() -> None:
    source = (
        "class C:\n    width: int = 768\n    name = 'x'\n    made: list = field(default_factory=list)\n    bare: int\n"
    )
    assert read_facts(source, "C").defaults == {"width": 768, "name": "x"}


def test_keys_and_comparisons_with_none() -> None:
    facts = read_facts("def part(batch, x):\n    if x is not None:\n        return batch['text'], batch[0]\n", "part")
    assert facts.items == {"batch": ("text",)}
    assert facts.nullable == {"x"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("attention_mask", "mask"),
        ("key_padding_mask", "mask"),
        ("lengths", "lengths"),
        ("seq_len", "lengths"),
        ("input_ids", "ids"),
        ("tokens", "ids"),
        ("labels", "targets"),
        ("images", "image"),
        ("timesteps", "time"),
        ("return_weights", "flag"),
        ("temperature", "scalar"),
        ("logits", "rows"),
        ("x", "tensor"),
        ("hidden_states", "tensor"),
        ("video_ids", "ids"),
    ],
)
def test_roles_follow_names(name: str, role: str) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (int, "int"),
        ("int | None", "int"),
        ("Optional[float]", "float"),
        ("list[int]", "sequence"),
        ("nn.Module", "module"),
        ("Callable[..., nn.Module]", "callable"),
        ("torch.Tensor", "tensor"),
        ("Config", "other"),
        (None, ""),
    ],
)
def test_kinds_follow_annotations(annotation: object, kind: str) -> None:
    assert kind_of(annotation) == kind


def test_widths_differ_and_heads_divide_them() -> None:
    sizes, facts = Sizes((24, 40, 56), dropout=0.1), read_facts("", "")
    widths = [sizes.value(name, None, facts) for name in ("input_dim", "hidden_size", "embed_dim")]
    heads = sizes.value("num_heads", None, facts)
    assert len(set(widths)) == 3
    assert isinstance(heads, int)
    assert all(isinstance(width, int) and width % heads == 0 for width in widths)
    assert sizes.value("input_dim", None, facts) == widths[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("dropout_rate", 0.1), ("eps", 1e-5), ("num_layers", 2), ("n_residual", 2), ("bias", False), ("kernel_size", 3)],
)
def test_other_arguments_get_what_their_names_say(name: str, value: object) -> None:
    assert Sizes((24,), dropout=0.1).value(name, None, read_facts("", "")) == value
