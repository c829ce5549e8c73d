"""The structural checks: what no forward pass shows, from the state's keys to the seeded initialisation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from refactor_tools.model.proofs import Check
from refactor_tools.prove.content import content_of
from refactor_tools.prove.leaves import same_bits
from refactor_tools.prove.operations import digest
from refactor_tools.prove.states import GlobalState


@dataclass(frozen=True, slots=True)
class Built:
    """A module as its constructor left it, and the global state afterwards."""

    module: nn.Module
    state: GlobalState


def compare_structure(original: Built, component: Built, legacy_key: Callable[[str], str]) -> Iterator[Check]:
    """One check per structural property, in the order in which a reader wants to know."""
    left, right = original.module, component.module
    theirs = [legacy_key(key) for key in right.state_dict()]
    yield _check("state keys", _key_difference(list(left.state_dict()), theirs))
    yield _check("parameter order", _order_difference(left, right, legacy_key))
    tensors, counterparts = _tensors(left, str), _tensors(right, legacy_key)
    shared = [(name, tensors[name], counterparts[name]) for name in tensors if name in counterparts]
    yield _check("kinds", _sets_difference(_kinds(left, str), _kinds(right, legacy_key)))
    yield _check("shapes and dtypes", _first(shared, _form))
    yield _check("requires_grad", _first(shared, lambda tensor: f"requires_grad={tensor.requires_grad}"))
    yield _check("tied parameters", _sets_difference(_ties(left, str), _ties(right, legacy_key)))
    yield _check("seeded initialisation", _initialisation(shared, original.state, component.state))
    yield _check("train and eval", _modes_difference(left, right))


def structure_root(component: Built, legacy_key: Callable[[str], str]) -> str:
    """A hash of all that `compare_structure` compares, without the original."""
    module = component.module
    tensors = _tensors(module, legacy_key)
    described = [
        (name, _form(tensor), tensor.requires_grad, "" if is_lazy(tensor) else content_of(tensor))
        for name, tensor in sorted(tensors.items())
    ]
    order = [legacy_key(name) for name, _ in module.named_parameters()]
    keys = [legacy_key(key) for key in module.state_dict()]
    modes = [sorted({part.training for part in module.train(mode).modules()}) for mode in (True, False)]
    kinds, ties = sorted(_kinds(module, legacy_key)), sorted(_ties(module, legacy_key))
    return digest(keys, order, kinds, ties, described, modes, component.state.described)


def _check(name: str, difference: str) -> Check:
    return Check(name, not difference, difference)


def _key_difference(ours: list[str], theirs: list[str]) -> str:
    if len(set(theirs)) < len(theirs):
        twice = next(key for key in theirs if theirs.count(key) > 1)
        return f"the key map is no bijection: two of the component's keys stand for {twice}"
    if missing := [key for key in ours if key not in theirs]:
        return f"the component has no counterpart of {', '.join(missing[:3])}"
    if extra := [key for key in theirs if key not in ours]:
        return f"the original has no counterpart of {', '.join(extra[:3])}"
    return _first_out_of_order(ours, theirs)


def _order_difference(left: nn.Module, right: nn.Module, legacy_key: Callable[[str], str]) -> str:
    ours = [name for name, _ in left.named_parameters()]
    theirs = [legacy_key(name) for name, _ in right.named_parameters()]
    if sorted(ours) != sorted(theirs):
        return "the parameters are not the same"
    return _first_out_of_order(ours, theirs)


def _first_out_of_order(ours: list[str], theirs: list[str]) -> str:
    for place, (our, their) in enumerate(zip(ours, theirs, strict=True)):
        if our != their:
            return f"at place {place} the original has {our}, the component {their}"
    return ""


def _tensors(module: nn.Module, legacy_key: Callable[[str], str]) -> dict[str, Tensor]:
    named: dict[str, Tensor] = dict(module.named_parameters(remove_duplicate=False))
    named.update(module.named_buffers(remove_duplicate=False))
    return {legacy_key(name): tensor for name, tensor in named.items()}


def _kinds(module: nn.Module, legacy_key: Callable[[str], str]) -> set[str]:
    saved = set(module.state_dict())
    kinds = {f"parameter {legacy_key(name)}" for name, _ in module.named_parameters(remove_duplicate=False)}
    for name, _ in module.named_buffers(remove_duplicate=False):
        persistence = "persistent" if name in saved else "non-persistent"
        kinds.add(f"{persistence} buffer {legacy_key(name)}")
    return kinds


def _ties(module: nn.Module, legacy_key: Callable[[str], str]) -> set[str]:
    """Groups of names that stand for one tensor."""
    groups: dict[int, list[str]] = {}
    for name, parameter in module.named_parameters(remove_duplicate=False):
        groups.setdefault(id(parameter), []).append(legacy_key(name))
    return {" = ".join(sorted(names)) for names in groups.values() if len(names) > 1}


def _sets_difference(ours: set[str], theirs: set[str]) -> str:
    only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
    parts = [f"only the original has {only_ours[0]}"] if only_ours else []
    parts += [f"only the component has {only_theirs[0]}"] if only_theirs else []
    return "; ".join(parts)


def _first(shared: list[tuple[str, Tensor, Tensor]], shown: Callable[[Tensor], str]) -> str:
    for name, left, right in shared:
        if shown(left) != shown(right):
            return f"{name}: {shown(left)} in the original, {shown(right)} in the component"
    return ""


def _form(tensor: Tensor) -> str:
    if is_lazy(tensor):
        return "uninitialised"
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _initialisation(shared: list[tuple[str, Tensor, Tensor]], ours: GlobalState, theirs: GlobalState) -> str:
    for name, left, right in shared:
        if not (is_lazy(left) or is_lazy(right) or same_bits(left, right)):
            return f"{name} is initialised otherwise from the same seed"
    if changed := ours.differences(theirs):
        return f"{' and '.join(changed)} differ after construction"
    return ""


def _modes_difference(left: nn.Module, right: nn.Module) -> str:
    for training in (True, False):
        ours = {module.training for module in left.train(training).modules()}
        theirs = {module.training for module in right.train(training).modules()}
        if ours != theirs:
            return f"train({training}) leaves other submodules in training mode"
    return ""
