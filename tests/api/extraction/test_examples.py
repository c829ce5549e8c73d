import pytest

from refactor_tools.api.extraction.examples import _evaluated


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2 * config.width", "32"),
        ("nn.ReLU", "nn.ReLU"),
        ("lambda: nn.LayerNorm(dim, eps=eps)", "lambda: nn.LayerNorm(8, eps=1e-05)"),
        ("lambda: nn.BatchNorm1d(config.width)", "lambda: nn.BatchNorm1d(16)"),
        ("lambda: layers.LayerNorm(dim)", "?"),
        ("lambda: nn.LayerNorm(unknown)", "?"),
        ("make(dim)", "?"),
    ],
)
def test_an_adapter_s_expression_under_a_case(text: str, shown: str) -> None:
    assert _evaluated(text, {"dim": 8, "eps": 1e-5, "config": {"width": 16}}) == shown
