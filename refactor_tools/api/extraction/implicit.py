"""Classes in which a component of the run is written out: they build the component instead, where that is proven."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from refactor_tools.api.extraction.holder_uses import reason_to_stay, used_outside
from refactor_tools.api.extraction.holders import Holding, prove_holder
from refactor_tools.api.extraction.library import without_unused_imports
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.tasks import read_holders
from refactor_tools.changes.text import encode
from refactor_tools.codemods.inlined import Replacement, with_components
from refactor_tools.codemods.slicing import slice_definition
from refactor_tools.errors import RefactorError
from refactor_tools.layout import library_place
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap
from refactor_tools.model.extraction import ExtractedComponent, ExtractionRequest
from refactor_tools.model.facts import Source
from refactor_tools.model.families import Implicit
from refactor_tools.model.inlined import InlinedCopy, LeftCopy, ReplacedCopy
from refactor_tools.model.outcomes import Refusal
from refactor_tools.scan.read import read_source
from refactor_tools.unify.inlined import find_inlined

Progress = Callable[[str], None]


@dataclass(slots=True)
class Inlining:
    """What a run makes of the copies inside larger classes, in its scratch copy, when its components are made."""

    scratch: Scratch
    request: ExtractionRequest
    analysis: Analysis
    keymaps: Sequence[KeyMap]
    progress: Progress
    replaced: list[ReplacedCopy] = field(default_factory=list)
    left: list[LeftCopy] = field(default_factory=list)

    def run(self, made: Sequence[ExtractedComponent]) -> None:
        """Go through the classes that hold a copy of one of the components `made`."""
        paths = {component.name: component.path for component in made}
        by_original = {o.id: keymap for keymap in self.keymaps if keymap.name in paths for o in keymap.originals}
        library = f"{self.scratch.settings.library.strip('/')}/"
        standing = [
            one
            for one in self.analysis.families.implicit
            if one.component in by_original and not one.holder.startswith(library)
        ]
        for holder, places in groupby(sorted(standing, key=lambda one: one.holder), key=lambda one: one.holder):
            self._holder(holder, list(places), by_original, paths)

    def _holder(
        self, holder: str, places: Sequence[Implicit], by_original: Mapping[str, KeyMap], paths: Mapping[str, str]
    ) -> None:
        """All copies at once; where that is not proven, one after the other."""
        wanted = {by_original[one.component].name: one for one in reversed(places)}
        reason = self._stays(holder)
        for name in list(wanted) if reason else ():
            self._leave(name, wanted[name], reason)
        if reason:
            return
        source = read_source(self.scratch.root, holder.partition("::")[0])
        assert isinstance(source, Source)
        found: list[Replacement] = []
        for name, place in wanted.items():
            keymap = by_original[place.component]
            result = self._found(keymap, paths[name], holder, source, found)
            if isinstance(result, Refusal):
                self._leave(name, place, result.reason)
            else:
                found += result
        if found:
            self._proven(holder, source, found)

    def _stays(self, holder: str) -> str:
        """Why nothing in the class is replaced, whatever stands there."""
        become = next((item.name for item in self.keymaps if holder in {o.id for o in item.originals}), "")
        if become:
            return f"it has become the component {become} itself"
        if any(item.holder == holder for item in read_holders(self.scratch.root)):
            return "components took the place of other copies in it in an earlier run"
        if not self.request.prove and self.request.trusted is None:
            return "nothing is replaced without a proof"
        return reason_to_stay(holder, self.analysis)

    def _found(
        self, keymap: KeyMap, path: str, holder: str, source: Source, others: Sequence[Replacement]
    ) -> list[Replacement] | Refusal:
        if keymap.kind != "class":
            return Refusal("it is a function; only classes are put in the place of their copies")
        homes = {f"{item.exported_from}.{item.name}": f"{item.module}.{item.name}" for item in self.keymaps}
        text = self.scratch.read(path) or ""
        found = find_inlined(text, keymap.name, source.text, holder.partition("::")[2], homes)
        if isinstance(found, Refusal):
            return found
        apart = [copy for copy in found if not any(_touch(copy, other.copy) for other in others)]
        if not apart:
            return Refusal("another component takes the place of these statements")
        for copy in apart:
            if use := used_outside(self.scratch.settings, holder, copy.attributes):
                return Refusal(use)
        return [Replacement(copy, keymap.exported_from) for copy in apart]

    def _proven(self, holder: str, source: Source, found: Sequence[Replacement]) -> None:
        """Replace what is proven of `found`, and say what is not."""
        outcome = self._tried(holder, source, found)
        if isinstance(outcome, Holding):
            self._accept(holder, found, outcome)
            return
        if len(found) == 1:
            self._reject(holder, found[0], outcome)
            return
        kept: list[Replacement] = []
        best: Holding | None = None
        for item in found:
            mark = self.scratch.mark()
            outcome = self._tried(holder, source, [*kept, item])
            if isinstance(outcome, Holding):
                kept.append(item)
                best = outcome
            else:
                self.scratch.back_to(mark)
                self._reject(holder, item, outcome)
        if best is not None:
            self._accept(holder, kept, best)

    def _tried(self, holder: str, source: Source, found: Sequence[Replacement]) -> Holding | tuple[str, str]:
        """The holder with components in the scratch copy; or, with the copy as it was, a verdict and a reason."""
        path, _, name = holder.partition("::")
        self.progress(f"{name}: putting {', '.join(map(_component, found))} in place of what it wrote out")
        mark = self.scratch.mark()
        _, package = library_place(self.scratch.settings)
        try:
            text = with_components(source.text, path, name, found, package)
            text = without_unused_imports(self.scratch, path, source.text, text, package)
            original = slice_definition(_text(self.scratch.origin, path), path, name).text
        except RefactorError as error:
            return "", error.message
        self.scratch.write(path, encode(source, text))
        outcome = prove_holder(self.scratch, holder, original, found, self.analysis, self.request, self.progress)
        if not isinstance(outcome, Holding):
            self.scratch.back_to(mark)
        return outcome

    def _accept(self, holder: str, found: Sequence[Replacement], holding: Holding) -> None:
        for component, items in groupby(sorted(found, key=_component), key=_component):
            copies = [item.copy for item in items]
            unset = [f"{copy.member}.{name}" for copy in copies for name in copy.unset]
            note = f"objects that were pickled before lack {', '.join(unset)}, which nothing reads"
            self.replaced.append(
                ReplacedCopy(
                    component=component,
                    holder=holder,
                    members=tuple(copy.member for copy in copies),
                    state_maps=tuple(pair for copy in copies for pair in copy.state),
                    verdict=holding.verdict,
                    record=holding.record,
                    notes=(note,) if unset else (),
                )
            )

    def _reject(self, holder: str, item: Replacement, outcome: tuple[str, str]) -> None:
        verdict, reason = outcome
        self.left.append(LeftCopy(item.copy.component, holder, item.copy.line, reason, verdict))

    def _leave(self, name: str, place: Implicit, reason: str) -> None:
        self.left.append(LeftCopy(name, place.holder, place.line, reason))


def _component(item: Replacement) -> str:
    return item.copy.component


def _touch(one: InlinedCopy, other: InlinedCopy) -> bool:
    return any(
        a.start < b.end and b.start < a.end
        for a in (one.made, one.called, *one.gone)
        for b in (other.made, other.called, *other.gone)
    )


def _text(root: Path, path: str) -> str:
    source = read_source(root, path)
    if not isinstance(source, Source):
        raise RefactorError(source.message, path)
    return source.text
