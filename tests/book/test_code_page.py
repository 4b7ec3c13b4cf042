"""The pages of `zhagen code` in Chromium and Firefox: what is coded is in the folder while the page is open."""

import threading
import time

import pytest
from browsers import BROWSERS

from study.conftest import small
from zhagen.coding import start_server
from zhagen.study import open_study, write_study

pytestmark = pytest.mark.browser
LABELS = 'return [...document.querySelectorAll(".zc-list li")].map((li) => li.textContent);'
WARNED = 'return [...document.querySelectorAll(".zc-warning")].filter((one) => !one.hidden).map((p) => p.textContent);'


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def browser(request):
    made = request.param()
    yield made
    made.quit()


def serve(folder, port=0, token=None):
    server = start_server(folder, coder="王", port=port)
    server.token = token or server.token
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def end():
        server.shutdown()
        server.server_close()
        thread.join()

    return server, end


def visit(browser, address):
    if browser.name == "chromium":
        browser.page.goto(address)
    else:
        browser.call("browsingContext.navigate", context=browser.page, url=address, wait="complete")


def wait_for(what, holds):
    end = time.monotonic() + 30
    while not holds(found := what()):
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return found


def give(browser, label):
    """Code the next sentence by the keyboard."""
    browser.press("ArrowDown", "Shift+ArrowDown", "Enter")
    browser.type(label)
    browser.press("Enter")


def test_what_is_coded_is_saved_and_shown_again_also_after_the_server_was_away(browser, tmp_path):
    folder = tmp_path / "study"
    write_study(small(), folder)
    server, end = serve(folder)
    port, token = server.server_port, server.token
    try:
        browser.fresh()
        visit(browser, f"{server.address}source/I02")
        browser.run('document.querySelector(".zc-text").focus();')
        give(browser, "收钱就走")
        study = wait_for(lambda: open_study(folder), lambda study: (study.codings.coder == "王").sum() == 1)
        assert study.quotations(coder="王", roles=["interviewer", "participant"]).label.tolist() == ["收钱就走"]
        end()
        give(browser, "群内冷清")
        wait_for(lambda: browser.run(WARNED), bool)
        assert (open_study(folder).codings.coder == "王").sum() == 1
        server, end = serve(folder, port, token)
        wait_for(lambda: open_study(folder), lambda study: (study.codings.coder == "王").sum() == 2)
        wait_for(lambda: browser.run(WARNED), lambda found: not found)
        visit(browser, f"{server.address}source/I02")
        assert len([one for one in browser.run(LABELS) if "→" in one]) == 2
        assert browser.run("return document.querySelector('[aria-label=编码者]').disabled;")
        code = '<Code guid="00000000-0000-4000-8000-000000000001" name="别处的" isCodable="true" color="#12ab9f"/>'
        book = f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>{code}</Codes></CodeBook>'
        (tmp_path / "other.qdc").write_text(book, "utf-8")
        browser.files('input[aria-label="读入 .qdpx 或 .qdc…"]', tmp_path / "other.qdc")
        codes = wait_for(lambda: open_study(folder).codebook.codes, lambda codes: "别处的" in set(codes.label))
        assert codes.set_index("label").color["别处的"] == "#12ab9f"
        wait_for(lambda: browser.run(LABELS), lambda found: any("别处的，0 处" in one for one in found))
        had = len(codes)
        rows = ["code_id,label,level,parent_id,definition", "k0,总的,category,,"]
        rows += [f"k{number},码{number},concept,k0,第{number}条" for number in range(1, 5000)]
        (tmp_path / "book.csv").write_text("\n".join(rows) + "\n", "utf-8")
        browser.files('input[aria-label="读入…"]', tmp_path / "book.csv")
        study = wait_for(lambda: open_study(folder), lambda study: len(study.codebook.codes) == had + 5000)
        assert study.codebook.above("k4999") == ["k0"] and study.history.act.tolist()[-2:] == ["create", "create"]
        browser.run('[...document.querySelectorAll("button")].find((one) => one.textContent === "撤销").click();')
        wait_for(lambda: open_study(folder), lambda study: len(study.codebook.codes) == had)
        visit(browser, server.address)
        assert browser.run("return document.querySelectorAll('tbody tr')[1].cells[2].textContent;") == "2"
        refused = [one for one in browser.errors if not one.startswith(f"http://127.0.0.1:{port}/")]
        assert refused == []
    finally:
        end()
