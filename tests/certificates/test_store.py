import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_certificate,
    dump_keymap,
    keymap_path,
    load_certificate,
    load_keymap,
    original_name,
    original_path,
)
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure, Result
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.proofs import Check, Sensitivity

ADAPTER = Adapter(
    init=(Argument("width", "2 * config.hidden_size"), Argument("activation", "nn.ReLU")),
    forward=(Argument("x", "states"), Argument("lengths", "lengths")),
    state=(("net", "ffwd"), ("attention", "score")),
    lacking=(Argument("pre_norm", "True"),),
)
CERTIFICATE = Certificate(
    component="lib.pooling.summary.Summary",
    closure=Closure("sha256:1", "sha256:5"),
    originals=(
        CertifiedOriginal(
            id="legacy/a.py::Summary",
            source="sha256:2",
            case="sha256:3",
            adapter=ADAPTER,
            verdict="PROVED_ON_PATHS",
            roots=(("cpu", "2.13", "abc"), ("cuda", "2.11", "abd")),
            branches="3/3",
            checks=(Check("outputs", True), Check("buffers", None, "has none")),
            results=(Result("cpu", "float32", "2.13.0", "PROVED_ON_PATHS"),),
        ),
    ),
    sensitivity=Sensitivity(14, 13, 2, ("drop the mask",)),
)
KEYMAP = KeyMap(
    component="lib.pooling.summary.Summary",
    module="lib.pooling.summary",
    exported_from="lib.pooling",
    name="Summary",
    kind="class",
    originals=(OriginalRecord("legacy/a.py::Summary", "Summary", "0123", ADAPTER, "adapted"),),
)


def test_a_certificate_comes_back_as_it_was():
    assert load_certificate(dump_certificate(CERTIFICATE), "c.json").closure == CERTIFICATE.closure


def test_a_certificate_without_sensitivity_comes_back_as_it_was():
    plain = Certificate("lib.f", Closure("sha256:1", "sha256:1"), ())
    assert load_certificate(dump_certificate(plain), "c.json") == plain


def test_a_key_map_comes_back_as_it_was_with_its_arguments_in_order():
    assert load_keymap(dump_keymap(KEYMAP), "k.json") == KEYMAP
    given = replace(KEYMAP, originals=tuple(replace(one, strategy="lib.routing.Top") for one in KEYMAP.originals))
    assert load_keymap(dump_keymap(given), "k.json") == given


def test_the_record_of_a_class_that_holds_components_says_so():
    holder = replace(KEYMAP, holder="legacy/a.py::Model", name="Model@legacy-a")
    assert load_keymap(dump_keymap(holder), "keymap.json") == holder
    assert (holder.definition, KEYMAP.definition) == ("Model", KEYMAP.name)
    assert "holder" not in dump_keymap(KEYMAP)


def test_records_are_deterministic_text_with_a_newline_at_the_end():
    text = dump_certificate(CERTIFICATE)
    assert text == dump_certificate(load_certificate(text, "c.json"))
    assert text.endswith("}\n")
    assert '\n  "schema": 1,' in text


def test_roots_are_by_device_and_torch_minor():
    document = json.loads(dump_certificate(CERTIFICATE))
    assert document["originals"][0]["roots"] == {"cpu": {"2.13": "abc"}, "cuda": {"2.11": "abd"}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"caught": 13', '"caught": 14'),
        ('"verdict": "PROVED_ON_PATHS"', '"verdict": "PROVED"'),
        ('"2.13": "abc"', '"2.13": "abx"'),
        ('"reason": ""', '"reason": "fine"'),
    ],
)
def test_a_certificate_edited_by_hand_is_rejected(old, new):
    text = dump_certificate(CERTIFICATE)
    assert old in text
    with pytest.raises(UnreadableRecord, match="seal"):
        load_certificate(text.replace(old, new, 1), "c.json")


def test_reformatting_a_certificate_does_not_break_its_seal():
    document = json.loads(dump_certificate(CERTIFICATE))
    assert load_certificate(json.dumps(document, sort_keys=True), "c.json").closure == CERTIFICATE.closure


@pytest.mark.parametrize("part", range(0, 100, 7))
def test_a_truncated_certificate_is_rejected(part):
    text = dump_certificate(CERTIFICATE)
    with pytest.raises(UnreadableRecord) as caught:
        load_certificate(text[: len(text) * part // 100], "c.json")
    assert caught.value.place == "c.json"


@pytest.mark.parametrize("load", [load_certificate, load_keymap])
@pytest.mark.parametrize("text", ["", "[]", "null", "1", '"x"', "{}", '{"schema": 2}', '{"schema": true}', "[" * 99999])
def test_foreign_documents_are_rejected_with_their_path(load, text):
    with pytest.raises(UnreadableRecord) as caught:
        load(text, "some/place.json")
    assert str(caught.value).startswith("some/place.json: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = sorted(json.loads(dump_keymap(KEYMAP)))


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_document_breaks_the_reader_of_key_maps(damage):
    document = {**json.loads(dump_keymap(KEYMAP)), **damage}
    try:
        keymap = load_keymap(json.dumps(document), "k.json")
    except UnreadableRecord:
        return
    assert load_keymap(dump_keymap(keymap), "k.json") == keymap


@given(st.dictionaries(st.sampled_from(sorted(json.loads(dump_keymap(KEYMAP))["originals"][0])), JSON, min_size=1))
def test_no_original_breaks_the_reader_of_key_maps(damage):
    document = json.loads(dump_keymap(KEYMAP))
    document["originals"][0].update(damage)
    try:
        keymap = load_keymap(json.dumps(document), "k.json")
    except UnreadableRecord:
        return
    assert load_keymap(dump_keymap(keymap), "k.json") == keymap


def test_the_message_names_the_place_what_is_wanted_and_what_is_there():
    document = json.loads(dump_keymap(KEYMAP))
    document["originals"][0]["form"] = "copy"
    with pytest.raises(UnreadableRecord) as caught:
        load_keymap(json.dumps(document), "k.json")
    assert caught.value.message == "`originals[0].form` must be one of alias, adapted, none, not 'copy'"


def test_records_stand_under_the_component_index():
    assert certificate_path("Summary") == "component_index/certificates/Summary.json"
    assert keymap_path("Summary") == "component_index/keymaps/Summary.json"
    assert case_path("Summary") == "component_index/cases/Summary.yaml"
    assert original_path("00ff") == "component_index/originals/00ff.py.txt"


def test_an_original_is_named_by_its_exact_text():
    assert original_name("x = 1\n") == original_name("x = 1\n")
    assert original_name("x = 1\n") != original_name("x = 1 \n")
