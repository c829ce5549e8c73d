"""The field's names: what constructors' arguments are called, what layers are for, what a good parameter name is."""

import re
from typing import Literal

import libcst as cst

from refactor_tools.layout import snake_case

Role = Literal["norm", "activation", "dropout", "layer"]

# Positional parameters of torch.nn constructors, in order, as their signatures have them.
CONSTRUCTORS: dict[str, tuple[str, ...]] = {
    "Linear": ("in_features", "out_features", "bias"),
    "Bilinear": ("in1_features", "in2_features", "out_features", "bias"),
    "LayerNorm": ("normalized_shape", "eps", "elementwise_affine", "bias"),
    "RMSNorm": ("normalized_shape", "eps", "elementwise_affine"),
    "GroupNorm": ("num_groups", "num_channels", "eps", "affine"),
    "Embedding": ("num_embeddings", "embedding_dim", "padding_idx"),
    "EmbeddingBag": ("num_embeddings", "embedding_dim"),
    "MultiheadAttention": ("embed_dim", "num_heads", "dropout", "bias"),
    "LSTM": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"),
    "GRU": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"),
    "RNN": ("input_size", "hidden_size", "num_layers", "nonlinearity", "bias", "batch_first", "dropout"),
    "TransformerEncoderLayer": ("d_model", "nhead", "dim_feedforward", "dropout", "activation"),
    "LeakyReLU": ("negative_slope", "inplace"),
    "ELU": ("alpha", "inplace"),
    "Softmax": ("dim",),
    "LogSoftmax": ("dim",),
    "Flatten": ("start_dim", "end_dim"),
    "AdaptiveAvgPool1d": ("output_size",),
    "AdaptiveAvgPool2d": ("output_size",),
}
_CONVOLUTION = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
_BATCH_NORM = ("num_features", "eps", "momentum", "affine", "track_running_stats")
_POOL = ("kernel_size", "stride", "padding")

_ACTIVATIONS = re.compile(
    "ReLU6?|GELU|SiLU|Mish|S?ELU|CELU|LeakyReLU|PReLU|RReLU|Tanh|Sigmoid|Hardswish|Hardtanh|Hardsigmoid|Softplus|Softsign|"
    "LogSigmoid|Tanhshrink|Softshrink|Hardshrink|Threshold"
)
_SIZES = re.compile(
    r"in\d?_features|out_features|normalized_shape|(num|in|out)_channels|num_features|embed(ding)?_dim|(input|hidden|output)_size|"
    r"d_model|dim_feedforward|num_\w+|nhead|kernel_size|stride|padding(_idx)?|dilation|groups|(start_|end_)?dim"
)
_FLAGS = re.compile("bias|affine|elementwise_affine|track_running_stats|batch_first|bidirectional|inplace")
_FLOATS = re.compile("p|eps|momentum|dropout|negative_slope|alpha")

_DEFAULTS = (
    (re.compile(r"LayerNorm|GroupNorm|BatchNorm[123]d|InstanceNorm[123]d"), "eps", "1e-05"),
    (re.compile(r"BatchNorm[123]d|InstanceNorm[123]d"), "momentum", "0.1"),
    (re.compile(r"Linear|LayerNorm|LSTM|GRU|RNN|MultiheadAttention|Conv(Transpose)?[123]d"), "bias", "True"),
    (re.compile(r"LSTM|GRU|RNN"), "num_layers", "1"),
    (re.compile(r"LSTM|GRU|RNN|MultiheadAttention"), "dropout", "0.0"),
    (re.compile(r"LSTM|GRU|RNN|MultiheadAttention"), "batch_first", "False"),
    (re.compile(r"LSTM|GRU|RNN"), "bidirectional", "False"),
    (re.compile(r"Dropout[123]?d?"), "p", "0.5"),
    (re.compile(r"Conv[123]d"), "stride", "1"),
    (re.compile(r"Conv[123]d"), "padding", "0"),
    (re.compile(r"Conv[123]d"), "dilation", "1"),
    (re.compile(r"Conv[123]d"), "groups", "1"),
    (re.compile(r"LeakyReLU"), "negative_slope", "0.01"),
    (re.compile(r"GELU"), "approximate", '"none"'),
)
_CUSTOM = (
    (re.compile(r"(^|_)(dropout|p|rate|eps|alpha|gamma|beta|momentum|temperature|scale|ratio|prob)$"), "float"),
    (re.compile(r"(^|_)(bias|causal|first|bidirectional|normalize|learnable)$|^(use|is|with|has|pre|post)_"), "bool"),
    (
        re.compile(r"(dim|size|features|channels|width|depth|len|length|embd|experts|classes|vocab|units|model)s?$"),
        "int",
    ),
    (re.compile(r"^(n|num|max|min)_|(^|_)(heads?|layers?|k|n|hidden|nhead)$"), "int"),
)

# What an argument's own name becomes as a parameter of a component.
GLOSSARY: dict[str, str] = {
    "p": "dropout",
    "num_embeddings": "vocab_size",
    "normalized_shape": "dim",
    "num_features": "dim",
    "num_channels": "channels",
    "in_channels": "in_channels",
    "out_channels": "out_channels",
    "embed_dim": "dim",
    "d_model": "dim",
    "nhead": "num_heads",
    "input_size": "input_dim",
    "hidden_size": "hidden_dim",
    "dim_feedforward": "hidden_dim",
    "in_features": "input_dim",
    "out_features": "output_dim",
}


def constructor_parameters(name: str) -> tuple[str, ...]:
    """Names of a torch.nn constructor's positional parameters; () for a class that is not known."""
    short = name.rpartition(".")[2]
    if short in CONSTRUCTORS:
        return CONSTRUCTORS[short]
    if re.fullmatch(r"(Lazy)?Conv(Transpose)?[123]d", short):
        return _CONVOLUTION
    if re.fullmatch(r"(Sync)?BatchNorm([123]d)?|InstanceNorm[123]d", short):
        return _BATCH_NORM
    if re.fullmatch(r"(Max|Avg)Pool[123]d", short):
        return _POOL
    if role(short) == "dropout":
        return ("p", "inplace")
    return ()


def default_of(name: str, argument: str) -> cst.BaseExpression | None:
    """What torch takes where this argument is not given; None where that is not known."""
    short = name.rpartition(".")[2]
    for pattern, known, text in _DEFAULTS:
        if pattern.fullmatch(short) and argument == known:
            return cst.parse_expression(text)
    return None


def role(name: str) -> Role:
    """What a layer is for, by its class's name."""
    short = name.rpartition(".")[2]
    if _ACTIVATIONS.fullmatch(short):
        return "activation"
    if re.search(r"Norm([123]d)?$", short):
        return "norm"
    if re.search(r"(Dropout([123]d)?|DropPath|StochasticDepth)$", short):
        return "dropout"
    return "layer"


def is_constructor(name: str) -> bool:
    """Whether a dotted name looks like a class: its last part begins with a capital and is no constant's name."""
    short = name.rpartition(".")[2]
    if short in ("None", "True", "False"):
        return False
    return bool(short) and short[0].isupper() and (name.startswith("nn.") or not short.isupper())


def annotation(argument: str) -> str:
    """The type of a parameter that flows into a constructor's argument of this name; "" where it is not known."""
    for pattern, kind in ((_SIZES, "int"), (_FLAGS, "bool"), (_FLOATS, "float")):
        if pattern.fullmatch(argument):
            return kind
    return ""


def annotation_by_name(name: str) -> str:
    """The type a parameter of this name has by custom; "" where custom does not say."""
    for pattern, kind in _CUSTOM:
        if pattern.search(name):
            return kind
    return ""


def words(name: str) -> tuple[str, ...]:
    """The words of a class's name, in lower case."""
    return tuple(snake_case(name).split("_"))
