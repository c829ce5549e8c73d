"""The check before anything runs: with its holes filled again, the template must be each member."""

from collections.abc import Sequence

import libcst as cst

from refactor_tools.unify.members import Member
from refactor_tools.unify.ordering import canonical
from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.signatures import Signatures
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import code, dotted, key, otherwise, statements, walk
from refactor_tools.unify.template import Template, else_of


def lost(template: Template, members: Sequence[Member]) -> dict[str, Mismatch]:
    """Members (by id) that filling the holes with their own values does not give back, and what differs."""
    functions = _methods(template.node)
    known = Signatures({name: items for member in members for name, items in member.parts.items()})
    found: dict[str, Mismatch] = {}
    for index, member in enumerate(members):
        theirs = _methods(member.node)
        for name, function in functions.items():
            if index not in template.methods.get(name, frozenset({index})):
                continue
            ours = template.of_member(function.body, index, name)
            assert isinstance(ours, cst.BaseSuite)
            if _canonical(ours, name, known) != _canonical(theirs[name].body, name, known):
                texts = (code(theirs[name].body), code(ours))
                found[member.id] = Mismatch(f"merging would lose something of {name}", texts)
        if set(_given_names(template, index)) != {item.name for item in member.forward if "var-" not in item.kind}:
            found[member.id] = Mismatch("merging would lose an argument", ())
    return found


def _given_names(template: Template, index: int) -> list[str]:
    return [name for item in template.forward if (name := item.names[index])]


def _methods(node: cst.ClassDef | cst.FunctionDef) -> dict[str, cst.FunctionDef]:
    if isinstance(node, cst.FunctionDef):
        return {"forward": node}
    return {item.name.value: item for item in node.body.body if isinstance(item, cst.FunctionDef)}


def _canonical(body: cst.BaseSuite, method: str, signatures: Signatures) -> object:
    plain = visited(body, _NoDefaults(signatures))
    return canonical(statements(plain)) if method == "__init__" else key(plain)


class _NoDefaults(cst.CSTTransformer):
    """Drops arguments that say what torch takes anyway, puts keywords where they go by position, and writes `elif`."""

    def __init__(self, signatures: Signatures) -> None:
        super().__init__()
        self.signatures = signatures

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        return updated_node.with_changes(orelse=else_of(otherwise(updated_node)))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(updated_node.func)
        order = self.signatures.order(name)
        if not order or any(arg.star for arg in updated_node.args):
            return updated_node.with_changes(args=_keywords_sorted(updated_node.args))
        kept = []
        for position, arg in enumerate(updated_node.args):
            argument = arg.keyword.value if arg.keyword else order[position] if position < len(order) else ""
            default = self.signatures.default(name, argument) if argument else None
            if default is not None and key(default) == key(arg.value):
                continue
            kept.append(cst.Arg(arg.value, keyword=cst.Name(argument) if argument else None))
        return updated_node.with_changes(args=sorted(kept, key=lambda arg: arg.keyword.value if arg.keyword else ""))


def _keywords_sorted(args: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments with the keywords in the order of their names, where computing them does nothing but that."""
    if any(arg.star or any(isinstance(node, cst.Call) for node in walk(arg.value)) for arg in args):
        return list(args)
    first = sum(arg.keyword is None for arg in args)
    return [*args[:first], *sorted(args[first:], key=lambda arg: arg.keyword.value if arg.keyword else "")]
