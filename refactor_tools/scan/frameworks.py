"""Which external classes are modules, and which framework a definition belongs to."""

from collections.abc import Iterable, Mapping, Sequence

from refactor_tools.model.facts import Definition, Framework, Import

MODULE_ROOT = "torch.nn.modules.module.Module"
_TORCH = frozenset(("torch", "lightning", "pytorch_lightning", "torchvision", "torchaudio", "transformers", "timm"))
_MODULE_NAMES = frozenset(("LightningModule", "PreTrainedModel", "MessagePassing", "ModelMixin"))
_NOT_MODULES = frozenset(("Parameter", "Buffer", "UninitializedParameter", "UninitializedBuffer"))
# Bases that need no import to be understood: a file often gets them through a star import.
_BY_CONVENTION: Mapping[str, Framework] = {
    "nn.Module": "torch",
    "torch.nn.Module": "torch",
    "keras.Model": "keras",
    "keras.layers.Layer": "keras",
    "tf.keras.Model": "keras",
    "tf.keras.layers.Layer": "keras",
}


def qualified(name: str, imports: Mapping[str, Import]) -> str:
    """`name` with its first part replaced by what the file imports under it; unchanged where it does not."""
    root, _, rest = name.partition(".")
    found = imports.get(root)
    if found is None or found.level:
        return name
    if found.name:
        origin = f"{found.module}.{found.name}"
    else:
        # `import a.b` binds `a`, `import a.b as c` binds the module itself.
        origin = root if found.module.partition(".")[0] == root else found.module
    return f"{origin}.{rest}" if rest else origin


def imports_by_name(imports: Iterable[Import]) -> dict[str, Import]:
    """What each bound name was imported as; the last import of a name wins."""
    return {found.bound: found for found in imports if found.bound}


def is_namespace(module: str, name: str | None, bound: str) -> bool:
    """Whether an import binds a module, or a name of a framework that stands for one (`nn`, `F`)."""
    return name is None or (module.partition(".")[0] in _TORCH and (bound.islower() or len(bound) == 1))


def module_framework(base: str) -> Framework | None:
    """The framework of an external class (its qualified name) if it is a module, layer or model."""
    if base in _BY_CONVENTION:
        return _BY_CONVENTION[base]
    package, _, name = base.rpartition(".")
    parts = package.split(".")
    if "keras" in parts:
        is_layer = "layers" in parts or name in ("Model", "Sequential", "Layer")
        return "keras" if is_layer else None
    if parts[0] not in _TORCH:
        return None
    is_layer = parts[0] == "torch" and "nn" in parts and "functional" not in parts and name not in _NOT_MODULES
    return "torch" if (is_layer and name[:1].isupper()) or name in _MODULE_NAMES else None


def direct_framework(bases: Sequence[str], imports: Mapping[str, Import]) -> Framework | None:
    """The framework of a class by the first of its own bases that is an external module."""
    return next((found for base in bases if (found := module_framework(qualified(base, imports)))), None)


def used_framework(definition: Definition, imports: Mapping[str, Import]) -> Framework | None:
    """The framework whose names the definition reads."""
    roots = [qualified(built.name, imports).split(".") for built in definition.built]
    if any("keras" in parts[:2] for parts in roots):
        return "keras"
    return "torch" if any(parts[0] in _TORCH for parts in roots) else None
