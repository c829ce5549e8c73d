"""Members that `__init__` assigns and nothing ever reads."""

from collections.abc import Iterator, Mapping, Set

from refactor_tools.graph.lineage import Lineage
from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.readers import Readers
from refactor_tools.model.facts import Definition, Finding, Member, Scan
from refactor_tools.scan.frameworks import MODULE_ROOT, module_framework

NEVER_CALLED = "never-called"
NEVER_READ = "never-read"

# Bases that read no member of a subclass but those of their own protocol.
_ROOTS = frozenset((MODULE_ROOT, "torch.nn.Module", "nn.Module", "object", "abc.ABC", "typing.Generic"))
_KERAS_ROOTS = ("keras.layers.Layer", "keras.Model", "keras.models.Model", "keras.layers.layer.Layer")
# Mixins and programs go through modules as a whole, and read settings of a subclass by name.
_READ_SETTINGS_ONLY = ("LightningModule", "PreTrainedModel", "ModelMixin", "Mixin", "HubMixin")
_TORCH_PROTOCOL = ("training", "dump_patches", "call_super_init", "main_input_name", "dtype")
_KERAS_PROTOCOL = ("supports_masking", "input_spec", "built", "name", "trainable", "stateful", "supports_jit")
# Whoever reads these of itself goes through the members without naming them.
_GOES_THROUGH = frozenset(("_modules", "children", "named_children"))
_GOES_THROUGH_ITSELF = _GOES_THROUGH | {
    "__dict__",
    "modules",
    "named_modules",
    "get_submodule",
    "parameters",
    "named_parameters",
    "state_dict",
}


def dead_members(scan: Scan, lookup: Lookup, lineage: Lineage, readers: Readers) -> tuple[Finding, ...]:
    """Members of modules that are assigned in `__init__` and read neither by the class, nor by one that it extends or
    that extends it (in code or by a string), nor by anyone in `scan` who may have an instance.

    `never-called` are modules that are built and never run, `never-read` are values. Left out are classes that read
    members by a computed name or go through all of them, and those whose base outside the tree may read them.
    """
    words = {facts.path: frozenset(facts.words) for facts in lookup.names.resolver.files.values()}
    found = (
        finding
        for definition in scan.definitions
        if definition.idle and definition.is_module
        for finding in _of_class(definition, readers, words, lookup, lineage)
    )
    return tuple(sorted(found, key=lambda one: (one.path, one.line, one.message)))


def never_called(owner: str, member: str, callee: str) -> str:
    """The message of a `never-called` finding."""
    return f"{owner} builds `self.{member}` ({callee}) and never uses it"


def _of_class(
    definition: Definition, readers: Readers, words: Mapping[str, Set[str]], lookup: Lookup, lineage: Lineage
) -> Iterator[Finding]:
    relatives = [lookup.names.by_id[one] for one in lineage.relatives(definition.id)]
    if definition.reflects or not _GOES_THROUGH_ITSELF.isdisjoint(definition.reads):
        return
    if any(not _GOES_THROUGH.isdisjoint(one.reads) for one in relatives):
        return
    if definition.forward is None and all(one.forward is None for one in relatives):
        return
    identities = [definition.id, *(one.id for one in relatives)]
    instances = [definition.id, *lineage.descendants(definition.id)]
    foreign = lineage.foreign(identities)
    read = {name for one in relatives for name in one.reads}.union(_TORCH_PROTOCOL, _KERAS_PROTOCOL)
    if any(one.reflects for one in relatives):
        read.update(word for path in {definition.path, *(one.path for one in relatives)} for word in words[path])
    for member in definition.idle:
        if member.name in read or readers.may_read(member.name, instances, identities):
            continue
        is_module = bool(member.callee) and _is_module(definition.path, member.callee, lookup)
        if not all(_reads_nothing(base, is_module) for base in foreign):
            continue
        yield _finding(definition, member, is_module)


def _finding(definition: Definition, member: Member, is_module: bool) -> Finding:
    if is_module:
        message = never_called(definition.name, member.name, member.callee)
        return Finding(NEVER_CALLED, definition.path, member.line, message)
    message = f"{definition.name} assigns `self.{member.name}` and never reads it"
    return Finding(NEVER_READ, definition.path, member.line, message)


def _reads_nothing(base: str, is_module: bool) -> bool:
    if base in _ROOTS or base.endswith(_KERAS_ROOTS):
        return True
    return is_module and base.rpartition(".")[2].endswith(_READ_SETTINGS_ONLY)


def _is_module(path: str, name: str, lookup: Lookup) -> bool:
    identity = lookup.at(path, name)
    if identity:
        return lookup.names.by_id[identity].is_module
    return module_framework(lookup.names.qualified(path, name)) is not None
