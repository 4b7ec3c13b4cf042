// Substring search over what the pages show (search_names.js, search_texts.js): a page is a result exactly when every
// word is in it. A list of first results under each search field, all of them on the search page.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const LABELLED = _("图|表|程序|式");
  const LABEL = new RegExp(`(?:^|\\s)(${LABELLED})\\s*\\(?(\\d+)\\)?(?=\\s|$)`, "g"); // such as 图 13
  const ONLY_MINUS = _("只写了要去掉的词：减号前面还要有一个要找的词。");
  const LOADING = _("全文还在载入，这里先列标题和术语。");
  const root = document.documentElement.dataset.content_root || "./";
  const AROUND = 28; // characters shown on each side of a hit
  const SECTIONS = 3; // of a page, at first
  const HYPHEN = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
  const LATIN = /[a-z0-9\u00c0-\u024f]/;
  const HAN = /[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u; // as in characters.py

  // ---- folding: case, width, hyphens, traditional forms. One character stays one, so places are those of the text.
  const [TRADITIONAL, SIMPLIFIED] = window.zhagenSearchNames.traditional;
  const simple = new Map(Array.from(TRADITIONAL, (character, at) => [character, SIMPLIFIED[at]]));
  const known = new Map();
  const unit = (character) => {
    if (!known.has(character)) {
      let folded = HYPHEN.test(character) ? "-" : character.normalize("NFKC").toLowerCase();
      folded = simple.get(folded) || folded;
      known.set(character, folded.length === 1 ? folded : character);
    }
    return known.get(character);
  };
  const PLAIN = /[^\x20-\x7e\u4e00-\u9fff\u3001\u3002\n]/g; // all but what is its own folded form anyway
  const TRADITIONAL_ONE = new RegExp(`[${TRADITIONAL || "\u0000"}]`, "g");
  const lower = (text) => {
    const made = text.toLowerCase();
    return made.length === text.length ? made : text;
  };
  const fold = (text) => lower(text).replace(PLAIN, unit).replace(TRADITIONAL_ONE, unit);

  // ---- what is searched
  const pages = window.zhagenSearchNames.pages.map(([doc, title, trail, sections]) => ({
    doc, title, trail, folded: fold(title),
    weight: doc.startsWith("book/interface/") ? 0.4 : doc.endsWith("/bibliography") ? 0.6 : 1,
    sections: sections.map(([id, heading]) => ({ id, heading, folded: fold(heading), texts: [], searched: [] })),
  }));
  const terms = window.zhagenSearchNames.terms.map(([anchor, names, text]) => ({
    anchor, names, text, folded: names.map(fold),
  }));
  const labels = new Map(window.zhagenSearchNames.labels.map(([label, text, anchor, page]) => [
    fold(label).replace(/[ ()]/g, ""), { label, text, anchor, page: pages[page] },
  ]));
  const glossary = pages.find((page) => page.doc.endsWith("/glossary"));
  let whole = false; // the texts are here

  const takeTexts = () => {
    (window.zhagenSearchTexts || []).forEach((sections, place) => sections.forEach((texts, at) => {
      const section = pages[place].sections[at];
      section.texts = texts;
      section.searched = texts.map(fold);
    }));
    window.zhagenSearchTexts = null;
    whole = true;
  };

  // ---- the query: words, "phrases", 图 13, -without
  const LEVELS = { whole: 0, prefix: 1, anywhere: 2 };
  const parse = (query) => {
    const found = [];
    const without = [];
    const rest = fold(query.normalize("NFKC")).replace(LABEL, (whole, kind, number) => {
      found.push({ text: `${kind}${number}`, label: true });
      return " ";
    });
    const parts = /(?<=^|\s)(-?)(?:["“”]([^"“”]+)["“”]|「([^」]+)」)|(\S+)/g;
    for (const [, minus, phrase, corner, word] of rest.matchAll(parts)) {
      const exact = phrase || corner;
      let text = (exact || word).trim();
      let not = Boolean(minus);
      if (!exact && text.length > 1 && text.startsWith("-")) {
        text = text.slice(1);
        not = true;
      }
      text = exact ? text : text.replace(/^["“”「」]+|["“”「」]+$/g, "");
      if (text && text !== "-") (not ? without : found).push({ text, level: exact ? LEVELS.anywhere : LEVELS.whole });
    }
    const seen = new Set();
    return { found: found.filter(({ text }) => !seen.has(text) && seen.add(text)), without };
  };

  const labelPattern = (text) => {
    const [, kind, number] = /^(\D+)(\d+)$/.exec(text);
    return new RegExp(`${kind} ?\\(?${number}(?!\\d)`, "g");
  };
  // places of a word; a Latin one is looked for as a whole word, then as a beginning, then anywhere
  const placesOf = (folded, token, most = 40) => {
    const found = [];
    if (token.label) {
      token.pattern ||= labelPattern(token.text);
      for (const match of folded.matchAll(token.pattern)) found.push([match.index, match.index + match[0].length]);
      return found;
    }
    const { text, level } = token;
    const begins = LATIN.test(text[0]);
    const ends = LATIN.test(text[text.length - 1]);
    for (let at = folded.indexOf(text); at >= 0 && found.length < most; at = folded.indexOf(text, at + text.length)) {
      const before = begins && at > 0 && LATIN.test(folded[at - 1]);
      const after = ends && LATIN.test(folded[at + text.length] || "");
      if (level === LEVELS.anywhere || (!before && (level === LEVELS.prefix || !after))) found.push([at, at + text.length]);
    }
    return found;
  };
  const isIn = (folded, token) => placesOf(folded, token, 1).length > 0;
  const isInPage = (page, token) =>
    isIn(page.folded, token)
    || page.sections.some((one) => isIn(one.folded, token) || one.searched.some((text) => isIn(text, token)));
  const settle = (token) => {
    if (token.label) return pages.some((page) => isInPage(page, token));
    for (; token.level <= LEVELS.anywhere; token.level += 1) {
      if (pages.some((page) => isInPage(page, token))) return true;
    }
    token.level = LEVELS.anywhere;
    return false;
  };

  // ---- results
  const sectionResult = (section, tokens) => {
    const hits = tokens.map((token) => section.searched.map((text) => placesOf(text, token)));
    const inHeading = tokens.filter((token) => isIn(section.folded, token)).length;
    const inText = hits.map((places) => (places[0] || []).length);
    const elsewhere = hits.map((places) => places.slice(1).flat().length);
    const present = tokens.filter((token, at) => inText[at] + elsewhere[at] > 0 || isIn(section.folded, token)).length;
    const count = inText.reduce((sum, n) => sum + n, 0) + elsewhere.reduce((sum, n) => sum + n, 0);
    const score = present * 30 + inHeading * 20 + 3 * Math.log2(1 + inText.reduce((sum, n) => sum + n, 0))
      + Math.log2(1 + elsewhere.reduce((sum, n) => sum + n, 0));
    return { section, hits, present, count, score };
  };
  const pageResult = (page, tokens) => {
    if (!tokens.every((token) => isInPage(page, token))) return null;
    const sections = page.sections.map((section) => sectionResult(section, tokens)).filter((one) => one.present);
    sections.sort((a, b) => b.score - a.score);
    const inTitle = tokens.filter((token) => isIn(page.folded, token)).length;
    const count = sections.reduce((sum, one) => sum + one.count, 0);
    // the name of a function: where it is defined comes first
    const defines = tokens.length === 1 && page.sections.some((one) => one.id.startsWith("zhagen.") && one.folded === tokens[0].text);
    const score = ((sections[0]?.score || 0) + inTitle * 40 + 4 * Math.log2(1 + count)) * (defines ? 4 : page.weight);
    return { page, sections, score };
  };
  const termRank = (term, tokens, query) => {
    if (term.folded.includes(query)) return 4;
    if (tokens.some((token) => term.folded.includes(token.text))) return 3;
    if (query.length < 2 || tokens.length > 1) return 0;
    if (term.folded.some((name) => name.startsWith(query) || (name.endsWith(query) && !LATIN.test(query[0])))) return 2;
    return term.folded.some((name) => name.includes(query) && !LATIN.test(query[0])) ? 1 : 0;
  };
  const search = (query) => {
    const { found: tokens, without } = parse(query);
    if (!tokens.length) return { tokens, onlyMinus: without.length > 0, terms: [], labels: [], results: [], lost: [] };
    const lost = tokens.filter((token) => !settle(token));
    const results = lost.length ? [] : pages
      .filter((page) => !without.some((token) => isInPage(page, token)))
      .map((page) => pageResult(page, tokens))
      .filter(Boolean)
      .sort((a, b) => b.score - a.score);
    const joined = tokens.map(({ text }) => text).join(" ");
    const ranked = terms.map((term) => ({ term, rank: termRank(term, tokens, joined) })).filter(({ rank }) => rank);
    ranked.sort((a, b) => b.rank - a.rank || a.term.names[0].length - b.term.names[0].length);
    const sure = ranked.filter(({ rank }) => rank >= 3).length;
    return {
      tokens, lost, results,
      terms: ranked.slice(0, Math.max(sure, 2)).map(({ term }) => term),
      labels: tokens.filter((token) => token.label).map(({ text }) => labels.get(text)).filter(Boolean),
    };
  };

  // ---- 你是不是要找: what differs by one character and is in the book, the most frequent first
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const near = (word) => {
    const any = LATIN.test(word[0]) ? "[a-z]" : HAN.source;
    if (word.length < (any === "[a-z]" ? 4 : 2)) return [];
    const forms = new Set();
    for (let at = 0; at < word.length; at += 1) {
      const [before, after] = [escaped(word.slice(0, at)), escaped(word.slice(at + 1))];
      forms.add(before + any + after); // another character
      if (word.length > 2) forms.add(before + after); // one too many
      if (at) forms.add(before + any + escaped(word.slice(at))); // one too few
      if (at + 1 < word.length) forms.add(before + escaped(word[at + 1] + word[at]) + escaped(word.slice(at + 2)));
    }
    const border = LATIN.test(word[0]);
    const pattern = new RegExp(border ? `\\b(?:${[...forms].join("|")})\\b` : [...forms].join("|"), "gu");
    const counts = new Map();
    const add = (text, weight) => {
      for (const [match] of text.matchAll(pattern)) {
        if (match.length > 1) counts.set(match, (counts.get(match) || 0) + weight);
      }
    };
    terms.forEach((term) => term.folded.forEach((name) => add(name, 40)));
    pages.forEach((page) => page.sections.forEach((one) => {
      add(one.folded, 10);
      if (one.searched[0]) add(one.searched[0], 1);
    }));
    counts.delete(word);
    return [...counts].filter(([, n]) => n > 1).sort((a, b) => b[1] - a[1]).map(([text]) => text).slice(0, 3);
  };
  const suggestions = ({ tokens, lost }) => {
    if (!lost.length || !whole) return [];
    const replaced = near(lost[0].text);
    return replaced.map((text) => tokens.map((token) => (token === lost[0] ? text : token.text)).join(" "));
  };

  // ---- drawing
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const address = (page, anchor = "") => `${root}${page.doc}.html${anchor ? `#${anchor}` : ""}`;
  const placeOf = (page) => page.trail.join(" › ");
  const remember = (tokens) => {
    // the page reached marks the words (marks.js reads this); between 图 and its number stands a blank
    const shown = tokens.map(({ text, label }) => (label ? text.replace(/\d+$/, " $&") : text));
    try {
      localStorage.setItem("zhagen-marks", shown.join("\n"));
    } catch { /* not allowed: no marks */ }
  };
  // a part of the text around the first hit, every word marked
  const snippet = ({ section, hits }, tokens, around = AROUND) => {
    const text = section.texts[0] || "";
    const spans = hits.flatMap((places) => places[0] || []).sort((a, b) => a[0] - b[0]);
    // the heading stands beside the link already
    const start = section.heading && text.startsWith(section.heading) ? section.heading.length + 1 : 0;
    const first = spans.find(([at]) => at >= start);
    const line = element("p", "context");
    if (!first) {
      const place = hits.some((places) => places[1]?.length) ? _("（在程序里）")
        : hits.some((places) => places[2]?.length) ? _("（在折叠的答案里）") : "";
      if (!place) return null;
      line.classList.add("elsewhere");
      line.textContent = place;
      return line;
    }
    const from = Math.max(start, first[0] - around);
    const to = Math.min(text.length, first[1] + around);
    const shown = (a, b) => text.slice(a, b).replace(/\n/g, " · ");
    line.append(from > start ? "…" : "");
    let at = from;
    spans.filter(([a, b]) => a >= from && b <= to).forEach(([a, b]) => {
      if (a < at) return;
      line.append(shown(at, a), element("mark", "", shown(a, b)));
      at = b;
    });
    line.append(shown(at, to), to < text.length ? "…" : "");
    return line;
  };

  // ---- the page of all results
  const sectionItem = (page, result, tokens) => {
    const item = element("li");
    const { section } = result;
    if (section.heading && section.heading !== page.title) {
      const link = element("a", "search-section", section.heading);
      link.href = address(page, section.id);
      link.addEventListener("click", () => remember(tokens));
      item.append(link);
    }
    const line = snippet(result, tokens);
    if (line) item.append(line);
    return item.childNodes.length ? item : null;
  };
  const pageItem = ({ page, sections }, tokens) => {
    const item = element("li");
    const link = element("a", "", page.title);
    link.href = address(page, sections[0] && sections[0].section.heading !== page.title ? "" : sections[0]?.section.id);
    link.addEventListener("click", () => remember(tokens));
    item.append(link);
    if (page.trail.length) item.append(element("span", "search-place", placeOf(page)));
    const list = element("ul", "search-sections");
    const make = (some) => list.append(...some.map((one) => sectionItem(page, one, tokens)).filter(Boolean));
    make(sections.slice(0, SECTIONS));
    item.append(list);
    const left = sections.slice(SECTIONS);
    if (left.length) {
      const button = element("button", "search-more", _n("本页另有 {n} 节", left.length));
      button.type = "button";
      button.addEventListener("click", () => {
        const { length } = list.children;
        make(left);
        button.remove();
        list.children[length]?.querySelector("a")?.focus();
      });
      item.append(button);
    }
    return item;
  };
  const termItem = (term) => {
    const item = element("li", "search-term");
    const link = element("a", "", term.names.slice(0, 2).join(" "));
    link.href = address(glossary, term.anchor);
    item.append(link, element("span", "search-place", _("术语")), element("p", "context", term.text));
    return item;
  };
  const labelItem = ({ label, text, anchor, page }) => {
    const item = element("li", "search-term");
    const link = element("a", "", `${label} ${text}`);
    link.href = address(page, anchor);
    item.append(link, element("span", "search-place", [...page.trail, page.title].join(" › ")));
    return item;
  };
  const suggestionLine = (texts, take) => {
    const line = element("p", "search-perhaps", _("你是不是要找："));
    texts.forEach((text) => {
      const button = element("button", "", text);
      button.type = "button";
      button.addEventListener("click", () => take(text));
      line.append(button, " ");
    });
    return line;
  };
  const show = (field) => {
    const query = field.value.trim();
    const summary = document.querySelector("#search-results .search-summary");
    const first = document.querySelector("#search-results ul.search-first");
    const list = document.querySelector("#search-results ul.search");
    const perhaps = document.querySelector("#search-results .search-suggestions");
    [first, list, perhaps].forEach((one) => one.replaceChildren());
    summary.textContent = "";
    if (!query) return;
    if (!whole) summary.textContent = LOADING;
    const answer = search(query);
    first.append(...answer.labels.map(labelItem), ...answer.terms.map(termItem));
    if (whole || answer.results.length) list.append(...answer.results.map((one) => pageItem(one, answer.tokens)));
    if (!whole) return;
    summary.textContent = answer.onlyMinus ? ONLY_MINUS
      : answer.results.length ? _n("找到 {n} 页，含有“{query}”。", answer.results.length, { query })
      : _("没有找到含有“{query}”的页面。请换一个更短的词，或减少词数。", { query });
    const texts = suggestions(answer);
    if (texts.length) {
      perhaps.append(suggestionLine(texts, (text) => {
        field.value = text;
        show(field);
        field.focus();
      }));
    }
  };

  // ---- the list under a field (combobox with a listbox)
  const OPTIONS = 7;
  let lists = 0;
  const option = (href, text, place, line) => {
    const item = element("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.href = href;
    const head = element("div", "search-option");
    head.append(element("span", "search-option-title", text));
    if (place) head.append(element("span", "search-place", place));
    item.append(head);
    if (line) item.append(line);
    return item;
  };
  const options = (query, answer) => {
    const made = answer.labels.map(({ label, text, anchor, page }) =>
      option(address(page, anchor), `${label} ${text}`, page.title));
    made.push(...answer.terms.slice(0, 3).map((term) => option(
      address(glossary, term.anchor), term.names.slice(0, 2).join(" "), _("术语"),
      element("p", "context", term.text.slice(0, 60) + (term.text.length > 60 ? "…" : "")))));
    answer.results.slice(0, OPTIONS).forEach(({ page, sections }) => {
      const best = sections[0];
      const own = best && best.section.heading && best.section.heading !== page.title;
      made.push(option(
        address(page, own ? best.section.id : ""),
        own ? `${page.title} › ${best.section.heading}` : page.title,
        placeOf(page), best && snippet(best, answer.tokens, 18)));
    });
    if (answer.results.length) {
      const all = option(`${root}search.html?q=${encodeURIComponent(query)}`, _n("看全部结果（{n} 页）", answer.results.length));
      all.classList.add("search-all");
      made.push(all);
    }
    suggestions(answer).forEach((text) => {
      const item = option("", _("你是不是要找：") + text);
      item.dataset.query = text;
      made.push(item);
    });
    return made;
  };
  const listUnder = (form) => {
    const field = form.querySelector("input");
    const list = element("ul", "search-list");
    const status = element("p", "visually-hidden");
    list.id = `search-list-${(lists += 1)}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", _("搜索结果"));
    list.hidden = true;
    status.setAttribute("role", "status");
    form.after(list, status);
    Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    }).forEach(([name, value]) => field.setAttribute(name, value));
    let tokens = [];
    let active = -1;
    const choose = (place) => {
      const items = list.children;
      if (items[active]) items[active].setAttribute("aria-selected", "false");
      active = place;
      const item = items[active];
      if (!item) {
        field.removeAttribute("aria-activedescendant");
        return;
      }
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", item.id);
    };
    const open = (is) => {
      list.hidden = !is;
      field.setAttribute("aria-expanded", String(is));
      if (!is) choose(-1);
    };
    const draw = () => {
      const query = field.value.trim();
      choose(-1);
      list.replaceChildren();
      if (!query) {
        status.textContent = "";
        open(false);
        return;
      }
      const answer = search(query);
      tokens = answer.tokens;
      list.append(...options(query, answer));
      [...list.children].forEach((item, at) => { item.id = `${list.id}-${at}`; });
      const { length } = list.children;
      status.textContent = !whole ? LOADING : answer.onlyMinus ? ONLY_MINUS
        : length ? _n("{n} 条结果，用上下键选择", length) : _("没有结果");
      if (!length) {
        const item = option("", answer.onlyMinus ? ONLY_MINUS : whole ? _("没有找到") : LOADING);
        item.setAttribute("aria-disabled", "true");
        list.append(item);
      }
      open(field === document.activeElement);
    };
    const go = (item, elsewhere = false) => {
      if (!item || item.getAttribute("aria-disabled")) return;
      if (item.dataset.query) {
        field.value = item.dataset.query;
        draw();
        return;
      }
      remember(tokens);
      if (elsewhere) window.open(item.dataset.href, "_blank", "noopener");
      else {
        form.closest("dialog")?.close();
        window.location.href = item.dataset.href;
      }
    };
    let timer;
    field.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(draw, 60);
    });
    field.addEventListener("compositionend", draw);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const { length } = list.children;
      if (["ArrowDown", "ArrowUp"].includes(event.key) && length) {
        event.preventDefault();
        if (list.hidden) open(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = active + step; // the field itself comes between the last and the first
        choose(next >= length ? -1 : next < -1 ? length - 1 : next);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        go(list.children[active]);
      }
    });
    field.addEventListener("search-close", () => open(false)); // search_field.js
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => go(event.target.closest("li"), event.ctrlKey || event.metaKey));
    field.addEventListener("blur", () => open(false));
    field.addEventListener("focus", () => list.children.length && field.value.trim() && open(true));
    if (field === document.activeElement) draw();
    return draw;
  };

  // ---- begin
  const redraw = [];
  let started = false;
  const begin = () => {
    if (started) return;
    started = true;
    document.querySelectorAll(".search-failed").forEach((line) => line.remove());
    const page = document.querySelector(".bd-search-container form.bd-search");
    document.querySelectorAll("form.bd-search").forEach((form) => {
      if (form !== page) redraw.push(listUnder(form));
    });
    if (!page) return;
    const field = page.querySelector("input");
    field.value = new URLSearchParams(window.location.search).get("q") || "";
    let timer;
    field.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(() => show(field), 150);
    });
    field.addEventListener("compositionend", () => show(field));
    page.addEventListener("submit", (event) => {
      event.preventDefault();
      show(field);
      try {
        history.replaceState(null, "", `?q=${encodeURIComponent(field.value.trim())}`);
      } catch { /* a file's address stays */ }
    });
    redraw.push(() => show(field));
    show(field);
    if (!field.value) field.focus();
  };
  const texts = () => {
    takeTexts();
    redraw.forEach((draw) => draw());
  };
  window.zhagenSearch = { begin, texts, search, near };
})();
