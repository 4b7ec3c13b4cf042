"""The files that say what is needed, and which version this is, agree."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import zhagen

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"(?m)^([\w.-]+)==([\w.]+)", LOCK))


def wanted(*extras):
    """Name -> versions asked for, of the core and some extras; an extra may ask for others."""
    found = {}
    for line in [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]:
        requirement = Requirement(line)
        if requirement.name == "zhagen":
            found |= wanted(*sorted(requirement.extras))
        else:
            found[requirement.name] = requirement.specifier
    return found


def test_conda_asks_for_what_pyproject_asks():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    pip = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    parts = [re.fullmatch(r"([\w.-]+)(.*)", line) for line in [*lines, *pip]]
    found = {part[1]: SpecifierSet(part[2]) for part in parts}
    assert found.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert found.pop("pip") == SpecifierSet("")
    names = {"matplotlib-base": "matplotlib", "brotli-python": "brotli", "dask-core": "dask"}
    assert {names.get(name, name): spec for name, spec in found.items()} == wanted("book", "build", "lab")


def bare_imports(source, packages):
    """The packages that code imports by a statement, though nothing there is ready for them to be missing."""
    tree = ast.parse(source)
    ready = [
        node
        for block in ast.walk(tree)
        if (isinstance(block, ast.Try) and any("ImportError" in ast.unparse(h.type or h) for h in block.handlers))
        or (isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING")
        for node in ast.walk(block)
    ]
    # what is imported for the sake of types is not imported when the code runs
    types = [part for part in ast.walk(tree) if isinstance(part, ast.If) and "TYPE_CHECKING" in ast.unparse(part.test)]
    ready += [node for part in types for child in part.body for node in ast.walk(child)]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in ready:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found |= {name.partition(".")[0] for name in names} & packages
    return found


def test_the_core_never_imports_what_only_an_extra_brings():
    packages = (wanted("figures", "corpus").keys() | {"PIL", "lxml", "IPython"}) - wanted().keys()
    assert {"matplotlib", "pyarrow", "rjieba", "tqdm"} <= packages
    assert bare_imports("def f():\n    import pyarrow.parquet", packages) == {"pyarrow"}
    modules = sorted((ROOT / "src/zhagen").rglob("*.py"))
    found = {path.relative_to(ROOT).as_posix(): bare_imports(path.read_text("utf-8"), packages) for path in modules}
    assert {name: packages for name, packages in found.items() if packages} == {}


def test_the_lock_pins_every_requirement_with_hashes_and_no_address():
    assert not re.search(r"https?://|file:", LOCK)
    for name, specifier in wanted(*EXTRAS).items():
        assert name.lower() in PINS, name
        assert specifier.contains(PINS[name.lower()]), name
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", LOCK)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_jupyter_book_is_pinned_below_2_with_a_reason():
    line = next(row for row in (ROOT / "pyproject.toml").read_text().splitlines() if "jupyter-book" in row)
    assert "<2" in line and "#" in line


def test_the_version_stands_in_one_place_and_the_rest_agrees():
    assert "version" in PROJECT["dynamic"] and "version" not in PROJECT
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == zhagen.__version__


def test_how_to_cite_the_book_names_this_version():
    preface = (ROOT / "book/preface.md").read_text(encoding="utf-8")
    assert set(re.findall(r"版本 ([\d.]+\d)", preface)) <= {zhagen.__version__}


def test_the_code_under_test_is_this_checkout_s():
    """In processes that tests start too: the environment may have been made for another checkout."""
    assert Path(zhagen.__file__).is_relative_to(ROOT / "src")
    done = subprocess.run(
        [sys.executable, "-c", "import zhagen; print(zhagen.__file__)"], capture_output=True, text=True
    )
    assert Path(done.stdout.strip()) == Path(zhagen.__file__)


def test_no_machine_s_path_in_a_text_file():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    here = str(ROOT)
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".json", ".lock", ""}:
            assert here not in path.read_text(encoding="utf-8", errors="ignore"), name


def test_continuous_integration_runs_what_a_person_runs():
    """Each target that a script or a workflow calls is in the Makefile."""
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    scripts = [ROOT / ".ci/run", *(ROOT / ".github/workflows").glob("*.yml")]
    called = {
        name for path in scripts for name in re.findall(r"(?m)^(?:\s*- run: )?make (\w+)", path.read_text("utf-8"))
    }
    assert {"book", "test", "lint", "links", "wheel"} <= called <= targets
