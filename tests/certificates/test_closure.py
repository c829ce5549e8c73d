import pytest

from refactor_tools.certificates.closure import closure_files, library_root, read_closure


def write(root, **files):
    for name, text in files.items():
        path = root / (name.replace("__init__", "INIT").replace("__", "/").replace("INIT", "__init__") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def library(tmp_path):
    write(
        tmp_path,
        lib____init__="",
        lib__pooling____init__="from .attention import Pool\n",
        lib__pooling__attention="import torch\nfrom ..masks import keep\nclass Pool:\n    shown = keep\n    pass\n",
        lib__masks="def keep(): pass\n",
        lib__block="from lib.pooling import Pool\nclass Block(Pool): pass\n",
    )
    return tmp_path


def names(library, module):
    return [path.relative_to(library).as_posix() for path in closure_files(library, module)]


def test_imports_inside_the_library_are_followed(library):
    assert names(library, "lib.pooling.attention") == ["lib/pooling/attention.py", "lib/masks.py"]


def test_a_name_that_an_init_hands_on_leads_to_its_file(library):
    assert names(library, "lib.block") == ["lib/block.py", "lib/pooling/attention.py", "lib/masks.py"]


def test_a_new_neighbour_changes_no_digest(library):
    before = read_closure(library, "lib.block", "Block")
    write(library, lib__pooling__other="class Other: pass\n")
    (library / "lib/pooling/__init__.py").write_text("from .attention import Pool\nfrom .other import Other\n")
    assert read_closure(library, "lib.block", "Block") == before


@pytest.mark.parametrize("path", ["lib/block.py", "lib/pooling/attention.py", "lib/masks.py"])
def test_a_neighbour_in_the_same_file_changes_no_digest(library, path):
    before = read_closure(library, "lib.block", "Block")
    (library / path).write_text((library / path).read_text() + "class Other: pass\n")
    assert read_closure(library, "lib.block", "Block") == before


@pytest.mark.parametrize("path", ["lib/block.py", "lib/pooling/attention.py", "lib/masks.py"])
def test_a_change_anywhere_in_the_closure_counts(library, path):
    before = read_closure(library, "lib.block", "Block")
    (library / path).write_text((library / path).read_text().replace("pass", "x = 1"))
    assert read_closure(library, "lib.block", "Block") != before


def test_an_init_that_defines_the_name_counts_itself(library):
    (library / "lib/pooling/__init__.py").write_text("class Pool: pass\n")
    assert names(library, "lib.block") == ["lib/block.py", "lib/pooling/__init__.py"]


def test_circular_imports_end(library):
    write(library, lib__masks="from lib.block import Block\n")
    assert names(library, "lib.masks")[0] == "lib/masks.py"


def test_a_module_without_a_file_is_an_error(library):
    with pytest.raises(FileNotFoundError):
        read_closure(library, "lib.nothing", "Nothing")


def test_the_library_is_imported_from_the_folder_that_has_its_module(tmp_path):
    write(tmp_path / "src", company__models__pooling__attention="")
    assert library_root(tmp_path, "src/company/models", "company.models.pooling.attention") == tmp_path / "src"
    assert library_root(tmp_path, "src/company/models", "pooling.attention") == tmp_path / "src/company/models"
    assert library_root(tmp_path, "src/company/models", "company.gone") is None
