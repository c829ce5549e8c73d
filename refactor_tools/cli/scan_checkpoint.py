"""`scan-checkpoint FILE...`."""

from __future__ import annotations

from pathlib import Path

import click

from refactor_tools.cli.common import CLEAN, CONTEXT, FINDINGS, deliver, output_options, settings_for, tree_options

EPILOG = """\b
Examples:
  refactor-tools scan-checkpoint model.pt
  refactor-tools scan-checkpoint checkpoints/*.ckpt --output-format json
  refactor-tools scan-checkpoint model.safetensors --verbose
"""


@click.command("scan-checkpoint", context_settings=CONTEXT, epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@output_options("text", "json")
@tree_options
def scan_checkpoint(
    files: tuple[Path, ...],
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Say which names each FILE asks for, which of them have moved, and whether it still loads.

    Reads files of torch.save (zip and older), plain pickles and safetensors. Nothing is unpickled, so that nothing in a
    file can run. Exit code 1: a name in it is gone.
    """
    from refactor_tools.api.scan_checkpoint import scan_checkpoints
    from refactor_tools.report.checkpoints import scan_json, scan_text

    scanned = scan_checkpoints(settings_for(root), files)
    deliver(scan_json(scanned) if output_format == "json" else scan_text(scanned, verbose=verbose), output)
    return CLEAN if all(file.loads for file in scanned) else FINDINGS
