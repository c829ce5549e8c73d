"""Cases as YAML that a person can read and edit."""

from collections.abc import Mapping
from difflib import get_close_matches

import yaml

from refactor_tools.certificates.case_values import document_of, value_of
from refactor_tools.certificates.case_yaml import CaseDumper, parse
from refactor_tools.certificates.records import SCHEMA, Record, top
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.proofs import BACKENDS, Call, Case, CaseValue, Construction, Same

HEADER = """\
# How {name} is exercised when it is proven equal to its originals. Edit freely, then run
# `check-equivalence {name} --prove`.
#
# Each original has `constructions`: `arguments` of its constructor, `dims` (the sizes that the letters in shapes stand
# for) and `calls`: the arguments of each call, by name, with a note on what it is for.
# Tensors: `!tensor {{shape: [B, L, D]}}`. `kind: mask` gives booleans, `kind: lengths, high: L` sizes from 1 to L,
# `kind: ids, high: 40` whole numbers below 40; `dtype: float64` another type. A mapping without `!tensor` is a config
# object or a batch with these entries. `high: 0` gives a mask a row without any True.
# Other objects: `!object {{name: torch.nn.ReLU}}`, and with `arguments: {{...}}` what calling it gives; `name: .Batch`
# is a class or function of the original's own file. `[...]` is a tuple, `!list [...]` a list, and `!same query` the
# very tensor that the call has for `query`.
# A `question` stands where no inputs were found: answer it by writing `constructions` in its place.
# `checks: [compile, export, onnx]` also holds `torch.compile`, `torch.export` and ONNX to what the original gives.
# `accepted: reason` accepts a verdict that would fail the gate, and says why.
"""


def dump_cases(name: str, cases: Mapping[str, Case]) -> str:
    """The text of `component_index/cases/<Name>.yaml` for the cases of its originals, by id."""
    return f"{HEADER.format(name=name)}\n{cases_text(cases)}"


def cases_text(cases: Mapping[str, Case]) -> str:
    """What `dump_cases` writes under its heading."""
    originals = {original: case_document(case) for original, case in sorted(cases.items())}
    return yaml.dump(
        {"schema": SCHEMA, "originals": originals},
        Dumper=CaseDumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None,
    )


def load_cases(text: str, path: str) -> dict[str, Case]:
    """The cases in `text`, read from `path`, by the original's id.

    Raises:
        UnreadableRecord: it is not YAML, or something in it cannot be used; the message says what.
    """
    originals = top(parse(text, path), path).record("originals")
    return {original: _case(originals.record(original)) for original in originals.values}


def case_document(case: Case) -> dict[str, object]:
    """`case` as plain data (tensors as `TensorSpec`), without what is empty."""
    document: dict[str, object] = {}
    if case.question:
        document["question"] = case.question
    if case.accepted:
        document["accepted"] = case.accepted
    if case.checks:
        document["checks"] = list(case.checks)
    if case.constructions:
        document["constructions"] = [_construction_document(entry) for entry in case.constructions]
    if case.outputs:
        document["outputs"] = [list(shape) for shape in case.outputs]
    return document


def _construction_document(construction: Construction) -> dict[str, object]:
    return {
        "arguments": {name: document_of(value) for name, value in construction.arguments.items()},
        "dims": dict(construction.dims),
        "calls": [_call_document(call) for call in construction.calls],
    }


def _call_document(call: Call) -> dict[str, object]:
    arguments = {name: document_of(value) for name, value in call.arguments.items()}
    return {"note": call.note, "arguments": arguments} if call.note else {"arguments": arguments}


def _case(record: Record) -> Case:
    case = Case(
        constructions=tuple(map(_construction, record.records("constructions"))),
        outputs=tuple(_shape(record, shape) for shape in record.items("outputs")),
        question=record.text("question", ""),
        accepted=record.text("accepted", ""),
        checks=_checks(record),
    )
    if case.question and case.constructions:
        raise UnreadableRecord(
            f"`{record.where}` has both `question` and `constructions`; delete the question once it is answered",
            record.path,
        )
    return case


def _checks(record: Record) -> tuple[str, ...]:
    """The backends that are asked for, each once."""
    asked = record.texts("checks")
    for name in asked:
        if name not in BACKENDS:
            near = get_close_matches(name, BACKENDS, n=1, cutoff=0.3)
            meant = f"did you mean `{near[0]}`?" if near else f"it holds some of {', '.join(BACKENDS)}"
            raise UnreadableRecord(f"`{record.place('checks')}` has `{name}`, which is no check; {meant}", record.path)
    return tuple(dict.fromkeys(asked))


def _construction(record: Record) -> Construction:
    dims = record.record("dims") if "dims" in record.values else Record({}, record.path)
    sizes = {name: dims.number(name) for name in dims.values}
    for name, size in sizes.items():
        if size < 0:
            raise dims.wrong(name, "a size of at least 0")
    calls = tuple(_call(call, sizes) for call in record.records("calls"))
    return Construction(_values(record, "arguments", sizes), sizes, calls)


def _call(record: Record, dims: Mapping[str, int]) -> Call:
    arguments = _values(record, "arguments", dims)
    for name, value in arguments.items():
        if isinstance(value, Same) and (value.argument == name or value.argument not in arguments):
            place = f"{record.place('arguments')}.{name}"
            problem = f"`{place}` is the same as {value.argument}, which is no other argument of the call"
            raise UnreadableRecord(problem, record.path)
    return Call(arguments, record.text("note", ""))


def _values(record: Record, key: str, dims: Mapping[str, int]) -> dict[str, CaseValue]:
    if key not in record.values:
        return {}
    part = record.record(key)
    return {name: value_of(value, dims, part.place(name), record.path) for name, value in part.values.items()}


def _shape(record: Record, shape: object) -> tuple[int | str, ...]:
    if not isinstance(shape, list) or not all(isinstance(size, int | str) for size in shape):
        raise record.wrong("outputs", "a list of shapes such as [B, D]")
    return tuple(shape)
