"""A page in Chromium (Playwright) and in Firefox (WebDriver BiDi, which Debian's Firefox speaks), by the same calls."""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Enter": "\ue007"}
KEYS |= {"Escape": "\ue00c", "Tab": "\ue004", "Shift": "\ue008", "Control": "\ue009", "Home": "\ue011", "End": "\ue010"}
MIDDLE = "e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }"


class Chromium:
    """Chromium, with a page of its own for each test; `touch` gives it a phone's screen."""

    name = "chromium"

    def __init__(self):
        sync_api = pytest.importorskip("playwright.sync_api")
        program = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if program is None:
            pytest.skip("no Chromium on this machine")
        self.playwright = sync_api.sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        self.context = None

    def fresh(self, touch=False):
        """Begin with an empty storage."""
        if self.context:
            self.context.close()
        size = {"width": 390, "height": 844} if touch else {"width": 1280, "height": 900}
        self.context = self.browser.new_context(viewport=size, has_touch=touch, is_mobile=touch)
        self.errors = []
        self.tab()

    def tab(self):
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.on("request", lambda r: None if r.url.startswith(("file:", "blob:")) else self.errors.append(r.url))
        return self.page

    def switch(self, page):
        self.page = page
        page.bring_to_front()

    def open(self, path):
        self.page.goto(Path(path).as_uri())

    def run(self, script):
        return self.page.evaluate(f"async () => {{ {script} }}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.insert_text(text)

    def drag(self, start, end):
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=5)
        self.page.mouse.up()

    def tap(self, place):
        self.page.touchscreen.tap(*place)

    def files(self, selector, *paths):
        self.page.locator(selector).set_input_files([str(path) for path in paths])

    def quit(self):
        self.browser.close()
        self.playwright.stop()


class Firefox:
    """Firefox, with one profile for a module: `fresh` empties the storage of the page that is open next."""

    name = "firefox"

    def __init__(self):
        websocket = pytest.importorskip("websocket")
        program = next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)
        if program is None:
            pytest.skip("no Firefox on this machine")
        self.profile = Path(tempfile.mkdtemp())
        (self.profile / "user.js").write_text('user_pref("dom.disable_beforeunload", true);\n')
        log = (self.profile / "log").open("w")
        command = [program, "--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(240):
            found = re.search(r"WebDriver BiDi listening on (ws://\S+)", (self.profile / "log").read_text())
            if found:
                break
            time.sleep(0.25)
        else:
            self.quit()
            pytest.skip("this Firefox does not speak WebDriver BiDi")
        self.socket = websocket.create_connection(f"{found[1]}/session", timeout=120, suppress_origin=True)
        self.numbers, self.errors, self.page, self.clean = itertools.count(1), [], None, True
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded" and answer["params"]["type"] == "javascript":
                self.errors.append(answer["params"]["text"])
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def fresh(self, touch=False):
        for one in self.call("browsingContext.getTree")["contexts"][1:]:
            self.call("browsingContext.close", context=one["context"])
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]
        size = {"width": 390, "height": 844} if touch else {"width": 1280, "height": 900}
        self.call("browsingContext.setViewport", context=self.page, viewport=size)
        self.errors, self.clean = [], False

    def tab(self):
        self.page = self.call("browsingContext.create", type="tab")["context"]
        return self.page

    def switch(self, page):
        self.page = page
        self.call("browsingContext.activate", context=page)

    def open(self, path):
        self.call("browsingContext.navigate", context=self.page, url=Path(path).as_uri(), wait="complete")
        if not self.clean:
            self.clean = True
            self.run("localStorage.clear(); return 1;")
            self.open(path)

    def run(self, script):
        expression = f"(async () => JSON.stringify((await (async () => {{ {script} }})()) ?? null))()"
        found = self.call("script.evaluate", expression=expression, target={"context": self.page}, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def act(self, kind, actions, **more):
        source = {"type": kind, "id": kind + json.dumps(more), "actions": actions, **more}
        self.call("input.performActions", context=self.page, actions=[source])

    def press(self, *keys):
        for key in keys:
            held = [KEYS.get(one, one) for one in key.split("+")]
            down = [{"type": "keyDown", "value": one} for one in held]
            self.act("key", [*down, *({"type": "keyUp", "value": one} for one in reversed(held))])

    def type(self, text):
        self.press(*text)

    def pointer(self, places, pointer):
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 50} for x, y in places]
        moves.insert(1, {"type": "pointerDown", "button": 0})
        self.act("pointer", [*moves, {"type": "pointerUp", "button": 0}], parameters={"pointerType": pointer})

    def drag(self, start, end):
        self.pointer([start, end], "mouse")

    def tap(self, place):
        self.pointer([place], "touch")

    def files(self, selector, *paths):
        found = self.call("browsingContext.locateNodes", context=self.page, locator={"type": "css", "value": selector})
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        self.call("input.setFiles", context=self.page, element=element, files=[str(path) for path in paths])

    def quit(self):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.profile, ignore_errors=True)


BROWSERS = (Chromium, Firefox)
