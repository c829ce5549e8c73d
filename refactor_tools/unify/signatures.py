"""What constructors take: those of torch.nn, and the components that stand in the library."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from refactor_tools.model.facts import Parameter
from refactor_tools.unify.syntax import expression
from refactor_tools.unify.vocabulary import constructor_parameters, default_of


@dataclass(frozen=True, slots=True)
class Signatures:
    """`components` are the parameters of components, by name."""

    components: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)

    def order(self, name: str) -> tuple[str, ...]:
        """The positional parameters of a constructor; () where it is not known."""
        own = self.components.get(name)
        return constructor_parameters(name) if own is None else tuple(item.name for item in own)

    def default(self, name: str, argument: str) -> cst.BaseExpression | None:
        """What is taken where the argument is not given; None where that is not known."""
        own = self.components.get(name)
        if own is None:
            return default_of(name, argument)
        found = next((item.default for item in own if item.name == argument), None)
        return None if found is None else expression(found)
