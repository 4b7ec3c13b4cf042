"""Roots that the machinery of this book builds besides the book itself: the book of a study, the English pages."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

MACHINERY = ("build.py", "_ext", "_static", "_templates")


def copy_machinery(site: Path, root: Path) -> None:
    """Copy what builds a book into a root, in place of what an earlier time left there.

    Parameters
    ----------
    site : pathlib.Path
        The folder that holds ``build.py``, ``_ext``, ``_static`` and ``_templates``.
    root : pathlib.Path
        The root; its folder ``book`` gets them.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     site, root = Path(folder, "site"), Path(folder, "root")
    ...     for name in ("_ext", "_static", "_templates"):
    ...         (site / name).mkdir(parents=True)
    ...     _ = (site / "build.py").write_text("", "utf-8")
    ...     copy_machinery(site, root)
    ...     sorted(path.name for path in (root / "book").iterdir())
    ['_ext', '_static', '_templates', 'build.py']
    """
    (root / "book").mkdir(parents=True, exist_ok=True)
    for name in MACHINERY:
        shutil.rmtree(root / "book" / name, ignore_errors=True)
        copy = shutil.copytree if (site / name).is_dir() else shutil.copyfile
        copy(site / name, root / "book" / name)


def write_settings(root: Path, config: Mapping[str, Any], toc: Mapping[str, Any]) -> None:
    """Write the two files that a build begins with.

    Parameters
    ----------
    root : pathlib.Path
        The root.
    config, toc : mapping
        Settings and table of contents of Jupyter Book.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_settings(Path(folder), {"title": "教程"}, {"root": "a"})
    ...     Path(folder, "_config.yml").read_text("utf-8")
    'title: 教程\\n'
    """
    for name, value in (("_config.yml", config), ("_toc.yml", toc)):
        (root / name).write_text(yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False), "utf-8")


def merge_settings(settings: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with those of another mapping put over them; what is no mapping in both is replaced.

    Parameters
    ----------
    settings, other : mapping
        Settings of Jupyter Book.

    Returns
    -------
    dict
        The settings.

    Examples
    --------
    >>> merge_settings({"a": {"b": 1, "c": [2]}}, {"a": {"c": [3]}, "d": 4})
    {'a': {'b': 1, 'c': [3]}, 'd': 4}
    """
    found = dict(settings)
    for key, value in other.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = merge_settings(found[key], value) if both else value
    return found
