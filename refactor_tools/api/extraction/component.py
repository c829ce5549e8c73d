"""One component, from its plan to files in the scratch copy and a verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import libcst as cst

from refactor_tools.api.closures import closure_of
from refactor_tools.api.extraction.earlier import trusted_certificate, with_cases
from refactor_tools.api.extraction.library import (
    keymap_of,
    occupied,
    write_component,
    write_packages,
    write_records,
    write_shims,
    write_support,
)
from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.extraction.shared_files import beside_others
from refactor_tools.api.extraction.verdicts import Unproven, failures
from refactor_tools.api.extraction.wording import component_doc
from refactor_tools.certificates.mint import mint
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_cases,
    dump_certificate,
)
from refactor_tools.layout import test_path
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.certificates import Certificate
from refactor_tools.model.components import KeyMap
from refactor_tools.model.extraction import ExtractedComponent, ExtractionRequest
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.proofs import Case, Check, ComponentProof
from refactor_tools.prove.gate import prove
from refactor_tools.prove.sensitivity import measure
from refactor_tools.scaffold.component_test import ComponentTestRequest, component_test
from refactor_tools.scaffold.conftest import tests_conftest
from refactor_tools.unify.describe import differences
from refactor_tools.unify.syntax import code, walk
from refactor_tools.unify.tested_types import with_tested_types
from refactor_tools.unify.traced_types import with_traced_types

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A component in the scratch copy; nothing of it failed."""

    component: ExtractedComponent
    keymap: KeyMap


def make_component(
    scratch: Scratch,
    plan: Plan,
    analysis: Analysis,
    request: ExtractionRequest,
    progress: Progress,
    found: dict[str, Case],
) -> Made | Unproven | Refusal:
    """Write the component and everything around it into the scratch copy, and prove it there.

    `found` are cases by the original's id that earlier candidates needed; those that this one needs are added.
    """
    standing = beside_others(scratch, plan)
    refusal = occupied(scratch, plan, standing)
    if refusal is not None:
        return refusal
    keymap = keymap_of(plan)
    write_packages(scratch, plan)
    write_component(scratch, plan, None, standing)
    write_records(scratch, plan, keymap)
    write_shims(scratch, plan, keymap, bootstrap=request.bootstrap)
    write_support(scratch)
    progress(f"{plan.name}: looking for inputs")
    task = with_cases(scratch, keymap, analysis, request.trusted, found)
    cases = {original.id: original.case or Case(question="no case was found") for original in task.originals}
    found |= cases
    plan = replace(plan, candidate=with_tested_types(with_traced_types(plan.candidate, cases)))
    notes = _notes(plan, analysis)
    write_component(scratch, plan, component_doc(plan, analysis, cases, notes), standing)
    scratch.write(case_path(plan.name), dump_cases(plan.name, cases))
    if request.tests:
        _write_test(scratch, plan, keymap, cases)
    proof = None
    certificate = trusted_certificate(scratch, keymap, task, request.trusted)
    if certificate is None and request.prove:
        progress(f"{plan.name}: proving")
        proof = prove(task, progress=lambda text: progress(f"{plan.name}: {text}"))
        unproven = failures(proof, cases)
        if unproven is not None:
            return unproven
        progress(f"{plan.name}: seeding bugs to see whether the proof would notice")
        proof = replace(proof, sensitivity=measure(task, proof))
        if proof.sensitivity is not None and not proof.sensitivity.sufficient:
            return Refusal("the proof would not notice these bugs", (proof.sensitivity.survivors,))
        certificate = mint(task, proof, closure_of(scratch.settings, keymap))
    if certificate is not None:
        scratch.write(certificate_path(plan.name), dump_certificate(certificate))
    return Made(_extracted(plan, keymap, proof, certificate, notes), keymap)


def _write_test(scratch: Scratch, plan: Plan, keymap: KeyMap, cases: Mapping[str, Case]) -> None:
    path = test_path(scratch.settings, plan.name)
    is_class = keymap.kind == "class"
    text = component_test(
        ComponentTestRequest(
            path=path,
            keymap=keymap,
            cases=cases,
            parameters=plan.candidate.constructor if is_class else plan.candidate.forward,
            forward=plan.candidate.forward if is_class else None,
        )
    )
    if text is None:
        return
    scratch.write(path, text)
    place, conftest = tests_conftest(scratch.settings)
    if scratch.read(place) is None:
        scratch.write(place, conftest)


def _notes(plan: Plan, analysis: Analysis) -> tuple[str, ...]:
    """Suspicious behaviour of the originals and of their users: kept as it is, and said."""
    members = {member.id: member for member in plan.candidate.members}
    spans = {item.id: item for item in analysis.scan.definitions}
    users = {user for identity in members for user in analysis.composition.used_by.get(identity, ())}
    found = []
    for finding in analysis.findings:
        for identity in (*members, *sorted(users)):
            item = spans.get(identity)
            if item and item.path == finding.path and item.line <= finding.line <= item.end_line:
                found.append(f"{item.path}: {finding.message}; kept as it was.")
    if _masks_whole_rows(plan):
        found.append("A row in which everything is masked gives NaN, as in the originals.")
    return tuple(dict.fromkeys(found))


def _masks_whole_rows(plan: Plan) -> bool:
    """Whether scores are set to minus infinity before a softmax: with nothing left, softmax divides zero by zero."""
    calls = [code(node) for node in walk(plan.candidate.node) if isinstance(node, cst.Call)]
    masked = any(".masked_fill" in text and "-inf" in text for text in calls)
    return masked and any(text.startswith(("F.softmax", "torch.softmax")) for text in calls)


def _extracted(
    plan: Plan, keymap: KeyMap, proof: ComponentProof | None, certificate: Certificate | None, notes: tuple[str, ...]
) -> ExtractedComponent:
    proven = proof or certificate
    unrun = [c.detail for o in (proof.originals if proof else ()) for c in o.checks if _not_run(c)]
    notes = (*notes, *dict.fromkeys(unrun))
    return ExtractedComponent(
        name=plan.name,
        path=plan.path,
        members=tuple(original.id for original in keymap.originals),
        differences=differences(plan.candidate),
        state_maps=tuple((o.id, new, old) for o in keymap.originals for new, old in o.adapter.state),
        verdict=(proven and proven.verdict) or "NOT_RUN",
        proof=proof,
        notes=notes,
        left_out=plan.candidate.left_out,
    )


def _not_run(check: Check) -> bool:
    return check.name == "shim import" and check.passed is None
