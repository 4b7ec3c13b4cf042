"""The files that say what is needed ask for the same things."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted(extras=("book", "scale")):
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return {r.name: r.specifier for line in sum(lists, []) for r in [Requirement(line)]}


def test_conda_asks_for_what_pyproject_asks():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    pip = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    parts = [re.fullmatch(r"([\w.-]+)(.*)", line) for line in [*lines, *pip]]
    found = {part[1]: SpecifierSet(part[2]) for part in parts}
    assert found.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert found.pop("pip") == SpecifierSet("")
    names = {"matplotlib-base": "matplotlib", "brotli-python": "brotli", "dask-core": "dask"}
    assert {names.get(name, name): spec for name, spec in found.items()} == wanted()


def test_the_lock_pins_every_requirement_with_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:", lock)
    pins = dict(re.findall(r"(?m)^([\w.-]+)==([\w.]+)", lock))
    for name, specifier in wanted(("bench", "book", "build", "scale", "test")).items():
        assert name.lower() in pins, name
        assert specifier.contains(pins[name.lower()]), name
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", lock)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_jupyter_book_is_pinned_below_2_with_a_reason():
    line = next(row for row in (ROOT / "pyproject.toml").read_text().splitlines() if "jupyter-book" in row)
    assert "<2" in line and "#" in line


def test_no_machine_s_path_in_a_text_file():
    import subprocess

    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    here = str(ROOT)
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".json", ".lock", ""}:
            assert here not in path.read_text(encoding="utf-8", errors="ignore"), name
