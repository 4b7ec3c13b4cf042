// Substring search over window.searchTexts: a page is a result exactly when its visible text holds every word.
(() => {
  "use strict";
  // What counts as a Chinese character, and what is printed as wide as one: as in src/zhagen/text/cleaning.py.
  const HAN = /[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
  const WIDE = /[\u3001-\u303f\uff01-\uffef]/u;
  const isWide = (character = "") => HAN.test(character) || WIDE.test(character);
  const HYPHENS = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
  const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/;
  const SNIPPETS = 3;
  const AROUND = 28; // characters shown on each side of a hit

  // Folded text and, for each of its units, the place in the original: snippets show the original.
  const fold = (text) => {
    const characters = Array.from(text);
    let folded = "";
    const places = [];
    let place = 0;
    characters.forEach((character, index) => {
      const here = place;
      place += character.length;
      if (INVISIBLE.test(character)) return;
      if (character === " " || character === "\u00a0") {
        // the blank that a line end of the source leaves between two wide characters is none
        if (isWide(characters[index - 1]) && isWide(characters[index + 1])) return;
      }
      const unit = character.normalize("NFKC").toLowerCase().replace(HYPHENS, "-");
      for (let i = 0; i < unit.length; i += 1) places.push(here);
      folded += unit;
    });
    places.push(place);
    return { folded, places };
  };

  const wordsOf = (query) =>
    Array.from(new Set(query.normalize("NFKC").split(/\s+/).map((word) => fold(word).folded).filter(Boolean)));

  const placesOf = (folded, word) => {
    const found = [];
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) found.push(at);
    return found;
  };

  let pages;
  const foldedPages = () => {
    pages = pages || (window.searchTexts || []).map((page) => ({
      doc: page.doc,
      title: page.title,
      foldedTitle: fold(page.title).folded,
      sections: page.sections.map(([id, heading, text]) => ({
        id, heading, text, foldedHeading: fold(heading).folded, ...fold(text),
      })),
    }));
    return pages;
  };

  const resultOf = (page, words) => {
    const sections = page.sections.map((section) => {
      const hits = words.map((word) => placesOf(section.folded, word));
      return {
        section,
        hits,
        distinct: hits.filter((found) => found.length).length,
        inHeading: words.filter((word) => section.foldedHeading.includes(word)).length,
        count: hits.reduce((sum, found) => sum + found.length, 0),
      };
    });
    const everyWord = words.every(
      (word, i) => page.foldedTitle.includes(word) || sections.some(({ hits }) => hits[i].length));
    if (!everyWord) return null;
    const best = [...sections].sort(
      (a, b) => b.distinct - a.distinct || b.inHeading - a.inHeading || b.count - a.count);
    return {
      page,
      best,
      inTitle: words.filter((word) => page.foldedTitle.includes(word)).length,
      inHeadings: sections.reduce((sum, { inHeading }) => sum + inHeading, 0),
      count: sections.reduce((sum, { count }) => sum + count, 0),
    };
  };

  const search = (query) => {
    const words = wordsOf(query);
    if (!words.length) return { words, results: [] };
    const results = foldedPages().map((page) => resultOf(page, words)).filter(Boolean);
    results.sort((a, b) => b.inTitle - a.inTitle || b.inHeadings - a.inHeadings || b.count - a.count);
    return { words, results };
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  // The original between two folded places, every word marked.
  const snippetOf = (section, words, start, from, to) => {
    const { folded, places, text } = section;
    const spans = words
      .flatMap((word) => placesOf(folded, word).map((at) => [at, at + word.length]))
      .filter(([a, b]) => a >= from && b <= to)
      .sort((a, b) => a[0] - b[0]);
    const shown = (a, b) => text.slice(places[a], places[b]).replace(/\n/g, " · ");
    const line = element("p", "context");
    let at = from;
    line.append(from > start ? "…" : "");
    spans.forEach(([a, b]) => {
      if (a < at) return;
      line.append(shown(at, a));
      line.append(element("mark", "", shown(a, b)));
      at = b;
    });
    line.append(shown(at, to), to < folded.length ? "…" : "");
    return line;
  };

  const snippetsOf = (best, words) => {
    const lines = [];
    best.forEach(({ section, hits }) => {
      // the heading stands beside the link already
      const start = section.foldedHeading ? section.foldedHeading.length + 1 : 0;
      let reached = start;
      hits.flat().sort((a, b) => a - b).forEach((at) => {
        if (lines.length >= SNIPPETS || at < reached) return;
        const from = Math.max(start, at - AROUND);
        const to = Math.min(section.folded.length, at + AROUND + Math.max(...words.map((word) => word.length)));
        lines.push(snippetOf(section, words, start, from, to));
        reached = to;
      });
    });
    return lines;
  };

  const show = (query) => {
    const summary = document.querySelector("#search-results .search-summary");
    const list = document.querySelector("#search-results ul.search");
    list.replaceChildren();
    if (!query.trim()) {
      summary.textContent = "";
      return;
    }
    const { words, results } = search(query);
    summary.textContent = results.length
      ? `找到 ${results.length} 页，含有“${query.trim()}”。`
      : `没有找到含有“${query.trim()}”的页面。请换一个更短的词，或减少词数。`;
    const root = document.documentElement.dataset.content_root || "./";
    results.forEach(({ page, best }) => {
      const item = element("li");
      const link = element("a", "", page.title);
      const { section } = best[0] || {};
      link.href = `${root}${page.doc}.html${section && section.id ? `#${section.id}` : ""}`;
      link.addEventListener("click", () => {
        // the page reached marks the words (sphinx_highlight.js reads this)
        try { localStorage.setItem("sphinx_highlight_terms", words.join(" ")); } catch { /* not allowed: no marks */ }
      });
      item.append(link);
      if (section && section.heading && section.heading !== page.title) {
        item.append(element("span", "search-section", section.heading));
      }
      item.append(...snippetsOf(best, words));
      list.append(item);
    });
  };

  const start = () => {
    const input = document.querySelector(".bd-search-container form.bd-search input");
    input.value = new URLSearchParams(window.location.search).get("q") || "";
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => show(input.value), 150);
    });
    show(input.value);
    if (!input.value) input.focus();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
