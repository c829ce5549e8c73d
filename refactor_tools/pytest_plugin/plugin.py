"""`pytest --equivalence`: the options, and what is loaded where they are given. Without them nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

# Options of other commands' names are taken where no other plugin and no conftest wants them.
_SHORT = {"--since": "--equivalence-since", "--device": "--equivalence-device"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("equivalence", "equivalence of components and their originals (refactor-tools)")
    group.addoption(
        "--equivalence",
        action="store_true",
        help="check every component's certificate, one test a component, device and check; without paths nothing else",
    )
    group.addoption(
        "--equivalence-prove",
        choices=("stale", "all"),
        help="prove what is neither fresh nor carried, or everything, and write the certificates",
    )
    group.addoption(
        "--equivalence-device",
        choices=("cpu", "cuda", "auto"),
        default="cpu",
        help="the device whose results are checked; auto: every one that a certificate has (also: --device)",
    )
    group.addoption(
        "--equivalence-since",
        metavar="REV",
        help="only the components that the change since this git revision can reach (also: --since)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Iterator[None]:
    yield
    if early_config.known_args_namespace.equivalence:
        # Only now have all plugins and conftests said which options are theirs.
        _, unknown = parser.parse_known_and_unknown_args(list(args))
        args[:] = [_long(argument) if argument in unknown else argument for argument in args]


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("equivalence"):
        from refactor_tools.pytest_plugin.session import Session

        config.pluginmanager.register(Session(config), "equivalence-gate")


def _long(argument: str) -> str:
    name, sign, value = argument.partition("=")
    return _SHORT.get(name, name) + sign + value
