"""The record of a class that holds components, and its proof against what it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refactor_tools.api.closures import closure_of
from refactor_tools.api.extraction.earlier import trusted_certificate, with_cases
from refactor_tools.api.extraction.library import write_support
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.extraction.verdicts import failures
from refactor_tools.api.tasks import shim_place
from refactor_tools.certificates.mint import mint
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_cases,
    dump_certificate,
    dump_keymap,
    keymap_path,
    original_name,
    original_path,
)
from refactor_tools.codemods.inlined import Replacement
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.extraction import ExtractionRequest
from refactor_tools.model.proofs import Case
from refactor_tools.prove.gate import prove


@dataclass(frozen=True, slots=True)
class Holding:
    """A holder that stands proven in the scratch copy."""

    record: str
    verdict: str


def prove_holder(
    scratch: Scratch,
    holder: str,
    original: str,
    replaced: Sequence[Replacement],
    analysis: Analysis,
    request: ExtractionRequest,
    progress: Callable[[str], None],
) -> Holding | tuple[str, str]:
    """Write the holder's records, `original` being the slice that it was, and prove what it is now equal to it.

    Where that fails: the verdict, and the first thing that failed.
    """
    keymap = _keymap(scratch, holder, original, replaced, analysis)
    scratch.write(original_path(original_name(original)), original)
    scratch.write(keymap_path(keymap.name), dump_keymap(keymap))
    write_support(scratch)
    progress(f"{keymap.definition}: looking for inputs")
    task = with_cases(scratch, keymap, analysis, request.trusted, {})
    cases = {item.id: item.case or Case() for item in task.originals}
    certificate = trusted_certificate(scratch, keymap, task, request.trusted)
    if certificate is None:
        if not request.prove:
            return "NOT_RUN", "it has no fresh certificate"
        progress(f"{keymap.definition}: proving")
        proof = prove(task, progress=progress)
        if unproven := failures(proof, cases):
            return proof.verdict, f"not proven equal: {unproven.failed[0][2]}"
        certificate = mint(task, proof, closure_of(scratch.settings, keymap))
    scratch.write(case_path(keymap.name), dump_cases(keymap.name, cases))
    scratch.write(certificate_path(keymap.name), dump_certificate(certificate))
    return Holding(keymap.name, certificate.verdict or "NOT_RUN")


def _keymap(
    scratch: Scratch, holder: str, original: str, replaced: Sequence[Replacement], analysis: Analysis
) -> KeyMap:
    path, _, name = holder.partition("::")
    definition = next(item for item in analysis.scan.definitions if item.id == holder)
    record = OriginalRecord(
        id=holder,
        name=name,
        digest=original_name(original),
        adapter=Adapter(state=tuple(pair for item in replaced for pair in item.copy.state)),
        form="adapted",
        parameters=definition.parameters,
        forward=definition.forward or (),
    )
    where = shim_place(scratch.root, "", record)
    module = where.module if where is not None else ""
    label = f"{name}@{path.removesuffix('.py').replace('/', '-')}"
    return KeyMap(f"{module}.{label}", module, module, label, "class", (record,), holder)
