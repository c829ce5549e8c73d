"""What stands in a class beside its methods, and methods that only some copies have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from refactor_tools.unify.members import Member, method
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import assigned_name, code, expression, is_constant, key, statements, walk

# A class that has one of these changes what torch does with it, for every member.
_API = (
    "apply bfloat16 buffers build call children compile compute_output_shape cpu cuda double eval extra_repr float "
    "forward get_buffer get_config get_extra_state get_parameter get_submodule half load_state_dict modules "
    "named_buffers named_children named_modules named_parameters parameters register_buffer register_module "
    "register_parameter requires_grad_ reset_parameters set_extra_state share_memory state_dict to to_empty train type "
    "xpu zero_grad"
)
_HOOKS = frozenset(_API.split())


@dataclass(frozen=True, slots=True)
class ClassLevel:
    """`values`: attributes that differ, by name, each member's own text (None: it has none). `methods`: those that only
    some members have.
    """

    members: int = 1
    own: tuple[Mapping[str, str], ...] = ({},)
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    methods: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @staticmethod
    def of(node: cst.CSTNode) -> "ClassLevel":
        return ClassLevel(own=(_attributes(node),))

    def with_member(self, left: cst.ClassDef, right: cst.ClassDef, member: int) -> "ClassLevel":
        """One more member, `right`, beside the template `left`.

        Raises:
            Mismatch: they differ in something that no attribute of a subclass can stand for.
        """
        if _others(left) != _others(right):
            raise Mismatch("class-level statements differ", (_text(left), _text(right)))
        own = (*self.own, _attributes(right))
        names = dict.fromkeys(name for attributes in own for name in attributes)
        found = {name: tuple(attributes.get(name) for attributes in own) for name in names}
        values = {name: texts for name, texts in found.items() if len(set(texts)) > 1}
        return ClassLevel(member + 1, own, values, self._methods(left, right, member))

    def _methods(self, left: cst.ClassDef, right: cst.ClassDef, member: int) -> dict[str, frozenset[int]]:
        ours = {item.name.value for item in own_methods(left)}
        theirs = {item.name.value for item in own_methods(right)}
        everyone = frozenset(range(member))
        found = {name: self.methods.get(name, everyone) for name in ours}
        found |= {name: frozenset() for name in theirs - ours}
        found = {name: present | {member} if name in theirs else present for name, present in found.items()}
        some = {name: present for name, present in found.items() if len(present) <= member}
        hooks = sorted(name for name in some if name in _HOOKS or name.startswith("__"))
        if hooks:
            raise Mismatch(f"only some copies define {', '.join(hooks)}", ())
        return some


def own_methods(node: cst.CSTNode) -> list[cst.FunctionDef]:
    if not isinstance(node, cst.ClassDef):
        return []
    return [item for item in node.body.body if isinstance(item, cst.FunctionDef)]


def _attributes(node: cst.CSTNode) -> dict[str, str]:
    body = statements(node.body) if isinstance(node, cst.ClassDef) else []
    return {found[0]: code(found[1]) for item in body if (found := assigned_name(item)) is not None}


def _others(node: cst.ClassDef) -> list[object]:
    rest = (item for item in statements(node.body) if not isinstance(item, cst.FunctionDef))
    return [key(item) for item in rest if assigned_name(item) is None and not _is_pass(item)]


def _is_pass(item: cst.BaseStatement) -> bool:
    return isinstance(item, cst.SimpleStatementLine) and all(isinstance(small, cst.Pass) for small in item.body)


def _text(node: cst.ClassDef) -> str:
    return "; ".join(code(item) for item in statements(node.body) if not isinstance(item, cst.FunctionDef))


def written(node: cst.ClassDef, values: Mapping[str, tuple[str | None, ...]]) -> tuple[cst.ClassDef, Mapping[str, str]]:
    """The class with those of the differing attributes that a component can have, and the value of each.

    That is the most common constant, where every member has the attribute; subclasses set what differs from it.

    Raises:
        Mismatch: a method reads an attribute that the component cannot have.
    """
    shared = {name: value for name, texts in values.items() if (value := _shared(texts)) is not None}
    lost = sorted(name for name in values.keys() - shared.keys() if reads_attribute(node, name))
    if lost:
        raise Mismatch(f"class-level attributes differ: {', '.join(lost)}", values[lost[0]])  # type: ignore[arg-type]  # texts to show
    body: list[cst.BaseStatement | cst.BaseSmallStatement] = []
    for item in statements(node.body):
        found = assigned_name(item)
        if found is None or found[0] not in values:
            body.append(item)
        elif found[0] in shared:
            body.append(
                cst.ensure_type(cst.parse_statement(f"{found[0]} = {shared[found[0]]}"), cst.SimpleStatementLine)
            )
    kept = body or [cst.SimpleStatementLine(body=[cst.Pass()])]
    return node.with_changes(body=node.body.with_changes(body=kept)), shared


def own_decorators(node: cst.CSTNode, member: Member) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For every method the decorators of a member's that the component's has not: they stay with its old name, and so
    do those of the class itself ("").
    """
    found = []
    if isinstance(member.node, cst.ClassDef) and member.node.decorators:
        found.append(("", tuple(code(item.decorator) for item in member.node.decorators)))
    for item in own_methods(member.node):
        ours = method(node, item.name.value)
        kept = [key(decorator) for decorator in ours.decorators] if ours is not None else []
        own = tuple(code(decorator.decorator) for decorator in item.decorators if key(decorator) not in kept)
        if own:
            found.append((item.name.value, own))
    return tuple(found)


def _shared(texts: Sequence[str | None]) -> str | None:
    constant = all(text is not None and is_constant(expression(text)) for text in texts)
    return Counter(texts).most_common(1)[0][0] if constant else None


def reads_attribute(node: cst.CSTNode, name: str) -> bool:
    """Whether `self.name`, `cls.name` or any other `.name` is read below."""
    return any(isinstance(item, cst.Attribute) and item.attr.value == name for item in walk(node))
