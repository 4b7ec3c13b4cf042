// On a site (never from file://): pages that were visited, or the whole book when the reader asks for it, stay readable
// without a network. `sw.js` (book/_ext/sw.js) does the work.
(() => {
  if (!navigator.serviceWorker || !location.protocol.startsWith("http")) return;
  const _ = globalThis.zhagenSay;
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  document.head.append(
    Object.assign(document.createElement("link"), { rel: "manifest", href: new URL("manifest.webmanifest", root).href })
  );

  const SILENCE = 90000; // milliseconds without a word of the worker
  const ask = (message, heard) =>
    navigator.serviceWorker.ready.then(
      ({ active }) =>
        new Promise((answer) => {
          const { port1, port2 } = new MessageChannel();
          const lost = () => answer({ failed: _("等了很久没有回音") });
          let waiting = setTimeout(lost, SILENCE);
          port1.onmessage = ({ data }) => {
            clearTimeout(waiting);
            heard?.(data);
            if (data.done !== false) answer(data);
            else waiting = setTimeout(lost, SILENCE);
          };
          active.postMessage(message, [port2]);
        })
    );
  const size = (bytes) => (bytes < 1e5 ? _("不到 0.1 MB") : `${(bytes / 1e6).toFixed(1)} MB`);

  function say(text) {
    const bar = document.createElement("aside");
    bar.className = "read-on from-store d-print-none";
    bar.setAttribute("role", "status");
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: _("知道了") });
    close.addEventListener("click", () => bar.remove());
    bar.append(Object.assign(document.createElement("span"), { textContent: text }), close);
    document.querySelector("main").prepend(bar);
  }

  function show(state) {
    const place = document.querySelector(".offline-book");
    if (!place || !state || state.failed) return;
    place.hidden = false;
    const text = Object.assign(document.createElement("span"), { textContent: "" });
    text.setAttribute("role", "status");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const whole = state.missing === 0;
    if (whole) text.textContent = _("整本书（{size}）已存在这台设备上，没有网络也能读。", { size: size(state.bytes) });
    else if (state.older) text.textContent = _("书更新了，存下的是更新前的。");
    button.textContent = whole
      ? _("删掉存下的书")
      : _("把整本书存到这台设备上（下载 {size}）", { size: size(state.missing) });
    button.addEventListener("click", async () => {
      button.disabled = true;
      let after = state;
      let before;
      do { // a while at a time, as long as something more has come
        before = after.missing;
        after = await ask({ type: whole ? "forget" : "save" }, ({ got, of }) => {
          if (of) text.textContent = _("正在存：{got} / {all}", { got: size(state.missing - of + got), all: size(state.missing) });
        });
      } while (!whole && after.missing && after.missing < before);
      if (!after.failed) return show(after);
      text.textContent = _("没有存完：{why}。已存下的不会丢，可以接着存。", { why: after.failed });
      button.disabled = false;
    });
    place.replaceChildren(text, button);
  }

  addEventListener("load", async () => {
    try {
      await navigator.serviceWorker.register(new URL("sw.js", root), { scope: root });
    } catch {
      return; // private windows and some settings forbid it: the book is read as before
    }
    const { from } = await ask({ type: "from" });
    if (from === "store") say(_("连不上网络：这是这台设备上存下的一页。"));
    if (from === "older") say(_("连不上网络：这一页是书更新之前存下的，可能与现在的不同。"));
    show(await ask({ type: "state" }));
  });
})();
