// Where one has read to, kept on this device alone, and offered when one comes back.
(() => {
  const _ = globalThis.zhagenSay;
  const language = document.documentElement.lang.slice(0, 2);
  const KEY = ["zh", ""].includes(language) ? "zhagen-reading" : `zhagen-reading-${language}`; // its pages are fewer
  const article = document.querySelector("article.bd-article");
  const heading = article?.querySelector("h1");
  if (!heading) return;
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href).href;
  const page = location.href.split(/[?#]/)[0].slice(root.length);
  const text = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll(".headerlink, button").forEach((extra) => extra.remove());
    return copy.textContent.trim();
  };
  const sections = [...article.querySelectorAll("section[id]")].filter((one) => one.querySelector(":scope > h2, :scope > h3"));

  function here() {
    const passed = sections.filter((one) => one.getBoundingClientRect().top < innerHeight / 2);
    const section = scrollY > innerHeight / 2 ? passed.at(-1) : undefined;
    return {
      page,
      title: text(heading),
      id: section?.id ?? "",
      section: section ? text(section.querySelector("h2, h3")) : "",
    };
  }

  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY));
  } catch {
    // another form, or none: as if nothing had been read
  }
  const valid = kept && [kept.page, kept.title, kept.id, kept.section].every((one) => typeof one === "string");
  const inside = valid && /^(?:[\w-]+\/)*[\w-]+\.html$/.test(kept.page);
  // it is offered where one arrives: not when one comes from another page of the book, nor when a link led to a place
  const arrives = !document.referrer.startsWith(root) && !sessionStorage.getItem(KEY) && !location.hash && !location.search;
  sessionStorage.setItem(KEY, "here");
  const elsewhere = inside && (kept.page !== page || kept.id);

  function offer() {
    const bar = document.createElement("aside");
    bar.className = "read-on d-print-none";
    bar.setAttribute("aria-label", _("上次读到的地方"));
    const link = document.createElement("a");
    link.href = root + kept.page + (kept.id ? `#${encodeURIComponent(kept.id)}` : "");
    link.textContent = kept.section ? _("{page}：{section}", { page: kept.title, section: kept.section }) : kept.title;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = _("不用了");
    const remove = () => {
      bar.remove();
      removeEventListener("scroll", gone);
    };
    const gone = () => scrollY > 2 * innerHeight && remove();
    close.addEventListener("click", remove);
    link.addEventListener("click", remove);
    addEventListener("scroll", gone, { passive: true });
    bar.append(_("上次读到"), link, close);
    document.querySelector("main").prepend(bar);
  }
  if (arrives && elsewhere) offer();

  let waiting = 0;
  const keep = () => {
    waiting = 0;
    try {
      localStorage.setItem(KEY, JSON.stringify(here()));
    } catch {
      // a full storage: nothing is lost that one would miss
    }
  };
  addEventListener("scroll", () => (waiting ||= setTimeout(keep, 400)), { passive: true });
  addEventListener("pagehide", keep);
  if (!arrives) keep();
})();
