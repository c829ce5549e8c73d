"""The check before anything runs: with its holes filled again, the template must be each member."""

from collections.abc import Sequence

import libcst as cst

from refactor_tools.unify.members import Member
from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import code, dotted, key, same
from refactor_tools.unify.template import Template, instantiate
from refactor_tools.unify.vocabulary import constructor_parameters, default_of


def lost(template: Template, members: Sequence[Member]) -> dict[str, Mismatch]:
    """Members (by id) that filling the holes with their own values does not give back, and what differs."""
    functions = _methods(template.node)
    found: dict[str, Mismatch] = {}
    for index, member in enumerate(members):
        theirs = _methods(member.node)
        for name, function in functions.items():
            names = template.locals[index].get(name, {})
            args = (template.holes, template.options, template.hoists, template.attributes[index], names)
            ours = instantiate(function.body, index, *args)
            if not same(_canonical(ours), _canonical(theirs[name].body)):
                texts = (code(theirs[name].body), code(ours))
                found[member.id] = Mismatch(f"merging would lose something of {name}", texts)
    return found


def _methods(node: cst.ClassDef | cst.FunctionDef) -> dict[str, cst.FunctionDef]:
    if isinstance(node, cst.FunctionDef):
        return {"forward": node}
    return {item.name.value: item for item in node.body.body if isinstance(item, cst.FunctionDef)}


def _canonical(node: cst.CSTNode) -> cst.CSTNode:
    return visited(node, _NoDefaults())


class _NoDefaults(cst.CSTTransformer):
    """Drops arguments that say what torch takes anyway, and puts keywords where they go by position."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(updated_node.func)
        order = constructor_parameters(name)
        if not order or any(arg.star for arg in updated_node.args):
            return updated_node
        kept = []
        for position, arg in enumerate(updated_node.args):
            argument = arg.keyword.value if arg.keyword else order[position] if position < len(order) else ""
            default = default_of(name, argument) if argument else None
            if default is not None and key(default) == key(arg.value):
                continue
            kept.append(cst.Arg(arg.value, keyword=cst.Name(argument) if argument else None))
        return updated_node.with_changes(args=sorted(kept, key=lambda arg: arg.keyword.value if arg.keyword else ""))
