"""The copies of one name side by side, and what was tried to make one component of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """One candidate that was tried: what of it became parameters, and what came of its proof.

    `failed` are the originals (by id) that it was not proven equal to, each with its verdict and the reason. `verdict`
    is "" where nothing was proven, since there was no such component (`reason` says why) or none was asked for.
    """

    members: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    verdict: str = ""
    reason: str = ""
    failed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """How some copies (by their place in the explanation, from 0) write a line; `marked` are the parts (start, end)
    of the text that the other variants have otherwise.
    """

    text: str
    copies: tuple[int, ...]
    marked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line of all copies. `depth` counts its indentation in steps; `missing` are the copies that lack it, and
    `parameters` those of the component that stand for what differs. With `names_only` it differs in names, not in what
    it does.
    """

    depth: int
    variants: tuple[Variant, ...]
    missing: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()
    names_only: bool = False

    @property
    def same(self) -> bool:
        return len(self.variants) == 1 and not self.missing


@dataclass(frozen=True, slots=True)
class ComparedMethod:
    """A method with its lines; "" names what stands in the class itself, or a function."""

    name: str
    lines: tuple[ComparedLine, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`copies` (ids) are in the order that lines refer to, the one most like the others first. `reason` says why the
    name was refused, "" where it was not; `left_out` are the copies that keep their code, and why.
    """

    name: str
    copies: tuple[str, ...]
    methods: tuple[ComparedMethod, ...]
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""
    left_out: tuple[tuple[str, str], ...] = ()
