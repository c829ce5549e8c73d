"""Builds both sides of one setting from one seed, compares them as built, and gives them the same weights."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from refactor_tools.model.proofs import Check
from refactor_tools.prove.adapting import Arguments, Subject
from refactor_tools.prove.keras_layers import compare_layers, settled
from refactor_tools.prove.platforms import module_to_platform
from refactor_tools.prove.runs import Side
from refactor_tools.prove.scenarios import Setting
from refactor_tools.prove.states import current, isolated, stream
from refactor_tools.prove.structure import Built, compare_structure, structure_root
from refactor_tools.prove.worker import describe


class LegacyError(Exception):
    """The original itself cannot be loaded, built or run."""


class ComponentError(Exception):
    """The component cannot be loaded or built from what the original takes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides, ready to run with equal weights; `checks` are those of their structure, `root` is the component's."""

    original: Side
    component: Side
    checks: tuple[Check, ...] = ()
    root: str = ""

    @property
    def comparable(self) -> bool:
        """Whether their states correspond, without which no run says anything."""
        return all(check.passed for check in self.checks if check.name in ("state keys", "kinds", "shapes and dtypes"))


def pair_up(subject: Subject, setting: Setting) -> Pair:
    """Build both sides with the arguments of `setting`.

    Raises:
        LegacyError: the original's constructor raises.
        ComponentError: the component's does.
    """
    if subject.kind == "function":
        return Pair(original_alone(subject, setting), component_alone(subject, setting)[0])
    original = build_original(subject, setting)
    component = build_component(subject, setting)
    checks = (
        *compare_structure(original, component, subject.legacy_key),
        *compare_layers(original.module, component.module, subject.legacy_key),
    )
    root = structure_root(component, subject.legacy_key)
    _vary(original.module, setting.seed)
    copy_state(original.module, component.module, subject.legacy_key)
    theirs = component_side(subject, setting, component.module)
    return Pair(original_side(subject, setting, original.module), theirs, checks, root)


def original_alone(subject: Subject, setting: Setting) -> Side:
    """The original with the weights that it has in a pair.

    Raises:
        LegacyError: its constructor raises.
    """
    if subject.kind == "function":
        return Side(_nothing, subject.call_original, seed=setting.seed)
    module = build_original(subject, setting).module
    _vary(module, setting.seed)
    return original_side(subject, setting, module)


def component_alone(subject: Subject, setting: Setting) -> tuple[Side, str]:
    """The component with the weights that it has in a pair whose structures agree, and its structure's root.

    Raises:
        ComponentError: its constructor raises.
    """
    if subject.kind == "function":
        return Side(_nothing, subject.call_component, subject.legacy_key, setting.seed), ""
    built = build_component(subject, setting)
    root = structure_root(built, subject.legacy_key)
    _vary(built.module, setting.seed)
    return component_side(subject, setting, built.module), root


def build_original(subject: Subject, setting: Setting) -> Built:
    try:
        with isolated(setting.seed):
            module = subject.build_original(setting.arguments)
            return Built(settled(module, subject.call_original, _first(setting)), current())
    except Exception as error:
        raise LegacyError(f"the original cannot be built: {describe(error)}") from error


def build_component(subject: Subject, setting: Setting) -> Built:
    try:
        with isolated(setting.seed):
            module = subject.build_component(setting.arguments)
            return Built(settled(module, subject.call_component, _first(setting)), current())
    except Exception as error:
        raise ComponentError(f"the component cannot be built: {describe(error)}") from error


def original_side(subject: Subject, setting: Setting, module: nn.Module) -> Side:
    def rebuild() -> nn.Module:
        return module_to_platform(build_original(subject, setting).module, setting.platform)

    make = _maker(module_to_platform(module, setting.platform), rebuild)
    return Side(make, subject.call_original, seed=setting.seed)


def component_side(subject: Subject, setting: Setting, module: nn.Module) -> Side:
    make = partial(copy.deepcopy, module_to_platform(module, setting.platform))
    return Side(make, subject.call_component, subject.legacy_key, setting.seed)


def copy_state(source: nn.Module, target: nn.Module, legacy_key: Callable[[str], str]) -> None:
    """Give `target` the values of `source`, where both have a tensor of one name and shape."""
    tensors = state(source)
    with torch.no_grad():
        for name, tensor in state(target).items():
            held = tensors.get(legacy_key(name))
            if held is not None and not is_lazy(tensor) and not is_lazy(held) and held.shape == tensor.shape:
                tensor.copy_(held)


def state(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers, the non-persistent ones too."""
    named: dict[str, Tensor] = dict(module.named_parameters())
    named.update(module.named_buffers())
    return named


def _first(setting: Setting) -> Arguments | None:
    return setting.scenarios[0].arguments if setting.scenarios else None


def _maker(module: nn.Module, rebuild: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """Makes a module equal to `module` for every run: a copy, or a new one where legacy code cannot be copied."""
    try:
        copy.deepcopy(module)
    except Exception:  # noqa: BLE001 - legacy objects refuse copying in many ways
        return partial(_rebuilt, module, rebuild)
    return partial(copy.deepcopy, module)


def _rebuilt(module: nn.Module, rebuild: Callable[[], nn.Module]) -> nn.Module:
    fresh = rebuild()
    copy_state(module, fresh, str)
    return fresh


def _vary(module: nn.Module, seed: int) -> None:
    """Move every parameter off its initial value: zeros and ones hide missing biases and swapped gains."""
    generator = torch.Generator()
    generator.manual_seed(stream(seed, 2))
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.is_floating_point() and not is_lazy(parameter):
                noise = torch.randn(parameter.shape, generator=generator).to(parameter.device, parameter.dtype)
                parameter.add_(noise, alpha=0.05)


def _nothing() -> None:
    return None
