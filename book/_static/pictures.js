// Pictures of zhagen.figures: point at a box or arrow and read what it rests on, filter, search, enlarge, download. The
// data are in the picture itself (data-tables, data-row; see figures/canvas.py). Nothing is stored, nothing is sent;
// without this script the picture is as it is.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const INK = "#22261f";
  const BETWEEN = "\u3001"; // the names in data-group
  const SHARP = 3; // dots of PNG for each unit

  const make = (tag, more = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), more);
    made.append(...inside);
    return made;
  };
  const button = (words, act, more = {}) => {
    const made = make("button", { type: "button", className: "zp-button", ...more }, words);
    made.addEventListener("click", act);
    return made;
  };

  /** A file of the page's own making, handed to the reader. */
  function save(name, href) {
    const link = make("a", { href, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }
  const saveText = (name, type, text) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    save(name, url);
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };
  // a cell that a spreadsheet would run as a formula gets an apostrophe before it
  const guarded = (cell) => (/^[=+\-@＝＋－＠\t\r]./.test(cell) && !/^[+-]?\d+([.,]\d+)*%?$/.test(cell) ? `'${cell}` : cell);
  const line = (row) => row.map((cell) => `"${guarded(cell).replaceAll('"', '""')}"`).join(",");
  const csv = ({ columns, rows }) => `\ufeff${[columns, ...rows].map(line).join("\r\n")}\r\n`;

  const face = (rule) =>
    rule instanceof CSSFontFaceRule && /Zhagen Sans/.test(rule.cssText) && /url\("?([^")]+)/.exec(rule.cssText);
  const heavy = (rule) => /font-weight:\s*([6-9]00|bold)/.test(rule.cssText);
  /** Whether a part of the font holds one of the characters. */
  function holds(rule, points) {
    const ranges = rule.style.getPropertyValue("unicode-range").split(",").filter(Boolean);
    const ends = ranges.map((range) => {
      const [low, high] = range.trim().replace(/^U\+/i, "").split("-");
      return [parseInt(low.replaceAll("?", "0"), 16), parseInt(high ?? low.replaceAll("?", "F"), 16)];
    });
    return !ends.length || points.some((point) => ends.some(([low, high]) => low <= point && point <= high));
  }
  const asData = (bytes) =>
    new Promise((resolve) => {
      const read = new FileReader();
      read.onload = () => resolve(read.result);
      read.readAsDataURL(bytes);
    });

  /** The parts of the book's font that a text needs, as a style; none from a disk, where a page may read no file. */
  async function font(text) {
    if (location.protocol === "file:") return "";
    const points = [...new Set(text)].map((char) => char.codePointAt(0)).filter((point) => point > 0x7f);
    let style = "";
    for (const sheet of document.styleSheets) {
      let rules = [];
      try {
        rules = [...sheet.cssRules];
      } catch {
        continue; // a sheet of another origin
      }
      for (const rule of rules) {
        const source = face(rule);
        if (!source || heavy(rule) || !holds(rule, points)) continue;
        try {
          const answer = await fetch(new URL(source[1], sheet.href ?? location.href));
          const range = rule.style.getPropertyValue("unicode-range");
          const data = await asData(await answer.blob());
          style += `@font-face{font-family:"Zhagen Sans";src:url(${data})${range ? `;unicode-range:${range}` : ""}}`;
        } catch {
          return ""; // the font's name alone then
        }
      }
    }
    return style && `<style>${style}</style>`;
  }

  const light = (colours) =>
    colours
      .replace(/var\(--zhagen-paper, transparent\)/g, "#ffffff")
      .replace(/var\(--[\w-]+, (#\w{6})\)/g, "$1")
      .replaceAll("currentColor", INK);

  /** The picture as a file: light, on white, with colours that every program reads. */
  function standalone(pristine, style) {
    const [, , wide, high] = pristine.getAttribute("viewBox").split(" ").map(Number);
    const copy = pristine.cloneNode(true);
    copy.removeAttribute("style");
    copy.setAttribute("width", wide);
    copy.setAttribute("height", high);
    const ground = `<rect width="${wide}" height="${high}" fill="#ffffff"/>`;
    const text = light(new XMLSerializer().serializeToString(copy));
    return [text.replace(/(<svg[^>]*>)/, `$1${style}${ground}`), wide, high];
  }

  /** The picture as PNG. Its words are drawn with the fonts of the page: an image of SVG has only those of the system. */
  async function png(svg, pristine, name) {
    const mute = pristine.cloneNode(true);
    for (const text of mute.querySelectorAll("text")) text.remove();
    const [shapes, wide, high] = standalone(mute, "");
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(shapes)}`;
    await image.decode();
    const canvas = make("canvas", { width: wide * SHARP, height: high * SHARP });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const larger = canvas.width / svg.getBoundingClientRect().width;
    const family = getComputedStyle(svg).fontFamily;
    await document.fonts.load(`14px ${family}`, svg.textContent).catch(() => {});
    for (const text of svg.querySelectorAll("text")) {
      const asked = (key) => text.getAttribute(key) ?? text.style.getPropertyValue(key);
      const { a, b, c, d, e, f } = text.getCTM();
      pen.setTransform(larger * a, larger * b, larger * c, larger * d, larger * e, larger * f);
      pen.font = `${parseFloat(getComputedStyle(text).fontSize)}px ${family}`;
      pen.textAlign = { middle: "center", end: "right" }[asked("text-anchor")] ?? "left";
      pen.fillStyle = light(asked("fill") || "currentColor");
      for (const part of text.children.length ? text.children : [text]) {
        const place = [part, text].map((one) => [one.getAttribute("x"), one.getAttribute("y")]);
        const [x, y] = [0, 1].map((axis) => Number(place[0][axis] ?? place[1][axis] ?? 0));
        if (asked("paint-order") === "stroke") {
          pen.strokeStyle = "#ffffff";
          pen.lineWidth = 3;
          pen.lineJoin = "round";
          pen.strokeText(part.textContent, x, y);
        }
        pen.fillText(part.textContent, x, y);
      }
    }
    save(name, canvas.toDataURL("image/png"));
  }

  class Figure {
    constructor(box, svg, number) {
      this.svg = svg;
      this.pristine = svg.cloneNode(true);
      this.pristine.removeAttribute("class");
      this.tables = JSON.parse(svg.dataset.tables.replaceAll("'", '"'));
      this.name = box.closest("figure[id], [id^=fig-]")?.id || `figure-${number}`;
      this.id = `zp-${number}`;
      const title = svg.querySelector(":scope > title")?.textContent ?? "";
      this.title = title.replace(/[。.]$/, "");
      this.label = [...svg.querySelectorAll(":scope > title, :scope > desc")].map((one) => one.textContent).join(title.endsWith(".") ? " " : "");
      this.block = make("div", { className: "zp" });
      box.before(this.block);
      this.block.append(box);
      this.marks = new Map();
      for (const part of svg.querySelectorAll("[data-row]")) {
        const row = part.dataset.row;
        if (!this.marks.has(row)) this.marks.set(row, { row, parts: [], lead: part, data: part.dataset });
        this.marks.get(row).parts.push(part);
      }
      this.list = [...this.marks.values()];
      if (this.list.length) this.wire();
      this.bar();
    }

    // --- what a mark is -------------------------------------------------------------------------------------------
    facts(mark) {
      const [table, row] = mark.row.split("-").map(Number);
      const { columns, rows } = this.tables[table];
      return columns.map((column, place) => [column, rows[row][place]]).filter(([, value]) => value);
    }
    ahead(mark) {
      if (mark.data.from) return this.marks.get(mark.data.to);
      return this.list.find((one) => one.data.from === mark.row);
    }
    back(mark) {
      if (mark.data.from && mark.data.from !== mark.row) return this.marks.get(mark.data.from);
      return this.list.find((one) => one.data.to === mark.row);
    }
    near(mark) {
      const rows = new Set([mark.row, mark.data.from, mark.data.to]);
      for (const one of this.list) {
        if (one.data.from !== mark.row && one.data.to !== mark.row) continue;
        for (const row of [one.row, one.data.from, one.data.to]) rows.add(row);
      }
      return rows;
    }
    beside(mark, across, down) {
      const middle = (one) => {
        const box = one.lead.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
      };
      const [x, y] = middle(mark);
      let best = null;
      for (const one of this.list) {
        if (one.off || one === mark) continue;
        const [dx, dy] = middle(one).map((value, axis) => value - [x, y][axis]);
        const along = dx * across + dy * down;
        const far = along + 3 * Math.abs(dx * down + dy * across);
        if (along > 1 && (!best || far < best[0])) best = [far, one];
      }
      return best?.[1];
    }

    // --- reading one ----------------------------------------------------------------------------------------------
    wire() {
      const { svg } = this;
      svg.setAttribute("role", "group");
      svg.removeAttribute("aria-labelledby");
      svg.setAttribute("aria-label", this.label);
      for (const one of svg.querySelectorAll(":scope > title, :scope > desc")) one.remove(); // no tooltip over ours
      for (const mark of this.list) {
        const { lead, parts } = mark;
        const status = mark.data.means;
        const thin = lead.matches("line") ? lead : lead.querySelector("path");
        if (thin && (lead.matches("line") || lead.matches(".zhagen-arrow"))) {
          const wide = thin.cloneNode();
          for (const name of ["stroke-dasharray", "data-name", "data-from", "data-to", "class"])
            wide.removeAttribute(name);
          wide.dataset.row = mark.row;
          wide.setAttribute("class", "zp-wide");
          svg.insertBefore(wide, lead); // a thin line is hard to hit
        }
        for (const part of parts) part.classList.add("zp-mark");
        for (const part of parts.slice(1)) part.setAttribute("aria-hidden", "true");
        lead.setAttribute("tabindex", "-1");
        lead.setAttribute("role", "button");
        lead.setAttribute("aria-label", status && mark.data.from ? _("{arrow}，{status}", { arrow: mark.data.name, status }) : mark.data.name);
        lead.addEventListener("focus", () => this.show(mark, lead.matches(":focus-visible")));
        lead.addEventListener("keydown", (event) => this.key(event, mark));
      }
      this.list[0].lead.setAttribute("tabindex", "0");
      this.panel = make("div", { className: "zp-panel", hidden: true });
      this.live = make("div", { className: "zp-live" });
      this.live.setAttribute("role", "status");
      this.live.setAttribute("aria-live", "polite");
      this.block.append(this.panel, this.live);
      const over = (event) => this.marks.get(event.target.closest?.("[data-row]")?.dataset.row);
      svg.addEventListener("pointerover", (event) => {
        const mark = over(event);
        if (mark && !mark.off && !this.pinned && event.pointerType !== "touch") this.show(mark);
      });
      const leave = () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => !this.pinned && !this.svg.contains(document.activeElement) && this.hide(), 250);
      };
      svg.addEventListener("pointerout", leave);
      this.panel.addEventListener("pointerenter", () => clearTimeout(this.timer));
      this.panel.addEventListener("pointerleave", leave);
      svg.addEventListener("click", (event) => {
        const mark = over(event);
        if (!mark || mark.off) return this.hide();
        this.pinned = this.pinned !== mark && mark;
        this.show(mark);
        event.stopPropagation();
      });
      document.addEventListener("click", (event) => this.block.contains(event.target) || this.hide());
      this.block.addEventListener(
        "focusout",
        (event) => this.block.contains(event.relatedTarget) || this.pinned || this.hide(),
      );
    }
    show(mark, said = true) {
      clearTimeout(this.timer);
      const list = make("dl");
      for (const [name, value] of this.facts(mark)) {
        // the heading says it already
        if (value.length > 1 ? mark.data.name.includes(value) : mark.data.name === value) continue;
        list.append(make("dt", {}, name), make("dd", {}, value));
      }
      this.panel.replaceChildren(make("strong", {}, mark.data.name), list);
      this.panel.hidden = false;
      const outer = this.block.getBoundingClientRect();
      const box = mark.lead.getBoundingClientRect();
      const wide = this.panel.offsetWidth;
      const high = this.panel.offsetHeight;
      // beside the mark, where it covers neither the mark nor its ends; else below or above it
      const middle = { x: box.x + box.width / 2 - wide / 2, y: box.y + box.height / 2 - high / 2 };
      const tries = [
        [box.right + 10, middle.y],
        [box.left - 10 - wide, middle.y],
        [middle.x, box.bottom + 8],
        [middle.x, box.top - 8 - high],
      ];
      const fits = ([x, y]) => x >= outer.x && x + wide <= outer.right && y >= 0 && y + high <= window.innerHeight;
      const [x, y] = tries.find(fits) ?? tries[2];
      this.panel.style.left = `${Math.min(Math.max(x - outer.x, 0), outer.width - wide)}px`;
      this.panel.style.top = `${y - outer.y}px`;
      const near = this.near(mark);
      for (const one of this.list) {
        for (const part of one.parts) {
          part.classList.toggle("zp-near", near.has(one.row));
          part.classList.toggle("zp-on", one === mark);
        }
      }
      this.svg.classList.add("zp-focus");
      if (said)
        this.live.textContent = this.facts(mark)
          .map(([name, value]) => _("{name}：{value}", { name, value }))
          .join(_("；"));
    }
    hide() {
      if (!this.panel) return;
      this.pinned = false;
      this.panel.hidden = true;
      this.svg.classList.remove("zp-focus");
      for (const part of this.svg.querySelectorAll(".zp-on")) part.classList.remove("zp-on");
    }
    go(mark) {
      if (!mark || mark.off) return;
      for (const one of this.list) one.lead.setAttribute("tabindex", one === mark ? "0" : "-1");
      this.pinned = false;
      mark.lead.focus();
      mark.lead.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.show(mark);
    }
    key(event, mark) {
      const open = this.list.filter((one) => !one.off);
      const plain = this.list.every((one) => !one.data.from);
      const next = (step, row) => {
        const like = row
          ? open.filter((one) => one.data.from === row)
          : open.filter((one) => !one.data.from === !mark.data.from);
        return like[(like.indexOf(mark) + step + like.length) % like.length];
      };
      const arrow = mark.data.from && mark.data.from !== mark.row && mark.data.from;
      const ways = {
        ArrowRight: () => (plain ? this.beside(mark, 1, 0) : this.ahead(mark)),
        ArrowLeft: () => (plain ? this.beside(mark, -1, 0) : this.back(mark)),
        ArrowDown: () => (plain ? this.beside(mark, 0, 1) : next(1, arrow)),
        ArrowUp: () => (plain ? this.beside(mark, 0, -1) : next(-1, arrow)),
        Home: () => open[0],
        End: () => open.at(-1),
      };
      if (event.key in ways) this.go(ways[event.key]());
      else if (event.key === "Enter" || event.key === " ") {
        this.pinned = this.pinned !== mark && mark;
        this.show(mark);
      } else if (event.key === "Escape" && !this.panel.hidden) {
        this.hide();
        event.stopPropagation();
      } else return;
      event.preventDefault();
    }

    // --- the row of buttons ---------------------------------------------------------------------------------------
    bar() {
      const bar = make("div", { className: "zp-bar" });
      this.enlarge = button(_("放大"), () => this.large());
      bar.append(this.enlarge);
      if (this.list.length > 3) bar.append(this.folded(_("筛选"), this.filters()));
      const tables = make("div", { className: "zp-tables", tabIndex: 0 });
      tables.setAttribute("role", "group");
      tables.setAttribute("aria-label", _("本图的数据表"));
      bar.append(
        this.folded(_("数据表"), tables, () => tables.childElementCount || tables.append(...this.tables.map(asTable))),
      );
      const files = make("div", { className: "zp-files" });
      const svgFile = async () => {
        const [text] = standalone(this.pristine, await font(this.pristine.textContent));
        saveText(`${this.name}.svg`, "image/svg+xml", text);
      };
      files.append(
        button("SVG", svgFile),
        button("PNG", () => png(this.svg, this.pristine, `${this.name}.png`)),
      );
      for (const table of this.tables) {
        const name = this.tables.length > 1 ? `${this.name}-${table.name}.csv` : `${this.name}.csv`;
        files.append(button(_("CSV（{table}）", { table: table.name }), () => saveText(name, "text/csv", csv(table))));
      }
      bar.append(this.folded(_("下载"), files));
      this.block.append(bar, ...this.folds);
    }
    folded(words, part, before = () => {}) {
      this.folds ??= [];
      part.hidden = true;
      part.id = `${this.id}-${this.folds.length}`;
      this.folds.push(part);
      const made = button(words, () => {
        before();
        part.hidden = !part.hidden;
        made.setAttribute("aria-expanded", String(!part.hidden));
      });
      made.setAttribute("aria-expanded", "false");
      made.setAttribute("aria-controls", part.id);
      return made;
    }
    filters() {
      const box = make("div", { className: "zp-filters" });
      const find = make("input", { type: "search", className: "zp-find" });
      const count = make("span", { className: "zp-count" });
      count.setAttribute("role", "status");
      find.addEventListener("input", () => {
        const words = find.value.trim();
        const found = words ? this.list.filter((one) => !one.off && one.data.name.includes(words)) : [];
        for (const one of this.list)
          for (const part of one.parts) part.classList.toggle("zp-found", found.includes(one));
        count.textContent = !words ? "" : found.length ? _n("找到 {n} 处", found.length) : _("没有找到");
        this.hit = found[0];
      });
      find.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !this.hit) return;
        event.preventDefault();
        this.go(this.hit);
      });
      box.append(make("label", {}, _("找 "), find), count);
      const status = [...new Set(this.list.map((one) => one.data.status).filter(Boolean))];
      this.shut = new Set();
      if (status.length > 1) {
        const set = make("fieldset", {}, make("legend", {}, _("状态")));
        for (const one of status) {
          const input = make("input", { type: "checkbox", checked: true });
          input.addEventListener("change", () => {
            this.shut[input.checked ? "delete" : "add"](one);
            this.filter();
          });
          const { means } = this.list.find((mark) => mark.data.status === one).data;
          set.append(make("label", {}, input, ` ${means ?? one}`));
        }
        box.append(set);
      }
      const arrows = this.list.filter((one) => one.data.from && one.data.from !== one.row);
      this.byArrow = arrows.some((one) => one.data.group);
      const grouped = this.byArrow ? arrows : this.list;
      const groups = [...new Set(grouped.flatMap((one) => one.data.group?.split(BETWEEN) ?? []))].sort((a, b) =>
        a.localeCompare(b, document.documentElement.lang || "zh", { numeric: true }),
      );
      if (groups.length > 1) {
        const choice = make("select", {}, make("option", { value: "" }, _("全部")));
        for (const one of groups) choice.append(make("option", { value: one }, one));
        choice.addEventListener("change", () => {
          this.group = choice.value;
          this.filter();
        });
        box.append(make("label", {}, this.byArrow ? _("文档 ") : _("组 "), choice));
      }
      return box;
    }
    filter() {
      const own = (mark) => !this.group || (mark.data.group ?? "").split(BETWEEN).includes(this.group);
      const isArrow = (mark) => mark.data.from && mark.data.from !== mark.row;
      const off = (mark) => {
        if (mark.data.status && this.shut.has(mark.data.status)) return true;
        if (isArrow(mark)) {
          return this.byArrow ? !own(mark) : ![mark.data.from, mark.data.to].every((row) => own(this.marks.get(row)));
        }
        return !this.byArrow && !own(mark);
      };
      for (const mark of this.list) mark.off = off(mark);
      const arrows = this.list.filter(isArrow);
      const met = new Set(arrows.filter((one) => !one.off).flatMap((one) => [one.data.from, one.data.to]));
      for (const mark of this.list) {
        const had = arrows.some((one) => one.data.from === mark.row || one.data.to === mark.row);
        if (!isArrow(mark) && had && !met.has(mark.row) && (this.byArrow || this.shut.size)) mark.off = true;
        for (const part of mark.parts) part.classList.toggle("zp-off", mark.off);
        mark.lead.setAttribute("aria-disabled", String(Boolean(mark.off)));
      }
      this.hide();
      const first = this.list.find((mark) => !mark.off) ?? this.list[0];
      for (const one of this.list) one.lead.setAttribute("tabindex", one === first ? "0" : "-1");
    }
    large() {
      this.hide();
      if (this.dialog) return this.dialog.close();
      const dialog = make("dialog", { className: "zp-dialog" });
      dialog.setAttribute("aria-label", _("放大的图：{title}", { title: this.title }));
      const place = document.createComment("picture");
      this.block.before(place);
      dialog.append(this.block);
      document.body.append(dialog);
      const fit = () => {
        const [, , wide, high] = this.svg.getAttribute("viewBox").split(" ").map(Number);
        const room = dialog.clientWidth - 32;
        const tall = Math.min(room, wide * 2.4, ((window.innerHeight - 130) * wide) / high);
        this.svg.style.maxWidth = "none";
        this.svg.style.width = `${Math.round(Math.max(tall, wide * 1.6))}px`; // on a phone it scrolls
      };
      const before = [this.svg.style.maxWidth, this.svg.style.width];
      dialog.addEventListener("close", () => {
        this.hide();
        [this.svg.style.maxWidth, this.svg.style.width] = before;
        window.removeEventListener("resize", fit);
        place.replaceWith(this.block);
        dialog.remove();
        this.dialog = null;
        this.enlarge.textContent = _("放大");
        this.enlarge.focus();
      });
      window.addEventListener("resize", fit);
      this.dialog = dialog;
      this.enlarge.textContent = _("关闭");
      dialog.showModal();
      fit();
      this.enlarge.focus(); // showModal has put the focus on a mark, which shows its panel
      this.hide();
    }
  }

  function asTable({ name, columns, rows }) {
    const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
    // a column of sentences keeps its room where the table slides: no rows as high as the screen
    const long = columns.map((column, place) => rows.some((row) => String(row[place] ?? "").length > 12));
    const kind = (place) => (long[place] ? { className: "zp-long" } : {});
    const body = rows.map((row) => make("tr", {}, ...row.map((cell, place) => make("td", kind(place), cell))));
    return make("table", {}, make("caption", {}, name), make("thead", {}, head), make("tbody", {}, ...body));
  }

  let count = 0;
  function begin() {
    for (const svg of document.querySelectorAll(".zhagen-figure > svg[data-tables]:not(.zp-ready)")) {
      svg.classList.add("zp-ready");
      new Figure(svg.parentElement, svg, (count += 1));
    }
  }
  function start() {
    begin();
    // a cell that a reader runs in the page puts a new picture there
    new MutationObserver(begin).observe(document.body, { childList: true, subtree: true });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
