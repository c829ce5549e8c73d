"""Which members of a class a state dict shows, read from the class's source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from refactor_tools.model.checkpoints import MemberLayout

_WEIGHT_AND_BIAS = r"weight|bias"
_NORMED = r"weight|bias|running_mean|running_var|num_batches_tracked"
_RECURRENT = r"(weight_(ih|hh|hr)|bias_(ih|hh))_l\d+(_reverse)?"
_IN_ORDER = r"\d+\..+"
# What follows the member's name in the keys of a layer, whatever its arguments are.
_LAYERS = {
    **dict.fromkeys(("Linear", "Bilinear", "LayerNorm", "GroupNorm", "RMSNorm"), _WEIGHT_AND_BIAS),
    **{f"{kind}{size}d": _WEIGHT_AND_BIAS for kind in ("Conv", "ConvTranspose") for size in (1, 2, 3)},
    **{f"BatchNorm{size}d": _NORMED for size in (1, 2, 3)},
    **dict.fromkeys(("Embedding", "EmbeddingBag", "PReLU"), "weight"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _RECURRENT),
    **dict.fromkeys(("LSTMCell", "GRUCell", "RNNCell"), r"(weight|bias)_(ih|hh)"),
    "MultiheadAttention": r"in_proj_(weight|bias)|[qkv]_proj_weight|bias_[kv]|out_proj\.(weight|bias)",
}
# Those that may have no parameters, as Sequential of activations.
_HOLDERS = {**dict.fromkeys(("Sequential", "ModuleList"), _IN_ORDER), "ModuleDict": r".+"}
_STATELESS = frozenset(
    [
        "Dropout",
        "Dropout1d",
        "Dropout2d",
        "Dropout3d",
        "AlphaDropout",
        "Identity",
        "Flatten",
        "Unflatten",
        "ReLU",
        "ReLU6",
        "GELU",
        "SiLU",
        "Tanh",
        "Sigmoid",
        "Softmax",
        "LogSoftmax",
        "Softplus",
        "ELU",
        "SELU",
        "LeakyReLU",
        "Mish",
        "Hardswish",
        "MaxPool1d",
        "MaxPool2d",
        "MaxPool3d",
        "AvgPool1d",
        "AvgPool2d",
        "AvgPool3d",
        "AdaptiveAvgPool1d",
        "AdaptiveAvgPool2d",
        "CrossEntropyLoss",
        "MSELoss",
        "BCELoss",
        "BCEWithLogitsLoss",
    ]
)
_PARAMETERS = frozenset({"Parameter", "UninitializedParameter"})


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    part: str | None
    required: bool


def layout(source: str, name: str) -> MemberLayout | None:
    """The members of the class `name` in `source`, with those of its bases there; None where there is no such class."""
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    if name not in classes:
        return None
    members, closed = _members(classes, name, frozenset())
    parts: dict[str, str | None] = {}
    for member in members:
        same = member.name not in parts or parts[member.name] == member.part
        parts[member.name] = member.part if same else None
    required = frozenset(member.name for member in members if member.required)
    return MemberLayout(required, tuple(sorted(parts.items())), closed)


def _members(classes: dict[str, ast.ClassDef], name: str, above: frozenset[str]) -> tuple[list[_Member], bool]:
    node = classes[name]
    members = [item for method in node.body if isinstance(method, ast.FunctionDef) for item in _of_method(method)]
    closed = True
    for base in node.bases:
        base_name = ast.unparse(base)
        if base_name in classes and base_name not in above:
            inherited, known = _members(classes, base_name, above | {name})
            members += inherited
            closed = closed and known
        elif base_name.rpartition(".")[2] not in ("Module", "ABC", "LegacyKeys"):
            closed = False
    return members, closed


def _of_method(method: ast.FunctionDef) -> Iterator[_Member]:
    always = set(method.body) if method.name == "__init__" else set()
    for node in ast.walk(method):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if _is_own(target):
                    assert isinstance(target, ast.Attribute)
                    yield from _assigned(target.attr, node.value, node in always)
        elif isinstance(node, ast.Call):
            yield from _registered(node)


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _assigned(name: str, value: ast.expr, always: bool) -> Iterator[_Member]:
    called = ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
    if called in _LAYERS:
        yield _Member(name, _LAYERS[called], always)
    elif called in _HOLDERS:
        yield _Member(name, _HOLDERS[called], False)
    elif called in _PARAMETERS:
        yield _Member(name, "", always)
    elif called not in _STATELESS and not isinstance(value, ast.Constant):
        yield _Member(name, None, False)


def _registered(call: ast.Call) -> Iterator[_Member]:
    """Buffers, parameters and modules that are registered by name."""
    if not (isinstance(call.func, ast.Attribute) and _is_own(call.func) and call.args):
        return
    name = call.args[0]
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
        return
    kept = [word.value for word in call.keywords if word.arg == "persistent"] + call.args[2:3]
    if (
        call.func.attr == "register_parameter"
        or (call.func.attr == "register_buffer" and not kept)
        or (call.func.attr == "register_buffer" and ast.unparse(kept[0]) != "False")
    ):
        yield _Member(name.value, "", False)
    elif call.func.attr in ("add_module", "register_module"):
        yield _Member(name.value, None, False)
