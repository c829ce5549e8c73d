"""One side's call as a module from tensors to tensors, which is what joint graphs are made of."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import _disable_current_modes

from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.joint_export import NotExported, expression_of
from refactor_tools.prove.leaves import leaves, map_arguments
from refactor_tools.prove.runs import tensors_of
from refactor_tools.prove.states import GlobalState, current

Call = Callable[[nn.Module | None, Arguments], object]

# What `nn.Module` keeps for itself. Tensors among it are the graph's own matter.
_MODULE_STATE = frozenset(vars(nn.Module()))


class Program(nn.Module):
    """Takes the tensors of `arguments`, gives those of the output and then its own copies of what it took.

    The copies are as the call left them, so that an input which is changed in place is an output. `form` says what
    tensors alone do not: containers, plain values, and which outputs share memory with what.
    """

    def __init__(self, call: Call, module: nn.Module | None, arguments: Arguments) -> None:
        super().__init__()
        self.side = module
        self.form: tuple[object, ...] = ()
        self._call, self._arguments = call, arguments

    @property
    def inputs(self) -> list[Tensor]:
        return [tensor for _, tensor in distinct(self._arguments)]

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Call the side once.

        Raises:
            NotExported: the call did what no graph shows.
        """
        copies = [tensor.clone() for tensor in inputs]
        given = iter(copies)
        arguments = map_arguments(lambda _: next(given), self._arguments)
        attributes = self._attributes()
        with _disable_current_modes():
            state = current()
        output = self._call(self.side, arguments)
        self._require_nothing_else(attributes, state)
        named = list(leaves(output, "output"))
        found = [leaf for _, leaf in named if isinstance(leaf, Tensor)]
        self.form = (*(_form(name, leaf) for name, leaf in named), self._sharing([*found, *copies]))
        return tuple(tensor.clone() for tensor in (*found, *copies))

    def _require_nothing_else(self, attributes: dict[str, object], state: GlobalState) -> None:
        with _disable_current_modes():
            changed = state.differences(current())
        if changed:
            raise NotExported(f"it changes {' and '.join(changed)}")
        now = self._attributes()
        for name in {**attributes, **now}:
            if name not in attributes or name not in now or not _unchanged(attributes[name], now[name]):
                raise NotExported(f"it sets the attribute {name}")

    def _attributes(self) -> dict[str, object]:
        """What the side's modules hold beside parameters, buffers and submodules."""
        held: dict[str, object] = {}
        for prefix, module in self.side.named_modules() if self.side is not None else ():
            for name, value in vars(module).items():
                if name not in _MODULE_STATE or name == "training":
                    held.update(leaves(value, f"{prefix}.{name}" if prefix else name))
        return held

    def _sharing(self, tensors: Sequence[Tensor]) -> tuple[int, ...]:
        """Which tensors share memory: for each the first that looks at the same, the module's own among them."""
        own = [*self.parameters(), *self.buffers()]
        memories = [tensor.untyped_storage()._cdata for tensor in (*own, *tensors)]
        return tuple(map(memories.index, memories[len(own) :]))


def distinct(arguments: Arguments) -> list[tuple[str, Tensor]]:
    """The tensors of a call by name; one that stands in several places goes by the first."""
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in tensors_of(arguments):
        found.setdefault(id(tensor), (name, tensor))
    return list(found.values())


def _form(name: str, leaf: object) -> tuple[object, ...]:
    if isinstance(leaf, Tensor):
        return (name, "tensor", leaf.requires_grad)
    expression = expression_of(leaf)
    if expression is not None:
        raise NotExported(f"{name} is a size")
    return (name, type(leaf).__name__, repr(leaf) if _is_plain(leaf) else "")


def _unchanged(before: object, after: object) -> bool:
    return before is after or (_is_plain(before) and type(before) is type(after) and repr(before) == repr(after))


def _is_plain(value: object) -> bool:
    plain = int | float | str | bytes | complex | torch.dtype | torch.device | torch.Size
    return value is None or isinstance(value, plain)
