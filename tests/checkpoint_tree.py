"""A tree whose copies have become components, with checkpoints from before."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from refactor_tools.cli.main import main
from tests.extraction_tree import write_tree

SAVE = """
import torch, text_model, table_model
from types import SimpleNamespace as C
torch.manual_seed(0)
text = text_model.TextModel(C(hidden_size=3))
x, lengths = torch.randn(2, 4, 6), torch.tensor([4, 2])
optimizer = torch.optim.Adam(text.named_parameters())
text(x, lengths).sum().backward()
optimizer.step()
torch.save({"x": x, "lengths": lengths, "y": text(x, lengths)}, "golden.pt")
torch.save(text.state_dict(), "text_state.pt")
torch.save({"epoch": 3, "model": text.state_dict(), "optimizer": optimizer.state_dict()}, "training.pt")
torch.save(text, "text_model.pt")
table = table_model.TableModel(C(width=4))
torch.save(table, "table_model.pt")
torch.save({"x": x[..., :4], "y": table(x[..., :4])}, "table_golden.pt")
torch.save(table_model.Stretched(4), "stretched.pt")
"""


def python(root: Path, code: str, *options: str) -> str:
    """Output of `code` in a fresh interpreter in the tree, which sees its legacy folder and its library."""
    head = f"import sys; sys.path[:0] = [{str(root / 'legacy')!r}, {str(root)!r}]\n"
    command = [sys.executable, *options, "-c", head + dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def migrated_tree(root: Path) -> Path:
    """The tree of `write_tree`, its checkpoints in its root, `Summary` and `Stretched` extracted without a proof."""
    write_tree(root)
    python(root, SAVE)
    assert main(["extract-component", "Summary", "Stretched", "--no-prove", "--allow-dirty", "--root", str(root)]) == 0
    return root
