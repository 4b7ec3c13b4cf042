// Marks in the text of a page the words that led to it: the search leaves them (search.js), a link may name them
// (`?highlight=甲+乙`). Pictures, formulas and what is worked in stay as they are. Escape takes the marks away.
(() => {
  "use strict";
  const KEY = "zhagen-marks"; // one word or phrase a line
  const LEFT_ALONE = "svg, math, script, style, button, select, textarea, noscript, .zhagen-coder";
  const article = document.querySelector("article.bd-article");
  if (!article || document.getElementById("search-results")) return;

  const address = new URL(location.href);
  let wanted = (address.searchParams.get("highlight") || "").split(/\s+/);
  if (address.searchParams.has("highlight")) {
    address.searchParams.delete("highlight");
    try {
      history.replaceState(history.state, "", address);
    } catch { /* not allowed here: the word stays in the address */ }
  }
  try {
    const kept = localStorage.getItem(KEY);
    localStorage.removeItem(KEY);
    if (kept) wanted = kept.split("\n");
  } catch { /* no storage: only what the address names */ }

  // width and case folded; a character that would become several stays, so places are those of the text
  const unit = (character) => {
    const folded = character.normalize("NFKC").toLowerCase();
    return folded.length === character.length ? folded : character;
  };
  const fold = (text) => Array.from(text, unit).join("");
  wanted = wanted.map((word) => fold(word.trim())).filter(Boolean).sort((a, b) => b.length - a.length);
  if (!wanted.length) return;
  const escaped = (word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") + (/\d$/.test(word) ? "(?!\\d)" : "");
  const pattern = new RegExp(wanted.map(escaped).join("|"), "g");

  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const hits = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const places = [...fold(node.data).matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
    if (places.length && !node.parentElement.closest(LEFT_ALONE)) hits.push([node, places]);
  }
  for (const [node, places] of hits) {
    for (const [start, end] of places.reverse()) {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      range.surroundContents(Object.assign(document.createElement("mark"), { className: "found" }));
    }
  }
  document.addEventListener("keydown", function away(event) {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    document.removeEventListener("keydown", away);
    article.querySelectorAll("mark.found").forEach((mark) => {
      const around = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      around.normalize();
    });
  });
})();
