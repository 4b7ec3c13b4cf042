"""Open the readers' editions in JupyterLab, as working copies: `python book/lab.py [--prepare]`.

The copies lie in `lab/`, which git ignores; the sources of the book are never opened, so a reader's edits cannot touch
them. A copy that was not edited is replaced by a newer edition, one that was edited stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {  # defaults of the application; what a reader chooses in its menus goes before them
    "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def update_copies(editions: Path, copies: Path) -> list[Path]:
    """Copy new editions, replace copies that nobody edited; returns the copies that were edited and stay.

    Parameters
    ----------
    editions : Path
        The folder of the readers' editions.
    copies : Path
        The folder of the working copies; made if it is not there.

    Returns
    -------
    list of Path
        Edited copies of which there is a newer edition.
    """
    record = copies / ".editions.json"
    known = json.loads(record.read_text("utf-8")) if record.is_file() else {}
    stay = []
    for edition in sorted(editions.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in edition.parts:
            continue
        name = edition.relative_to(editions).as_posix()
        copy, wanted = copies / name, _checksum(edition)
        if copy.is_file() and _checksum(copy) != known.get(name):
            if known.get(name) != wanted:
                stay.append(copy)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(edition, copy)
        known[name] = wanted
    record.write_text(json.dumps(known, indent=1), "utf-8")
    return stay


def write_settings(prefix: Path) -> None:
    """Make Chinese the language of JupyterLab in one environment, and turn its questions about news off."""
    folder = prefix / "share/jupyter/lab/settings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(SETTINGS, indent=1), "utf-8")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Prepare the copies and open them."""
    copies = ROOT / "lab"
    copies.mkdir(exist_ok=True)
    for copy in update_copies(ROOT / "_build/html/notebooks", copies):
        print(f"{copy.relative_to(ROOT)} 是你改过的，保留不动；想换成新的一版，先把它改名或删掉。")
    write_settings(Path(sys.prefix))
    print(f"工作副本在 {copies}，怎样改都不会动书的原稿。")
    if "--prepare" in sys.argv[1:]:
        return 0
    lab = Path(sys.executable).with_name("jupyter-lab")
    os.execv(lab, [str(lab), str(copies)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
