// The arrow keys turn pages: not while something else has a use for them.
(() => {
  const BUSY =
    "input, textarea, select, button, summary, pre, svg, iframe, dialog, details[open] > summary, [contenteditable], " +
    "[tabindex]:not(main):not(body), [role], .zhagen-coder, .zhagen-card, .selfcheck, .zhagen-figure";
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
    if (!["ArrowLeft", "ArrowRight"].includes(event.key) || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.matches("a, main, body, html") ? target.closest(".zhagen-coder, .zhagen-figure, dialog") : target.closest(BUSY)) return;
    if (!getSelection().isCollapsed || document.documentElement.scrollWidth > innerWidth) return;
    const link = document.querySelector(`.prev-next-area a[rel="${event.key === "ArrowLeft" ? "prev" : "next"}"]`);
    if (link) location.assign(link.href);
  });
})();
