"""A study coded in the browser: its sources as pages to code in, saved into its folder while they are open.

The server listens on this machine alone. Its address holds a word that nobody can guess; a request whose host or origin
is another is refused, so that a page of a stranger cannot ask it, whatever name it gives this machine.
"""

import html
import json
import os
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from zhagen.coding.saving import apply_page, page_of_source
from zhagen.coding.widget import script_file
from zhagen.errors import StudyError, ZhagenError
from zhagen.study.folder import read_folder
from zhagen.study.locking import lock_study
from zhagen.study.study import Study, assemble_study
from zhagen.study.writing import write_changes
from zhagen.translation import translate_error

HOST = "127.0.0.1"
MOST = 20_000_000  # bytes of a request
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CONTENT_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "json": "application/json"}
STYLE = """
:root { --zhagen-1: #1d6654; --zhagen-2: #a4481f; --zhagen-3: #2f5d9b; --zhagen-4: #8a6d1b; --zhagen-5: #7b3f78;
  --zhagen-6: #5b5b5b; color-scheme: light; }
body { max-width: 46rem; margin: 1rem auto; padding: 0 1rem 4rem; font: 1rem/1.7 "Noto Sans SC", "Source Han Sans SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; color: #1f2421; background: #fffefa; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #ddd8ca; text-align: start; }
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; }
a { color: #1d6654; }
"""


class StudyServer(ThreadingHTTPServer):
    """The pages of a study, for one coder; `serve_forever` runs it, `server_close` waits for what is being saved.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder of the study.
    coder : str
        Who codes.
    port : int, default 0
        The port; 0 takes a free one.
    """

    daemon_threads = False  # what is being saved is saved before the server ends

    def __init__(self, folder: Path | str, coder: str, port: int = 0) -> None:
        self.folder, self.coder = Path(folder), coder
        self.token = secrets.token_urlsafe(24)
        self.guard = threading.Lock()
        self.kept: tuple[Any, Study] | None = None
        try:
            super().__init__((HOST, port), _Pages)
        except OSError as error:
            todo = "choose another one, or leave --port out"
            raise StudyError(f"the port {port} cannot be used: {error.strerror}", todo=todo) from error

    @property
    def address(self) -> str:
        """The address of the first page, with the word that nobody can guess."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def study(self) -> Study:
        """Return the study that is in the folder now.

        Returns
        -------
        Study
            The study.

        Raises
        ------
        StudyError
            If it cannot be opened.
        """
        with self.guard, lock_study(self.folder, shared=True):
            return self._read()

    def save(self, source_id: str, sent: Any) -> tuple[dict[str, Any], list[str]]:
        """Put what a page sent into the study.

        Parameters
        ----------
        source_id : str
            The source.
        sent : object
            What the page sent.

        Returns
        -------
        dict
            The state that the page has to show now.
        list of str
            What others did meanwhile to the same codings and codes.

        Raises
        ------
        StudyError
            If the study cannot be opened, or what was sent does not fit it.
        """
        with self.guard, lock_study(self.folder):
            old = self._read()
            new, state, said = apply_page(old, source_id, self.coder, sent)
            if new is not old:
                new = write_changes(old, new, self.folder)
                self.kept = (_stamp(self.folder), new)
            return state, said

    def _read(self) -> Study:
        """Return the study; it is read again only if a file of the folder is another one."""
        try:
            stamp = _stamp(self.folder)
        except OSError as error:  # it was moved, or another program is just writing
            todo = "if it is where it was, load the page again"
            raise StudyError(f"the folder cannot be read: {error.strerror}", str(self.folder), todo) from error
        if self.kept is None or self.kept[0] != stamp:
            self.kept = (stamp, assemble_study(read_folder(self.folder), self.folder))
        return self.kept[1]


def start_server(folder: Path | str, *, coder: str | None = None, port: int = 0) -> StudyServer:
    """Return a server of a study's pages to code in, ready to serve.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder of the study.
    coder : str, optional
        Who codes. Without it, the only coder of the study, or 我 if nobody has coded yet.
    port : int, default 0
        The port; 0 takes a free one.

    Returns
    -------
    StudyServer
        Its ``address`` is what to open in a browser; ``serve_forever`` serves until it is stopped.

    Raises
    ------
    StudyError
        If the study cannot be opened, the name cannot be one, the study has several coders and none is named, or the
        port is taken.
    """
    with lock_study(folder, shared=True):
        study = assemble_study(read_folder(Path(folder)), Path(folder))
    if coder is None and len(study.coders) > 1:
        raise StudyError(f"the study has the coders {', '.join(study.coders)}", todo="say who codes: --coder NAME")
    name = (study.coders or ["我"])[0] if coder is None else coder.strip()
    if not name or len(name) > 20 or not name.isprintable() or name[0] in "=+-@＝＋－＠'":
        raise StudyError(
            f"{name!r} is no name of a coder", todo="give 1 to 20 characters, not beginning with = + - @ '"
        )
    return StudyServer(folder, name, port)


def _stamp(folder: Path) -> tuple[Any, ...]:
    """Return what changes when a file of a folder does."""
    found = []
    todo = [folder]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        todo.append(Path(entry.path))
                    continue
                about = entry.stat(follow_symlinks=False)
                found.append((entry.path, about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(sorted(found))


class _Pages(BaseHTTPRequestHandler):
    """One request."""

    server: StudyServer
    server_version, sys_version = "zhagen", ""
    timeout = 60  # seconds of silence

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # the address holds a secret: nothing is logged
        pass

    def _answer(self, work: Any) -> None:
        try:
            parts = self._parts()
            if parts is not None:
                work(parts)
        except ZhagenError as error:
            self._json({"said": [translate_error(error, "zh")]}, HTTPStatus.CONFLICT)  # the page is Chinese
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _parts(self) -> list[str] | None:
        """Return the parts of the path after the token; None, and a refusal, for a stranger."""
        hosts = [f"{name}:{self.server.server_port}" for name in (HOST, "localhost")]
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        if self.headers.get("Host") not in hosts:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "another host")
            return None
        try:
            parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]] or [""]
        except ValueError:  # no address at all, such as http://[
            parts = [""]
        if not secrets.compare_digest(parts[0].encode(), self.server.token.encode()):
            self._refuse(HTTPStatus.NOT_FOUND, "no such page")
            return None
        if self.command == "POST" and (
            self.headers.get("Origin") not in [f"http://{host}" for host in hosts] or site != "same-origin"
        ):
            self._refuse(HTTPStatus.FORBIDDEN, "another origin")
            return None
        return parts[1:]

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send(why.encode(), "text/plain", status)

    def _get(self, parts: list[str]) -> None:
        if parts in (["words.js"], ["coder.js"], ["coder.css"], ["qda.js"]):
            return self._send(script_file(parts[0]).encode(), CONTENT_TYPES[parts[0].split(".")[1]])
        if parts == ["page.css"]:
            return self._send(STYLE.encode(), CONTENT_TYPES["css"])
        study = self.server.study()
        if parts == [""]:
            return self._html(study.title or "研究", _index(study, self.server.coder))
        if len(parts) == 2 and parts[0] == "source" and parts[1] in study.texts:
            return self._html(parts[1], _page(study, parts[1], self.server.coder))
        return self._refuse(HTTPStatus.NOT_FOUND, "no such page")

    def _post(self, parts: list[str]) -> None:
        size = self.headers.get("Content-Length", "")
        if not (size.isascii() and size.isdigit()) or int(size) > MOST:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "no length, or too long")
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            return self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no JSON")
        if len(parts) != 2 or parts[0] != "save":
            return self._refuse(HTTPStatus.NOT_FOUND, "no such page")
        try:
            sent = json.loads(self.rfile.read(int(size)))
        except (ValueError, RecursionError):
            return self._refuse(HTTPStatus.BAD_REQUEST, "no JSON")
        state, said = self.server.save(parts[1], sent)
        return self._json({"state": state, "said": said})

    def _html(self, title: str, body: str) -> None:
        depth = "../" if "/source/" in self.path else ""
        head = (
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
            f"<title>{html.escape(title)}</title>\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<link rel="icon" href="data:,">\n<link rel="stylesheet" href="{depth}page.css">\n'
            f'<link rel="stylesheet" href="{depth}coder.css">\n<script defer src="{depth}words.js"></script>\n'
            f'<script defer src="{depth}qda.js"></script>\n'
            f'<script defer src="{depth}coder.js"></script>\n'
        )
        self._send(
            f"{head}</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n".encode(), CONTENT_TYPES["html"]
        )

    def _json(self, found: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(found, ensure_ascii=False).encode(), CONTENT_TYPES["json"], status)

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _index(study: Study, coder: str) -> str:
    """Return the list of sources."""
    counts = study.codings.groupby(["source_id", "coder"]).size().to_dict()
    every = study.codings.source_id.value_counts().to_dict()
    rows = []
    for row in study.sources.to_dict("records"):
        source = row["source_id"]
        name = html.escape(" ".join(filter(None, (source, str(row.get("title", ""))))))
        link = f'<a href="source/{quote(source, safe="")}">{name}</a>'
        numbers = "".join(
            f'<td class="number">{number}</td>'
            for number in (len(study.texts[source]), counts.get((source, coder), 0), every.get(source, 0))
        )
        rows.append(f"<tr><th scope='row'>{link}</th>{numbers}</tr>")
    heads = "".join(f'<th scope="col" class="number">{name}</th>' for name in ("字数", "我编的", "所有人编的"))
    return (
        f"<h1>{html.escape(study.title or '研究')}</h1>\n<p>编码者：{html.escape(coder)}。选一份材料，打开就编；"
        "编的随时存进研究的文件夹。</p>\n"
        f'<table>\n<thead><tr><th scope="col">材料</th>{heads}</tr></thead>\n'
        f"<tbody>\n{''.join(rows)}\n</tbody>\n</table>"
    )


def _page(study: Study, source_id: str, coder: str) -> str:
    """Return a source as a page to code in."""
    place = f'<p><a href="../">全部材料</a></p>\n<h1>{html.escape(source_id)}</h1>\n'
    try:
        passage, state = page_of_source(study, source_id, coder)
    except StudyError as error:
        return f"{place}<p>{html.escape(translate_error(error, 'zh'))}</p>"
    passage.data.update(save=f"../save/{quote(source_id, safe='')}", state=state)
    return place + passage.block()
