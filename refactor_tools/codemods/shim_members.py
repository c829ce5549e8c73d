"""What an adapted shim has of its own beside the two signatures: class attributes and decorated methods."""

from collections.abc import Mapping, Sequence

from refactor_tools.model.adapters import Adapter


def attribute_lines(adapter: Adapter) -> list[str]:
    """Class attributes in which the original differs from the component."""
    lines = [f"    {item.name} = {item.value}" for item in adapter.attributes]
    return [*lines, ""] if lines else []


def decorated_methods(decorators: Mapping[str, Sequence[str]]) -> list[str]:
    """Methods that the original decorates otherwise: what they do is the component's."""
    lines: list[str] = []
    for name, texts in decorators.items():
        lines += ["", *(f"    @{text}" for text in texts)]
        lines += [f"    def {name}(self, *args, **kwargs):", f"        return super().{name}(*args, **kwargs)"]
    return lines
