// 在浏览器里运行本页: the notebook of this page in a Python of the reader's own browser (book/_ext/run_in_page.py).
// Nothing is loaded before the reader asks and has been told what; without this script the page is the same without
// the button. Other scripts hear of each new result by the event "zhagen:results" on its place.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const panel = document.querySelector(".run-page");
  if (!panel) return;

  const script = document.currentScript;
  const root = new URL("../", script.src.replace(/[?#].*$/, ""));
  const article = panel.closest("article") ?? document.body;
  const page = panel.dataset.page;
  const SLOW = 3000; // ms that a running cell has to hear an interrupt

  const make = (tag, more = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(more)) {
      if (/^(aria-|auto|role|title)/.test(key)) made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...inside);
    return made;
  };
  const button = (text, act, more = {}) => make("button", { type: "button", textContent: text, onclick: act, ...more });
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

  const why = missing();
  if (why) {
    panel.replaceChildren(make("p", { className: "run-hint", textContent: why }));
    return;
  }
  panel.querySelector(".run-start").onclick = ask;

  /** Say in a sentence why this page cannot run here; empty if it can. */
  function missing() {
    if (location.protocol === "file:") {
      return _("这一页是从文件夹里打开的，浏览器不许这样的网页运行 Python。从网站打开，或者用 make serve，这里会有“在浏览器里运行本页”的按钮。");
    }
    const works = typeof Worker === "function" && typeof WebAssembly === "object" && "noModule" in script;
    return works ? "" : _("这个浏览器太旧，不能在网页里运行 Python（要用到 WebAssembly）。正文照样可以读；想运行，请换新一点的浏览器，或者下载笔记本。");
  }

  // ---- asking -------------------------------------------------------------------------------------------------

  let plan; // what is loaded for this page, from where, how big
  let cells = [];

  async function json(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address} ${answer.status}`);
    return answer.json();
  }

  async function ask() {
    const start = panel.querySelector(".run-start");
    start.disabled = true;
    try {
      plan = await planned();
    } catch {
      start.disabled = false;
      say(_("这一页要用的文件没有取到，也许网络断了。接通以后再点一次。"));
      return;
    }
    if (!plan) {
      panel.replaceChildren(make("p", { className: "run-hint", textContent: _("这个网站没有放 Python 的运行环境，也没有写从哪里取，这一页在这里不能运行。可以下载笔记本，在自己的电脑上运行。") }));
      return;
    }
    const text = make(
      "p",
      {},
      _("要载入的：Python 的运行环境（Pyodide {version}）和 {names}，从 ", {
        version: plan.version,
        names: plan.names.join(_("、")) || _("它自带的库"),
      }),
      make("strong", {}, plan.host),
      _("，约 {foreign}；本书的程序包、词典和这一页的笔记本，从本站，约 {ours}。", { foreign: megabytes(plan.foreign), ours: megabytes(plan.ours) }),
      ...plan.bearable.map(({ name, hosts, without }) => _("{name} 从 {hosts}，多大没有量过，取不到也能运行，只是{without}读不了。", { name, without, hosts: hosts.join(_("，取不到再从 ")) })),
      _("头一次要等半分钟到一分钟，浏览器会留着这些文件，下一次快得多。你写的程序和结果只在这台设备上，不会传出去。"),
    );
    const yes = button(_("载入，运行整页"), () => load(true), { className: "run-main" });
    panel.replaceChildren(
      text,
      make(
        "p",
        { className: "run-buttons" },
        yes,
        button(_("载入，我一格一格运行"), () => load(false)),
        button(_("不用了"), forget),
      ),
      make("p", { className: "run-hint run-say", role: "status" }),
    );
    yes.focus();
  }

  function forget() {
    panel.replaceChildren(
      button(_("在浏览器里运行本页"), ask, { className: "run-start" }),
      make("span", { className: "run-hint", textContent: _(" 不用安装。先说要载入什么、有多大，你同意了才载入。") }),
    );
    panel.querySelector("button").focus();
  }

  /** Read what this page needs; null where no Python is to be had. */
  async function planned() {
    const all = await json(new URL("run/pages.json", root));
    const own = new URL("runtime/", root);
    const there = await fetch(new URL("pyodide-lock.json", own), { method: "HEAD" }).then((a) => a.ok, () => false);
    if (!there && !all.pyodide) return null;
    const pyodide = there ? own.href : new URL(all.pyodide, root).href;
    const imported = all.pages[page] ?? [];
    const made = {
      version: all.runtime.version,
      pyodide,
      host: there ? _("本站") : new URL(pyodide).host,
      known: all,
      ...chosen(all, imported),
      graphviz: null,
    };
    const places = [...new Set([pyodide, all.pyodide && new URL(all.pyodide, root).href])].filter(Boolean);
    made.bearable = made.elsewhere.map((name) => {
      const { file, integrity } = all.runtime.elsewhere[name];
      const hosts = places.map((place) => (place === own.href ? _("本站") : new URL(place).host));
      return { name, integrity, hosts, without: all.bearable[name], addresses: places.map((place) => place + file) };
    });
    const files = { ...all.runtime.core };
    if (imported.includes("pygraphviz") && (there || all.graphviz)) {
      const address = there ? new URL("viz-global.js", own).href : new URL(all.graphviz, root).href;
      made.graphviz = { address, integrity: all.runtime.graphviz.integrity };
      files[address.split("/").pop()] = all.runtime.graphviz.bytes;
    }
    for (const one of withNeeds(all.runtime.packages, made.packages)) {
      files[all.runtime.packages[one].file] = all.runtime.packages[one].bytes;
    }
    made.files = files;
    made.foreign = Object.values(files).reduce((sum, bytes) => sum + bytes, 0);
    made.ours = 0;
    for (const one of made.parts) {
      made.ours += all.parts[one];
      files[one === "wheel" ? all.wheel : `${one}.zip`] = all.parts[one];
    }
    made.names = [...made.packages, ...(made.graphviz ? ["Graphviz"] : [])];
    return made;
  }

  const withNeeds = (known, names, found = new Set()) => {
    for (const name of names) {
      if (!found.has(name) && known[name]) {
        found.add(name);
        withNeeds(known, known[name].needs, found);
      }
    }
    return found;
  };

  /** What modules need: packages of Pyodide, archives of this site. */
  function chosen(all, modules) {
    const wanted = [...new Set(modules.map((one) => all.packages[one]).filter(Boolean))];
    const elsewhere = wanted.filter((one) => one in (all.runtime.elsewhere ?? {}));
    const packages = wanted.filter((one) => !elsewhere.includes(one));
    const parts = ["base", "wheel", ...new Set(modules.map((one) => all.own[one]).filter(Boolean))];
    return { packages, parts, elsewhere, archives: parts.map((one) => archive(all, one)) };
  }

  const archive = (all, one) => new URL(one === "wheel" ? `wheel/${all.wheel}` : `run/${one}.zip`, root).href;

  // ---- the Python ---------------------------------------------------------------------------------------------

  let worker;
  let ready; // a promise while there is a worker
  let number = 0;
  let interrupt = null; // shared memory, where the site is isolated
  const waiting = new Map();
  let lacking = []; // sentences on what could not be had, and what that changes
  let hear = () => {};

  function boot() {
    let there = 0;
    const total = plan.foreign + plan.ours;
    const seen = new Set();
    ready = new Promise((resolve, reject) => {
      worker = new Worker(new URL("run_worker.js", script.src));
      worker.onerror = (event) => reject(new Error(event.message || "worker"));
      worker.onmessage = ({ data }) => {
        if (data.kind === "loaded" && plan.files[data.file] && !seen.has(data.file)) {
          seen.add(data.file);
          there += plan.files[data.file];
          say(_("正在载入：{there} / {total}（{file}）", { there: megabytes(there), total: megabytes(total), file: data.file }), there / total);
          if (there >= total) say(_("文件载入完了，正在启动 Python……"));
        }
        if (data.kind === "ready") {
          lacking = [];
          if (plan.graphviz && !data.graphviz) lacking.push(_("画图用的 Graphviz 没有取到，机制模型改由本书的程序排成几行。"));
          for (const { name, without } of plan.bearable) {
            if (data.lost.includes(name)) lacking.push(_("{name} 没有取到：{without}在这里读不了，也写不了；别的照常运行。", { name, without }));
          }
          resolve();
        }
        if (data.kind === "output") hear(data.id, data.output);
        if (data.kind === "done") settle(data.id, (one) => one.resolve(data.ok));
        if (data.kind === "failed") {
          if (data.id === undefined) reject(new Error(data.why));
          else settle(data.id, (one) => one.reject(new Error(data.why)));
        }
      };
      if (self.crossOriginIsolated) interrupt = new SharedArrayBuffer(1);
      const { pyodide, packages, archives, graphviz, bearable } = plan;
      const lacks = _("{name} 没有取到"); // a worker has no page to ask
      worker.postMessage({ kind: "boot", pyodide, packages, archives, graphviz, bearable, interrupt, lacks });
    });
    return ready;
  }

  function settle(id, act) {
    const one = waiting.get(id);
    waiting.delete(id);
    if (one) act(one);
  }

  function call(message) {
    number += 1;
    const id = number;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...message, id });
    });
  }

  function drop() {
    worker?.terminate();
    worker = null;
    ready = null;
    for (const one of waiting.values()) one.reject(new Error("stopped"));
    waiting.clear();
  }

  async function load(whole) {
    for (const one of panel.querySelectorAll("button")) one.disabled = true;
    say(_("正在载入……"));
    const began = performance.now();
    try {
      const [notebook] = await Promise.all([json(new URL(`${page}.ipynb`, root)), boot()]);
      prepare(notebook);
    } catch (error) {
      drop();
      panel.replaceChildren(
        make("p", { textContent: _("没有载入成功：网络断了，或者文件被拦住了。正文不受影响，接通以后可以再试。") }),
        make("p", { className: "run-buttons" }, button(_("再试一次"), ask, { className: "run-start" })),
        make("p", { className: "run-hint", role: "status", textContent: _("浏览器说：{message}", { message: error.message }) }),
      );
      return;
    }
    const took = Math.round((performance.now() - began) / 1000);
    document.documentElement.dataset.runReady = String(took);
    panel.replaceChildren(
      make("p", { className: "run-hint", textContent: _("Python 载入好了，用了 {took} 秒。每一格下面有“运行”和“修改”；在修改的方框里按 Ctrl + Enter 也能运行。", { took }) }),
      ...lacking.map((textContent) => make("p", { className: "run-hint run-lacking", textContent })),
    );
    say(_("可以运行了。"));
    if (whole) runAll();
    else bar.querySelector("button").focus();
  }

  // ---- the cells on the page ----------------------------------------------------------------------------------

  let bar;
  let check; // the last cell of the edition: which numbers and conclusions changed
  let busy = false;
  let halted = false;

  function prepare(notebook) {
    const places = [...article.querySelectorAll("div.cell")].filter((one) => one.querySelector(".cell_input pre"));
    const codes = notebook.cells.filter((one) => one.cell_type === "code");
    const source = (one) => (Array.isArray(one.source) ? one.source.join("") : one.source);
    const last = codes.find((one) => one.id === "zhagen-check");
    check = last ? source(last) : "";
    const own = codes.filter((one) => !["zhagen-setup", "zhagen-check"].includes(one.id));
    if (own.length !== places.length) throw new Error(`${own.length} ≠ ${places.length}`);
    if (!cells.length) {
      cells = own.map((one, place) => cell(places[place], source(one), place, (one.metadata.tags ?? []).includes("raises-exception")));
      article.append((bar = toolbar()));
      offerChanges();
    }
  }

  /** Give each change that the page proposes (改一改) a button that makes it. */
  function offerChanges() {
    for (const item of article.querySelectorAll(".admonition li")) {
      const [from, to] = [...item.querySelectorAll("code")].slice(-2).map((one) => one.textContent);
      const found = to === undefined ? [] : cells.filter((one) => one.original.includes(from));
      if (found.length !== 1 || !item.textContent.includes(_("改成"))) continue;
      const one = found[0];
      const act = () => {
        if (busy) return;
        for (const other of cells) other.restore();
        one.write(one.original.replace(from, () => to));
        one.place.querySelector("details:not([open])")?.setAttribute("open", "");
        runAll();
      };
      item.append(" ", button(_("替我改，运行整页"), act, { className: "run-idle d-print-none" }));
    }
  }

  function cell(place, source, order, mayFail) {
    const input = place.querySelector(".cell_input");
    const shown = input.querySelector(".highlight")?.closest("div[class*=highlight-]") ?? input.firstElementChild;
    let output = [...place.querySelectorAll(".cell_output")].pop();
    const figureOf = () => output?.querySelector("figure");
    const was = output ? [...output.childNodes] : [];
    const inside = [...(figureOf()?.childNodes ?? [])];
    const one = { place, order, source, original: source, mayFail };
    const edit = make("textarea", {
      className: "run-edit",
      value: source,
      spellcheck: false,
      hidden: true,
      "aria-label": _("第 {cell} 格的程序", { cell: order + 1 }),
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
    });
    const fit = () => {
      edit.rows = Math.max(2, edit.value.split("\n").length);
    };
    const undo = button(_("还原"), () => write(one.original), { hidden: true });
    const change = button(_("修改"), () => {
      const open = edit.hidden;
      edit.hidden = !open;
      shown.hidden = open;
      change.textContent = open ? _("收起") : _("修改");
      change.setAttribute("aria-expanded", String(open));
      if (open) edit.focus();
    });
    change.setAttribute("aria-expanded", "false");
    const named = (control, text) => (control.setAttribute("aria-label", _("{text}第 {cell} 格", { text, cell: order + 1 })), control);
    const write = (text) => {
      edit.value = text;
      one.source = text;
      undo.hidden = text === one.original;
      place.classList.toggle("run-changed", text !== one.original);
      fit();
      if (text !== one.original) {
        shown.hidden = true;
        edit.hidden = false;
        change.textContent = _("收起");
      }
    };
    edit.oninput = () => {
      one.source = edit.value;
      undo.hidden = edit.value === one.original;
      place.classList.toggle("run-changed", edit.value !== one.original);
      fit();
    };
    edit.onkeydown = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        runOne(one);
      } else if (event.key === "Enter" && !event.isComposing) {
        const before = edit.value.slice(0, edit.selectionStart);
        const line = before.slice(before.lastIndexOf("\n") + 1);
        const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
        if (indent) {
          event.preventDefault();
          edit.setRangeText(`\n${indent}`, edit.selectionStart, edit.selectionEnd, "end");
          edit.dispatchEvent(new Event("input"));
        }
      }
    };
    fit();
    const controls = make(
      "div",
      { className: "run-controls d-print-none" },
      named(button(_("运行"), () => runOne(one), { className: "run-one" }), _("运行")),
      named(button(_("运行到这里"), () => runAll(order)), _("运行到")),
      named(change, _("修改")),
      named(undo, _("还原")),
    );
    input.append(edit, controls);
    Object.assign(one, {
      write,
      restore() {
        write(one.original);
        if (!edit.hidden) change.click();
        place.classList.remove("run-changed");
        output?.replaceChildren(...was);
        figureOf()?.replaceChildren(...inside);
        output?.classList.remove("run-stale", "run-new");
      },
      begin() {
        if (!output) {
          output = make("div", { className: "cell_output docutils container" });
          (input.closest("details") ?? place).append(output);
        }
        output.classList.add("run-stale");
        output.setAttribute("aria-busy", "true");
        one.fresh = true;
        one.form = Boolean(output.querySelector(".zhagen-card"));
        place.classList.add("run-now");
      },
      show(result) {
        if (one.form && result.kind === "html") return; // a form that is being filled in stays
        one.clear();
        place_result(output, result);
      },
      clear() {
        if (!one.fresh || one.form) return output.classList.remove("run-stale");
        one.fresh = false;
        const figure = figureOf();
        const tables = [...output.querySelectorAll("table[id]")].map((table) => table.id);
        output.replaceChildren();
        output.classList.remove("run-stale");
        output.classList.add("run-new");
        one.ids = tables;
        if (figure) {
          const caption = figure.querySelector("figcaption");
          figure.replaceChildren(...(caption ? [caption] : []));
          output.append(figure);
        }
      },
      end() {
        one.clear();
        output.removeAttribute("aria-busy");
        place.classList.remove("run-now");
        for (const table of output.querySelectorAll("table:not([id])")) {
          const id = one.ids?.shift();
          if (id) table.id = id;
        }
        output.dispatchEvent(new CustomEvent("zhagen:results", { bubbles: true }));
      },
      abandon() {
        output?.classList.remove("run-stale");
        output?.removeAttribute("aria-busy");
        place.classList.remove("run-now");
      },
    });
    return one;
  }

  /** Put one result at the end of a cell's place, as the page shows its like. */
  function place_result(output, { kind, content, trace }) {
    if (kind === "text") {
      const last = output.lastElementChild;
      if (last?.classList.contains("run-text")) last.querySelector("pre").append(content);
      else {
        const text = make("div", { className: "highlight" }, make("pre", { textContent: content, tabIndex: 0 }));
        output.append(make("div", { className: "output stream highlight-myst-ansi notranslate run-text" }, text));
      }
      return;
    }
    if (kind === "error") {
      const box = make("div", { className: "run-error", role: "alert" }, make("p", { textContent: content }));
      if (trace) box.append(make("details", {}, make("summary", { textContent: _("出错以前经过了哪几步") }), make("pre", { textContent: trace, tabIndex: 0 })));
      output.append(box);
      return;
    }
    const made = make("div", { className: "output text_html" });
    made.innerHTML = content;
    for (const table of made.querySelectorAll("table")) {
      table.classList.add("table");
      if (table.parentElement.classList.contains("pst-scrollable-table-container")) continue;
      const frame = make("div", { className: "pst-scrollable-table-container", tabIndex: 0 });
      table.replaceWith(frame);
      frame.append(table);
    }
    const figure = output.querySelector("figure");
    if (figure && made.querySelector("svg, img")) figure.insertBefore(made, figure.querySelector("figcaption"));
    else output.append(made);
  }

  // ---- running ------------------------------------------------------------------------------------------------

  async function alone(act) {
    if (busy) return;
    busy = true;
    halted = false;
    bar.classList.add("run-busy");
    for (const one of document.querySelectorAll(".run-idle, .run-controls button")) one.disabled = one.classList.contains("run-one") || one.classList.contains("run-idle");
    stop.disabled = false;
    try {
      if (!ready) {
        say(_("正在重新启动 Python……"));
        await boot();
      }
      await act();
    } catch (error) {
      if (!halted) {
        drop();
        document.documentElement.dataset.runDone = `0 ${error.message}`;
        say(_("Python 停了：{message}。变量清空了，请点“运行整页”，会重新启动，从头来。", { message: error.message }));
      }
    }
    busy = false;
    bar.classList.remove("run-busy");
    for (const one of document.querySelectorAll(".run-idle, .run-controls button")) one.disabled = false;
    stop.disabled = true;
  }

  /** Run one cell; where a package is missing that can be had, fetch it and run the cell again. */
  async function execute(one, again = true) {
    let lost = [];
    hear = (id, output) => {
      if (output.kind === "error") lost = (output.missing ?? "").split(" ").filter(Boolean);
      const more = again && lost.length ? chosen(plan.known, lost) : null;
      if (output.kind === "error" && more && (more.packages.length || more.parts.length > 2)) return;
      lost = [];
      one.show(output);
    };
    one.begin();
    try {
      const ok = await call({ kind: "run", source: one.source });
      if (!ok && lost.length) {
        say(_("这一格还要 {names}，正在载入……", { names: lost.join(_("、")) }));
        const more = chosen(plan.known, lost);
        await call({ kind: "more", packages: more.packages, archives: more.archives });
        return execute(one, false);
      }
      one.end();
      return ok;
    } catch (error) {
      one.abandon();
      throw error;
    }
  }

  function runOne(one) {
    if (!ready) return runAll(one.order); // after a stop: a new Python knows none of the cells before this one
    return alone(async () => {
      say(_("正在运行第 {cell} 格……", { cell: one.order + 1 }));
      const ok = await execute(one);
      if (!ok) return say(_("第 {cell} 格出了错，错在哪里写在它的下面。", { cell: one.order + 1 }));
      say(_("第 {cell} 格运行完了。", { cell: one.order + 1 }));
    });
  }

  function runAll(until = cells.length - 1) {
    return alone(async () => {
      const began = performance.now();
      await call({ kind: "restart" });
      let failed = 0;
      for (const one of cells.slice(0, until + 1)) {
        say(_("正在运行第 {cell} 格，共 {all} 格……", { cell: one.order + 1, all: until + 1 }), (one.order + 1) / (until + 1));
        if (!(await execute(one)) && !one.mayFail) failed += 1;
      }
      const took = Math.round((performance.now() - began) / 1000);
      const done = _n("运行完了：{n} 格，{took} 秒{failures}。", until + 1, {
        took,
        failures: failed ? _n("，其中 {n} 格出了错", failed) : "",
      });
      say(done);
      if (until === cells.length - 1 && check) await compare(done);
      document.documentElement.dataset.runDone = `${until + 1} ${failed}`;
    });
  }

  /** Say which numbers and conclusions of the prose changed. */
  async function compare(done) {
    const found = [];
    hear = (id, output) => found.push(output);
    await call({ kind: "run", source: check });
    const place = bar.querySelector(".run-compared");
    place.replaceChildren();
    for (const output of found) place_result(place, output);
    const said = place.textContent;
    if (said.includes(_("全都没有变"))) {
      place.replaceChildren(); // one line is enough, and the page stays free
      say(done + said);
    } else say(_("{done}正文里有的数或结论变了：", { done }));
  }

  async function halt() {
    halted = true;
    stop.disabled = true;
    if (interrupt) {
      new Uint8Array(interrupt)[0] = 2;
      await new Promise((resolve) => setTimeout(resolve, SLOW));
      if (!busy) return say(_("停下了。"));
    }
    drop();
    for (const one of cells) one.abandon();
    say(_("停下了。Python 里的变量清空了，页面上改过的程序还在；再运行任何一格，都会重新启动，从头来。"));
  }

  let stop;
  function toolbar() {
    stop = button(_("停下"), halt, { disabled: true, className: "run-stop" });
    return make(
      "div",
      { className: "run-bar d-print-none", role: "region", "aria-label": _("在浏览器里运行本页") },
      make("p", { className: "run-say", role: "status" }),
      make("progress", { max: 1, hidden: true, "aria-label": _("进度") }),
      make(
        "p",
        { className: "run-buttons" },
        button(_("运行整页"), () => runAll(), { className: "run-main run-idle" }),
        stop,
        button(_("恢复本页"), restore, { className: "run-idle", title: _("程序和结果都变回书上的样子") }),
      ),
      make("div", { className: "run-compared" }),
    );
  }

  function restore() {
    for (const one of cells) one.restore();
    bar.querySelector(".run-compared").replaceChildren();
    say(_("程序和结果都变回书上的样子了。"));
  }

  function say(text, share = 0) {
    const place = bar ?? panel;
    let line = place.querySelector(".run-say");
    if (!line) place.append((line = make("p", { className: "run-hint run-say", role: "status" })));
    line.textContent = text;
    const progress = bar?.querySelector("progress");
    if (progress) {
      progress.hidden = !share || share >= 1;
      progress.value = share;
    }
  }
})();
