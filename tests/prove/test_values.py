import copy
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from refactor_tools.model.proofs import Listed, Named, Same, TensorSpec
from refactor_tools.prove.values import Maker, build, make_tensor

DIMS = {"B": 4, "L": 6, "D": 3}


def generator(seed: int = 0) -> Generator:
    made = torch.Generator()
    made.manual_seed(seed)
    return made


def test_normal_takes_symbols_and_numbers() -> None:
    tensor = make_tensor(TensorSpec(("B", 2, "D")), DIMS, generator())
    assert tensor.shape == (4, 2, 3)
    assert tensor.dtype == torch.float32
    assert tensor.unique().numel() == 24


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int64", "bool", "uint8", "complex64"])
def test_dtype_is_the_specs(dtype: str) -> None:
    tensor = make_tensor(TensorSpec((50,), dtype=dtype), DIMS, generator())
    assert tensor.dtype == getattr(torch, dtype)
    assert len(set(tensor.tolist())) > 1


def test_unknown_dtype_and_symbol_are_refused() -> None:
    with pytest.raises(TypeError, match="`nn` is no dtype"):
        make_tensor(TensorSpec((1,), dtype="nn"), DIMS, generator())
    with pytest.raises(KeyError):
        make_tensor(TensorSpec(("N",)), DIMS, generator())


@given(st.integers(0, 5), st.integers(2, 7), st.integers(0, 100))
def test_mask_has_both_values_in_every_row(rows: int, length: int, seed: int) -> None:
    mask = make_tensor(TensorSpec((rows, length), "mask"), {}, generator(seed))
    assert mask.dtype == torch.bool
    assert mask.any(-1).all()
    assert not mask.all(-1).any()


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 100))
def test_lengths_reach_the_maximum_once(rows: int, high: int, seed: int) -> None:
    lengths = make_tensor(TensorSpec((rows,), "lengths", "L"), {"L": high}, generator(seed))
    assert lengths.dtype == torch.int64
    assert lengths.min() >= 1
    assert lengths.max() == high
    assert high == 1 or (lengths == high).sum() == 1


def test_ids_stay_below_their_bound() -> None:
    ids = make_tensor(TensorSpec((500,), "ids", "L"), DIMS, generator())
    assert ids.dtype == torch.int64
    assert set(ids.tolist()) == set(range(6))


@pytest.mark.parametrize("kind", ["normal", "mask", "lengths", "ids"])
def test_values_are_the_seeds_own(kind: str) -> None:
    spec = TensorSpec(("B",), kind, "L")
    assert torch.equal(make_tensor(spec, DIMS, generator(1)), make_tensor(spec, DIMS, generator(1)))


def test_plain_values_stand_for_themselves() -> None:
    made = build((1, None, "a", (2.5, TensorSpec(("D",)))), DIMS, generator())
    assert isinstance(made, tuple)
    assert made[:3] == (1, None, "a")
    assert made[3][1].shape == (3,)


def test_config_is_read_by_attribute_and_survives_copies() -> None:
    config = build({"width": 3, "inner": {"shift": TensorSpec(("D",))}}, DIMS, generator())
    for twin in (config, copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert twin.width == 3
        assert twin.inner.shift.shape == (3,)


def test_the_same_object_is_one_object() -> None:
    made = Maker(DIMS, generator()).arguments({"k": Same("q"), "q": TensorSpec(("B",)), "v": TensorSpec(("B",))})
    assert list(made) == ["k", "q", "v"]
    assert made["k"] is made["q"]
    assert made["v"] is not made["q"]


def test_lists_are_lists_and_tuples_tuples() -> None:
    made = build(Listed((1, (2, Listed((TensorSpec(("D",)),))))), DIMS, generator())
    assert isinstance(made, list)
    assert isinstance(made[1], tuple)
    assert made[1][1][0].shape == (3,)


def test_names_with_a_dot_are_those_of_the_originals_module() -> None:
    class Batch:
        kind = "some"

        def __init__(self, x: object) -> None:
            self.x = x

    maker = Maker(DIMS, generator(), {"Batch": Batch})
    made = maker.build(Named(".Batch", {"x": TensorSpec(("D",))}))
    assert isinstance(made, Batch)
    assert isinstance(made.x, torch.Tensor)
    assert maker.build(Named(".Batch.kind")) == "some"
    with pytest.raises(NameError, match="no `Other`"):
        maker.build(Named(".Other"))


def test_a_packed_sequence_is_made_by_its_function() -> None:
    arguments = {
        "input": TensorSpec(("B", "L", "D")),
        "lengths": TensorSpec(("B",), "lengths", "L"),
        "batch_first": True,
        "enforce_sorted": False,
    }
    packed = build(Named("torch.nn.utils.rnn.pack_padded_sequence", arguments), DIMS, generator())
    assert isinstance(packed, torch.nn.utils.rnn.PackedSequence)
    assert packed.data.shape[1] == 3
