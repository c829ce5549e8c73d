"""The YAML dialect of case files: safe YAML plus `!tensor`, `!object`, `!list` and `!same`."""

from typing import Any

import yaml

from refactor_tools.certificates.case_values import document_of
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.proofs import Listed, Named, Same, TensorSpec

KINDS = ("normal", "mask", "lengths", "ids")
FIELDS = frozenset({"shape", "kind", "high", "dtype"})


class CaseDumper(yaml.SafeDumper):
    """Writes tensors as `!tensor`, and no anchors: a person edits each value where it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class CaseLoader(yaml.SafeLoader):
    """Reads `!tensor`, `!object`, `!list` and `!same`."""


def parse(text: str, path: str) -> object:
    """The document in `text`.

    Raises:
        UnreadableRecord: it is not YAML, or not safe YAML with tensors.
    """
    try:
        return yaml.load(text, Loader=CaseLoader)
    except RecursionError as error:
        raise UnreadableRecord("is nested too deeply to be a case file", path) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableRecord(f"is not a case file: {_in_one_line(error)}", path) from error


def _write_tensor(dumper: CaseDumper, spec: TensorSpec) -> yaml.Node:
    fields: dict[str, object] = {"shape": list(spec.shape)}
    if spec.kind != "normal":
        fields["kind"] = spec.kind
    if spec.high is not None:
        fields["high"] = spec.high
    if spec.dtype != "float32":
        fields["dtype"] = spec.dtype
    return dumper.represent_mapping("!tensor", fields, flow_style=True)


def _read_tensor(loader: CaseLoader, node: yaml.Node) -> TensorSpec:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "write `!tensor {shape: [B, D]}`", node.start_mark)
    fields = loader.construct_mapping(node, deep=True)
    problem = _problem(fields)
    if problem:
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return TensorSpec(
        tuple(fields["shape"]), fields.get("kind", "normal"), fields.get("high"), fields.get("dtype", "float32")
    )


def _write_object(dumper: CaseDumper, value: Named) -> yaml.Node:
    fields: dict[str, object] = {"name": value.name}
    if value.arguments is not None:
        fields["arguments"] = document_of(value.arguments)
    return dumper.represent_mapping("!object", fields, flow_style=True)


def _read_object(loader: CaseLoader, node: yaml.Node) -> Named:
    fields = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else {}
    name, arguments = fields.get("name"), fields.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, dict | None) or not _names(arguments or {}):
        text = "write `!object {name: torch.nn.ReLU}`, with `arguments: {...}` to call it"
        raise yaml.constructor.ConstructorError(None, None, text, node.start_mark)
    return Named(name, arguments)


def _write_list(dumper: CaseDumper, value: Listed) -> yaml.Node:
    return dumper.represent_sequence("!list", list(map(document_of, value.entries)), flow_style=True)


def _read_list(loader: CaseLoader, node: yaml.Node) -> Listed:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "write `!list [1, 2]`", node.start_mark)
    return Listed(tuple(loader.construct_sequence(node, deep=True)))


def _write_same(dumper: CaseDumper, value: Same) -> yaml.Node:
    return dumper.represent_scalar("!same", value.argument)


def _read_same(loader: CaseLoader, node: yaml.Node) -> Same:
    argument = loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if not isinstance(argument, str) or not argument:
        text = "write `!same query`, with another argument of the same call"
        raise yaml.constructor.ConstructorError(None, None, text, node.start_mark)
    return Same(argument)


def _names(arguments: dict[Any, Any]) -> bool:
    return all(isinstance(name, str) for name in arguments)


def _problem(fields: dict[Any, Any]) -> str:
    shape, high = fields.get("shape"), fields.get("high")
    if unknown := sorted(str(name) for name in fields if name not in FIELDS):
        return f"a tensor has no `{unknown[0]}`; it has shape, kind, high, dtype"
    if not isinstance(shape, list) or not all(_is_size(size) for size in shape):
        return "a tensor needs `shape`, a list of sizes and letters such as [B, 8]"
    if fields.get("kind", "normal") not in KINDS:
        return f"a tensor's `kind` is one of {', '.join(KINDS)}"
    if high is not None and not _is_size(high):
        return "a tensor's `high` is a size or a letter"
    return "" if isinstance(fields.get("dtype", ""), str) else "a tensor's `dtype` is a name such as float64"


def _is_size(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


CaseDumper.add_representer(TensorSpec, _write_tensor)
CaseDumper.add_representer(Named, _write_object)
CaseDumper.add_representer(Listed, _write_list)
CaseDumper.add_representer(Same, _write_same)
CaseLoader.add_constructor("!tensor", _read_tensor)
CaseLoader.add_constructor("!object", _read_object)
CaseLoader.add_constructor("!list", _read_list)
CaseLoader.add_constructor("!same", _read_same)
