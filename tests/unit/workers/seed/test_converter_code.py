import ast
import sys
from pathlib import Path

from workers.seed import converter
from workers.seed.converter_code import PACKAGE, code_digest, copy_code


def test_the_copy_is_the_code_whose_digest_is_taken(tmp_path: Path) -> None:
    copy_code(tmp_path)
    copied = tmp_path.joinpath(*PACKAGE.split("."))
    original = Path(converter.__file__).parent
    assert sorted(path.name for path in copied.iterdir()) == sorted(path.name for path in original.glob("*.py"))
    assert len(code_digest()) == 64


def test_the_converter_needs_nothing_but_the_standard_library() -> None:
    for path in Path(converter.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or name.startswith(PACKAGE), f"{path.name}: {name}"
