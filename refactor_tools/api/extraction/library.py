"""A plan's files in the library and in the component index, and its shims, written into the scratch copy."""

import re
from difflib import unified_diff
from pathlib import PurePosixPath

import libcst as cst

from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.extraction.shared_files import joined_file
from refactor_tools.api.tasks import read_proven
from refactor_tools.catalogue.docstrings import class_docstring, forward_docstring, init_docstring, template_docstring
from refactor_tools.catalogue.exports import with_export
from refactor_tools.certificates.store import dump_keymap, keymap_path, original_name, original_path
from refactor_tools.changes.text import encode
from refactor_tools.codemods.bootstrap import with_bootstrap
from refactor_tools.codemods.component_file import Docstrings, component_source, import_lines
from refactor_tools.codemods.legacy_support import legacy_support
from refactor_tools.codemods.shims import Injected, Shim, shimmed
from refactor_tools.codemods.unused_imports import newly_unused, without_unused
from refactor_tools.errors import RefactorError
from refactor_tools.layout import library_place, way_up
from refactor_tools.model.components import ComponentDoc, KeyMap, OriginalRecord
from refactor_tools.model.facts import Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.rendering import render
from refactor_tools.scan.modules import place
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings
from refactor_tools.splitting.users import find_users, source_tree
from refactor_tools.unify.annotations import annotation_texts
from refactor_tools.unify.members import forward_of
from refactor_tools.unify.optional_members import with_declared_members
from refactor_tools.unify.syntax import reads, walk

# Lines of a diff that are shown of a file in the way.
_SHOWN = 40


def keymap_of(plan: Plan) -> KeyMap:
    """The record that shims, the gate and `migrate-imports` share."""
    candidate = plan.candidate
    records = []
    for member, adapter, verbatim, piece in zip(
        candidate.members, candidate.adapters, candidate.verbatim, plan.slices, strict=True
    ):
        records.append(
            OriginalRecord(
                id=member.id,
                name=member.name,
                digest=original_name(piece.text),
                adapter=adapter,
                form=("alias" if verbatim else "adapted") if plan.shimmed else "none",
                parameters=member.parameters if member.is_class else member.forward,
                forward=member.forward if member.is_class else (),
                strategy=plan.strategies[member.id].component if member.id in plan.strategies else "",
            )
        )
    return KeyMap(
        component=f"{plan.exported_from}.{plan.name}",
        module=plan.module,
        exported_from=plan.exported_from,
        name=plan.name,
        kind="class" if candidate.members[0].is_class else "function",
        originals=tuple(sorted(records, key=lambda record: record.id)),
    )


def occupied(scratch: Scratch, plan: Plan, standing: str | None) -> Refusal | None:
    """Why the component's file cannot be written: another one stands there. The diff is to the component without its
    documentation.

    `standing` is the file's text where it is that of other components, which one more may join.
    """
    current = scratch.read(plan.path)
    if current is None:
        return None
    if standing is not None:
        clash = joined_file(standing, _source(plan, None), plan)
        if isinstance(clash, str):
            return None
        return Refusal(f"{plan.path} has another `{clash.name}`", ((clash.standing,), (clash.added,)))
    diff = list(
        unified_diff(
            current.splitlines(),
            _source(plan, None).splitlines(),
            f"{plan.path} as it is",
            "the component",
            "",
            "",
            1,
            "",
        )
    )
    more = [f"... {len(diff) - _SHOWN} more lines"] if len(diff) > _SHOWN else []
    return Refusal(
        f"{plan.path} exists with other content",
        (("\n".join(diff[:_SHOWN] + more),), ("move it away, or choose --module or --category",)),
    )


def write_component(scratch: Scratch, plan: Plan, doc: ComponentDoc | None, standing: str | None) -> None:
    """The component's file; without `doc` a first version, which is what the gate looks for inputs with. `standing` is
    the text of the components that are in it already.
    """
    text = _source(plan, doc)
    together = text if standing is None else joined_file(standing, text, plan)
    if isinstance(together, str):
        scratch.write(plan.path, together)


def _source(plan: Plan, doc: ComponentDoc | None) -> str:
    candidate = plan.candidate
    node = candidate.node.with_changes(name=candidate.node.name.with_changes(value=plan.name))
    if isinstance(node, cst.ClassDef):
        node = with_declared_members(node)
    docs, returns = Docstrings("", "", "", ""), "Tensor"
    if doc is not None:
        docs = Docstrings(
            template_docstring(doc),
            class_docstring(doc.summary) if candidate.members[0].is_class else "",
            init_docstring(doc.parameters),
            forward_docstring(doc.inputs, doc.outputs, 8 if candidate.members[0].is_class else 4),
        )
        returns = _returns(plan, doc)
    names: dict[str, str] = {}
    for member in candidate.members:
        names |= member.names
    used = reads(node) | plan.moved.reads | _annotation_names(plan, node, returns)
    return component_source(node, docs, import_lines(used, names, plan.library, plan.package), plan.moved.text, returns)


def _returns(plan: Plan, doc: ComponentDoc) -> str:
    for member in plan.candidate.members:
        written = member.written_returns
        if written:
            return written
    if len(doc.outputs) > 1:
        return f"tuple[{', '.join('Tensor' for _ in doc.outputs)}]"
    return "Tensor" if doc.outputs else _returned(plan.candidate.node)


def _returned(node: cst.ClassDef | cst.FunctionDef) -> str:
    """What can be read of a result that nobody has seen."""
    function = node if isinstance(node, cst.FunctionDef) else forward_of(node)
    values = [item.value for item in walk(function) if isinstance(item, cst.Return)] if function is not None else []
    sizes = {len(value.elements) if isinstance(value, cst.Tuple) else 0 for value in values}
    return f"tuple[{', '.join(['Any'] * sizes.pop())}]" if len(sizes) == 1 and 0 not in sizes else "Any"


def _annotation_names(plan: Plan, node: cst.CSTNode, returns: str) -> frozenset[str]:
    texts = [item.annotation or "" for item in (*plan.candidate.constructor, *plan.candidate.forward)]
    texts += annotation_texts(node)
    words = " ".join([*texts, returns]).replace("[", " ").replace("]", " ").replace(",", " ").replace("|", " ")
    return frozenset(word.partition(".")[0] for word in words.split())


def write_packages(scratch: Scratch, plan: Plan) -> None:
    """The category's export, and what the library as a whole needs."""
    settings = scratch.settings
    init = str(PurePosixPath(plan.path).parent / "__init__.py")
    scratch.write(init, with_export(scratch.read(init), PurePosixPath(plan.path).stem, plan.name))
    top = str(PurePosixPath(settings.library, "__init__.py"))
    if scratch.read(top) is None:
        scratch.write(top, render("components/library.py.j2", package=plan.package))
    typed = str(PurePosixPath(settings.library, "py.typed"))
    if scratch.read(typed) is None:
        scratch.write(typed, "")


def write_support(scratch: Scratch) -> None:
    """What all shims share, with the names that old pickles ask for: after the records and the shims are written."""
    settings, keymaps = scratch.settings, read_proven(scratch.root)
    records = [record for keymap in keymaps for record in keymap.originals]
    sources = [*(record.id.partition("::")[0] for record in records), *(original_path(item.digest) for item in records)]
    text = legacy_support(
        settings.remove_in,
        settings.deprecation_category,
        keymaps,
        lambda path: legacy_module(settings, path),
        [scratch.read(path) or "" for path in dict.fromkeys(sources)],
    )
    support = str(PurePosixPath(settings.library, "_legacy.py"))
    if scratch.read(support) != text:
        scratch.write(support, text)


def write_records(scratch: Scratch, plan: Plan, keymap: KeyMap) -> None:
    """The key map and the kept originals."""
    scratch.write(keymap_path(plan.name), dump_keymap(keymap))
    for piece in plan.slices:
        scratch.write(original_path(original_name(piece.text)), piece.text)


def write_shims(scratch: Scratch, plan: Plan, keymap: KeyMap, *, bootstrap: bool = False) -> None:
    """Every legacy file of the plan with the old names as shims; `bootstrap` lets scripts find the library."""
    if not plan.shimmed:
        return
    records = {record.id: record for record in keymap.originals}
    by_path: dict[str, list[Shim]] = {}
    for member in plan.candidate.members:
        record = records[member.id]
        by_path.setdefault(member.path, []).append(_shim(scratch.settings, plan, record))
    for path, shims in by_path.items():
        source = read_source(scratch.root, path)
        if not isinstance(source, Source):
            raise RefactorError(source.message, path)
        text = shimmed(source.text, path, shims, plan.package)
        text = without_unused_imports(scratch, path, source.text, text, plan.package)
        if bootstrap:
            text = _bootstrapped(scratch.settings, path, text)
        scratch.write(path, encode(source, text))


def without_unused_imports(scratch: Scratch, path: str, before: str, after: str, package: str) -> str:
    """The file without imports that only the moved code used, unless other files read them from it."""
    if path.endswith("__init__.py") or not newly_unused(before, after):
        return after
    # What earlier shims import under a private name, later ones may name in their arguments.
    ours = re.findall(rf"^from {re.escape(package)}\.\S+ import (\w+) as (_\1)$", after, re.MULTILINE)
    keep = find_users(source_tree(scratch.settings), path).read | {private for _, private in ours}
    return without_unused(before, after, frozenset(keep))


def _bootstrapped(settings: Settings, path: str, text: str) -> str:
    """The file with the line that finds the library, where its folder is not where the library is imported from."""
    source_root, package = library_place(settings)
    where = place(path, lambda folder: (settings.root / folder / "__init__.py").is_file())
    if where.source_root == source_root.strip("."):
        return text
    return with_bootstrap(text, way_up(path, source_root), package)


def _shim(settings: Settings, plan: Plan, record: OriginalRecord) -> Shim:
    path, _, name = record.id.partition("::")
    name, _, line = name.partition("@")
    is_class = plan.candidate.members[0].is_class
    return Shim(
        legacy_name=name,
        line=int(line or 0),
        old=f"{legacy_module(settings, path)}.{name}",
        name=plan.name,
        package=plan.exported_from,
        form="alias" if record.form == "alias" else "adapted",
        kind="class" if is_class else "function",
        adapter=record.adapter,
        parameters=record.parameters,
        own_forward=record.forward if is_class else record.parameters,
        forward=plan.candidate.forward,
        strategy=_injected(plan, record),
    )


def _injected(plan: Plan, record: OriginalRecord) -> Injected | None:
    keymap = plan.strategies.get(record.id)
    if keymap is None:
        return None
    return Injected(plan.candidate.parameters[0].name, keymap.name, keymap.exported_from)


def legacy_module(settings: Settings, path: str) -> str:
    """The dotted name that a legacy file is known by."""
    return place(path, lambda folder: (settings.root / folder / "__init__.py").is_file()).module
