// Loads the search when a reader enters a search field, on the search page at once: nothing is loaded before.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const FIELDS = "form.bd-search input";
  const root = document.documentElement.dataset.content_root || "./";
  const load = (name) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `${root}_static/${name}`;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  let begun = false;
  const begin = async () => {
    if (begun) return;
    begun = true;
    try {
      const texts = load("search_texts.js");
      texts.catch(() => {}); // awaited below
      await load("search_names.js");
      await load("search.js");
      window.zhagenSearch.begin();
      await texts;
      window.zhagenSearch.texts();
    } catch {
      begun = false;
      document.querySelectorAll("form.bd-search").forEach((form) => {
        if (form.nextElementSibling?.matches(".search-failed")) return;
        const line = document.createElement("p");
        line.className = "search-failed";
        line.setAttribute("role", "status");
        line.textContent = _(
          "搜索用的文件没有载入。联网后再试；查词可以看术语表，在本页里找可以用浏览器的“页内查找”。",
        );
        form.after(line);
      });
    }
  };
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(FIELDS)) begin();
  });
  // the first Escape closes the list only; the theme, which closes the dialog, listens here too, but later
  window.addEventListener("keydown", (event) => {
    const field = document.activeElement;
    if (event.key !== "Escape" || !field?.matches(FIELDS) || field.getAttribute("aria-expanded") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.dispatchEvent(new Event("search-close"));
  }, true);
  if (document.querySelector("#search-results") || document.activeElement?.matches(FIELDS)) begin();
})();
