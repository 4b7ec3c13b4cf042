// Runs before anything is drawn: a storage for the page where the browser gives none, the mode, and, while the web font
// is on its way, blanks of its width in place of boxes.
(() => {
  const html = document.documentElement;
  html.classList.add("runs"); // a browser that is too old has not come so far
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("mode");
      continue;
    } catch {
      html.dataset.storage = "none";
    }
    const kept = new Map();
    const storage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, String(value)),
      removeItem: (key) => void kept.delete(key),
      clear: () => kept.clear(),
    };
    Object.defineProperty(window, name, { value: storage, configurable: true });
  }
  const mode = localStorage.getItem("mode") || "auto";
  html.dataset.mode = mode;
  html.dataset.theme = mode === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : mode;
  const blank = new FontFace("Zhagen Blank", "url(data:font/woff2;base64,{{ blank_font }})");
  document.fonts.add(blank);
  blank.load();
  html.classList.add("font-comes");
  const done = () => html.classList.remove("font-comes");
  setTimeout(done, 10000); // sooner, and on a slow line the lines move when boxes come, and again when the font comes
  addEventListener("load", () => document.fonts.ready.then(done));
})();
