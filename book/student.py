"""Pack what a teacher hands out: `python book/student.py`, after the build.

The zip holds the notebooks without solutions, the package, the practice study as files, and how to begin. It needs
nothing of this repository, and the same book gives the same bytes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from zhagen.archives import pack_files

ROOT = Path(__file__).resolve().parent.parent
EDITIONS = ROOT / "_build/student/editions"
WHEELS = ROOT / "_build/html/wheel"
NAME = "zhagen-student"
LAB = ("jupyterlab", "jupyterlab-language-pack-zh-CN")


def pins(lock: str) -> str:
    """Return the versions of a lock without its checksums, as constraints.

    Parameters
    ----------
    lock : str
        The text of ``requirements.lock``.

    Returns
    -------
    str
        One requirement a line. With checksums pip would want one for our own wheel, too.

    Examples
    --------
    >>> pins("numpy==2.4.6 ; python_version < '4' \\\\\\n    --hash=sha256:00 \\\\\\n    --hash=sha256:01\\n")
    "numpy==2.4.6 ; python_version < '4'\\n"
    """
    return "".join(f"{line}\n" for line in re.findall(r"(?m)^([A-Za-z0-9][^\\\n]*?)\s*\\?$", lock))


def contents(root: Path = ROOT) -> dict[str, bytes]:
    """Return the files of the zip.

    Parameters
    ----------
    root : Path
        The repository, with a built book.

    Returns
    -------
    dict of str to bytes
        Name in the zip -> content.

    Raises
    ------
    SystemExit
        If the book was not built.
    """
    editions, wheels = root / "_build/student/editions", sorted((root / "_build/html/wheel").glob("*.whl"))
    if not editions.is_dir() or len(wheels) != 1:
        raise SystemExit("there is no book to take the notebooks from: run make book first")
    wanted = "\n".join(["-c constraints.txt", f"./wheel/{wheels[0].name}[figures,corpus,materials]", *LAB])
    files = {
        "README.md": (root / "book/student.md").read_bytes(),
        "constraints.txt": pins((root / "requirements.lock").read_text("utf-8")).encode(),
        "requirements.txt": f"{wanted}\n".encode(),
        f"wheel/{wheels[0].name}": wheels[0].read_bytes(),
    }
    files |= {name: (root / name).read_bytes() for name in ("LICENSE", "LICENSE-CONTENT")}
    for base, folder in ((editions, editions / "notebooks"), (root, root / "data/practice")):
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        files |= {path.relative_to(base).as_posix(): path.read_bytes() for path in found}
    return files


def write_zip(files: dict[str, bytes], target: Path) -> None:
    """Write files into a zip, in the order of their names and with one time.

    Parameters
    ----------
    files : dict of str to bytes
        Name -> content.
    target : Path
        The zip; it opens as one folder named like it.
    """
    target.write_bytes(pack_files({f"{target.stem}/{name}": files[name] for name in sorted(files)}))


def main() -> int:
    """Write the zip and say where it is."""
    target = EDITIONS.parent / f"{NAME}.zip"
    write_zip(contents(), target)
    print(f"for students: {target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
