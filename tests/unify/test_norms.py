import libcst as cst
import pytest

from refactor_tools.unify.norms import called, norm_first


def statement(text: str) -> list[cst.BaseStatement]:
    return [item for item in cst.parse_module(text).body if isinstance(item, cst.BaseStatement)]


@pytest.mark.parametrize(
    ("ours", "others", "expected"),
    [
        ("return x + self.fc(self.norm(x))", "return self.norm(x + self.fc(x))", True),
        ("return self.norm(x + self.fc(x))", "return x + self.fc(self.norm(x))", False),
        ("return self.fc(self.norm(x))", "return self.fc(self.norm(x * 2))", None),
        ("return self.fc(self.act(x))", "return self.act(self.fc(x))", None),
        ("return self.norm(x)", "return self.norm(self.fc(x))", None),
    ],
)
def test_where_the_norm_stands(ours: str, others: str, expected: bool | None) -> None:
    assert norm_first(statement(ours), statement(others)) is expected


def test_members_in_the_order_of_evaluation() -> None:
    assert called(statement("return self.a(self.b(x), self.c(y))")[0]) == ["b", "c", "a"]
