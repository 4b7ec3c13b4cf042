// Keeps pages readable without a network. `site_files.py` writes VERSION, a checksum of all files of the book.
// A page comes from the network whenever that answers; what comes from the store is said on the page (offline.js).
const VERSION = "@VERSION@";
const PREFIX = "zhagen-book-";
const STORE = PREFIX + VERSION;
const LIST = "offline.json";
const PATIENCE = 6000; // milliseconds for a network that does not answer, where the page is in the store
const AGAIN = 1000; // for the next page, while it is known not to answer; what else is stored comes at once
const REST = 30000; // how long that is taken as known
const TURN = 20000; // of saving the book at one request: browsers end a worker that works on one for minutes
let silent = 0; // until when the network is known not to answer
const came = new Map(); // by client: where its page came from
const scope = self.registration.scope;

let listing = null;
const read = async (store) => {
  const found = await (await caches.open(store)).match(scope + LIST);
  return found ? found.json() : { files: {} };
};
const list = () => (listing ??= read(STORE));
const others = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== STORE);

self.addEventListener("install", (event) => {
  const get = async () => {
    const answer = await fetch(scope + LIST, { cache: "no-store" });
    if (!answer.ok) throw new Error(`${LIST}: ${answer.status}`);
    await (await caches.open(STORE)).put(scope + LIST, answer);
    await self.skipWaiting();
  };
  event.waitUntil(get());
});

// What has not changed since the last version is taken over; the rest of the older stays, for who has no network.
self.addEventListener("activate", (event) => {
  const take = async () => {
    const [now, store] = [(await list()).files, await caches.open(STORE)];
    for (const name of await others()) {
      const [before, older] = [(await read(name)).files, await caches.open(name)];
      let left = 0;
      for (const request of await older.keys()) {
        const path = request.url.slice(scope.length);
        if (path === LIST) continue;
        if (now[path] && before[path]?.[1] === now[path][1]) {
          await store.put(request, await older.match(request));
          await older.delete(request);
        } else if (now[path]) left += 1;
        else await older.delete(request);
      }
      if (!left) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(take());
});

const pathOf = (url) => {
  const path = decodeURI(url.split(/[?#]/)[0]).slice(decodeURI(scope).length);
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
};

async function stored(path) {
  const hit = await (await caches.open(STORE)).match(scope + path);
  if (hit) return ["store", hit];
  for (const name of await others()) {
    const older = await (await caches.open(name)).match(scope + path);
    if (older) return ["older", older];
  }
  return ["network", undefined];
}

function nothing() {
  const text =
    "<!DOCTYPE html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>" +
    "<title>没有存下这一页</title><body style='max-width:34rem;margin:3rem auto;padding:0 1rem;font:1.1rem/1.8 sans-serif'>" +
    "<h1>没有存下这一页</h1><p>现在连不上网络，这台设备上也没有存下这一页。看过的页还在；有网络时，每页页脚可以把整本书存下来。</p>" +
    "<p lang=en>There is no network, and this page is not stored on this device.</p>" +
    `<p><a href="${scope}index.html">回到序</a></p>`;
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function answer(event, path, file) {
  const { request } = event;
  const opens = request.mode === "navigate";
  const digest = new URL(request.url).searchParams.get("v");
  if (digest && digest === file[1]) {
    const hit = await (await caches.open(STORE)).match(scope + path);
    if (hit) return hit; // the address names the very bytes
  }
  const mark = (from) => opens && came.set(event.resultingClientId, from);
  const [from, hit] = await stored(path);
  const known = Date.now() < silent;
  if (hit && known && !opens) return hit;
  let waiting;
  const patience = hit && new Promise((_, fail) => {
    waiting = setTimeout(() => {
      silent = Date.now() + REST;
      fail();
    }, known ? AGAIN : PATIENCE);
  });
  try {
    const found = await (patience ? Promise.race([fetch(request), patience]) : fetch(request));
    silent = 0;
    if (found.ok && found.type === "basic" && !found.redirected && (!digest || digest === file[1])) {
      const copy = found.clone();
      event.waitUntil(caches.open(STORE).then((store) => store.put(scope + path, copy)).catch(() => {}));
    }
    mark("network");
    return found;
  } catch (error) {
    mark(from);
    if (hit) return hit;
    if (opens) return nothing();
    throw error;
  } finally {
    clearTimeout(waiting);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope) || request.headers.has("range")) return;
  const path = pathOf(request.url);
  const other = () => fetch(request).catch((error) => (request.mode === "navigate" ? nothing() : Promise.reject(error)));
  event.respondWith(list().then(({ files }) => (files[path] ? answer(event, path, files[path]) : other())));
});

async function state() {
  const { files } = await list();
  const have = new Set((await (await caches.open(STORE)).keys()).map(({ url }) => decodeURI(url).slice(decodeURI(scope).length)));
  const bytes = Object.values(files).reduce((sum, [length]) => sum + length, 0);
  const missing = Object.entries(files).filter(([path]) => !have.has(path));
  return {
    bytes,
    missing: missing.reduce((sum, [, [length]]) => sum + length, 0),
    paths: missing.map(([path]) => path),
    older: (await others()).length > 0,
  };
}

async function save(port) {
  const { files } = await list();
  const { paths, missing } = await state();
  const store = await caches.open(STORE);
  const end = Date.now() + TURN;
  let got = 0;
  const next = async () => {
    while (paths.length && Date.now() < end) {
      const path = paths.pop();
      const found = await fetch(scope + path, { cache: "no-cache" });
      if (!found.ok) throw new Error(`${path}：${found.status}`);
      await store.put(scope + path, found);
      got += files[path][0];
      port.postMessage({ got, of: missing, done: false });
    }
  };
  await Promise.all([next(), next(), next(), next()]);
  if (paths.length) return; // the page asks again
  for (const name of await others()) await caches.delete(name);
}

async function forget() {
  for (const name of await others()) await caches.delete(name);
  const store = await caches.open(STORE);
  for (const request of await store.keys()) if (!request.url.endsWith(`/${LIST}`)) await store.delete(request);
}

self.addEventListener("message", (event) => {
  const port = event.ports[0];
  if (!port) return;
  const act = async () => {
    try {
      if (event.data.type === "from") return port.postMessage({ from: came.get(event.source.id) ?? "network", version: VERSION });
      if (event.data.type === "save") await save(port);
      if (event.data.type === "forget") await forget();
      const { bytes, missing, older } = await state();
      port.postMessage({ bytes, missing, older });
    } catch (error) {
      port.postMessage({ failed: error.name === "QuotaExceededError" ? "这台设备没有地方了" : String(error.message || error) });
    }
  };
  event.waitUntil(act());
});
