// Says where a table slides: a line of words above it, a region with a name that the keyboard can reach.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const FRAMES = ".pst-scrollable-table-container, .table-wrap, .cell_output .output.text_html";

  const narrow = matchMedia("(max-width: 640px)");
  const tooWide = (frame) => frame.scrollWidth > frame.clientWidth + 1;
  // smaller on a phone where that is enough, else as it was
  const squeeze = (frame) => {
    const table = frame.querySelector("table");
    table.classList.remove("squeezed");
    if (!narrow.matches || !tooWide(frame)) return;
    table.classList.add("squeezed");
    if (tooWide(frame)) table.classList.remove("squeezed");
  };

  const look = (frame) => {
    squeeze(frame);
    const slides = tooWide(frame);
    if (slides === frame.classList.contains("slides")) return;
    frame.classList.toggle("slides", slides);
    if (slides) {
      const caption = frame.querySelector("caption");
      const name = caption ? [...caption.querySelectorAll("span")].map((part) => part.textContent).join("") : "";
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", name ? _("{name}（表格，可左右滑动）", { name }) : _("表格，可左右滑动"));
      frame.tabIndex = 0;
      const hint = document.createElement("p");
      hint.className = "slide-hint";
      hint.setAttribute("aria-hidden", "true"); // the name of the region says it
      hint.textContent = _("左右滑动，看其余各列 →");
      frame.before(hint);
    } else {
      frame.removeAttribute("role");
      frame.removeAttribute("aria-label");
      frame.removeAttribute("tabindex");
      frame.previousElementSibling?.matches(".slide-hint") && frame.previousElementSibling.remove();
    }
  };

  const frames = [...document.querySelectorAll(FRAMES)].filter((frame) => frame.querySelector("table"));
  if (!("ResizeObserver" in window)) {
    frames.forEach(look);
    return;
  }
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target)));
  frames.forEach((frame) => sizes.observe(frame));
})();
