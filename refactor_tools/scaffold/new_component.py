"""A component that starts right: its file, its test and its case, from a template of its category."""

import keyword
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from refactor_tools.certificates.cases import load_cases
from refactor_tools.errors import RefactorError
from refactor_tools.layout import pascal_case, snake_case
from refactor_tools.model.proofs import Case
from refactor_tools.rendering import render, templates_folder


@dataclass(frozen=True, slots=True)
class Template:
    """`mechanism` tells it from the others of its category."""

    name: str
    mechanism: str


# The first template of a category is the one taken where none is named.
TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "attention": (Template("multi_head_attention", "scaled dot-product self-attention in several heads"),),
    "blocks": (Template("transformer_block", "self-attention and feed-forward, norm before each"),),
    "embeddings": (Template("positional_embedding", "sine waves of the position, nothing learned"),),
    "feedforward": (Template("gated_feedforward", "a hidden layer that gates itself (SwiGLU)"),),
    "fusion": (
        Template("basic_fusion", "concatenates and projects"),
        Template("gate_fusion", "a sigmoid gate blends feature by feature"),
        Template("cross_attention_fusion", "one sequence attends to the other"),
    ),
    "losses": (Template("focal_loss", "cross entropy that fades easy examples out"),),
    "pooling": (Template("attention_pooling", "softmax over a learned score per position"),),
    "routing": (Template("top_k_router", "the best experts by softmax, with a balancing loss"),),
}


@dataclass(frozen=True, slots=True)
class NewComponent:
    """`name` is the class; `package` the category's dotted name."""

    name: str
    category: str
    template: Template
    package: str


def choose_template(category: str, name: str | None) -> Template:
    """The template called `name`, the category's first where it is None.

    Raises:
        RefactorError: the category or the template is unknown; the message lists the known ones.
    """
    if category not in TEMPLATES:
        raise RefactorError(_unknown("category", category, TEMPLATES))
    known = {template.name: template for template in TEMPLATES[category]}
    if name is None:
        return TEMPLATES[category][0]
    if name not in known:
        raise RefactorError(_unknown(f"template for {category}", name, known))
    return known[name]


def class_name(name: str) -> str:
    """A name in snake or Pascal case as a class name.

    Raises:
        RefactorError: no Python class can have it.
    """
    found = pascal_case(name)
    if not name.isidentifier() or not found.isidentifier() or keyword.iskeyword(found) or not snake_case(found):
        raise RefactorError(f"`{name}` is no name for a component; write one like gated_fusion or GatedFusion")
    return found


def component_source(new: NewComponent) -> str:
    """The component's file."""
    return _rendered(new, "py")


def test_source(new: NewComponent) -> str:
    """Its test: optional arguments, gradients, and a closed form or torch's own module as oracle."""
    return _rendered(new, "test.py")


def case_of(new: NewComponent) -> Case:
    """How the gate exercises it, by the arguments of the component itself."""
    path = templates_folder() / "components" / new.category / f"{new.template.name}.cases.yaml"
    body = textwrap.indent(path.read_text(encoding="utf-8"), "    ")
    return load_cases(f"schema: 1\noriginals:\n  case:\n{body}", path.name)["case"]


def _rendered(new: NewComponent, kind: str) -> str:
    return render(
        f"components/{new.category}/{new.template.name}.{kind}.j2",
        name=new.name,
        title=snake_case(new.name).replace("_", " ").title(),
        package=new.package,
    )


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"unknown {what} `{name}`; {hint}known: {', '.join(known)}"
