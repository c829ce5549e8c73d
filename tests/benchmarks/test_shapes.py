from pathlib import Path
from tempfile import mkdtemp
from textwrap import dedent, indent

import pytest

from benchmarks.shapes import is_simple

INIT = """\
super().__init__()
self.net = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Dropout(p))
"""


def simple(folder: Path, *bodies: tuple[str, str]) -> bool:
    members, folder = [], Path(mkdtemp(dir=folder))  # files are read once
    for number, (init, forward) in enumerate(bodies):
        head = "from torch import nn\nfrom einops import rearrange, repeat\n\n\nclass Block(nn.Module):\n"
        methods = f"    def __init__(self, dim, p=0.1):\n{indent(dedent(init), '        ')}"
        methods += f"    def forward(self, x):\n{indent(dedent(forward), '        ')}"
        (folder / f"copy{number}.py").write_text(head + methods)
        members.append(f"copy{number}.py::Block")
    return is_simple(folder, members)


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        (INIT.replace("self.net", "self.layers").replace("4", "2"), "return self.layers(x)\n"),
        (INIT.replace(", nn.Dropout(p)", ""), "return self.net(x)\n"),
        (INIT.replace("nn.Linear(dim, 4 * dim)", "nn.Linear(hidden, inner, bias=False)"), "return self.net(x)\n"),
        (INIT + "self.dim = dim\n", "return self.net(x)\n"),
        (INIT, '"""What it does."""\nx = self.net(x)\nreturn self.net(x)\n'),
    ],
    ids=["names and constants", "an element less", "constructor arguments", "a statement more", "one more in forward"],
)
def test_copies_that_differ_by_names_constants_parameters_and_optional_parts(
    tmp_path: Path, init: str, forward: str
) -> None:
    assert simple(tmp_path, (INIT, "return self.net(x)\n"), (init, forward))


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        (INIT.replace("nn.GELU", "nn.ReLU"), "return self.net(x)\n"),
        (INIT, "return x + self.net(x)\n"),
        (INIT.replace("nn.LayerNorm(dim), ", "").replace("p))", "p), nn.LayerNorm(dim))"), "return self.net(x)\n"),
        (INIT, "if x is None:\n    return None\nreturn self.net(x).mean()\n"),
    ],
    ids=["another layer", "another expression", "another order", "another result"],
)
def test_copies_that_differ_in_more(tmp_path: Path, init: str, forward: str) -> None:
    assert not simple(tmp_path, (INIT, "return self.net(x)\n"), (init, forward))


def test_a_called_function_is_more_than_a_name(tmp_path: Path) -> None:
    rearranged, repeated = "return rearrange(x, 'b n -> n b')\n", "return repeat(x, 'b n -> b n 2')\n"
    assert simple(tmp_path, (INIT, rearranged), (INIT, rearranged.replace("b n", "n b")))
    assert not simple(tmp_path, (INIT, rearranged), (INIT, repeated))


def test_every_member_is_compared_with_the_medoid(tmp_path: Path) -> None:
    plain = (INIT, "return self.net(x)\n")
    shorter = (INIT.replace(", nn.Dropout(p)", ""), "return self.net(x)\n")
    other = (INIT.replace("nn.GELU", "nn.ReLU"), "return self.net(x)\n")
    assert simple(tmp_path, shorter, plain, plain)
    assert not simple(tmp_path, shorter, plain, plain, other)


def test_another_method_is_no_optional_part(tmp_path: Path) -> None:
    for number, extra in enumerate(("", "    def reset(self):\n        self.state = 0\n")):
        (tmp_path / f"copy{number}.py").write_text(
            f"class Block:\n    def forward(self, x):\n        return x\n{extra}"
        )
    assert not is_simple(tmp_path, ["copy0.py::Block", "copy1.py::Block"])


def test_how_an_imported_name_is_written_does_not_count(tmp_path: Path) -> None:
    written = ("from torch import nn", "nn.Module"), ("from torch.nn import Module", "Module")
    for number, (imported, base) in enumerate(written):
        (tmp_path / f"copy{number}.py").write_text(f"{imported}\n\n\nclass Block({base}):\n    pass\n")
    assert is_simple(tmp_path, ["copy0.py::Block", "copy1.py::Block"])
