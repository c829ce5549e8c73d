"""What only the whole tree shows of one file: which classes are modules through their bases elsewhere."""

from dataclasses import replace

from refactor_tools.model.facts import Definition, FileFacts, Finding, Framework, Scan
from refactor_tools.scan.frameworks import MODULE_ROOT, module_framework
from refactor_tools.scan.names import Names


def link(scan: Scan) -> Scan:
    """`scan` with `is_module` and `framework` followed through the tree, and findings of classes that are no modules
    left out."""
    names = Names.of(scan)
    frameworks = module_frameworks(names)
    return replace(scan, files=tuple(_linked(facts, names, frameworks) for facts in scan.files))


def module_frameworks(names: Names) -> dict[str, Framework]:
    """The ids of all classes that are modules, with their framework."""
    found: dict[str, Framework] = {}
    derived: dict[str, list[str]] = {}
    for definition in names.by_id.values():
        own = _own_framework(definition, names)
        if own:
            found[definition.id] = own
        for base in definition.bases:
            parent = names.definition(definition.path, base)
            if parent:
                derived.setdefault(parent, []).append(definition.id)
    pending = sorted(found)
    while pending:
        parent = pending.pop()
        for child in derived.get(parent, ()):
            if child not in found:
                found[child] = found[parent]
                pending.append(child)
    return found


def _own_framework(definition: Definition, names: Names) -> Framework | None:
    if definition.is_module:
        # A base that stands in this very tree decides for itself (`nn.Module` while torch is read).
        external = (base for base in definition.bases if not names.definition(definition.path, base))
        if any(module_framework(names.qualified(definition.path, base)) for base in external):
            return definition.framework
    if f"{names.resolver.place(definition.path).module}.{definition.name}" == MODULE_ROOT:
        return "torch"
    return None


def _linked(facts: FileFacts, names: Names, frameworks: dict[str, Framework]) -> FileFacts:
    definitions = tuple(
        replace(
            definition,
            is_module=definition.id in frameworks,
            framework=frameworks.get(definition.id, definition.framework),
        )
        for definition in facts.definitions
    )
    kept = tuple(finding for finding in facts.findings if _holds(finding, definitions))
    return replace(facts, definitions=definitions, findings=kept)


def _holds(finding: Finding, definitions: tuple[Definition, ...]) -> bool:
    owner = next((one for one in reversed(definitions) if one.line <= finding.line <= one.end_line), None)
    return owner is not None and owner.is_module
