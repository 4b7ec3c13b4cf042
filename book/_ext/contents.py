"""The table of contents, `_toc.yml`, with the pages that its patterns name (`glob: book/interface/text/**`)."""

from __future__ import annotations

from pathlib import Path

import yaml


def read_contents(file: Path) -> dict:
    """Return a table of contents in which each pattern is replaced by the pages it names, in order.

    Parameters
    ----------
    file : Path
        A `_toc.yml`; patterns are those of the folder it lies in.
    """
    root = file.parent

    def named(node):
        if isinstance(node, dict):
            return {key: named(value) for key, value in node.items()}
        if not isinstance(node, list):
            return node
        found = []
        for entry in node:
            if isinstance(entry, dict) and "glob" in entry:
                pages = (path.relative_to(root).with_suffix("") for path in root.glob(f"{entry['glob']}/*.md"))
                found += [{"file": name} for name in sorted(path.as_posix() for path in pages)]
            else:
                found.append(named(entry))
        return found

    return named(yaml.safe_load(file.read_text("utf-8")))
