"""The operators: each changes a real class in one way in which copies grow apart."""

import random
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice

from benchmarks.forms import form
from benchmarks.mutation.constructors import (
    change_constant,
    config_to_arguments,
    rename_attribute,
    reorder_init,
    swap_arguments,
)
from benchmarks.mutation.flow import inline_submodule, mask_to_lengths, split_method
from benchmarks.mutation.layers import add_dropout, change_activation, drop_norm
from benchmarks.mutation.norms import swap_norm
from benchmarks.mutation.subjects import Subject

# Changes the class of a subject in place; False where there is nothing that it could change.
Operator = Callable[[Subject, random.Random], bool]

OPERATORS: dict[str, Operator] = {
    "rename an attribute": rename_attribute,
    "swap constructor arguments": swap_arguments,
    "add a dropout": add_dropout,
    "drop a norm": drop_norm,
    "mask to lengths": mask_to_lengths,
    "config to keyword arguments": config_to_arguments,
    "inline a submodule": inline_submodule,
    "reorder the constructor": reorder_init,
    "swap pre- and post-norm": swap_norm,
    "change a constant": change_constant,
    "split forward": split_method,
    "change the activation": change_activation,
}
# The operator that must be reported as a difference of order.
ORDER = "swap pre- and post-norm"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A subject and what an operator made of it."""

    original: Subject
    mutated: Subject


def mutants(operator: Operator, found: Iterable[Subject], most: int, seed: int) -> list[Mutant]:
    """The first `most` subjects that the operator changes, each with its mutant."""
    draw = random.Random(seed)
    made = (mutant for subject in found if (mutant := mutated(operator, subject, draw)) is not None)
    return list(islice(made, most))


def mutated(operator: Operator, subject: Subject, draw: random.Random) -> Mutant | None:
    """None where the operator does not apply."""
    changed = replace(subject, node=deepcopy(subject.node))
    return Mutant(subject, changed) if operator(changed, draw) else None


def differs(mutant: Mutant) -> bool:
    """Whether more than names changed."""
    return form(mutant.original.node) != form(mutant.mutated.node)
