"""The gate as a tree of tests: the component index, its certificates, a device each, and the checks as items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.pytest_plugin.outcomes import check_names, devices, outcome, properties

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Certificate, Checked
    from refactor_tools.pytest_plugin.gate import Gate


class NotEquivalent(Exception):
    """A check failed; the message is all that a person needs, so that no traceback is shown."""


class Index(pytest.Directory):
    """A folder `component_index`."""

    gate: Gate

    def collect(self) -> Iterable[pytest.Collector]:
        folder = Certificates.from_parent(self, path=self.path / "certificates")
        folder.gate = self.gate
        yield folder


class Certificates(pytest.Directory):
    """All certificates that there should be: one for every key map."""

    gate: Gate

    def collect(self) -> Iterable[pytest.Collector]:
        root = self.path.parent.parent
        try:
            names = self.gate.components(root)
        except RefactorError as error:
            raise self.CollectError(str(error)) from error
        for name in names:
            file = CertificateFile.from_parent(self, path=self.path / f"{name}.json")
            file.gate, file.root, file.component = self.gate, root, name
            yield file


class CertificateFile(pytest.File):
    """One component's certificate, which need not be there yet."""

    gate: Gate
    root: Path
    component: str

    def collect(self) -> Iterable[pytest.Collector]:
        certificate = self._certificate()
        for name in devices(certificate, self.gate.device):
            device = Device.from_parent(self, name=name)
            device.file, device.checks = self, tuple(check_names(certificate, name))
            yield device

    def _certificate(self) -> Certificate | None:
        from refactor_tools.api.tasks import read_text
        from refactor_tools.certificates.store import load_certificate

        try:
            return load_certificate(read_text(self.path), self.name)
        except (OSError, UnreadableRecord):
            return None


class Device(pytest.Collector):
    """A device that results are checked for."""

    file: CertificateFile
    checks: tuple[str, ...]

    def collect(self) -> Iterable[pytest.Item]:
        grouped = self.config.pluginmanager.hasplugin("xdist")
        for check in self.checks:
            item = CheckItem.from_parent(self, name=check)
            item.file = self.file
            if grouped:
                item.add_marker(pytest.mark.xdist_group(str(self.file.path)))
            yield item


class CheckItem(pytest.Item):
    """One check of one component on one device."""

    file: CertificateFile

    def runtest(self) -> None:
        from refactor_tools.report.explanations import explanation

        device = self.parent.name if self.parent else ""
        checked = self._checked()
        self.user_properties += properties(checked, device).items()
        found = outcome(checked, self.name, device, list(explanation(checked)))
        if found.kind == "failed":
            raise NotEquivalent(found.text)
        if found.kind == "skipped":
            pytest.skip(found.text)

    def _checked(self) -> Checked:
        try:
            return self.file.gate.check(self.file.root, self.file.component)
        except RefactorError as error:
            raise NotEquivalent(str(error)) from error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> object:  # type: ignore[override]
        """What failed, in the gate's words."""
        if isinstance(excinfo.value, NotEquivalent):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where a report says that the test stands."""
        return self.path, 0, "::".join((self.file.component, *self._own_names()))

    def _own_names(self) -> Iterator[str]:
        yield from (self.parent.name, self.name) if self.parent else (self.name,)
