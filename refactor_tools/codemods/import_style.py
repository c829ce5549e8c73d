"""How a rewritten import names its module: absolutely, or relative to the package of the file."""

import re
from dataclasses import dataclass
from posixpath import join
from typing import Literal

from refactor_tools.codemods.import_modules import INIT, ModuleTable
from refactor_tools.scan.modules import place

Style = Literal["keep", "absolute", "relative"]

_RUN_AS_SCRIPT = re.compile(r"""^if[ \t(]+__name__[ \t]*==[ \t]*["']__main__""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Spelling:
    """The style of one file's new imports. "keep": relative where the import that is rewritten was relative."""

    path: str
    table: ModuleTable
    style: Style = "keep"
    run_as_script: bool = False

    @classmethod
    def of(cls, path: str, text: str, table: ModuleTable, style: Style) -> "Spelling":
        return cls(path, table, style, _RUN_AS_SCRIPT.search(text) is not None)

    def module(self, module: str, level: int) -> str:
        """What stands between `from` and `import` for the absolute `module`, where an import of `level` stood."""
        relative = bool(level) if self.style == "keep" else self.style == "relative" and not self.run_as_script
        return self.relative(module) if relative else module

    def relative(self, module: str) -> str:
        """`module` seen from the file's package; as it is where that package and the module have no common top."""
        here = place(self.path, self.table.has_init)
        own = here.module.split(".")
        package = own if self.path.endswith(f"/{INIT}") else own[:-1]
        wanted = module.split(".")
        if here.script_folder or package[:1] != wanted[:1] or not self._stands(here.source_root, module):
            return module
        shared = 0
        while shared < min(len(package), len(wanted)) and package[shared] == wanted[shared]:
            shared += 1
        return "." * (len(package) - shared + 1) + ".".join(wanted[shared:])

    def _stands(self, source_root: str, module: str) -> bool:
        path = join(source_root, *module.split("."))
        return f"{path}.py" in self.table.paths or join(path, INIT) in self.table.paths
