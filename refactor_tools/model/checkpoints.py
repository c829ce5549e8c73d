"""What a checkpoint holds, as far as it can be read without loading it, and how its keys are rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Format = Literal["torch", "torch-legacy", "torchscript", "pickle", "safetensors"]
NameStatus = Literal["moved", "removed", "ambiguous", "in the tree", "missing", "outside"]
Direction = Literal["legacy", "component"]


@dataclass(frozen=True, slots=True, order=True)
class PickledName:
    """A global that a pickle asks for; `name` may be dotted (a class inside a class)."""

    module: str
    name: str

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One entry of a state dict; `shape` is None and `dtype` "" where the file does not tell."""

    key: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class StoredState:
    """A state dict inside a checkpoint. `place` is the way to it by keys, "" for the checkpoint itself; `owner` is the
    module class that was pickled whole, None where only the state was saved.
    """

    place: str
    tensors: tuple[StoredTensor, ...]
    owner: PickledName | None = None


@dataclass(frozen=True, slots=True)
class CheckpointContents:
    """A checkpoint as its bytes tell. `locations` are the devices its tensors were saved from."""

    format: Format
    names: tuple[PickledName, ...] = ()
    states: tuple[StoredState, ...] = ()
    tensors: int = 0
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScannedName:
    """What became of one name: "moved" and "in the tree" load, "removed" and "missing" do not, "outside" is not of this
    tree. `now` is the component's dotted name; `detail` says the rest in words.
    """

    name: PickledName
    status: NameStatus
    now: str = ""
    detail: str = ""

    @property
    def loads(self) -> bool:
        return self.status not in ("removed", "missing")


@dataclass(frozen=True, slots=True)
class ScannedCheckpoint:
    """One file with its names resolved against the tree; names outside the tree are last."""

    path: str
    contents: CheckpointContents
    names: tuple[ScannedName, ...] = ()

    @property
    def loads(self) -> bool:
        return all(name.loads for name in self.names)


@dataclass(frozen=True, slots=True)
class Renaming:
    """At `prefix` (the parts of a key) stands `component` in place of `original`; `pairs` say which member name becomes
    which. A name of `pairs` may be dotted, as "net.1".
    """

    prefix: tuple[str, ...]
    component: str
    original: str
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MemberLayout:
    """The members of a class that a state dict may show, by first part of the key.

    `required` are always there; `parts` gives, where it is known, the pattern of what follows the first part ("" for a
    tensor of its own). `closed` says that the class can have no others.
    """

    required: frozenset[str]
    parts: tuple[tuple[str, str | None], ...]
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Replaced:
    """An original and its component as checkpoints see them: `layout` is the original's, `pairs` are (component's
    member, original's member).
    """

    component: str
    original: str
    layout: MemberLayout
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RewrittenState:
    """One state dict of a rewritten checkpoint: keys before and after, and what was found where."""

    place: str
    keys: tuple[tuple[str, str], ...]
    renamings: tuple[Renaming, ...] = ()

    @property
    def renamed(self) -> Sequence[tuple[str, str]]:
        return [pair for pair in self.keys if pair[0] != pair[1]]


@dataclass(frozen=True, slots=True)
class CheckpointRewrite:
    """What a rewrite did or would do; `notes` are what a person should know, in sentences."""

    source: str
    target: str
    states: tuple[RewrittenState, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RewriteRequest:
    """What `rewrite-checkpoint` is asked for. `to` is None where only a whole model becomes its state. `original` and
    `component` narrow what is looked for, "" does not; `prefix` names the place, None finds it. `like` is a checkpoint
    whose keys have the order that optimizers are to follow. `trust` unpickles without restriction.
    """

    source: Path
    target: Path
    to: Direction | None = None
    component: str = ""
    original: str = ""
    prefix: str | None = None
    to_state_dict: bool = False
    trust: bool = False
    like: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A whole model for a child process to load: `support` is the library's module with `SAFE_GLOBALS`."""

    source: str
    target: str
    support: str
    trust: bool
