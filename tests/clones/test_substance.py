"""What is data has no near copies; what computes has."""

from collections.abc import Callable

import pytest

from refactor_tools.model.families import Families

Find = Callable[..., Families]

RENAMES = """
def rename_keys(depth):
    keys = []
    for i in range(depth):
        keys.append((f"blocks.{i}.norm1.weight", f"layers.{i}.before.weight"))
        keys.append((f"blocks.{i}.norm1.bias", f"layers.{i}.before.bias"))
        keys.append((f"blocks.{i}.attn.qkv.weight", f"layers.{i}.attention.weight"))
        keys.append((f"blocks.{i}.attn.qkv.bias", f"layers.{i}.attention.bias"))
        keys.append((f"blocks.{i}.mlp.fc1.weight", f"layers.{i}.mlp.up.weight"))
        keys.append((f"blocks.{i}.mlp.fc1.bias", f"layers.{i}.mlp.up.bias"))
    keys.append(("head.weight", "classifier.weight"))
    return keys
"""
REPLACED = """
def new_name(name):
    if "patch_embed" in name:
        name = name.replace("patch_embed", "embeddings.patch")
    if "blocks" in name:
        name = name.replace("blocks", "encoder.layers")
    if "norm" in name and "layers" not in name:
        name = "final." + name
    if name.startswith("head"):
        name = name.replace("head", "classifier")
    return name
"""
CONFIG = """
class VisionConfig:
    def __init__(self, width=64, depth=4, heads=8, dropout=0.1, **kwargs):
        self.width, self.depth, self.heads = width, depth, heads
        self.dropout = dropout
        self.head_size = width // heads
        for name, value in kwargs.items():
            setattr(self, name, value)

    @property
    def scale(self):
        return math.sqrt(self.width // self.heads) * math.log(1 + self.depth)
"""
MAIN = """
def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    model = build(options)
    for epoch in range(options.epochs):
        loss = sum(step(model, batch) for batch in batches(options)) / max(options.epochs, 1)
        model.log(epoch, loss)
    torch.save(model.state_dict(), options.out / f"{model.name}.pt")
"""
SCORES = """
def scores(query, key, mask=None):
    weights = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(query.size(-1))
    if mask is not None:
        weights = weights.masked_fill(mask == 0, float("-inf"))
    return weights.softmax(dim=-1)
"""
# A definition, what one copy has in its place, and what the other has.
CHANGED = {
    "a table": (RENAMES, "    return keys", '    keys.append(("norm.weight", "ln.weight"))\n    return keys'),
    "texts": (
        REPLACED,
        "    return name",
        '    if "gamma" in name:\n        name = name.replace("gamma", "w")\n    return name',
    ),
    "a config": (CONFIG, "        self.dropout = dropout", "        self.dropout = dropout\n        self.bias = True"),
    "an entry point": (MAIN, "        model.log(epoch, loss)", "        print(epoch, loss)"),
}


def test_a_function_that_computes_has_near_copies(find: Find) -> None:
    (family,) = find(
        {"a.py": SCORES, "b.py": SCORES.replace("    return w", "    weights = weights.tril()\n    return w")}
    ).families
    assert (family.name, family.likeness) == ("scores", "near")


@pytest.mark.parametrize("what", CHANGED)
def test_what_is_data_has_none(find: Find, what: str) -> None:
    text, old, new = CHANGED[what]
    assert old in text
    families = find({"a.py": text, "b.py": text.replace(old, new)}).families
    assert [family for family in families if family.likeness == "near"] == []


@pytest.mark.parametrize("what", CHANGED)
def test_an_exact_copy_is_one_all_the_same(find: Find, what: str) -> None:
    text = CHANGED[what][0]
    (family, *_) = find({"a.py": text, "b.py": text}).families
    assert family.likeness == "exact"


def test_a_module_that_builds_many_layers_is_no_table(find: Find) -> None:
    layers = "".join(f"        self.conv{n} = nn.Conv2d({n}, {n + 1}, 3)\n" for n in range(1, 13))
    calls = "".join(f"        x = F.relu(self.conv{n}(x))\n" for n in range(1, 13))
    text = (
        f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n{layers}\n"
        f"    def forward(self, x):\n{calls}        return x\n"
    )
    changed = text.replace("        return x", "        x = x.flatten(1)\n        return x")
    (family,) = find({"a.py": text, "b.py": changed}).families
    assert family.likeness == "near"


def test_a_message_is_no_text_that_says_what_is_computed(find: Find) -> None:
    messages = (
        '    if mask is None:\n        raise ValueError("a mask is needed")\n'
        '    assert query.dim() == 3, "(batch, time, width)"\n'
    )
    text = SCORES.replace("    weights = torch", messages + "    weights = torch", 1)
    (family,) = find(
        {"a.py": text, "b.py": text.replace("    return w", "    weights = weights.tril()\n    return w")}
    ).families
    assert family.likeness == "near"


def test_a_function_belongs_to_the_library_that_its_file_imports(find: Find) -> None:
    rotate = """
def rotate(x, cos, sin):
    cos, sin = cos[:, :, : x.shape[-2], :], sin[:, :, : x.shape[-2], :]
    first, second = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]
    return x * cos + join(-second, first) * sin
"""
    changed = rotate.replace("    return x", "    first = first * 1.0\n    return x")
    alone = {"a.py": "import torch\n" + rotate, "b.py": "import torch\n" + changed}
    assert [family.likeness for family in find(alone).families] == ["near"]
    assert find({**alone, "b.py": "import tensorflow as tf\n" + changed}).families == ()
