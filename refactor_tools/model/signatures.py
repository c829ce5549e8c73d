"""Signatures as source text."""

from collections.abc import Iterator, Sequence

from refactor_tools.model.facts import Parameter


def signature_parts(parameters: Sequence[Parameter]) -> Iterator[str]:
    """Each parameter as written in a signature, and the `/` and `*` between them."""
    previous = ""
    for parameter in parameters:
        if previous == "positional-only" != parameter.kind:
            yield "/"
        if parameter.kind == "keyword-only" and previous not in ("keyword-only", "var-positional"):
            yield "*"
        yield _part(parameter)
        previous = parameter.kind
    if previous == "positional-only":
        yield "/"


def signature_text(parameters: Sequence[Parameter], *, method: bool) -> str:
    """`self, dim: int, *, dropout: float = 0.1`."""
    return ", ".join([*(["self"] if method else []), *signature_parts(parameters)])


def _part(parameter: Parameter) -> str:
    text = {"var-positional": "*", "var-keyword": "**"}.get(parameter.kind, "") + parameter.name
    if parameter.annotation:
        text += f": {parameter.annotation}"
    if parameter.default is None:
        return text
    return f"{text} = {parameter.default}" if parameter.annotation else f"{text}={parameter.default}"
