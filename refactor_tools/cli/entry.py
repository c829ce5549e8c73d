"""The console scripts: one function per command that returns its exit code."""

import sys

from refactor_tools.cli.common import run
from refactor_tools.cli.main import load


def analyze_deps() -> int:
    return run(load("analyze-deps"), sys.argv[1:])


def extract_component() -> int:
    return run(load("extract-component"), sys.argv[1:])


def migrate_imports() -> int:
    return run(load("migrate-imports"), sys.argv[1:])


def new_component() -> int:
    return run(load("new-component"), sys.argv[1:])


def check_equivalence() -> int:
    return run(load("check-equivalence"), sys.argv[1:])


def component_index() -> int:
    return run(load("component-index"), sys.argv[1:])


def split_module() -> int:
    return run(load("split-module"), sys.argv[1:])


def archive_legacy() -> int:
    return run(load("archive-legacy"), sys.argv[1:])
