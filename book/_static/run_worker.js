// The Python of a page (run.js): Pyodide, the book's wheel and what they need, in a worker, so that the page stays alive.
// Messages in: boot, more, run, restart. Messages out: loaded, ready, output, done, failed.
"use strict";
let python;
let runner;
let plan;
let current;
const here = new Map(); // address of a file: the promise of its content
const installed = new Set();

const post = (message) => self.postMessage(message);
const name = (address) => String(address).split(/[?#]/)[0].split("/").pop();

// every file that Pyodide or we fetch is reported, so that the page can say how much is there
const fetched = self.fetch.bind(self);
self.fetch = async (address, options) => {
  const answer = await fetched(address, options);
  if (!answer.ok) throw new Error(`${name(address.url ?? address)}: ${answer.status}`);
  post({ kind: "loaded", file: name(address.url ?? address) });
  return answer;
};

const file = (address) => {
  if (!here.has(address)) here.set(address, self.fetch(address).then((answer) => answer.arrayBuffer()));
  return here.get(address);
};

/** Install packages of Pyodide by name and archives of the site by address. */
async function install(packages, archives) {
  const fresh = archives.filter((one) => !installed.has(one));
  fresh.forEach(file); // all at once, beside Pyodide's own
  if (packages.length) await python.loadPackage(packages, { messageCallback: () => {}, errorCallback: () => {} });
  const there = Object.keys(python.loadedPackages).map((one) => one.toLowerCase());
  for (const name of packages) if (!there.includes(name)) throw new Error(plan.lacks.replace("{name}", name));
  for (const one of fresh) {
    python.unpackArchive(await file(one), "zip", { extractDir: sitePackages() });
    installed.add(one);
  }
  python.runPython("import importlib; importlib.invalidate_caches()");
}

const sitePackages = () => python.runPython("import sysconfig; sysconfig.get_paths()['purelib']");

/** Graphviz as a function from DOT to JSON; null where it cannot be had, and the pictures lay themselves out. */
async function graphviz() {
  if (!plan.graphviz) return null;
  try {
    const answer = await self.fetch(plan.graphviz.address, { integrity: plan.graphviz.integrity });
    (0, eval)(await answer.text()); // checked against its checksum
    const viz = await self.Viz.instance();
    return (dot, engine) => {
      const made = viz.render(dot, { format: "json", engine });
      if (made.status !== "success") throw new Error(JSON.stringify(made.errors));
      return made.output;
    };
  } catch {
    return null;
  }
}

/** Install what a page can do without: from the first address that has it, checked against its checksum. */
async function installBearable({ addresses, integrity }) {
  for (const address of addresses) {
    try {
      const answer = await self.fetch(address, { integrity });
      python.unpackArchive(await answer.arrayBuffer(), "wheel", { extractDir: sitePackages() });
      return true;
    } catch {
      // the next address, or none: the page says so
    }
  }
  return false;
}

async function boot(message) {
  plan = message;
  for (const one of plan.archives) file(one).catch(() => {}); // begins now; what fails is said when it is needed
  importScripts(`${plan.pyodide}pyodide.js`);
  post({ kind: "loaded", file: "pyodide.js" });
  const rendered = graphviz();
  python = await self.loadPyodide({ indexURL: plan.pyodide, env: { MPLBACKEND: "agg", HOME: "/home/pyodide" } });
  if (plan.interrupt) python.setInterruptBuffer(new Uint8Array(plan.interrupt));
  await install(plan.packages, plan.archives);
  const lost = [];
  for (const one of plan.bearable) if (!(await installBearable(one))) lost.push(one.name);
  const render = await rendered;
  python.globals.set("_page_render", render ?? undefined);
  python.globals.set("_page_publish", (output) => post({ kind: "output", id: current, output }));
  python.runPython(`
import warnings
warnings.simplefilter("ignore")  # of older and newer versions than the page was made with
from js import Object
from pyodide.ffi import to_js
from zhagen.book.cells import CellRunner
_page_runner = CellRunner(lambda output: _page_publish(to_js(output, dict_converter=Object.fromEntries)))
_page_runner.enter_folder()
`);
  standIns();
  runner = python.globals.get("_page_runner");
  post({ kind: "ready", graphviz: Boolean(render), lost });
}

/** What has no compiled package here is answered in Python; NumPy has to be there for it. */
function standIns() {
  if (!python.loadedPackages.numpy) return;
  python.runPython(`
from zhagen.book.stand_ins import install_stand_ins
install_stand_ins(_page_render if "_page_render" in globals() else None)
`);
}

self.onmessage = async ({ data: message }) => {
  try {
    if (message.kind === "boot") await boot(message);
    if (message.kind === "more") {
      await install(message.packages, message.archives);
      standIns();
      post({ kind: "done", id: message.id, ok: true });
    }
    if (message.kind === "restart") {
      runner.restart();
      runner.enter_folder();
      post({ kind: "done", id: message.id, ok: true });
    }
    if (message.kind === "run") {
      current = message.id;
      post({ kind: "done", id: message.id, ok: runner.run(message.source) });
    }
  } catch (error) {
    const lines = String(error.message ?? error).trim().split("\n"); // of a Python traceback the last says what it was
    post({ kind: "failed", id: message.id, why: lines[lines.length - 1] });
  }
};
