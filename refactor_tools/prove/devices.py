"""Device mistakes, found where there is no other device: both sides run on tensors that only say they lie on one.

A tensor that is made without a device, or kept outside of parameters and buffers, stays on the CPU while inputs and
weights are on the device; on the CPU alone nothing shows it. Fake tensors have shapes, types and devices, no contents.

They are said to lie on torch's device "meta" and not on CUDA, for which a torch that is built without it cannot index.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from refactor_tools.model.proofs import DEVICES, Check
from refactor_tools.prove.adapting import Arguments, Subject
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.examine import load
from refactor_tools.prove.leaves import tensors
from refactor_tools.prove.pairs import ComponentError, LegacyError, pair_up
from refactor_tools.prove.platforms import move_arguments
from refactor_tools.prove.runs import Side
from refactor_tools.prove.scenarios import Scenario, Setting, settings_for
from refactor_tools.prove.states import isolated
from refactor_tools.prove.trace import own_line
from refactor_tools.prove.worker import describe

_ELSEWHERE = torch.device("meta")
_PLACES = {"cpu": "on the CPU", _ELSEWHERE.type: "on the device"}
# What fake tensors may mix, and tensors may not.
_UNCHECKED = (torch.ops.aten.embedding.default,)
# How versions of torch say that the operands of one operation lie on two devices.
_MIXED = ("the same device", "two different devices", "Mismatching")


@dataclass(frozen=True, slots=True)
class Journey:
    """Where one run on another device went: `places` are the devices of its outputs by name, `moves` the lines that
    copy a tensor from the device to the CPU. `mixed` is the line that ended it, for it took tensors of two devices;
    `unknown` says why it cannot be run on fake tensors.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    moves: tuple[str, ...] = ()
    mixed: str = ""
    unknown: str = ""


def examine_devices(assignment: Assignment) -> Check:
    """Whether the component may run wherever the original may."""
    try:
        subject = load(assignment)
        return check_devices(subject, settings_for(assignment, subject.names))
    except (LegacyError, ComponentError) as error:
        return Check(DEVICES, None, str(error))


def check_devices(subject: Subject, settings: Iterable[Setting]) -> Check:
    """`examine_devices` of sides that are loaded, on the first call of each construction, in inference.

    Failed where the component makes a mistake that the original does not make. `passed` is None where both make it,
    and where a side needs the contents of tensors.

    Raises:
        LegacyError, ComponentError: a side cannot be built.
    """
    found = [_compare(subject, setting, setting.scenarios[0]) for setting in settings if setting.scenarios]
    ranked = sorted(found, key=lambda check: (False, None, True).index(check.passed))
    return ranked[0] if ranked else Check(DEVICES, None, "its case makes no call")


def journey(side: Side, scenario: Scenario) -> Journey:
    """Run `side` once, in inference, with its weights and inputs on a device that need not exist.

    To be called in a process of its own: what torch does with a device that it was not built for may end it.
    """
    with isolated(side.seed):
        module = side.make()
        runner = _Runner(side, module).eval()
        moves = _Moves()
        sizes = ShapeEnv(allow_scalar_outputs=True, allow_dynamic_output_shape_ops=True)
        with FakeTensorMode(allow_non_fake_inputs=True, shape_env=sizes), torch.no_grad():
            try:
                state = {name: _elsewhere(tensor) for name, tensor in _state(runner).items()}
                arguments = move_arguments(_elsewhere, scenario.arguments)
                with moves:
                    output = torch.func.functional_call(runner, state, (arguments,))
            except Exception as error:  # noqa: BLE001 - whatever the side raises says what can be known of it
                return _ended(error, tuple(moves.lines))
            places = {f"output{name}": _PLACES.get(tensor.device.type, "") for name, tensor in tensors(output)}
        return Journey(places, tuple(moves.lines))


def compare_journeys(original: Journey, component: Journey) -> Check:
    """The verdict on two runs; the detail holds the line."""
    if original.unknown or component.unknown:
        whose, reason = ("the original", original.unknown) if original.unknown else ("the component", component.unknown)
        return Check(DEVICES, None, f"{whose} does not run on tensors without contents: {reason}")
    if component.mixed:
        alone = not original.mixed
        words = "the component mixes" if alone else "as in the original, one operation takes"
        return Check(DEVICES, False if alone else None, f"{words} tensors of two devices: {component.mixed}")
    if original.mixed:
        return Check(DEVICES, True, f"only the original mixes tensors of two devices: {original.mixed}")
    for name, place in original.places.items():
        if (now := component.places.get(name, place)) != place:
            return Check(DEVICES, False, f"{name} is {place} in the original, {now} in the component")
    if len(component.moves) > len(original.moves):
        line = component.moves[len(original.moves)]
        return Check(DEVICES, False, f"the component copies more tensors from the device to the CPU: {line}")
    return Check(DEVICES, True)


def _compare(subject: Subject, setting: Setting, scenario: Scenario) -> Check:
    pair = pair_up(subject, setting)
    check = compare_journeys(journey(pair.original, scenario), journey(pair.component, scenario))
    place = f"{setting.label}, {scenario.label}: " if check.detail else ""
    return Check(check.name, check.passed, f"{place}{check.detail}")


class _Runner(nn.Module):
    """A side's call as a module, so that its weights can be exchanged for the duration of one call."""

    def __init__(self, side: Side, module: nn.Module | None) -> None:
        super().__init__()
        self.side = module
        self._call = side.call

    def forward(self, arguments: Arguments) -> object:
        return self._call(self.side, arguments)


class _Moves(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """Notes the lines at which tensors leave the device for the CPU."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lines: list[str] = []

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in _UNCHECKED and len(_kinds(args)) > 1:
            raise RuntimeError("its operands do not lie on the same device")
        result = func(*args, **(kwargs or {}))
        if _ELSEWHERE.type in _kinds((args, kwargs)) and "cpu" in _kinds(result):
            self.lines.append(own_line())
        return result


def _kinds(values: object) -> set[str]:
    return {leaf.device.type for leaf in tree_leaves(values) if isinstance(leaf, Tensor)}


def _elsewhere(tensor: Tensor) -> Tensor:
    return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=_ELSEWHERE)


def _state(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def _ended(error: Exception, moves: tuple[str, ...]) -> Journey:
    failure = describe(error)
    if any(words in str(error) for words in _MIXED):
        return Journey(moves=moves, mixed=failure.line or failure.message)
    return Journey(moves=moves, unknown=str(failure))
