"""Extracts one family of the list in a tree of its own and proves the component again; prints what came of it as JSON.

    python -m benchmarks.unify_family INDEX --tree DIR [--bank DIR]

`benchmarks.unify_yield` runs this for every family, so that what hangs or ends takes no other family along. Families
share parts: the certificates and cases of one run are kept in the bank, and where they hold for exactly what another
run makes it is not proven once more. The family itself always is, with fresh inputs.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.corpus import package_of
from benchmarks.unify_families import ListedFamily, listed
from benchmarks.unify_outcomes import FamilyOutcome, branches, new_parameters
from refactor_tools.api.extract import extract
from refactor_tools.api.tasks import proof_task, read_cases, read_keymaps
from refactor_tools.certificates.store import case_path, certificate_path, load_certificate
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import RefactorError
from refactor_tools.model.extraction import ExtractedComponent, Extraction, ExtractionRequest
from refactor_tools.model.proofs import PASSING, ProofTask, Verdict, weakest
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove_original
from refactor_tools.prove.twins import groups
from refactor_tools.settings import load_settings

# What the packages import beside torch.
NEEDED = ("einops==0.8.1", "einx==0.4.3", "frozendict==2.5.1", "loguru==0.7.3")
FRESH_SEED = 20_011
_INDEX = "component_index"
_LIMITS = Limits()
_NOT_RUN = ("NOT_RUN", "LEGACY_BROKEN")


def write_tree(root: Path, requirement: str, cache: Path) -> None:
    """The package, and beside it what it imports, in a tree with settings.

    Raises:
        Unavailable: a wheel could not be fetched.
    """
    folder = package_of(requirement, cache)
    shutil.copytree(folder, root / folder.name)
    for needed in NEEDED:
        other = package_of(needed, cache)
        shutil.copytree(other, root / other.name)
    (root / "pyproject.toml").write_text(f'[tool.refactor-tools]\nlegacy = ["{folder.name}"]\n', encoding="utf-8")


def outcome_of(family: ListedFamily, tree: Path, bank: Path | None = None) -> FamilyOutcome:
    """What extraction makes of `family` in a copy of `tree`, with what earlier runs put into `bank`."""
    started = perf_counter()
    with TemporaryDirectory(prefix="unify-") as folder:
        root = Path(shutil.copytree(tree, Path(folder, "tree")))
        found = _extracted(family, root, bank)
    return replace(found, seconds=round(perf_counter() - started, 1))


def _extracted(family: ListedFamily, root: Path, bank: Path | None) -> FamilyOutcome:
    settings = load_settings(root)
    trusted = bank / _INDEX if bank is not None else None
    request = ExtractionRequest((family.name,), members=family.members, tests=False, keep_going=True, trusted=trusted)
    start = FamilyOutcome(family.package, family.name, family.rule, len(family.members), "refused")
    try:
        extraction = extract(settings, request)
    except RefactorError as error:
        return replace(start, reason=f"error: {error}")
    if bank is not None:
        keep(extraction, bank)
    component = next((one for one in extraction.components if set(one.members) <= set(family.members)), None)
    if component is None or len(component.members) < 2:
        return _refused(start, extraction, component)
    before = max(_branches_of(root, member) for member in component.members)
    apply(root, extraction.changeset, "benchmark")
    keymap = next(one for one in read_keymaps(root) if one.name == component.name)
    again = fresh_verdict(proof_task(settings, keymap, read_cases(root, keymap.name)))
    source = (root / component.path).read_text(encoding="utf-8")
    return replace(
        start,
        result="one" if len(component.members) == len(family.members) else "subset",
        merged=len(component.members),
        verdict=component.verdict,
        parameters=new_parameters((one.kind, one.parameter) for one in component.differences),
        branches=max(branches(source, component.name) - before, 0),
        again=again,
        passed_again=again in PASSING,
        left_out=dict(component.left_out),
    )


def keep(extraction: Extraction, bank: Path) -> None:
    """Put the certificates and cases of a run into the bank; of two with one name, the one with more copies stays."""
    written = {change.path: change.after for change in extraction.changeset.effective if change.after is not None}
    for component in extraction.components:
        place = bank / certificate_path(component.name)
        known = load_certificate(place.read_text(encoding="utf-8"), str(place)) if place.is_file() else None
        if known is None or len(known.originals) <= len(component.members):
            for path in (certificate_path(component.name), case_path(component.name)):
                (bank / path).parent.mkdir(parents=True, exist_ok=True)
                (bank / path).write_bytes(written[path])


def fresh_verdict(task: ProofTask, limits: Limits = _LIMITS) -> Verdict:
    """The weakest verdict on the originals with weights and inputs that no certificate is made with."""
    distinct = [task.originals[places[0]] for places in groups(task.originals)]
    proofs = [prove_original(Assignment(task, one, seed=FRESH_SEED), limits)[0] for one in distinct]
    return weakest(proof.verdict for proof in proofs) or "NOT_RUN"


def _refused(start: FamilyOutcome, extraction: Extraction, alone: ExtractedComponent | None) -> FamilyOutcome:
    """The first reason that stood in the way, a part's before the family's own, and whether it is the gate's."""
    if alone is not None:
        reasons = [reason for _, reason in alone.left_out]
    else:
        first = extraction.refused[0]
        failed = first.attempts[-1].failed if first.attempts else ()
        part = f"part {first.name}: " if first.name != start.name else ""
        reasons = [f"{verdict}: {reason}" for _, verdict, reason in failed] or [part + first.refusal.reason]
    no_gate = all(reason.startswith(_NOT_RUN) for reason in reasons)
    return replace(start, result="no gate" if no_gate else "refused", reason=reasons[0])


def _branches_of(root: Path, member: str) -> int:
    path, _, name = member.partition("::")
    return branches((root / path).read_text(encoding="utf-8"), name.partition("@")[0])


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=int, help="which family of the list, from 0")
    parser.add_argument("--tree", type=Path, required=True, help="a tree that holds the package and what it imports")
    parser.add_argument("--bank", type=Path, help="where certificates and cases of earlier runs stand")
    arguments = parser.parse_args(argv)
    print(json.dumps(asdict(outcome_of(listed()[arguments.index], arguments.tree, arguments.bank))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
