"""Calls of an original while its inputs are looked for: how far each came, and which branches it took."""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from refactor_tools.model.proofs import CaseValue
from refactor_tools.prove.adapting import call_with
from refactor_tools.prove.coverage import Recorder
from refactor_tools.prove.values import Maker

Inputs = Mapping[str, CaseValue]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call. `progress` counts the operations that ended well; `sizes` are the numbers that the error names."""

    outputs: tuple[Tensor, ...] | None
    progress: int
    error: Exception | None
    made: Mapping[str, object] = field(default_factory=dict)
    arms: frozenset[int] = frozenset()
    functions: frozenset[str] = frozenset()

    @property
    def ran(self) -> bool:
        return self.outputs is not None

    @property
    def sizes(self) -> frozenset[int]:
        return frozenset(map(int, re.findall(r"\d{1,6}", str(self.error)))) if self.error else frozenset()


class _Counter(TorchFunctionMode):
    """Counts the torch operations that end well."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        self.count += 1
        return result


@dataclass(frozen=True, slots=True)
class Runner:
    """Calls `entry`, a module or a function, with inputs in the sizes `dims`."""

    entry: Callable[..., object]
    dims: Mapping[str, int]
    recorder: Recorder
    names: Mapping[str, object] = field(default_factory=dict)

    def explore(self, inputs: Inputs) -> Outcome:
        """The call in training, with the branches that it takes in evaluation too."""
        outcome = self.run(inputs)
        if not (outcome.ran and isinstance(self.entry, nn.Module)):
            return outcome
        self.entry.eval()
        try:
            other = self.run(inputs)
        finally:
            self.entry.train()
        return replace(outcome, arms=outcome.arms | other.arms, functions=outcome.functions | other.functions)

    def run(self, inputs: Inputs) -> Outcome:
        counter, made = _Counter(), {}
        self.recorder.arms.clear()
        self.recorder.functions.clear()
        self.recorder.active = True
        try:
            generator = torch.Generator().manual_seed(0)
            torch.manual_seed(0)
            made = Maker(self.dims, generator, self.names).arguments(inputs)
            with warnings.catch_warnings(action="ignore"), torch.no_grad(), counter:
                result = self._call(made)
        except Exception as error:  # noqa: BLE001 - whatever legacy code raises says that these inputs do not do
            return Outcome(None, counter.count, error, made)
        finally:
            self.recorder.active = False
        outputs = tuple(leaf for leaf in _pytree.tree_leaves(result) if isinstance(leaf, Tensor))
        arms, functions = frozenset(self.recorder.arms), frozenset(self.recorder.functions)
        return Outcome(outputs, counter.count, None, made, arms, functions)

    def _call(self, made: Mapping[str, object]) -> object:
        return call_with(self.entry.forward if isinstance(self.entry, nn.Module) else self.entry, made)
