"""What is new in a tree: against an earlier revision of it, and against the findings that a team has accepted."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.model.facts import Source
    from refactor_tools.model.known import BaselineReport, FindingKind, Known, SinceReport
    from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Reports:
    """What is new by the measures that were asked for."""

    since: SinceReport | None = None
    baseline: BaselineReport | None = None

    def found(self, analysis: Analysis) -> Mapping[FindingKind, int]:
        """The findings of each kind: those that are new where there is a measure, else all of `analysis`."""
        from refactor_tools.known.compare import new_by_every
        from refactor_tools.report.analysis_json import kinds_found

        measures = [report.news for report in (self.since, self.baseline) if report is not None]
        return new_by_every(measures).counts() if measures else kinds_found(analysis)


def require_known(settings: Settings, revision: str | None, baseline: Path | None) -> None:
    """Raises RefactorError where the revision or the baseline cannot be read, before anything long begins."""
    from refactor_tools.api.files import read_file
    from refactor_tools.known.baseline import load_baseline
    from refactor_tools.scan.revision import commit_of

    if revision is not None:
        commit_of(settings.root, revision)
    text = read_file(baseline) if baseline is not None else None
    if text is not None:
        load_baseline(text, str(baseline))


def compared(
    settings: Settings,
    paths: Sequence[Path],
    analysis: Analysis,
    revision: str | None,
    baseline: Path | None,
    *,
    jobs: int = 1,
) -> Reports:
    """`news_since` and `check_baseline`, as far as they are wanted."""
    return Reports(
        news_since(settings, paths, analysis, revision, jobs=jobs) if revision is not None else None,
        check_baseline(settings, paths, analysis, baseline) if baseline is not None else None,
    )


def news_since(
    settings: Settings, paths: Sequence[Path], analysis: Analysis, revision: str, *, jobs: int = 1
) -> SinceReport:
    """What `analysis` (of `paths`, now) has that the same paths had not at `revision`.

    Raises:
        RefactorError: there is no git, no repository, or no such commit.
    """
    from refactor_tools.api.analyze import analyze
    from refactor_tools.known.compare import compare, today
    from refactor_tools.model.known import SinceReport
    from refactor_tools.scan.discover import relative_path
    from refactor_tools.scan.revision import tree_at
    from refactor_tools.scan.tree import reader

    with tree_at(settings.root, revision) as tree:
        there = [tree.folder / relative_path(settings.root, path) for path in paths]
        earlier = analyze(
            replace(settings, root=tree.folder),
            [path for path in there if os.path.exists(path)],
            jobs=jobs,
            cache=False,
            proposals=False,
        )
        known = _known_where_changed(earlier, analysis, reader(tree.folder))
    read = reader(settings.root)
    now = today(known, analysis, read, lambda path: True)
    return SinceReport(revision, tree.commit, compare(known, now, read, _extracted(settings)))


def check_baseline(settings: Settings, paths: Sequence[Path], analysis: Analysis, file: Path) -> BaselineReport:
    """What `analysis` (of `paths`) has that the baseline `file` does not accept.

    A file that is not there yet is written with all that was found. Findings that have vanished are taken out of it;
    nothing is ever added.

    Raises:
        UnreadableRecord: the file is no baseline.
        RefactorError: it cannot be written.
    """
    from refactor_tools.api.files import read_file, write_file
    from refactor_tools.known.baseline import dump_baseline, load_baseline
    from refactor_tools.known.compare import compare, today
    from refactor_tools.known.shrink import shrunk
    from refactor_tools.model.known import BaselineReport, News
    from refactor_tools.scan.tree import reader

    read = reader(settings.root)
    text = read_file(file)
    if text is None:
        known = _all_known(analysis, read)
        write_file(file, dump_baseline(known))
        return BaselineReport(str(file), len(known), 0, True, News())
    known = load_baseline(text, str(file))
    in_scope = _scope(settings, paths)
    now = today(known, analysis, read, in_scope)
    news = compare(known, now, read, _extracted(settings))
    left = shrunk(known, now, news, in_scope)
    smaller = dump_baseline(left)
    if smaller != text:
        write_file(file, smaller)
    return BaselineReport(str(file), len(left), len(known) - len(left), False, news)


def _all_known(analysis: Analysis, read: Callable[[str], Source | None]) -> Known:
    from refactor_tools.known.findings import contents_of, known_findings, members
    from refactor_tools.known.keys import key_of, keys_of

    keys = keys_of(analysis.scan)
    contents = contents_of(members(analysis), read)
    return known_findings(analysis, {key_of(one, keys): statements for one, statements in contents.items()})


def _known_where_changed(earlier: Analysis, now: Analysis, read: Callable[[str], Source | None]) -> Known:
    """The findings of `earlier`, with contents only from files that are not the same `now`."""
    from refactor_tools.known.findings import contents_of, known_findings, members
    from refactor_tools.known.keys import key_of, keys_of

    digests = {facts.path: facts.digest for facts in now.scan.files}
    changed = {facts.path for facts in earlier.scan.files if digests.get(facts.path) != facts.digest}
    wanted = (one for one in members(earlier) if one.rpartition("::")[0] in changed)
    contents = contents_of(wanted, read, with_text=True)
    keys = keys_of(earlier.scan)
    return known_findings(earlier, {key_of(one, keys): statements for one, statements in contents.items()})


def _extracted(settings: Settings) -> frozenset[str]:
    """What became a component: its shim is no copy that drifts."""
    from refactor_tools.api.tasks import read_keymaps

    return frozenset(original.id for keymap in read_keymaps(settings.root) for original in keymap.originals)


def _scope(settings: Settings, paths: Sequence[Path]) -> Callable[[str], bool]:
    from refactor_tools.scan.discover import relative_path

    named = [relative_path(settings.root, path) for path in paths]
    return lambda path: any(name == "." or path == name or path.startswith(f"{name}/") for name in named)
