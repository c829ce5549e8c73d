"""Names for what copies disagree about: the most common one, then the field's, then the medoid's."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, count
from keyword import iskeyword

from refactor_tools.layout import snake_case
from refactor_tools.unify.vocabulary import GLOSSARY, role


def most_common(names: Iterable[str | None]) -> str:
    """The name that at least two copies agree on, "" if none; the first among equals."""
    ranked = Counter(name for name in names if name).most_common(1)
    return ranked[0][0] if ranked and ranked[0][1] > 1 else ""


def own_name(text: str | None) -> str:
    """`width` for `config.width` and for `width`, "" for any other expression."""
    if text is None:
        return ""
    last = text.rpartition(".")[2]
    plain = text.replace(".", "").replace("_", "").isalnum()
    usable = last.isidentifier() and not iskeyword(last)
    return last if plain and usable and not text[0].isdigit() else ""


def size_name(arguments: Sequence[str]) -> str:
    """A name for a size by the constructor arguments that it feeds, in order of appearance; "" if they do not tell.

    What goes in and comes out again is `dim`, what only goes in `input_dim`, what only comes out `output_dim`, and what
    comes out of one layer to go into the next `hidden_dim`.
    """
    inward = [item for item in arguments if item in ("in_features", "normalized_shape", "num_features", "input_size")]
    outward = [item for item in arguments if item == "out_features"]
    if inward and outward:
        return "hidden_dim" if arguments[0] == "out_features" else "dim"
    if outward:
        return "output_dim"
    if inward:
        return "input_dim" if "in_features" in inward or "input_size" in inward else "dim"
    return GLOSSARY.get(arguments[0], arguments[0]) if arguments and arguments[0].isidentifier() else ""


def choose(candidates: Iterable[str], taken: Collection[str]) -> str:
    """The first candidate that is free; a longer form of the first one where none is."""
    listed = [name for name in candidates if name]
    for name in listed:
        if name not in taken:
            return name
    base = listed[0] if listed else "value"
    longer = chain(
        (f"{prefix}_{base}" for prefix in _PREFIXES), (f"{base}_{number}" for number in count(len(_PREFIXES)))
    )
    return next(name for name in longer if name not in taken)


_PREFIXES = ("inner", "outer", "second", "third", "fourth", "fifth", "sixth", "other", "further")


def flag_name(layer: str, position: str) -> str:
    """A switch for a layer that only some copies have, by what it is for and where it stands."""
    kind = role(layer)
    if kind == "norm":
        return {"first": "pre_norm", "last": "post_norm"}.get(position, "norm")
    if kind == "activation":
        return {"last": "final_activation"}.get(position, "extra_activation")
    return f"use_{snake_case(layer.rpartition('.')[2])}"
