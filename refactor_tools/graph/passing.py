"""Arguments that a module has and does not hand on to a member that would take them."""

from collections.abc import Iterator

from refactor_tools.model.facts import Definition, Finding, MemberCall, Parameter, Scan
from refactor_tools.scan.names import Names
from refactor_tools.scan.suspicious import unused_argument

NOT_PASSED_ON = "not-passed-on"

# Names of arguments that mean the same everywhere: which positions count.
_MASKS = ("mask", "lengths")


def not_passed_on(scan: Scan, names: Names | None = None) -> tuple[Finding, ...]:
    """Calls `self.member(...)` in `forward` that leave out a mask or lengths which the caller has and the member takes.

    Only members whose class stands in the tree, and only optional arguments: a required one could not be left out. An
    argument that the caller uses nowhere is a finding already.
    """
    names = names or Names.of(scan)
    known = {(finding.path, finding.message) for facts in scan.files for finding in facts.findings}
    found = (
        finding
        for definition in scan.definitions
        for name, finding in _of_definition(definition, names)
        if (definition.path, unused_argument(definition.name, "forward", name)) not in known
    )
    return tuple(sorted(found, key=lambda finding: (finding.path, finding.line, finding.message)))


def _of_definition(definition: Definition, names: Names) -> Iterator[tuple[str, Finding]]:
    if not definition.is_module or not definition.forward:
        return
    own = [parameter.name for parameter in definition.forward if _meaning(parameter.name)]
    if not own:
        return
    for call in definition.calls:
        callee = _member_class(definition, call.member, names)
        if callee is None or not callee.forward or call.open:
            continue
        for parameter in _left_out(callee.forward, call):
            given = next((name for name in own if _meaning(name) == _meaning(parameter.name)), None)
            if given:
                message = (
                    f"{definition.name}.forward has `{given}` and calls `self.{call.member}` ({callee.name}) "
                    f"without its `{parameter.name}`"
                )
                yield given, Finding(NOT_PASSED_ON, definition.path, call.line, message)


def _member_class(definition: Definition, member: str, names: Names) -> Definition | None:
    built = {item.name for item in definition.built if item.member == member and item.how == "calls" and not item.to}
    if len(built) != 1:
        return None
    identity = names.definition(definition.path, built.pop())
    return names.by_id[identity] if identity else None


def _left_out(parameters: tuple[Parameter, ...], call: MemberCall) -> Iterator[Parameter]:
    positional = [one for one in parameters if one.kind in ("positional", "positional-only")]
    given = {one.name for one in positional[: call.positional]} | set(call.keywords)
    for parameter in parameters:
        is_optional = not parameter.required and parameter.kind in ("positional", "keyword-only")
        if is_optional and parameter.name not in given and _meaning(parameter.name):
            yield parameter


def _meaning(name: str) -> str:
    return next((word for word in _MASKS if name == word or name.endswith(f"_{word}")), "")
