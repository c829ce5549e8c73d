from refactor_tools.graph.composition import composition
from refactor_tools.graph.imports import import_graph
from refactor_tools.model.graphs import Tier

PARTS = """
from torch import nn
class Atom(nn.Module):
    def __init__(self): self.a = nn.Linear(1, 1)
class Gelu(nn.Module):
    def forward(self, x): return nn.functional.gelu(x)
TABLE = {"gelu": Gelu, "relu": nn.ReLU}
BLOCKS = {"atom": Atom}
"""


def tiers(tree, files: dict[str, str]) -> dict[str, Tier]:
    scan = tree({"parts.py": PARTS, **files})
    found = composition(scan, import_graph(scan)).tiers
    return {identity.partition("::")[2]: tier for identity, tier in found.items() if "parts.py" not in identity}


def test_by_what_is_built_and_who_builds(tree) -> None:
    models = """
    from torch import nn
    from parts import Atom
    class Pair(nn.Module):
        def __init__(self): self.atom = Atom()
    class Model(nn.Module):
        def __init__(self): self.layers = nn.ModuleList([Pair() for _ in range(3)])
    class Wide(nn.Module):
        def __init__(self): self.a, self.b = Atom(), Pair()
    class Inner(nn.Module):
        def __init__(self): self.a, self.b = Atom(), Pair()
    class Child(Inner): pass
    class Lone(nn.Module):
        def __init__(self): self.atom = Atom()
    class Leaf(nn.Module):
        def __init__(self): self.a = nn.Linear(1, 1)
    class Plain:
        def __init__(self): self.model = Model()
    def build(): return Wide()
    """
    assert tiers(tree, {"models.py": models}) == {
        "Pair": "composite",
        "Model": "application",
        "Wide": "application",
        "Inner": "composite",
        "Child": "application",
        "Lone": "composite",
        "Leaf": "atomic",
    }


def test_a_program_is_an_application_whatever_it_builds(tree) -> None:
    models = """
    import lightning.pytorch as pl
    from torch import nn
    from parts import Atom
    class Base(pl.LightningModule): pass
    class Training(Base):
        def __init__(self): self.model = Atom()
    """
    assert tiers(tree, {"models.py": models}) == {"Base": "application", "Training": "application"}


def test_injected_parts_are_parts(tree) -> None:
    models = """
    from torch import nn
    from parts import Atom
    class Takes(nn.Module):
        def __init__(self, part=Atom): self.part = part()
    class Given(nn.Module):
        def __init__(self, part): self.part = part
    def build(): return Given(Atom())
    class Names(nn.Module):
        def forward(self, x): return isinstance(x, Atom)
    """
    assert tiers(tree, {"models.py": models}) == {"Takes": "composite", "Given": "composite", "Names": "atomic"}


def test_a_choice_of_activations_composes_nothing(tree) -> None:
    models = """
    from torch import nn
    from parts import BLOCKS, TABLE, Gelu
    class Choice(nn.Module):
        def __init__(self, name): self.act = TABLE[name]()
    class Named(nn.Module):
        def __init__(self): self.act = Gelu()
    class Blocks(nn.Module):
        def __init__(self, name): self.block = BLOCKS[name]()
    """
    assert tiers(tree, {"models.py": models}) == {"Choice": "atomic", "Named": "composite", "Blocks": "composite"}
