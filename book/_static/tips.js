// Shows what a term means or which work is cited, at the link: by pointer, by focus, by a first tap.
// It can be pointed at itself, stays while it is, and Escape takes it away.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const LINKS = 'article a[href*="glossary.html#term-"], article a[href*="bibliography.html#"]';
  const TARGET = /(glossary|bibliography)\.html#(.+)$/;
  const [WAIT, STAY] = [180, 300]; // milliseconds before it shows, before it goes

  let loaded;
  const load = () => {
    loaded ||= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `${document.documentElement.dataset.content_root || "./"}_static/tips_data.js`;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return loaded;
  };

  let tip;
  let shown = null; // the link whose tip is shown
  let wanted = null;
  let timer;
  const make = () => {
    tip = document.createElement("div");
    tip.className = "word-tip";
    tip.hidden = true;
    tip.innerHTML = '<div id="zhagen-tip"><span class="word-tip-name"></span><span class="word-tip-text"></span></div><a tabindex="-1"></a>';
    tip.addEventListener("pointerenter", () => clearTimeout(timer));
    tip.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideSoon());
    (document.querySelector("main") || document.body).append(tip);
  };
  const place = (link) => {
    const boxes = link.getClientRects();
    const box = boxes[boxes.length - 1];
    const { width, height } = tip.getBoundingClientRect();
    const above = box.bottom + height + 16 > window.innerHeight && box.top - height - 16 > 0;
    const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8));
    tip.classList.toggle("above", above);
    const origin = (tip.offsetParent || document.body).getBoundingClientRect();
    tip.style.left = `${left - origin.left}px`;
    tip.style.top = `${(above ? boxes[0].top - height - 8 : box.bottom + 8) - origin.top}px`;
  };
  const hide = () => {
    clearTimeout(timer);
    wanted = null;
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const hideSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, STAY);
  };
  const show = async (link) => {
    clearTimeout(timer);
    if (shown === link) return;
    wanted = link;
    try {
      await load();
    } catch {
      return; // the link still leads there
    }
    const [, page, anchor] = TARGET.exec(link.getAttribute("href"));
    const entry = window.zhagenTips[`${page}#${decodeURIComponent(anchor)}`];
    if (!entry || wanted !== link) return;
    if (!tip) make();
    hide();
    tip.querySelector(".word-tip-name").innerHTML = entry[0]; // from the pages of this book, cleaned when it was built
    tip.querySelector(".word-tip-text").innerHTML = entry[1];
    const more = tip.querySelector("a");
    more.textContent = page === "glossary" ? _("看术语表里的词条") : _("看参考文献里的条目");
    more.href = link.href;
    tip.hidden = false;
    place(link);
    shown = link;
    link.setAttribute("aria-describedby", "zhagen-tip");
  };

  let touched = false; // the pointer that is down is a finger
  document.querySelectorAll(LINKS).forEach((link) => {
    link.removeAttribute("title"); // a second tip over ours
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse") return;
      load().catch(() => {});
      clearTimeout(timer);
      timer = setTimeout(() => show(link), shown ? 60 : WAIT);
    });
    link.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") hideSoon();
    });
    link.addEventListener("focus", () => {
      if (!touched) show(link);
    });
    link.addEventListener("blur", () => {
      if (!touched) hideSoon();
    });
    link.addEventListener("click", (event) => {
      if (!touched || shown === link) return; // a second tap leads on
      event.preventDefault();
      show(link);
    });
  });
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType !== "mouse";
    if (shown && !tip.contains(event.target) && !shown.contains(event.target)) hide();
  }, true);
  document.addEventListener("keydown", (event) => {
    touched = false;
    if (event.key === "Escape") hide();
  }, true);
})();
