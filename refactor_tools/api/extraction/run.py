"""One run of extraction: targets, their parts first, each planned, written to scratch, proven."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from refactor_tools.api.analyze import analyze
from refactor_tools.api.extraction.comparing import compared
from refactor_tools.api.extraction.component import Made, make_component
from refactor_tools.api.extraction.implicit import Inlining
from refactor_tools.api.extraction.needs import Surroundings, components_needed
from refactor_tools.api.extraction.plans import Choices, Plan, plan_component
from refactor_tools.api.extraction.presumed import Promising, ways
from refactor_tools.api.extraction.requested import Requested, requested, scope
from refactor_tools.api.extraction.scratch import Scratch, scratch_copy
from refactor_tools.api.extraction.search import Search
from refactor_tools.api.extraction.strategies import make_injected
from refactor_tools.api.extraction.targets import Target, find_target, without
from refactor_tools.api.extraction.unshimmed import leave_no_shims
from refactor_tools.api.extraction.verdicts import Unproven
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.catalogue.index import index_changes
from refactor_tools.errors import RefactorError
from refactor_tools.layout import pascal_case
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.components import KeyMap
from refactor_tools.model.explanations import Attempt, Explanation
from refactor_tools.model.extraction import ExtractedComponent, Extraction, ExtractionRequest, Refused
from refactor_tools.model.outcomes import Outcome, Refusal
from refactor_tools.model.proofs import Case
from refactor_tools.scan.tree import reader
from refactor_tools.settings import Settings
from refactor_tools.unify.describe import load_members
from refactor_tools.unify.plan import around_medoid

Progress = Callable[[str], None]


def extract_all(settings: Settings, request: ExtractionRequest, progress: Progress) -> Extraction:
    """See `refactor_tools.api.extract.extract`."""
    progress("reading the tree")
    if request.agreed is not None:
        settings = replace(settings, keep_apart=(*settings.keep_apart, *request.agreed.keep_apart))
    analysis = without(settings.library, analyze(settings, scope(settings, request.paths), proposals=False))
    _require_readable(analysis)
    asked = requested(request, settings, analysis, read_keymaps(settings.root))
    with scratch_copy(settings) as scratch:
        run = _Run(scratch, request, analysis, progress, asked)
        for target in asked.targets:
            run.extract(target)
        if request.shims == "none" and run.components:
            run.leave_no_shims()
        skipping = request.keep_going or request.everything or request.agreed is not None
        keep = skipping or not run.refused
        inlining = Inlining(scratch, request, analysis, run.keymaps, progress)
        if keep and request.implicit:
            inlining.run(run.components)
        if keep and run.components:
            progress("writing the index")
            for change in index_changes(scratch.settings):
                scratch.write(change.path, change.after)
        names = ", ".join(component.name for component in run.components)
        changes = scratch.changes() if keep else ()
        return Extraction(
            outcomes=tuple(run.outcomes),
            components=tuple(run.components) if keep else (),
            refused=tuple(run.refused),
            changeset=ChangeSet(f"extract {names}", changes),
            unreachable=() if request.bootstrap else _unreachable(scratch.settings, run.keymaps),
            explanations=tuple(run.explanations),
            replaced=tuple(inlining.replaced),
            left=tuple(inlining.left),
        )


class _Run:
    def __init__(
        self,
        scratch: Scratch,
        request: ExtractionRequest,
        analysis: Analysis,
        progress: Progress,
        asked: Requested,
    ) -> None:
        self.scratch, self.request, self.analysis, self.progress = scratch, request, analysis, progress
        self.keymaps = list(read_keymaps(scratch.root))
        self.read = reader(scratch.origin)
        self.asked = asked
        self.rows = {member: row for row in asked.rows for member in row.members}
        self.refused = list(asked.homonyms)
        self.outcomes = [Outcome(item.name, "homonym", item.refusal.reason) for item in asked.homonyms]
        self.components: list[ExtractedComponent] = []
        self.cases: dict[str, Case] = {}
        self.explanations: list[Explanation] = []
        self.seen: set[tuple[str, ...]] = set()

    def extract(self, target: Target) -> None:
        """The target, after what it is built from."""
        if target not in self.asked.rows:
            target = replace(target, members=tuple(one for one in target.members if one not in self.rows))
        if not target.members or target.members in self.seen:
            return
        self.seen.add(target.members)
        if target.done is not None:
            self.outcomes.append(Outcome(target.name, "unchanged", f"{target.done.component} is made of it already"))
            return
        if target.choices is not None and target.choices.strategy:
            self._extract_parts(target.members)
            self._by_strategy(target)
            return
        tried: list[tuple[Search, Made | Refusal]] = []
        for way in self._ways(target):
            if not way.injected:
                self._extract_parts(way.members)
            self.progress(f"{target.name}: comparing {len(way.members)} copies")
            search = self._search(target, way)
            tried.append((search, search.run(way.members, way.left_out)))
            if isinstance(tried[-1][1], Made):
                break
        self._record(target, tried)

    def _ways(self, target: Target) -> tuple[Promising, ...]:
        if len(target.members) < 2 or not components_needed(target.members, self.analysis):
            return (Promising(target.members),)
        self.progress(f"{target.name}: looking for copies that go together")
        return ways(target.members, self.read, self.scratch.settings, self.analysis)

    def _extract_parts(self, members: Sequence[str]) -> None:
        for group in self._parts(members):
            self.extract(group)
            if len(group.members) > 1 and group not in self.asked.rows:
                self._apart(members, group)

    def _apart(self, members: Sequence[str], group: Target) -> None:
        """Parts of one name that are not one component are components of their own, called after their files."""
        needed = components_needed(members, self.analysis)
        left = [one for one in group.members if one in needed and not self._in_library(one)]
        for identity in left:
            path, _, name = identity.partition("::")
            name = name.partition("@")[0]
            if any(keymap.name == name for keymap in self.keymaps):
                name = pascal_case(PurePosixPath(path).stem) + name
            self.extract(Target(name, (identity,), choices=Choices(rename=name)))
        if all(map(self._in_library, left)):
            self.refused = [item for item in self.refused if item.members != group.members]
            self.outcomes = [item for item in self.outcomes if (item.name, item.outcome) != (group.name, "refused")]

    def leave_no_shims(self) -> None:
        """Migrate whoever uses the old names; where that fails nothing of the run stands."""
        self.progress("migrating the users of the old names")
        made = {component.name for component in self.components}
        refusal = leave_no_shims(self.scratch, [keymap for keymap in self.keymaps if keymap.name in made])
        if refusal is None:
            return
        self.scratch.back_to({})
        self.refused += [Refused(item.name, refusal, item.members) for item in self.components]
        self.outcomes = [
            Outcome(item.name, "refused", refusal.reason) if item.outcome == "extracted" else item
            for item in self.outcomes
        ]
        self.components = []

    def _parts(self, members: Sequence[str]) -> list[Target]:
        """What the members build and the library lacks: rows of the map, and of the rest, parts of one name, one in
        each file, are one target.
        """
        used = components_needed(members, self.analysis, self.rows)
        needed = [one for one in used if not self._in_library(one)]
        parts = list({row.members: row for one in needed if (row := self.rows.get(one))}.values())
        by_name: dict[str, list[str]] = {}
        for one in needed:
            if one not in self.rows:
                by_name.setdefault(one.partition("::")[2], []).append(one)
        for name, ids in by_name.items():
            found = find_target(ids[0], self.analysis, self.keymaps)
            together = set(ids) <= set(found.members)
            parts.append(found if together else Target(name, tuple(sorted(ids))))
        return parts

    def _in_library(self, identity: str) -> bool:
        return any(identity == original.id for keymap in self.keymaps for original in keymap.originals)

    def _search(self, target: Target, way: Promising) -> Search:
        named = target.choices is not None or target.name in self.request.names
        return Search(partial(self._planned, target, injected=way.injected), self._made, alone=named)

    def _record(self, target: Target, tried: Sequence[tuple[Search, Made | Refusal]]) -> None:
        """What came of all ways: the last if it led to a component, else the reason of the first, the best one."""
        search, result = tried[-1] if isinstance(tried[-1][1], Made) else tried[0]
        attempts = tuple(attempt for one, _ in tried for attempt in one.attempts)
        if self.request.explain:
            self.explanations.append(self._explained(target, search, result, attempts))
        if isinstance(result, Refusal):
            self.refused.append(Refused(target.name, result, target.members, attempts))
            self.outcomes.append(Outcome(target.name, "refused", result.reason))
        else:
            self._keep(replace(result, component=replace(result.component, attempts=attempts)), target.name)

    def _by_strategy(self, target: Target) -> None:
        """Different algorithms: all of them, each proven, or none."""
        self.progress(f"{target.name}: a component for each of {len(target.members)} algorithms")
        mark = self.scratch.mark()
        found = make_injected(target, self._around, self._made)
        if isinstance(found, Refusal):
            self.scratch.back_to(mark)
            self.refused.append(Refused(target.name, found, target.members))
            self.outcomes.append(Outcome(target.name, "refused", found.reason))
        else:
            for made in found:
                self._keep(made, made.component.name)

    def _keep(self, made: Made, name: str) -> None:
        self.keymaps.append(made.keymap)
        self.components.append(made.component)
        self.outcomes.append(Outcome(name, "extracted", made.component.path))

    def _explained(
        self, target: Target, search: Search, result: Made | Refusal, attempts: tuple[Attempt, ...]
    ) -> Explanation:
        members = around_medoid(load_members(target.members, self.read))
        return Explanation(
            name=target.name,
            copies=tuple(member.id for member in members),
            methods=compared(members, search.candidate),
            attempts=attempts,
            reason=result.reason if isinstance(result, Refusal) else "",
            left_out=() if isinstance(result, Refusal) else result.component.left_out,
        )

    def _planned(self, target: Target, members: Sequence[str], *, injected: bool) -> Plan | Refusal:
        choices = target.choices or Choices()
        return plan_component(target.name, members, self._around(), choices, injected=injected)

    def _around(self, more: Sequence[KeyMap] = ()) -> Surroundings:
        # What other runs and earlier targets did to the legacy files is in the scratch copy; the originals are not.
        keymaps = (*self.keymaps, *more)
        return Surroundings(self.analysis, self.scratch.settings, keymaps, self.read, reader(self.scratch.root))

    def _made(self, plan: Plan) -> Made | Unproven | Refusal:
        mark = self.scratch.mark()
        made = make_component(self.scratch, plan, self.analysis, self.request, self.progress, self.cases)
        if not isinstance(made, Made):
            self.scratch.back_to(mark)
        return made


def _require_readable(analysis: Analysis) -> None:
    """A file in scope that does not parse could hold a copy or a user: nothing is done before that is settled."""
    for problem in analysis.scan.problems:
        if problem.path.endswith(".py") and problem.line and problem.skipped is None:
            advice = "repair it, narrow --in, or add it to `exclude` in the settings"
            raise RefactorError(f"{problem.message}; {advice}", f"{problem.path}:{problem.line}")


def _unreachable(settings: Settings, keymaps: Sequence[KeyMap]) -> tuple[str, ...]:
    """Legacy script folders that do not see the library when their scripts are started there."""
    from refactor_tools.layout import library_place
    from refactor_tools.scan.modules import place

    root, _ = library_place(settings)
    found = set()
    for keymap in keymaps:
        for original in keymap.originals:
            path = original.id.partition("::")[0]
            where = place(path, lambda folder: (settings.root / folder / "__init__.py").is_file())
            if original.form != "none" and where.source_root != ("" if root == "." else root):
                found.add(where.source_root)
    return tuple(sorted(found))
