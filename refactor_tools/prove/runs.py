"""One run of one side: forward, backward, and everything that it left behind."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.leaves import leaves, map_arguments, same_leaf, tensors
from refactor_tools.prove.scenarios import Scenario
from refactor_tools.prove.states import GlobalState, current, isolated, seed_all, stream
from refactor_tools.prove.trace import Trace
from refactor_tools.prove.worker import describe


@dataclass(frozen=True, slots=True)
class Mode:
    """How a module is run: `training` is its flag, `gradients` whether autograd records and backward follows."""

    name: str
    training: bool
    gradients: bool


MODES = (Mode("train", True, True), Mode("eval", False, True), Mode("inference", False, False))


@dataclass(frozen=True, slots=True)
class Side:
    """One side, ready to be called. `module` is made anew for every run; `legacy_key` maps its state keys.

    Every run starts from `seed`.
    """

    make: Callable[[], nn.Module | None]
    call: Callable[[nn.Module | None, Arguments], object]
    legacy_key: Callable[[str], str] = str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave, by names that both sides share.

    `values` are outputs, gradients, inputs and module state after the run; `error` is the type of the exception that
    ended it and `message` tells it in full.
    """

    values: Mapping[str, object]
    state: GlobalState
    error: str = ""
    message: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)

    def difference(self, other: "Run") -> str:
        """The first thing in which `other` differs from this run, in words; "" where nothing does."""
        if self.error != other.error:
            return f"the original {_ends(self)}, the component {_ends(other)}"
        for name in {**self.values, **other.values}:
            if name not in self.values or name not in other.values:
                return f"{name} is only {'the component' if name in other.values else 'the original'}'s"
            if not same_leaf(self.values[name], other.values[name]):
                return f"{name} differs: {_distance(self.values[name], other.values[name])}"
            if found := layout_difference(name, self.values[name], other.values[name]):
                return found
        if changed := self.state.differences(other.state):
            return f"{' and '.join(changed)} differ afterwards"
        return ""


def layout_difference(name: str, original: object, component: object) -> str:
    """Whether an output lost the layout that callers may rely on."""
    if name.startswith("output") and _contiguous(original) and not _contiguous(component):
        return f"{name} is contiguous in the original only, so that a `view` of it may fail"
    return ""


def execute(
    side: Side,
    scenario: Scenario,
    mode: Mode,
    trace: Trace | None = None,
    within: AbstractContextManager[object] | None = None,
) -> Run:
    """Run `side` once, from its seed, on copies of the scenario's arguments; the calls are made `within` a context."""
    with isolated(side.seed):
        module = side.make()
        if module is not None:
            module.train(mode.training)
        seed_all(side.seed)
        sources = map_arguments(as_source(mode), scenario.arguments)
        collected = _Collected(side, module, sources, trace)
        recording: AbstractContextManager[object] = trace if trace is not None else nullcontext()
        error = message = ""
        with recording, within or nullcontext(), torch.set_grad_enabled(mode.gradients):
            try:
                # A copy, so that a side which changes its input does so as it would in the middle of a model.
                copies = map_arguments(torch.clone, sources)
                output = side.call(module, copies)
                collected.outputs(output)
                if mode.gradients:
                    backpropagate(output, side.seed)
                collected.gradients(copies)
            except Exception as caught:  # noqa: BLE001 - which exception a side raises is part of what is compared
                failure = describe(caught)
                error, message = failure.exception, str(failure)
        return Run(collected.values, current(), error, message, collected.tokens)


class _Collected:
    """Names every tensor of a run, before and after."""

    def __init__(self, side: Side, module: nn.Module | None, sources: Arguments, trace: Trace | None) -> None:
        self.values: dict[str, object] = {}
        self.tokens: dict[str, str] = {}
        self.trace, self.sources = trace, sources
        self.parameters = {side.legacy_key(name): entry for name, entry in module.named_parameters()} if module else {}
        self.module, self.legacy_key = module, side.legacy_key
        for name, tensor in self._named():
            if trace is not None:
                trace.name(name, tensor)

    def outputs(self, output: object) -> None:
        for name, leaf in leaves(output, "output"):
            self._keep(name, leaf.detach() if isinstance(leaf, Tensor) else leaf)

    def gradients(self, copies: Arguments) -> None:
        for name, tensor in self._named():
            if tensor.requires_grad:
                self._keep(f"gradient of {name}", tensor.grad)
        for name, tensor in self._named():
            if not name.startswith("input"):
                self._keep(f"{name} after the run", tensor.detach())
        for name, tensor in tensors_of(copies):
            self._keep(f"{name} after the run", tensor.detach())
        if self.trace is not None:
            self.tokens["random operations"] = self.trace.effect

    def _named(self) -> list[tuple[str, Tensor]]:
        named: list[tuple[str, Tensor]] = [(f"parameter {name}", tensor) for name, tensor in self.parameters.items()]
        if self.module is not None:
            named += [(f"buffer {self.legacy_key(name)}", tensor) for name, tensor in self.module.named_buffers()]
        return named + tensors_of(self.sources)

    def _keep(self, name: str, value: object) -> None:
        self.values[name] = value
        if self.trace is not None:
            self.tokens[name] = self.trace.token(value) if isinstance(value, Tensor) else _plain(value)


def tensors_of(arguments: Arguments) -> list[tuple[str, Tensor]]:
    return [pair for name, value in arguments.items() for pair in tensors_named(name, value)]


def tensors_named(name: str, value: object) -> list[tuple[str, Tensor]]:
    return [(f"input {name}{path}", tensor) for path, tensor in tensors(value)]


def as_source(mode: Mode) -> Callable[[Tensor], Tensor]:
    def make(tensor: Tensor) -> Tensor:
        copy = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=tensor.device)
        copy.copy_(tensor)
        differentiable = tensor.is_floating_point() or tensor.is_complex()
        return copy.requires_grad_(mode.gradients and differentiable)

    return make


def backpropagate(output: object, seed: int) -> None:
    """Backpropagate a fixed random gradient from every output that has one."""
    roots = [tensor for _, tensor in tensors(output) if tensor.requires_grad]
    generator = torch.Generator()
    generator.manual_seed(stream(seed, 1))
    if roots:
        torch.autograd.backward(roots, [_cotangent(root, generator) for root in roots])


def _cotangent(root: Tensor, generator: torch.Generator) -> Tensor:
    dtype = root.dtype if root.is_complex() else torch.float32
    return torch.randn(root.shape, generator=generator, dtype=dtype).to(root.device, root.dtype)


def _contiguous(leaf: object) -> bool:
    return not isinstance(leaf, Tensor) or leaf.layout != torch.strided or leaf.is_contiguous()


def _plain(leaf: object) -> str:
    return repr(leaf) if leaf is None or isinstance(leaf, int | float | str | bytes | complex) else type(leaf).__name__


def _ends(run: Run) -> str:
    return f"raises {run.message}" if run.error else "does not raise"


def _distance(left: object, right: object) -> str:
    if not (isinstance(left, Tensor) and isinstance(right, Tensor)):
        return f"{_short(left)} and {_short(right)}"
    if left.shape != right.shape or left.dtype != right.dtype:
        return f"{_short(left)} and {_short(right)}"
    if left.numel() == 0 or left.layout != torch.strided:
        return "their contents are not equal"
    wide = torch.complex128 if left.is_complex() else torch.float64
    return f"by at most {float((left.to(wide) - right.to(wide)).abs().nan_to_num(nan=float('inf')).max()):.3g}"


def _short(value: object) -> str:
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
    return repr(value)[:60]
