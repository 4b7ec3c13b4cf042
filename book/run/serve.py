"""Serve the built book on this machine, with the Python for browsers beside it where it was fetched (`fetch.py`).

`python book/run/serve.py [PORT]`; `local_site` is the same for tests and for `measure.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).parent))
from fetch import default_folder, is_whole

HTML = Path(__file__).resolve().parents[2] / "_build/html"
TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}


class Handler(SimpleHTTPRequestHandler):
    """Files of the site; those below `/runtime/` from the copy of Pyodide."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **TYPES}
    runtime: Path | None = None
    public = False  # a book built with originals quotes them: pages of other hosts may not read it from here

    def translate_path(self, path: str) -> str:
        """Return the file of an address."""
        name = unquote(path.partition("?")[0])
        inside = Path(name).name  # the copy has no folders
        if self.runtime and name == f"/runtime/{inside}":
            return str(self.runtime / inside)
        return super().translate_path(path)

    def end_headers(self) -> None:
        """Let pages of other hosts read the files of a public distribution, and of nothing else."""
        if self.public:
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def local_site(html: Path = HTML, runtime: Path | None = None, port: int = 0) -> Iterator[str]:
    """Serve a site while the block runs, as a public distribution does; yields its address."""
    handler = type("LocalHandler", (Handler,), {"runtime": runtime, "public": True})
    with ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=str(html))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def main() -> int:
    """Serve until the reader stops it."""
    folder = default_folder()
    runtime = folder if is_whole(folder) else None
    handler = type("LocalHandler", (Handler,), {"runtime": runtime})
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=str(HTML))) as server:
        print(f"http://127.0.0.1:{port}/", flush=True)
        print("pages run offline" if runtime else "to run pages offline, too: make runtime", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
