"""The rung BIT_EQUAL: equal bits in every sampled run, and after a few training steps with one optimizer state."""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from refactor_tools.prove.leaves import map_arguments, same_bits
from refactor_tools.prove.runs import Mode, Side, backpropagate, execute
from refactor_tools.prove.scenarios import Scenario
from refactor_tools.prove.states import GlobalState, current, isolated, seed_all

_STEPS = 3
_RATE = 0.01


@dataclass(frozen=True, slots=True)
class BitResult:
    """`nondeterministic` tells that the original differs from itself; `error` is what it raised."""

    difference: str = ""
    nondeterministic: str = ""
    error: str = ""


def compare_bits(original: Side, component: Side, scenario: Scenario, mode: Mode) -> BitResult:
    """Run the original twice and the component once, from the same seed."""
    first = execute(original, scenario, mode)
    again = execute(original, scenario, mode)
    if unstable := first.difference(again):
        return BitResult(nondeterministic=unstable, error=first.error)
    return BitResult(first.difference(execute(component, scenario, mode)), error=first.message)


def compare_training(original: Side, component: Side, scenario: Scenario) -> str:
    """The first difference after AdamW steps that both sides start from the original's optimizer state.

    Optimizer state is positional: a component whose parameters come in another order loads it without an error.
    """
    start = _optimizer_state(original, scenario)
    ours, our_state = _train(original, scenario, start)
    theirs, their_state = _train(component, scenario, start)
    for name, tensor in ours.items():
        if name not in theirs or not same_bits(tensor, theirs[name]):
            return f"{name} differs after {_STEPS} AdamW steps"
    changed = our_state.differences(their_state)
    return f"{' and '.join(changed)} differ after {_STEPS} AdamW steps" if changed else ""


def trains(module: nn.Module | None) -> bool:
    return module is not None and any(parameter.requires_grad for parameter in module.parameters())


def _optimizer_state(side: Side, scenario: Scenario) -> dict[str, object]:
    with isolated(side.seed):
        module = trained(side)
        optimizer = torch.optim.AdamW(module.parameters(), lr=_RATE)
        step(side, module, optimizer, scenario)
        return optimizer.state_dict()


def _train(side: Side, scenario: Scenario, start: dict[str, object]) -> tuple[dict[str, Tensor], GlobalState]:
    with isolated(side.seed):
        module = trained(side)
        optimizer = torch.optim.AdamW(module.parameters(), lr=_RATE)
        optimizer.load_state_dict(copy.deepcopy(start))
        seed_all(side.seed)
        for _ in range(_STEPS):
            step(side, module, optimizer, scenario)
        return {side.legacy_key(name): tensor for name, tensor in module.state_dict().items()}, current()


def trained(side: Side) -> nn.Module:
    """The side's module in training mode.

    Raises:
        TypeError: it is a function.
    """
    module = side.make()
    if module is None:
        raise TypeError("a function has no parameters to train")
    return module.train()


def step(side: Side, module: nn.Module, optimizer: torch.optim.Optimizer, scenario: Scenario) -> None:
    """One step of training, from a gradient that is the same for every side."""
    optimizer.zero_grad()
    copies = map_arguments(torch.clone, scenario.arguments)
    backpropagate(side.call(module, copies), side.seed)
    optimizer.step()
