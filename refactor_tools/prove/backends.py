"""The checks that a case can ask for: each backend is run on both sides, in a child process of its own.

Importing this module does not import torch; the children do.
"""

from collections.abc import Iterator
from dataclasses import replace

from refactor_tools.model.proofs import BACKENDS, JOINT_GRAPHS, Check, OriginalProof
from refactor_tools.prove.assignments import Assignment, BackendAssignment
from refactor_tools.prove.children import Limits, call

_TARGETS = {
    "compile": "refactor_tools.prove.backend_compile:examine",
    "export": "refactor_tools.prove.backend_export:examine",
    "onnx": "refactor_tools.prove.backend_onnx:examine",
}
# How many times as long as a run a backend may take: it traces, and ONNX loads much.
_PATIENCE = 3.0


def with_backends(proof: OriginalProof, assignment: Assignment, limits: Limits) -> OriginalProof:
    """The proof with the checks that its case asks for; one that fails makes it DIFFERENT."""
    checks = tuple(check_backends(proof, assignment, limits))
    failed = next((check for check in checks if check.passed is False), None)
    proof = replace(proof, checks=(*proof.checks, *checks))
    return replace(proof, verdict="DIFFERENT", reason=f"{failed.name}: {failed.detail}") if failed else proof


def check_backends(proof: OriginalProof, assignment: Assignment, limits: Limits) -> Iterator[Check]:
    """One check per backend; what hangs, fills the memory or ends there does not apply, and says so."""
    case = assignment.original.case
    request = BackendAssignment(assignment, proof.passed(JOINT_GRAPHS))
    limits = replace(limits, seconds=_PATIENCE * limits.seconds)
    for word in case.checks if case is not None else ():
        answer = call(_TARGETS[word], request, limits, sys_path=assignment.task.sys_path)
        if answer.failure is not None:
            yield Check(BACKENDS[word], None, f"it ended: {answer.failure}")
        elif isinstance(answer.value, Check):
            yield answer.value
        else:
            raise TypeError(f"the child answered {answer.value!r}")
