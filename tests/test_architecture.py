"""The wings of the package: no import runs up, none runs in a circle (``[tool.importlinter]`` in pyproject.toml)."""

from pathlib import Path

import zhagen

ROOT = Path(__file__).parents[1]


def test_no_import_runs_up_or_in_a_circle(capsys):
    from importlinter.cli import lint_imports

    assert Path(zhagen.__file__).is_relative_to(ROOT)  # this checkout is read, not the installed one
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


def test_the_page_of_the_architecture_names_every_part():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    parts = {path.stem for path in (ROOT / "src/zhagen").glob("[!_]*") if path.suffix == ".py" or path.is_dir()}
    rooms = {path.stem for path in (ROOT / "src/zhagen/study").glob("[!_]*.py")}
    assert {name for name in parts | rooms if f"`{name}" not in page} == set()
