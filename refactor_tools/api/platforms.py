"""Proofs on other devices and in other precisions than a certificate's own: results that it takes in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from refactor_tools.api.tasks import proof_task
from refactor_tools.certificates.bundles import with_results
from refactor_tools.certificates.mint import minor, results_of
from refactor_tools.model.certificates import Certificate
from refactor_tools.model.components import KeyMap
from refactor_tools.model.costs import Speed, regressions
from refactor_tools.model.proofs import HOME, Case, ComponentProof, Platform, ProofTask, fails
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.gate import environment, measure_speed, prove
from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """A proof on a platform, the certificate with its results, and in words why there is none.

    `slower` says in what the component is worse than an original; the results stand all the same.
    """

    certificate: Certificate
    proof: ComponentProof | None = None
    reason: str = ""
    speeds: tuple[tuple[str, Speed], ...] = ()
    slower: str = ""


def prove_on(
    settings: Settings,
    keymap: KeyMap,
    cases: Mapping[str, Case],
    known: Certificate,
    platform: Platform,
    progress: Callable[[str], None],
) -> PlatformResult:
    """Prove a component on `platform`; `known` is its certificate, which holds for what is there."""
    task = replace(proof_task(settings, keymap, cases), platform=platform)
    if reason := unavailable(platform):
        advice = "prove it where there is one with `--export FILE`, and take FILE in here with `--import FILE`"
        return PlatformResult(known, reason=f"nothing can be proven on {platform} here: {reason}; {advice}")
    proof = prove(task, progress=progress)
    failed = [part for part in proof.originals if fails(part.verdict, cases.get(part.id))]
    if failed:
        return PlatformResult(known, proof, f"on {platform}: {failed[0].id}: {failed[0].reason}")
    made = {part.id: part for part in results_of(proof, task)}
    originals = tuple(with_results(original, made[original.id]) for original in known.originals)
    speeds = measured(task) if platform.device != HOME.device else ()
    worse = [f"{identity}: {text}" for identity, speed in speeds for text in regressions(speed, settings.max_slowdown)]
    return PlatformResult(replace(known, originals=originals), proof, speeds=speeds, slower="; ".join(worse))


def measured(task: ProofTask) -> tuple[tuple[str, Speed], ...]:
    """How fast the component is beside each original on the task's platform, by the original's id."""
    return tuple(
        (original.id, speed) for original in task.originals for speed in measure_speed(Assignment(task, original))
    )


def unavailable(platform: Platform) -> str:
    """Why nothing can be proven on `platform` here; "" where something can."""
    here = dict(environment(platform))
    return "torch is not installed" if "torch" not in here else here.get("unavailable", "")


def lacking(certificate: Certificate, cases: Mapping[str, Case], platform: Platform, torch: str = "") -> list[str]:
    """The originals without a passing result on `platform`, of the torch minor `torch` where one is given."""

    def holds(identity: str) -> bool:
        original = next(entry for entry in certificate.originals if entry.id == identity)
        return any(
            (result.device, result.dtype) == (platform.device, platform.dtype)
            and torch in ("", minor(result.torch))
            and not fails(result.verdict, cases.get(identity))
            for result in original.results
        )

    return [original.id for original in certificate.originals if not holds(original.id)]
