"""Key maps as JSON."""

from typing import Literal

from refactor_tools.certificates.adapters import adapter_document, read_adapter
from refactor_tools.certificates.records import SCHEMA, Record, read_json, write_json
from refactor_tools.certificates.signatures import read_signature, signature_document
from refactor_tools.model.components import KeyMap, OriginalRecord

KINDS: tuple[Literal["class"], Literal["function"]] = ("class", "function")
FORMS: tuple[Literal["alias"], Literal["adapted"], Literal["none"]] = ("alias", "adapted", "none")


def dump_keymap(keymap: KeyMap) -> str:
    """The text of `component_index/keymaps/<Name>.json`."""
    document: dict[str, object] = {
        "schema": SCHEMA,
        "component": keymap.component,
        "module": keymap.module,
        "exported_from": keymap.exported_from,
        "name": keymap.name,
        "kind": keymap.kind,
        "originals": [_document(original) for original in keymap.originals],
    }
    return write_json({**document, "holder": keymap.holder} if keymap.holder else document)


def load_keymap(text: str, path: str) -> KeyMap:
    """The key map in `text`, read from `path`.

    Raises:
        UnreadableRecord: it is damaged or of another schema.
    """
    record = read_json(text, path)
    return KeyMap(
        component=record.text("component"),
        module=record.text("module"),
        exported_from=record.text("exported_from"),
        name=record.text("name"),
        kind=record.one_of("kind", KINDS),
        originals=tuple(map(_original, record.records("originals"))),
        holder=record.text("holder", ""),
    )


def _document(original: OriginalRecord) -> dict[str, object]:
    document: dict[str, object] = {
        "id": original.id,
        "name": original.name,
        "digest": original.digest,
        "form": original.form,
        "adapter": adapter_document(original.adapter),
        "parameters": signature_document(original.parameters),
        "forward_parameters": signature_document(original.forward),
    }
    if original.strategy:
        document["strategy"] = original.strategy
    return document


def _original(record: Record) -> OriginalRecord:
    return OriginalRecord(
        id=record.text("id"),
        name=record.text("name"),
        digest=record.text("digest"),
        adapter=read_adapter(record.record("adapter")),
        form=record.one_of("form", FORMS),
        parameters=read_signature(record, "parameters"),
        forward=read_signature(record, "forward_parameters"),
        strategy=record.text("strategy", ""),
    )
