"""What a child does for one original: load both sides, climb the ladder, and say how far it came."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from inspect import getmodule
from typing import Literal

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from refactor_tools.model.proofs import Case, Check, OriginalProof, OriginalTask, ProofTask, Verdict
from refactor_tools.prove.adapting import Callee, Subject
from refactor_tools.prove.bits import compare_bits, compare_training, trains
from refactor_tools.prove.coverage import RECORDER, Coverage, Recorder, instrument, measure
from refactor_tools.prove.loading import load_component, load_original, load_shim, load_variant, source_of
from refactor_tools.prove.paths import compare_path
from refactor_tools.prove.runs import MODES, Side, execute
from refactor_tools.prove.scenarios import Setting, settings_of, without_edges
from refactor_tools.prove.shims import ShimPair, check_function, check_module, check_signature
from refactor_tools.prove.states import current, isolated
from refactor_tools.prove.structure import Built, compare_structure
from refactor_tools.prove.trace import digest
from refactor_tools.prove.worker import describe
