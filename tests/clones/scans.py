"""Scans of small sources, without files."""

from collections.abc import Mapping
from textwrap import dedent

from refactor_tools.clones.prints import file_prints
from refactor_tools.model.facts import Scan, Source
from refactor_tools.scan.facts import read_file
from refactor_tools.scan.link import link

PREAMBLE = {
    "torch": "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n",
    "keras": "import keras\nfrom keras import layers\n",
}


def with_imports(text: str) -> str:
    text = dedent(text).strip("\n") + "\n"
    return text if "import " in text else PREAMBLE["torch"] + text


def scan_of(texts: Mapping[str, str]) -> Scan:
    entries = [read_file(Source(path, text, "utf-8", ""), file_prints) for path, text in texts.items()]
    facts, prints = zip(*((entry.facts, entry.prints) for entry in entries), strict=True)
    return link(Scan("/no/such/folder", facts, prints=prints))
