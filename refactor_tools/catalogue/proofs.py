"""What is proven of a component on each kind of device and in each precision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refactor_tools.certificates.mint import minor
from refactor_tools.model.certificates import Certificate, Result
from refactor_tools.model.proofs import HOME, Verdict, weakest

# The devices that a page speaks of even where nothing is known: nobody should take silence for a proof.
DEVICES = ("cpu", "cuda")
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Standing:
    """The weakest verdict of all originals on one device in one precision; without one, nothing was run there.

    `torch` names the minor versions, `missing` how many originals have no result.
    """

    device: str
    dtype: str = ""
    verdict: Verdict | None = None
    torch: tuple[str, ...] = ()
    missing: int = 0

    def __str__(self) -> str:
        if self.verdict is None:
            return f"{self.device} {NOT_RUN}"
        lacking = f", {self.missing} of its originals {NOT_RUN}" if self.missing else ""
        return f"{self.device} {self.dtype} {self.verdict} (torch {', '.join(self.torch)}{lacking})"


def standings(certificate: Certificate | None) -> tuple[Standing, ...]:
    """One for each device and dtype that any original has a result for, and one for each of `DEVICES` without any.

    Of one original's results on one platform the newest torch's counts.
    """
    return tuple(_standings(certificate))


def standings_document(certificate: Certificate | None) -> list[Mapping[str, object]]:
    """`standings` for scripts: the verdict is null where nothing was run."""
    return [
        {"device": entry.device, "dtype": entry.dtype, "verdict": entry.verdict, "torch": list(entry.torch)}
        | ({"missing": entry.missing} if entry.missing else {})
        for entry in standings(certificate)
    ]


def _standings(certificate: Certificate | None) -> Iterator[Standing]:
    held: dict[tuple[str, str], list[Result]] = {}
    for original in certificate.originals if certificate else ():
        newest: dict[tuple[str, str], Result] = {}
        for result in sorted(original.results, key=lambda entry: _version(entry.torch)):
            newest[result.device, result.dtype] = result
        for place, result in newest.items():
            held.setdefault(place, []).append(result)
    known = {device for device, _ in held}
    for device in (*DEVICES, *sorted(known - set(DEVICES))):
        if device not in known:
            yield Standing(device)
        # Single precision first, for it is what a certificate is about.
        for place in sorted((place for place in held if place[0] == device), key=lambda place: _rank(place[1])):
            results = held[place]
            versions = sorted({minor(result.torch) for result in results}, key=_version)
            missing = len(certificate.originals) - len(results) if certificate else 0
            yield Standing(*place, weakest(result.verdict for result in results), tuple(versions), missing)


def _rank(dtype: str) -> tuple[bool, str]:
    return dtype != HOME.dtype, dtype


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in text.partition("+")[0].split("."))
