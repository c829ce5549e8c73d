"""What an argument is, by its name and annotation, and a small value for it."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from refactor_tools.model.proofs import CaseValue, Named
from refactor_tools.prove.case_facts import SourceFacts

Role = Literal["mask", "lengths", "ids", "targets", "image", "video", "time", "flag", "scalar", "rows", "tensor"]

_ROLES: tuple[tuple[str, Role], ...] = (
    (r"mask|valid|padding|(^|_)keep", "mask"),
    (r"(^|_)(seq_?)?len(gth)?s?$|_lens$|(^|_)sizes$", "lengths"),
    (r"(^|_)(targets?|labels?|y|y_true|classes)$", "targets"),
    (r"(^|_)(ids?|idx|tokens?|token_ids|input_ids|indices|index|text|pos|positions?)$", "ids"),
    (r"logits?$|^preds?$|predictions?$|tabular|(^|_)table$", "rows"),
    (r"video|clip", "video"),
    (r"im(age|g)s?\b|im(age|g)s?_|fmap|pixel|(^|_)frames?$", "image"),
    (r"^(t|time|times|timesteps?|step|sigma|noise_level)$", "time"),
    (r"^(is|use|return|need|with|apply|do|has|add)_|causal|average|^training$|inplace", "flag"),
    (
        r"(^|_)(dim|axis|eps|alpha|gamma|beta|temperature|scale|weight|smoothing|momentum|p|prob|rate|reduction)$",
        "scalar",
    ),
)

_DROPOUT = r"dropout|drop(_|$)|(^|_)p$|drop_?(rate|path|prob)|_prob$|^prob$"
_FLAG = (
    r"^(is|use|with|return|has|do|learn|share|add|enable)_|bias$|causal|bidirectional|first$|affine|residual$|^flash$"
)
# The first pattern that a name matches gives its value.
_NUMBERS: tuple[tuple[str, int | float], ...] = (
    (r"eps", 1e-5),
    (r"momentum", 0.1),
    (
        r"(^|_)(rate|alpha|gamma|beta|temperature|scale|smoothing|lambda|lamb|margin|clip|tau|std|sigma|init_value)$",
        0.5,
    ),
    (r"dim_?_?head|head_?_?(dim|size)|(^|_)d_(k|v|head)$", 8),
    (r"heads?$|n_?head|groups?$", 2),
    (r"(^|_)(n|num)_?(layers?|blocks?|stages?|levels?)|depth|(^|_)layers?$|(^|_)blocks?$|n_residual|hierarchies", 2),
    (r"(ratio|mult|expansion|factor|multiplier)$", 2),
    (r"frame_patch|temporal_patch", 2),
    (r"(^|_)frames$|num_frames", 4),
    (r"im(age|g)_?(size|height|width|res)|resolution|input_size_2d", 32),
    (r"patch_?(size|height|width|dim)|(^|_)patch$|window", 8),
    (r"kernel", 3),
    (r"stride|dilation", 1),
    (r"^padding$", 1),
    (r"(^|_)(k|top_?k|n_?best|layer_index|index)$", 2),
    (r"^ndim$", 2),
    (r"channels?$", 8),
    (r"vocab|num_embeddings|num_tokens|n_tokens|ntoken|num_types", 44),
    (r"max_?_?(len|length|position|seq|tokens)|seq_?_?len|block_size|context|positions|num_patches|(^|_)length$", 16),
    (r"experts|slots|quer(y|ies)$|clusters|centers|prototypes|registers|_tokens$|^m$|streams", 4),
    (r"class(es)?$|labels|outputs$|n_out|targets|actions", 12),
)
_MODULE = (
    r"^(fn|net|func|module|layer|block|encoder|decoder|model|backbone|transformer|sublayer|mlp|vit|body|inner|base)$"
)


class Sizes:
    """Values for constructor arguments: small, and different for different names so that sizes tell apart.

    Widths are multiples of eight, so that heads divide them. `modules` is what stands for a module that is given.
    """

    def __init__(self, widths: Sequence[int], *, dropout: float, identity: bool = False) -> None:
        self.widths = widths
        self.dropout = dropout
        self.identity = identity
        self._given: dict[str, int] = {}

    def value(self, name: str, annotation: object, facts: SourceFacts) -> CaseValue:
        """A value for the required argument or config attribute `name`."""
        default = facts.defaults.get(name)
        if isinstance(default, str | tuple | list | dict):
            return _plain(default)
        if name in facts.choices:
            return facts.choices[name][0]
        kind = kind_of(annotation)
        if kind == "module" or re.search(_MODULE, name):
            return self._module()
        if kind == "callable" or re.search(r"^act(ivation)?(_fn|_layer|_func)?$|^nonlinearity$", name):
            return Named("torch.nn.GELU" if name.endswith("layer") else "torch.nn.functional.gelu")
        if re.search(r"norm_layer|^norm$", name):
            return Named("torch.nn.LayerNorm")
        value = self._number(name, kind, default)
        return (value, value) if kind == "sequence" else value

    def _number(self, name: str, kind: str, default: object) -> int | float | bool:
        if re.search(_DROPOUT, name) and kind != "int":
            return self.dropout
        if kind == "bool" or isinstance(default, bool):
            return default if isinstance(default, bool) else False
        if kind != "int" and isinstance(default, float):
            return default
        if kind in ("", "other") and default is None and re.search(_FLAG, name) and not re.match(r"n_|num_", name):
            return False
        return self.size(name, kind)

    def size(self, name: str, kind: str = "") -> int | float:
        """A number for `name`; a width of its own where the name says nothing else."""
        for pattern, number in _NUMBERS:
            if re.search(pattern, name) and not (kind == "int" and isinstance(number, float)):
                return number
        if kind == "float":
            return 0.5
        if name not in self._given:
            self._given[name] = self.widths[len(self._given) % len(self.widths)]
        return self._given[name]

    def _module(self) -> Named:
        if self.identity:
            return Named("torch.nn.Identity", {})
        width = next(iter(self._given.values()), self.widths[0])
        return Named("torch.nn.Linear", {"in_features": width, "out_features": width})


def role_of(name: str) -> Role:
    """What an input is, by its name."""
    return next((role for pattern, role in _ROLES if re.search(pattern, name)), "tensor")


def kind_of(annotation: object) -> str:
    """ "int", "float", "bool", "str", "module", "callable", "sequence", "tensor", "other", or "" for no annotation."""
    if annotation is inspect.Parameter.empty or annotation is None:
        return ""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    text = re.sub(r"Optional\[(.*)\]$|\s*\|\s*None$", r"\1", text).strip("'\" ")
    for pattern, kind in (
        (r"^(int|float|bool|str)$", r""),
        (r"^(typing\.)?(Sequence|[Ll]ist|[Tt]uple)\b", "sequence"),
        (r"(^|\.)(Module|ModuleList|Sequential)$", "module"),
        (r"Callable|^type|^Type", "callable"),
        (r"Tensor|^(Float|Int|Bool)\[", "tensor"),
    ):
        if re.search(pattern, text):
            return kind or text
    return "other"


def _plain(value: object) -> CaseValue:
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    return value if isinstance(value, int | float | str) else None
