"""`rewrite-checkpoint` as a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.checkpoints import (
        CheckpointContents,
        CheckpointRewrite,
        Renaming,
        Replaced,
        RewriteRequest,
        RewrittenState,
    )
    from refactor_tools.model.components import KeyMap
    from refactor_tools.settings import Settings


def rewrite_checkpoint(settings: Settings, request: RewriteRequest, *, write: bool) -> CheckpointRewrite:
    """Convert the keys of a checkpoint between originals and components; with `write` to `request.target`.

    Raises:
        AmbiguousName: several originals fit in one place; the message lists them.
        UnknownName: no component or original is called as the request says.
        RefactorError: the file cannot be read or loaded, two keys would become one, the target cannot be written, or
            an optimizer cannot be put into another order.
    """
    from refactor_tools.api.scan_checkpoint import shown
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.api.whole_models import states_of_models
    from refactor_tools.checkpoints.formats import read_contents
    from refactor_tools.errors import RefactorError

    keymaps = read_keymaps(settings.root)
    name = shown(settings, request.source)
    contents = read_contents(request.source, name)
    whole = [state.owner for state in contents.states if state.owner is not None]
    if whole and not request.to_state_dict:
        raise RefactorError(f"holds a whole model ({whole[0].dotted}); --to-state-dict makes a state dict of it", name)
    if not request.to_state_dict:
        return _rewritten(settings, request, keymaps, contents, {}, write=write)
    if not whole:
        raise RefactorError("holds no whole model; leave --to-state-dict out", name)
    with TemporaryDirectory(prefix="refactor-tools-") as folder:
        saved = Path(folder, "states.pt")
        known = states_of_models(settings, request, keymaps, saved)
        loaded = replace(request, source=saved, trust=False)
        result = _rewritten(settings, loaded, keymaps, read_contents(saved, name), known, write=write)
    return replace(result, source=name)


def _rewritten(
    settings: Settings,
    request: RewriteRequest,
    keymaps: Sequence[KeyMap],
    contents: CheckpointContents,
    known: Mapping[str, tuple[Renaming, ...]],
    *,
    write: bool,
) -> CheckpointRewrite:
    from refactor_tools.api.replacements import replacements
    from refactor_tools.api.scan_checkpoint import shown
    from refactor_tools.model.checkpoints import CheckpointRewrite

    replaced = replacements(settings, keymaps, request.component, request.original)
    states = _states(request, contents, replaced, known)
    notes = list(_notes(contents, states))
    if write and (request.to_state_dict or any(state.renamed for state in states) or request.like):
        notes += _write(settings, request, contents, states)
    return CheckpointRewrite(
        shown(settings, request.source), shown(settings, request.target), states, tuple(dict.fromkeys(notes))
    )


def _states(
    request: RewriteRequest,
    contents: CheckpointContents,
    replaced: Sequence[Replaced],
    known: Mapping[str, tuple[Renaming, ...]],
) -> tuple[RewrittenState, ...]:
    """Each state dict with what is renamed in it: as known from the model's classes, as named, or as found."""
    from refactor_tools.checkpoints.keys import at_prefix, find_renamings, renamed_all
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.checkpoints import RewrittenState

    result, failures = [], []
    for state in contents.states:
        keys = [tensor.key for tensor in state.tensors]
        renamings: tuple[Renaming, ...] = ()
        if request.to is None:
            pass
        elif request.prefix is not None:
            try:
                renamings = at_prefix(keys, request.prefix, _only(replaced), request.to)
            except RefactorError as error:
                failures.append(error)
        elif state.place in known:
            renamings = known[state.place] if request.to == "component" else ()
        else:
            renamings = find_renamings(keys, replaced, request.to)
        result.append(RewrittenState(state.place, renamed_all(keys, renamings), renamings))
    if failures and len(failures) == len(contents.states):
        raise failures[0]
    return tuple(result)


def _only(replaced: Sequence[Replaced]) -> Replaced:
    from refactor_tools.errors import AmbiguousName

    if len(replaced) != 1:
        choices = "\n".join(f"  --original {item.original}" for item in replaced)
        raise AmbiguousName(f"--prefix needs the one original that stands there:\n{choices}")
    return replaced[0]


def _notes(contents: CheckpointContents, states: Sequence[RewrittenState]) -> list[str]:
    if not contents.states:
        return ["no state dict was found in it"]
    if not any(state.renamed for state in states):
        return ["no key is renamed: none of the components' places was found, or the keys are as asked for already"]
    return []


def _write(
    settings: Settings, request: RewriteRequest, contents: CheckpointContents, states: Sequence[RewrittenState]
) -> list[str]:
    from refactor_tools.api.scan_checkpoint import shown
    from refactor_tools.checkpoints.headers import rename_header
    from refactor_tools.checkpoints.keys import renamed
    from refactor_tools.checkpoints.rewriting import Rewriter, load, replacing, save

    mappers = {
        state.place: partial(renamed, renamings={item.prefix: item for item in state.renamings}) for state in states
    }
    if contents.format == "safetensors":
        with replacing(request.target) as place:
            rename_header(request.source, place, mappers[""])
        return []
    devices = [place for place in contents.locations if place != "cpu"]
    on_cpu = bool(devices) and not _has(devices)
    value = load(request.source, shown(settings, request.source), trust=request.trust, on_cpu=on_cpu)
    rewriter = Rewriter(mappers, _order(settings, request, states))
    save(rewriter.rewritten(value), request.target)
    moved = f"its tensors were saved from {', '.join(devices)} and are stored as CPU tensors" if on_cpu else ""
    older = "it was in torch's older format and is a zip file now" if contents.format == "torch-legacy" else ""
    return [*_on_optimizers(settings, rewriter.optimizers, request, states), *filter(None, (moved, older))]


def _on_optimizers(
    settings: Settings, places: Sequence[str], request: RewriteRequest, states: Sequence[RewrittenState]
) -> list[str]:
    """Optimizers know parameters by number: whether the numbers still hold has to be said."""
    from refactor_tools.certificates.store import certificate_path

    if not places or request.like is not None:
        return []
    found = {renaming.component for state in states for renaming in state.renamings}
    unproven = sorted(name for name in found if not (settings.root / certificate_path(name)).is_file())
    if unproven:
        return [
            f"the optimizer keeps its order of parameters, which was never proven for {', '.join(unproven)}; "
            "--like FILE takes the order from a checkpoint of the new model"
        ]
    return ["the optimizer keeps its order of parameters, which is the originals' by proof"]


def _has(devices: Sequence[str]) -> bool:
    from refactor_tools.checkpoints.rewriting import available

    return all(map(available, devices))


def _order(settings: Settings, request: RewriteRequest, states: Sequence[RewrittenState]) -> list[str] | None:
    """The keys of `--like` that this checkpoint has, in their order."""
    from refactor_tools.api.scan_checkpoint import shown
    from refactor_tools.checkpoints.formats import read_contents

    if request.like is None:
        return None
    new = {key for state in states for _, key in state.keys}
    found = read_contents(request.like, shown(settings, request.like)).states
    return [tensor.key for state in found for tensor in state.tensors if tensor.key in new]
