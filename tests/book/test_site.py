"""The shell around the pages: what the first view loads, fonts, keys, the place one read to, reading without a network,
without storage, without scripts."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from browsers import ARGUMENTS, CHROMIUM, Firefox

pytestmark = pytest.mark.browser

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGE = "notebooks/method/03_open_coding.html"
NEXT = ".prev-next-area a[rel=next]"


def pages() -> list[str]:
    skipped = {"_static", "slides", "_sources", "en"}
    found = [
        p.relative_to(HTML).as_posix() for p in HTML.rglob("*.html") if not skipped & set(p.relative_to(HTML).parts)
    ]
    return sorted(set(found) - {"index.html", "404.html"})


@pytest.fixture(scope="module", autouse=True)
def built():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")


@pytest.fixture(scope="module")
def chromium(built):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium):
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def test_nothing_but_one_style_sheet_holds_up_the_first_view():
    wrong = []
    for name in pages():
        head = (HTML / name).read_text("utf-8").partition("</head>")[0]
        sheets = re.findall(r"<link[^>]*rel=\"stylesheet\"[^>]*>", head)
        scripts = [tag for tag in re.findall(r"<script[^>]*\bsrc=[^>]*>", head) if "defer" not in tag]
        if len(sheets) != 1 or scripts or "@import" in (HTML / "_static/site.css").read_text("utf-8"):
            wrong.append((name, sheets, scripts))
    assert wrong == []


def test_the_first_view_is_light():
    """At 1.6 Mbps a second brings 200 kB: what must be there before one can read takes about two, sent as it lies."""
    static = HTML / "_static"
    fonts = {file.name: file.stat().st_size for file in (static / "fonts").glob("*.woff2")}
    assert (static / "site.css").stat().st_size < 182_000
    assert fonts["han-shared.woff2"] + fonts["han-common.woff2"] + fonts["han-rest.woff2"] < 250_000
    assert max(size for name, size in fonts.items() if not re.match(r"han-(shared|common|rest)", name)) < 40_000


def test_every_page_says_what_it_is():
    wrong = []
    for name in pages():
        source = (HTML / name).read_text("utf-8")
        if source.count('name="viewport"') != 1:
            wrong.append(f"{name}: viewport")
        if name == "search.html":
            continue
        if not re.search(r'<meta name="description" content="[^"<]{4,130}">', source):
            wrong.append(f"{name}: description")
        if not re.search(r'<p class="page-version">版本 \d+\.\d+', source) or "@incollection{zhagen" not in source:
            wrong.append(f"{name}: version or citation")
        if name != "book/preface.html" and '<nav class="place-in-book' not in source:
            wrong.append(f"{name}: place")
        for icon in re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="([^"]*)"', source):
            if not (HTML / name).parent.joinpath(icon).resolve().is_file():
                wrong.append(f"{name}: {icon}")
    assert wrong == []


def test_firefox_draws_han_with_our_font_where_the_system_has_none():
    firefox = Firefox()
    try:
        firefox.fresh()
        firefox.clean = True  # a new profile has an empty storage
        firefox.open(HTML / "book/preface.html")
        drawn = firefox.run(
            """await document.fonts.ready;
            const wide = (text) => {
              const box = document.createElement("span");
              box.style = "font-size: 20px; font-weight: 400; position: absolute; white-space: nowrap";
              box.textContent = text;
              document.querySelector("article p").append(box);
              return box.getBoundingClientRect().width;
            };
            const ours = [...document.fonts].filter((one) => one.status === "loaded");
            return { han: wide("学扎根理论的人多半从"), ours: ours.map((one) => one.family.replaceAll('"', "")) };"""
        )
        assert abs(drawn["han"] - 200) < 1  # ten characters as wide as they are high
        if shutil.which("fc-list") and not subprocess.check_output(["fc-list", ":lang=zh"]).strip():
            assert "Zhagen Sans" in drawn["ours"]
        assert firefox.errors == []
    finally:
        firefox.quit()


def test_arrow_keys_turn_pages_and_leave_fields_alone(context):
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    following = page.locator(NEXT).evaluate("link => link.href")
    page.evaluate("window.stayed = true; document.querySelector('article h1').tabIndex = 0")
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.locator("article h1").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.stayed")
    page.locator("article h1").evaluate("one => one.blur()")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(following)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url((HTML / PAGE).as_uri())


def test_where_one_read_to_is_offered_when_one_comes_back(context):
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    assert page.locator(".read-on").count() == 0
    heading = page.locator("article section[id] > h2").nth(2)
    heading.evaluate("one => one.scrollIntoView({ behavior: 'instant' })")
    page.wait_for_function("JSON.parse(localStorage.getItem('zhagen-reading'))?.id")
    identity = heading.evaluate("one => one.parentElement.id")
    page.close()
    page = context.new_page()  # another visit: the storage of the tab is empty
    page.goto((HTML / "book/preface.html").as_uri())
    link = page.locator(".read-on a")
    assert link.evaluate("one => one.href") == (HTML / PAGE).as_uri() + "#" + identity
    link.click()
    page.wait_for_url("**/03_open_coding.html#*")
    assert page.locator(".read-on").count() == 0
    for strange in ["{", "[]", '{"page":"//example.org/a.html","title":"a","id":"","section":""}']:
        page.evaluate("kept => addEventListener('pagehide', () => (localStorage['zhagen-reading'] = kept))", strange)
        page.evaluate("sessionStorage.clear()")
        page.goto((HTML / "book/how_to_use.html").as_uri())
        assert page.locator(".read-on").count() == 0


def test_a_browser_without_storage_shows_the_page_and_says_that_nothing_is_kept(context):
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException('no'); } });"
    )
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((HTML / "notebooks/labs/01_open_coding.html").as_uri())
    page.locator(".theme-switch-button").last.click()
    assert not page.locator(".without-script").is_visible() and "导出" in page.locator(".without-storage").inner_text()
    assert page.evaluate("document.documentElement.dataset.theme") in ("light", "dark")
    assert page.locator(".zhagen-coder button").count() > 3
    assert errors == []


def test_without_scripts_the_page_reads_and_says_what_is_missing(chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    assert "搜索" in page.locator(".without-script").inner_text()
    assert page.locator("article h1").is_visible() and not page.locator(".theme-switch-button").last.is_visible()
    assert not page.locator(".without-storage").is_visible()
    page.locator(".page-citation summary").click()
    assert "[M/OL]" in page.locator("[data-citation]").first.inner_text()
    context.close()


def test_the_citation_is_filled_in_and_copied(context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    page.locator(".page-citation summary").click()
    page.locator(".page-citation button").first.click()
    page.wait_for_function("document.querySelector('.page-citation [role=status]').textContent !== ''")
    text = page.locator("[data-citation]").first.inner_text()
    assert re.search(r"\[M/OL\]//扎根研究可执行教程\. 版本 \S+\. \(\d{4}-\d\d-\d\d\)\[\d{4}-\d\d-\d\d\]\.", text)


def test_a_long_page_leads_back_to_its_top(context):
    page = context.new_page()
    page.goto((HTML / PAGE).as_uri())
    page.mouse.move(600, 500)  # over the text, not over the table of contents
    page.mouse.wheel(0, 4000)
    page.wait_for_function("scrollY > 2000")
    page.mouse.wheel(0, -300)
    page.locator("#pst-back-to-top").click()
    page.wait_for_function("scrollY === 0")


class Quiet(http.server.SimpleHTTPRequestHandler):
    hangs = None  # while it is an event that is not set, no request is answered
    asked: list[str] = []  # what was asked meanwhile

    def log_message(self, *words):
        pass

    def do_GET(self):
        if self.hangs is not None and not self.hangs.is_set():
            self.asked.append(self.path)
            self.hangs.wait(60)
        super().do_GET()

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code, *words):
        """Answer as hosts do: with the site's own page, whatever the depth of the address."""
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(next(Path(self.directory).glob("*/404.html")).read_bytes())


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """A small part of the book on a server, in a folder of its own, as a project's site has it."""
    root = tmp_path_factory.mktemp("site")
    folder = root / "book-of-zhagen"
    shutil.copytree(HTML / "_static", folder / "_static")
    for name in ["index.html", "404.html", "manifest.webmanifest", "book/preface.html", "book/how_to_use.html"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HTML / name, folder / name)
    list_files(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/book-of-zhagen/", folder
    server.shutdown()


def list_files(folder: Path) -> None:
    import sys

    sys.path.append(str(Path(__file__).resolve().parents[2] / "book/_ext"))
    import site_files

    site_files.write(["book/preface", "book/how_to_use"], "扎根研究可执行教程", "", folder)
    change(folder, "TURN = 20000", "TURN = 100")  # the book is saved in several turns


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "sw.js"
    source = file.read_text("utf-8")
    assert source.count(old) == 1
    file.write_text(source.replace(old, new), "utf-8")


# waits itself, three minutes at most: `wait_for_function` takes the promise of an async function for an answer
UPDATED = """async (version) => {
  for (const end = Date.now() + 180000; Date.now() < end; await new Promise((go) => setTimeout(go, 200))) {
    const registration = await navigator.serviceWorker.ready;
    registration.update().catch(() => {}); // one under way may have begun too early
    const { port1, port2 } = new MessageChannel();
    const said = new Promise((done) => {
      port1.onmessage = ({ data }) => done(data.version);
      setTimeout(done, 500); // a worker that is being replaced gives no answer
    });
    registration.active.postMessage({ type: "from" }, [port2]);
    if ((await said) === version && registration.active.state === "activated") return true;
  }
  return false;
}"""


def saved(page) -> None:
    page.wait_for_function("document.querySelector('.offline-book [role=status]')?.textContent.includes('已存在')")


def test_the_book_is_read_without_a_network_and_an_old_page_says_so(chromium, site):
    address, folder = site
    context = chromium.new_context()
    context.set_default_timeout(90_000)  # many workers share a slow machine
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address + "book/preface.html")
    button = page.locator(".offline-book button")
    button.wait_for()
    assert re.search(r"下载 \d+\.\d MB", button.inner_text())
    button.click()
    saved(page)
    context.set_offline(True)
    page.goto(address + "book/how_to_use.html")
    page.wait_for_selector(".from-store")
    assert "连不上网络" in page.locator(".from-store").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('.bd-sidebar-primary')).display") != ""
    assert page.evaluate("[...document.styleSheets].some((sheet) => sheet.href?.includes('site.css'))")
    page.goto(address + "book/nowhere.html")
    assert "没有存下" in page.locator("h1").inner_text()
    assert "There is no network" in page.locator("p:lang(en)").inner_text()
    # the book is published anew: online the new page comes, and what was stored before says that it is old
    context.set_offline(False)
    for name in ("preface", "how_to_use"):
        file = folder / f"book/{name}.html"
        file.write_text(file.read_text("utf-8").replace("<h1>", "<h1>新版："), "utf-8")
    list_files(folder)
    page.goto(address + "book/preface.html")
    assert page.locator("h1").last.inner_text().startswith("新版：")
    version = json.loads((folder / "offline.json").read_text("utf-8"))["version"]
    assert page.evaluate(UPDATED, version)
    page.close()
    page = context.new_page()
    context.set_offline(True)
    page.goto(address + "book/how_to_use.html")
    page.wait_for_selector(".from-store")
    assert "更新之前" in page.locator(".from-store").inner_text()
    assert errors == []
    context.close()


def test_a_line_that_hangs_is_waited_for_once(chromium, site, monkeypatch):
    address, folder = site
    list_files(folder)
    change(folder, "PATIENCE = 6000", "PATIENCE = 300")
    context = chromium.new_context()
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(address + "book/preface.html")
    page.locator(".offline-book button").click()
    saved(page)
    monkeypatch.setattr(Quiet, "hangs", threading.Event())
    monkeypatch.setattr(Quiet, "asked", [])
    page.goto(address + "book/how_to_use.html")
    page.wait_for_selector(".from-store")
    page.evaluate("document.fonts.ready.then(() => 1)")
    asked = {path.rpartition("/")[2].partition("?")[0] for path in Quiet.asked}
    assert "how_to_use.html" in asked and asked <= {"how_to_use.html", "sw.js", "offline.json"}
    Quiet.hangs.set()
    context.close()


@pytest.mark.parametrize("wrong", ["book/how_to_us.html", "book/deep/er/how_to_use.html", "how_to_use"])
def test_a_wrong_address_leads_back(context, site, wrong):
    address, _ = site
    page = context.new_page()
    page.goto(address + wrong)
    assert page.locator("#home").evaluate("one => one.href") == address + "index.html"
    near = page.locator("#pages a")
    if "how_to_use" in wrong:
        assert near.first.evaluate("one => one.href") == address + "book/how_to_use.html"
