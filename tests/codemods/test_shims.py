"""Shims as text, and what they do when the legacy file is imported, warned about, pickled and loaded."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.codemods.legacy_support import legacy_support
from refactor_tools.codemods.shims import Injected, Shim, shimmed
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter

LEGACY = '''"""Old layers."""
import torch
from torch import nn

WIDTH = 4  # of everything


class Old(nn.Module):
    def __init__(self, config, p=0.0):
        super().__init__()
        self.score = nn.Linear(config.width, 1)

    def forward(self, states, lengths):
        return self.score(states)


# stays
def helper(x):
    return Old(x)


class Same(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return self.fc(x)


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.pool = Old(config)
        self.same = Same(config.width)
'''
LIBRARY = """
from torch import nn


class New(nn.Module):
    def __init__(self, dim, *, dropout=None):
        super().__init__()
        self.attention = nn.Linear(dim, 1)
        self.dropout = nn.Dropout(dropout) if dropout is not None else None

    def forward(self, x, *, lengths=None):
        return self.attention(x)


class Same(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return self.fc(x)
"""
X = Parameter("x")
ADAPTED = Shim(
    legacy_name="Old",
    line=0,
    old="layers.Old",
    name="New",
    package="library.parts",
    form="adapted",
    kind="class",
    adapter=Adapter(
        init=(Argument("dim", "config.width"),),
        forward=(Argument("x", "states"), Argument("lengths", "lengths")),
        state=(("attention", "score"),),
        lacking=(Argument("dropout", "None"),),
    ),
    parameters=(Parameter("config"), Parameter("p", default="0.0")),
    own_forward=(Parameter("states"), Parameter("lengths")),
    forward=(X, Parameter("lengths", "keyword-only", "None")),
)
ALIAS = Shim(
    legacy_name="Same",
    line=0,
    old="layers.Same",
    name="Same",
    package="library.parts",
    form="alias",
    kind="class",
    adapter=Adapter(),
    parameters=(Parameter("width"),),
    own_forward=(X,),
    forward=(X,),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "library" / "parts").mkdir(parents=True)
    (tmp_path / "library" / "__init__.py").write_text("")
    (tmp_path / "library" / "parts" / "__init__.py").write_text(LIBRARY)
    support = legacy_support("3.0", "DeprecationWarning", (), str, ())
    (tmp_path / "library" / "_legacy.py").write_text(support)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "layers.py").write_text(LEGACY)
    return tmp_path


def run(tree: Path, code: str, *options: str) -> str:
    """Output of `code` in a fresh interpreter that sees the legacy folder and the library."""
    path = f"import sys; sys.path[:0] = [{str(tree / 'old')!r}, {str(tree)!r}]\n"
    (tree / "user.py").write_text(path + dedent(code))
    done = subprocess.run(
        [sys.executable, *options, str(tree / "user.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tree,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_an_adapted_shim_keeps_the_signature_and_the_rest_of_the_file() -> None:
    text = shimmed(LEGACY, "layers.py", [ADAPTED], "library")
    assert "class Old(_legacy.LegacyKeys, _New):" in text
    assert "def __init__(self, config, p=0.0):" in text
    assert "super().__init__(dim=config.width)" in text
    assert "return super().forward(states, lengths=lengths)" in text
    assert "WIDTH = 4  # of everything" in text
    assert "# stays\ndef helper(x):" in text


def test_imports_come_after_the_others_and_before_any_use() -> None:
    lines = shimmed(LEGACY, "layers.py", [ADAPTED], "library").splitlines()
    assert lines.index("from library import _legacy") > lines.index("from torch import nn")
    assert lines.index("from library.parts import New as _New") < lines.index("WIDTH = 4  # of everything")


def test_an_alias_is_handed_out_by_the_module_and_used_privately_in_the_file() -> None:
    text = shimmed(LEGACY, "layers.py", [ALIAS], "library")
    assert "class Same" not in text
    assert "self.same = _Same(config.width)" in text
    assert '"Same": ("library.parts", "Same"),' in text
    assert '"Model",' in text
    assert "from library.parts import Same as Same" in text


def test_a_second_run_extends_the_block_of_the_first() -> None:
    once = shimmed(LEGACY, "layers.py", [ALIAS], "library")
    other = replace(ALIAS, legacy_name="Model", name="Model", old="layers.Model")
    twice = shimmed(once, "layers.py", [other], "library")
    assert twice.count("def __getattr__") == 1
    assert twice.count("from library import _legacy") == 1
    assert '"Model": ("library.parts", "Model"),' in twice
    assert '"Same": ("library.parts", "Same"),' in twice


@pytest.mark.parametrize("together", [True, False])
def test_a_shim_does_not_read_a_name_that_became_an_alias(together: bool) -> None:
    """The module's `__getattr__` serves others; in the file itself the name is gone."""
    layer = replace(ADAPTED, adapter=replace(ADAPTED.adapter, init=(Argument("norm", "Same if p else Same.other"),)))
    if together:
        text = shimmed(LEGACY, "layers.py", [layer, ALIAS], "library")
    else:
        text = shimmed(shimmed(LEGACY, "layers.py", [ALIAS], "library"), "layers.py", [layer], "library")
    assert "super().__init__(norm=_Same if p else _Same.other)" in text


def test_line_ends_are_kept() -> None:
    text = shimmed(LEGACY.replace("\n", "\r\n"), "layers.py", [ADAPTED, ALIAS], "library")
    assert "\n" not in text.replace("\r\n", "")


def test_a_function_is_wrapped() -> None:
    shim = replace(
        ADAPTED,
        legacy_name="helper",
        kind="function",
        name="assist",
        adapter=Adapter(forward=(Argument("y", "x"),)),
        own_forward=(X,),
        forward=(Parameter("y"),),
    )
    text = shimmed(LEGACY, "layers.py", [shim], "library")
    assert "def helper(x):" in text
    assert "    return _assist(x)" in text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (LEGACY.replace("class Old", "class Gone"), "has no class or function Old"),
        (LEGACY + "\n_legacy = 1\n", "binds _legacy itself"),
        (LEGACY + "\ndef broken(:\n", "does not parse"),
    ],
)
def test_what_stands_in_the_way_is_said(source: str, words: str) -> None:
    with pytest.raises(RefactorError, match=words):
        shimmed(source, "layers.py", [ADAPTED], "library")


def test_a_module_that_has_its_own_getattr_gets_no_alias() -> None:
    with pytest.raises(RefactorError, match="__getattr__"):
        shimmed(LEGACY + "\n\ndef __getattr__(name):\n    raise AttributeError\n", "layers.py", [ALIAS], "library")


def test_old_calls_warnings_states_and_pickles(tree: Path) -> None:
    """Everything that people did with the original, done with the shim, in one interpreter each side."""
    run(
        tree,
        """
        import torch, layers
        from types import SimpleNamespace
        torch.manual_seed(0)
        model = layers.Old(SimpleNamespace(width=4))
        torch.save({"state": model.state_dict(), "x": (x := torch.randn(2, 4)), "y": model(x, None)}, "state.pt")
        torch.save(model, "model.pt")
        """,
    )
    (tree / "old" / "layers.py").write_text(shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library"))
    run(
        tree,
        """
        import copy, pickle, warnings
        import torch, layers
        from types import SimpleNamespace
        from library.parts import New, Same
        saved = torch.load("state.pt")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for _ in range(3):
                model = layers.Old(SimpleNamespace(width=4), p=0.1)
            assert len(caught) == 1, caught
            assert caught[0].filename == __file__, caught[0].filename
            assert "`from library.parts import New`" in str(caught[0].message) and "3.0" in str(caught[0].message)
            layers.Model(SimpleNamespace(width=4))
            assert len(caught) == 1, "uses in the legacy file are silent"
            assert layers.Same is Same
            assert len(caught) == 2 and caught[1].filename == __file__
        assert isinstance(model, New)
        assert list(model.state_dict()) == list(saved["state"]) == ["score.weight", "score.bias"]
        model.load_state_dict(saved["state"], strict=True)
        assert torch.equal(model(saved["x"], None), saved["y"])
        assert torch.equal(model(states=saved["x"], lengths=None), saved["y"])
        holder = torch.nn.ModuleDict({"a": model})
        assert list(holder.state_dict()) == ["a.score.weight", "a.score.bias"]
        assert "a.score" in holder.state_dict()._metadata and "a.attention" not in holder.state_dict()._metadata
        holder.load_state_dict(holder.state_dict(), strict=True)
        old = torch.load("model.pt", weights_only=False)
        assert type(old) is layers.Old and old.dropout is None
        for other in (old, copy.deepcopy(old), pickle.loads(pickle.dumps(old)), copy.deepcopy(model)):
            assert torch.equal(other(saved["x"], None), saved["y"])
            assert list(other.state_dict()) == list(saved["state"])
        """,
    )


def test_star_imports_and_missing_names(tree: Path) -> None:
    (tree / "old" / "layers.py").write_text(shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library"))
    run(
        tree,
        """
        from layers import *
        assert Same.__module__ == "library.parts" and Model and Old and helper and nn
        import layers
        assert not hasattr(layers, "__path__") and not hasattr(layers, "Sane")
        """,
    )


def test_importing_never_fails_under_errors(tree: Path) -> None:
    (tree / "old" / "layers.py").write_text(shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library"))
    run(tree, "import layers\nlayers.Model", "-W", "error::DeprecationWarning")


GIVEN = replace(
    ADAPTED,
    adapter=Adapter(
        init=(Argument("router", "lambda: _Top(config.width)"),),
        forward=(Argument("x", "states"),),
        state=tuple(
            (f"router.{name}", name) for name in ("a_long_name_of_a_layer", "another_one", "the_third_of_them")
        ),
    ),
    forward=(X,),
    strategy=Injected("router", "Top", "library.tops"),
)


def test_what_the_component_is_given_is_imported_under_a_private_name() -> None:
    text = shimmed(LEGACY, "layers.py", [GIVEN], "library")
    assert "from library.parts import New as _New\nfrom library.tops import Top as _Top\n" in text
    assert "class Old(_legacy.LegacyWhole, _New):" in text
    assert '    _whole = ("router", _Top)\n' in text
    assert '    _old_names = {\n        "router.a_long_name_of_a_layer": "a_long_name_of_a_layer",\n' in text
    assert "super().__init__(router=lambda: _Top(config.width))" in text


def test_a_file_that_binds_that_name_is_refused() -> None:
    with pytest.raises(RefactorError, match="binds _Top itself"):
        shimmed(LEGACY + "\n_Top = 3\n", "layers.py", [GIVEN], "library")
