"""The public interface, module by module: how names, signatures and docstrings look."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import typing
from collections import Counter
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from numpydoc.validate import validate

import zhagen

PACKAGE = Path(zhagen.__file__).parent
WINGS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.pyi"))
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.parent != PACKAGE or path.stem != "__init__"
}

# What a wing's modules share with each other and no reader calls; shapes and readings are called by their packages.
INSIDE = (
    "coding.saving",
    "coding.state",
    "coding.widget",
    "corpus.store",
    "statistics.inference.hypergeometric_law",
    "study.crosstables.require_codes",
    "study.history.settle_history",
    "documents.handwritten.check_schema",
    "documents.handwritten.find_line",
    "documents.handwritten.read_prose",
    "documents.outline.split_fields",
    "documents.outline.split_heading",
    "documents.recipe.heading_pattern",
    "documents.recipe.number_pattern",
    "documents.recipe.run_in_pattern",
    "documents.recipe.schema_path",
    "exchange.assembling",
    "exchange.fields",
    "exchange.losses",
    "exchange.model",
    "exchange.offsets",
    "exchange.qualcoder",
    "exchange.refi_reading",
    "exchange.refi_writing",
    "exchange.sheets",
    "exchange.structured",
    "extraction.readings",
    "extraction.tables",
    "figures.bars.frequency_text",
    "figures.bars.left_out_text",
    "figures.bars.most_frequent",
    "figures.canvas",
    "figures.export",
    "figures.labels",
    "figures.layout",
    "figures.picture.finish_picture",
    "figures.picture.picture_key",
    "figures.picture.require_columns",
    "figures.routes",
    "figures.structure.Code",
    "figures.structure.HasCodebook",
    "figures.structure.HasCodes",
    "figures.structure.bare_codebook",
    "figures.structure.code_details",
    "figures.structure.gathered_text",
    "figures.structure.level_count",
    "figures.structure.level_name",
    "figures.structure.read_codes",
    "figures.studies",
    "figures.table.escape_markdown",
    "figures.theme",
    "figures.withheld",
    "materials.guard",
    "materials.correcting.move_times",
    "materials.making.add_run",
    "materials.making.nothing_read",
    "materials.names.study_strings",
    "materials.pdf",
    "materials.plain",
    "materials.reading.name_sources",
    "materials.speakers.guess_kind",
    "materials.speakers.is_saying",
    "materials.speakers.mark_turns",
    "materials.subtitles",
    "materials.answers",
    "materials.texts.plain_letters",
    "materials.texts.plain_text",
    "materials.texts.shown_lines",
    "materials.word",
    "study.anchors.move_offsets",
    "study.correcting.find_marks",
    "study.correcting.move_marks",
    "study.answering",
    "study.editing.new_code_id",
    "study.editing.new_memo_id",
    "study.editing.relink",
    "study.folder",
    "study.following",
    "study.history.history_faults",
    "study.locking",
    "study.study.among",
    "study.study.assemble_study",
    "study.study.fault_table",
    "study.study.touched_units",
    "study.writing.mechanism_toml",
    "study.writing.write_changes",
    "text.strings.StringIndex",
)

# Of numpydoc's checks: the sections and their order; each parameter with type and description; what is returned.
CODES = set("GL06 GL07 GL08 SS01 PR01 PR02 PR03 PR04 PR07 PR10 RT01 RT03 YD01".split())
HEAVY = "numpy pandas scipy networkx jieba matplotlib sklearn dask pyarrow".split()
KEYWORD_ONLY = {"draws", "seed"}
WORDY = re.compile(r"borne out|bears out|\bmend|\btold\b|\bstands?\b|holds? against|\bgoes on\b|\bas it is\b", re.I)


def exports(wing):
    """Name -> module of what a wing exports."""
    stub = ast.parse((PACKAGE / wing / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: f"{wing}.{node.module}"
        for node in stub.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def public(module):
    """Names of the functions and classes that a module defines for others."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [name for name in names if not name.startswith("_")]


def inside(module, name):
    return any(f"{module}.{name}".startswith(f"{prefix}.") or f"{module}.{name}" == prefix for prefix in INSIDE)


def members(module):
    """Dotted names of a module's public functions, classes and methods, with the objects."""
    loaded = importlib.import_module(f"zhagen.{module}")
    for name in public(module):
        found = getattr(loaded, name)
        yield f"zhagen.{module}.{name}", found
        if inspect.isclass(found):
            for method, function in vars(found).items():
                if not method.startswith("_") and (inspect.isfunction(function) or isinstance(function, classmethod)):
                    yield f"zhagen.{module}.{name}.{method}", getattr(found, method)


def raised(function):
    """Names of the errors that a function raises itself."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    return {name for name in names if name.endswith("Error")}


def class_faults(name, found):
    """Fields that neither Parameters nor Attributes describe, or that have no type there."""
    doc = ClassDoc(found)
    rows = [row for section in ("Parameters", "Attributes") for row in doc[section]]
    fields = {field: row for row in rows for field in row.name.split(", ")}
    if typing.is_typeddict(found):
        wanted = list(found.__annotations__)
    else:
        parameters = [] if issubclass(found, BaseException) else inspect.signature(found).parameters.values()
        wanted = [one.name for one in parameters if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    return [f"{name}: {field} has no type or no text" for field in wanted if not typed(fields.get(field))]


def typed(row):
    return row is not None and row.type and row.desc


def signature_faults(name, function):
    parameters = inspect.signature(function).parameters.values()
    own = [parameter for parameter in parameters if parameter.name not in ("self", "cls")]
    yield from (f"{name}: {one.name} has no hint" for one in own if one.annotation is one.empty)
    by_place = [one for one in own if one.kind == one.POSITIONAL_OR_KEYWORD]
    yield from (f"{name}: {one.name} can be given by place" for one in by_place if one.name in KEYWORD_ONLY)
    if inspect.signature(function).return_annotation is inspect.Signature.empty:
        yield f"{name}: no hint of what it returns"


def faults(module):
    for name, found in members(module):
        codes = CODES - {"PR01", "PR02", "PR03"} if inspect.isclass(found) else CODES
        yield from (f"{name}: {text}" for code, text in validate(name)["errors"] if code in codes)
        if inspect.isclass(found):
            yield from class_faults(name, found)
            continue
        yield from signature_faults(name, found)
        if missing := raised(found) - {row.type for row in FunctionDoc(found)["Raises"]}:
            yield f"{name}: raises {sorted(missing)} without a word in Raises"
    text = MODULES[module].read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), 1):
        if found := WORDY.search(line):
            yield f"{module}, line {number}: say {found[0]!r} more plainly"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_docstrings_and_signatures_say_what_goes_in_and_what_comes_out(module):
    assert "\n".join(faults(module)) == ""


@pytest.mark.parametrize("wing", WINGS)
def test_every_public_name_is_exported_by_its_wing(wing):
    modules = [name for name in MODULES if name.startswith(f"{wing}.")]
    found = {name: module for module in modules for name in public(module) if not inside(module, name)}
    assert found.items() <= exports(wing).items()
    assert exports(wing).keys() <= set(dir(importlib.import_module(f"zhagen.{wing}")))


def test_public_names_are_unique_and_no_module_s_name():
    names = Counter(name for wing in WINGS for name in exports(wing))
    assert [name for name, times in names.items() if times > 1] == []
    assert names.keys() & {part for module in MODULES for part in module.split(".")} == set()


@pytest.mark.parametrize("wing", WINGS)
def test_every_module_with_public_names_stands_in_the_appendix(wing):
    page = Path(__file__).resolve().parents[1] / f"book/interface/{wing}.md"
    listed = re.findall(r"^<!-- interface: ([\w.]+) -->$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(set(exports(wing).values()))


@pytest.mark.parametrize("package", ["zhagen", *(f"zhagen.{wing}" for wing in WINGS)])
def test_importing_a_package_loads_nothing_heavy(package):
    here = str(PACKAGE.parent)  # not the checkout that the environment was installed from
    code = f"import sys; sys.path.insert(0, {here!r}); import {package}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*HEAVY} & {*run.stdout.split()}
