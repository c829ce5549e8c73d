import pytest

from refactor_tools.unify.spelling import in_file


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("nn.Linear(dim, 1)", {"nn": "torch.nn"}, "nn.Linear(dim, 1)"),
        ("nn.Linear(dim, 1)", {"layers": "torch.nn"}, "layers.Linear(dim, 1)"),
        ("nn.Linear(dim, 1)", {"torch": "torch"}, "torch.nn.Linear(dim, 1)"),
        ("nn.Linear", {"Linear": "torch.nn.Linear"}, "Linear"),
        ("F.gelu(x)", {"torch": "torch"}, "torch.nn.functional.gelu(x)"),
        ("torch.float32", {"th": "torch"}, "th.float32"),
        ("config.nn.width", {"layers": "torch.nn"}, "config.nn.width"),
        ("nn.Linear(dim, 1)", {}, "nn.Linear(dim, 1)"),
    ],
)
def test_torch_is_called_as_the_file_calls_it(text: str, names: dict[str, str], expected: str) -> None:
    assert in_file(text, names) == expected
