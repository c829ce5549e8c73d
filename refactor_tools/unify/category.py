"""Where a component belongs, by the words of its name and, failing that, by what it is made of."""

from collections.abc import Collection

from refactor_tools.unify.vocabulary import words

# The first word that matches decides: a ResidualBlock is a feed-forward before it is a block.
_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("losses", frozenset({"loss", "losses", "criterion", "asl"})),
    ("pooling", frozenset({"pooling", "pool", "pooler", "aggregation", "aggregator", "readout", "summary"})),
    ("routing", frozenset({"gating", "router", "routing", "dispatcher", "top2", "topk"})),
    ("fusion", frozenset({"fusion", "fuse", "moe", "experts", "expert", "mixture"})),
    ("embeddings", frozenset({"embedding", "embeddings", "embed", "encoding", "encode", "tokenizer", "positional"})),
    ("feedforward", frozenset({"feed", "ffn", "mlp", "residual", "glu", "swiglu", "geglu", "ff", "dense"})),
    ("attention", frozenset({"attention", "attn", "head", "mha"})),
    ("blocks", frozenset({"block", "layer", "encoder", "decoder", "projection", "transformer", "stack", "stage"})),
)

CATEGORIES = tuple(category for category, _ in _WORDS)


def category_of(name: str, builds: Collection[str] = ()) -> str:
    """One of the eight categories. `builds` are the names of the layers that it is made of."""
    found = set(words(name))
    if found & {"block", "layer"} and found & {"attention", "transformer", "encoder", "decoder"}:
        return "blocks"
    for category, known in _WORDS:
        if found & known:
            return category
    layers = {item.rpartition(".")[2] for item in builds}
    if any(item.startswith(("LSTM", "GRU", "Transformer")) for item in layers):
        return "blocks"
    if any(item.startswith("Embedding") for item in layers):
        return "embeddings"
    return "feedforward" if "Linear" in layers else "blocks"
