// Coding a passage in the page: what `zhagen.coding.code_passage` writes becomes a place to select words, give codes,
// write memos and compare. Everything stays on the device, or goes into the folder of the study if the data name an
// address to save at (`zhagen code`). Places are code points from 0, the end exclusive, as in a
// study's folder. What a reader writes, or a file holds, gets into the page as text only, never as HTML.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const MOST = 20e6; // bytes of a file
  const SHOWN = 200; // entries of a list at once
  const FORMULA = /^'*[=+\-@＝＋－＠\t\r]/; // what a spreadsheet would run
  const NOTHING = _("先选中几个字：拖过去，或者点一下那一句，再点“选这一句”。");
  const COLOR = /^#[0-9a-f]{6}$/i;
  const NEEDED = ["source_id", "start", "end", "code_id", "coder"];

  const make = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== false) made.setAttribute(name, value === true ? "" : value);
    made.append(...inside);
    return made;
  };
  const button = (label, click, more) => make("button", { type: "button", onclick: click, ...more }, label);
  const meet = (one, other) => one.start < other.end && other.start < one.end;
  const by = (one, other) => one.start - other.start || one.end - other.end;

  // FIPS 180-4; the browser's own is missing on plain http, as in a classroom's network
  function sha256(text) {
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    const bits = (root) => ((root % 1) * 2 ** 32) | 0;
    const K = primes.map((prime) => bits(Math.cbrt(prime)));
    let H = primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime)));
    const given = new TextEncoder().encode(text);
    const bytes = new Uint8Array(((given.length + 72) >> 6) << 6);
    bytes.set(given);
    bytes[given.length] = 128;
    const view = new DataView(bytes.buffer);
    view.setUint32(bytes.length - 8, given.length / 2 ** 29);
    view.setUint32(bytes.length - 4, given.length << 3);
    for (let block = 0; block < bytes.length; block += 64) {
      const w = [];
      let [a, b, c, d, e, f, g, h] = H;
      for (let i = 0; i < 64; i++) {
        const [x, y] = [w[i - 15], w[i - 2]];
        w[i] =
          i < 16
            ? view.getInt32(block + 4 * i)
            : ((turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) +
                (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)) +
                w[i - 16] +
                w[i - 7]) |
              0;
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      H = [a, b, c, d, e, f, g, h].map((value, i) => (value + H[i]) | 0);
    }
    return H.map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
  }

  // a colour of another program, so light or dark that its line is seen on paper and on the dark page: 3 to 1 at least
  function visible(color) {
    const linear = (share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    const parts = [1, 3, 5].map((at) => linear(parseInt(color.slice(at, at + 2), 16) / 255));
    const light = parts[0] * 0.2126 + parts[1] * 0.7152 + parts[2] * 0.0722;
    const [least, most] = [0.14, 0.29];
    const moved = parts.map((part) =>
      light > most ? (part * most) / light : light < least ? part + ((1 - part) * (least - light)) / (1 - light) : part,
    );
    const back = (part) => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055);
    return `rgb(${moved.map((part) => Math.round(255 * back(part))).join(" ")})`;
  }

  const csv = (rows) =>
    "\ufeff" +
    rows
      .map(
        (row) =>
          row.map((cell) => (/[",\r\n]/.test(cell) ? `"${String(cell).replace(/"/g, '""')}"` : cell)).join(",") + "\n",
      )
      .join("");

  // rows with their line numbers; a quotation mark that is never closed makes a file damaged
  function readCsv(text) {
    const rows = [];
    let [cells, cell, quoted, line, begun] = [[], "", false, 1, 1];
    const close = () => {
      cells.push(cell);
      if (cells.length > 1 || cells[0]) rows.push({ cells, line: begun });
      [cells, cell, begun] = [[], "", line];
    };
    text = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
    for (let i = 0; i < text.length; i++) {
      const sign = text[i];
      if (sign === "\n") line++;
      if (quoted && sign === '"' && text[i + 1] === '"') cell += text[++i];
      else if (sign === '"' && (quoted || !cell)) quoted = !quoted;
      else if (quoted) cell += sign;
      else if (sign === ",") (cells.push(cell), (cell = ""));
      else if (sign === "\n") close();
      else cell += sign;
    }
    close();
    return quoted ? null : rows;
  }

  const divide = (top, bottom) => (bottom ? top / bottom : NaN);
  // `coders` judged each of `items`, coded or not; `given` times coded; `apart`: twice the pairs of coders that differ.
  // Whole numbers until the divisions, as in zhagen.statistics.agreement, so that every digit is the same
  function alphaOf(coders, items, given, apart) {
    const total = coders * items;
    return 1 - divide((apart / (coders - 1)) * (total - 1), total ** 2 - given ** 2 - (total - given) ** 2);
  }
  // of two coders and items that both, one, the other or neither coded
  function measures({ both, one, other, neither }) {
    const n = both + one + other + neither;
    const [first, second, agreed] = [both + one, both + other, both + neither];
    const chance = first * second + (n - first) * (n - second);
    return {
      items: n,
      percent: divide(agreed, n),
      kappa: divide(n * agreed - chance, n * n - chance),
      alpha: alphaOf(2, n, first + second, 2 * (one + other)),
    };
  }

  // each code's characters in the turns that count, with the sum of the weights of those who coded them; a coding
  // belongs to the first turn that it touches, as zhagen.study.overall_agreement(unit="character") has it
  function spread(turns, coders, weight) {
    const size = Math.max(0, ...turns.map((turn) => turn[1]));
    const counted = new Uint8Array(size);
    for (const [start, end, counts] of turns) if (counts) counted.fill(1, start, end);
    const places = [...counted.keys()].filter((place) => counted[place]);
    const marks = new Map();
    const any = new Uint8Array(size);
    coders.forEach((codings, who) => {
      const own = new Map();
      for (const { start, end, label } of codings) {
        const turn = turns.find((turn) => start < turn[1] && turn[0] < end);
        if (!turn || !turn[2]) continue;
        if (!own.has(label)) own.set(label, new Uint8Array(size));
        own.get(label).fill(1, start, end);
      }
      for (const [label, mark] of own) {
        if (!marks.has(label)) marks.set(label, new Uint16Array(size));
        const sum = marks.get(label);
        for (const place of places) if (mark[place]) ((sum[place] += weight(who)), (any[place] = 1));
      }
    });
    return { places, marks, any };
  }

  // of two coders
  function agreement(turns, one, other) {
    const { places, marks, any } = spread(turns, [one, other], (who) => who + 1);
    const zero = () => ({ both: 0, one: 0, other: 0, neither: 0 });
    const [all, coded, codes] = [zero(), zero(), []];
    for (const [label, mark] of marks) {
      const of = zero();
      for (const place of places) {
        const what = ["neither", "one", "other", "both"][mark[place]];
        of[what]++;
        all[what]++;
        if (any[place]) coded[what]++;
      }
      codes.push({ label, ...of, ...measures(of) });
    }
    return { all: measures(all), coded: measures(coded), codes };
  }

  // alpha of two coders or more, over all text, over the text that one of them coded, and code by code
  function alphas(turns, coders) {
    const { places, marks, any } = spread(turns, coders, () => 1);
    const zero = () => ({ items: 0, given: 0, apart: 0 });
    const value = (of) => ({ items: of.items, alpha: alphaOf(coders.length, of.items, of.given, of.apart) });
    const [all, coded, codes] = [zero(), zero(), new Map()];
    for (const [label, mark] of marks) {
      const of = zero();
      for (const place of places)
        for (const into of any[place] ? [of, all, coded] : [of, all]) {
          into.items++;
          into.given += mark[place];
          into.apart += 2 * mark[place] * (coders.length - mark[place]);
        }
      codes.set(label, value(of).alpha);
    }
    return { all: value(all), coded: value(coded), codes };
  }

  // `watch` is called with what is coded after each change
  function start(block, watch = () => {}) {
    const given = block.querySelector('script[type="application/json"]');
    if (!given || block.classList.contains("zc-ready")) return; // in a notebook: text only, or a widget of its own
    const data = JSON.parse(given.textContent);
    const text = block.querySelector(".zc-text");
    const letters = [...data.text];
    const size = letters.length;
    const words = (spot) => letters.slice(spot.start, spot.end).join("");
    // in a message: the bar must not grow over the text on a phone
    const brief = ({ start, end }) =>
      end - start > 20
        ? `${words({ start, end: start + 10 })}……${words({ start: end - 6, end })}`
        : words({ start, end });
    const qda = window.zhagenQda; // files of other programs (qda.js)
    const known = new Map(data.codes.map((code) => [code.id, code]));
    // what the codebook of the study, or a file that was read, says of a code
    const about = (code, field) =>
      (typeof code[field] === "string" && code[field]) || known.get(code.id)?.[field] || "";
    const group = `zhagen-coder-1:${data.study}:${data.id}:`;
    const key = group + data.sha256.slice(0, 16);
    const fresh = { version: 1, coder: _("我"), codings: [], codes: data.codes.map(({ id, label }) => ({ id, label })) };
    let [state, past, stored, unsaved] = [fresh, [], null, false];
    let [anchor, focus] = [0, 0];
    const spoken = letters.map(
      (letter, at) => !/\s/.test(letter) && data.turns.some(([from, to]) => from <= at && at < to),
    );
    const guests = new Map(); // coders of files that were read for comparison

    // ---- the device -------------------------------------------------------------------------------------------------
    const fits = (found) =>
      found &&
      found.version === 1 &&
      typeof found.coder === "string" &&
      Array.isArray(found.codes) &&
      Array.isArray(found.codings) &&
      found.codes.every((code) => typeof code.id === "string" && typeof code.label === "string") &&
      found.codings.every(
        (c) =>
          c.start >= 0 &&
          c.start < c.end &&
          c.end <= size &&
          Number.isInteger(c.start + c.end) &&
          typeof c.memo === "string" &&
          found.codes.some((code) => code.id === c.code),
      );
    function load(raw) {
      try {
        const found = JSON.parse(raw);
        return fits(found) ? found : null;
      } catch {
        return null;
      }
    }
    function read() {
      try {
        return localStorage.getItem(key);
      } catch {
        return stored;
      }
    }
    // another window wrote: follow it; what could not be stored here is added to it
    function follow() {
      if (data.save) return false; // the server says with each answer what is there
      const raw = read();
      if (raw === stored) return false;
      stored = raw;
      const found = load(raw);
      if (!found) return false;
      past.push(state);
      state = unsaved
        ? joined(
            found,
            state.codings.map((c) => ({ ...c, label: labelOf(c.code) })),
          )
        : found;
      return true;
    }
    function keep() {
      if (data.save) return send();
      const raw = JSON.stringify(state);
      try {
        localStorage.setItem(key, raw);
        [stored, unsaved] = [raw, false];
      } catch {
        unsaved = true;
      }
      warning.hidden = !unsaved;
    }
    // what is coded goes to the study's folder; the answer is what is there now, with what others did meanwhile
    let [base, sending] = [null, null];
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    async function send() {
      unsaved = true;
      if (sending) return;
      const sent = (sending = state);
      let [wait, refused] = [0, ""];
      try {
        const answer = await fetch(data.save, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ sha256: data.sha256, base, state: sent }),
        });
        const found = await answer.json();
        if (!answer.ok) refused = found.said.join("");
        else {
          base = sent;
          if (state === sent) {
            const [codes, codings] = [new Map(found.state.codes.map((code) => [code.id, code.label])), found.state.codings];
            if (!same(codings, sent.codings) || sent.codes.some((code) => codes.get(code.id) !== code.label)) past = [];
            // what a file said of a code: the server keeps it, and says it when the page is loaded
            const read = new Map(sent.codes.map((code) => [code.id, code]));
            found.state.codes = found.state.codes.map((code) => ({ ...read.get(code.id), ...code }));
            [state, base, unsaved] = [found.state, found.state, false];
            draw();
          }
          if (found.said.length) {
            tell(_("别处也改了：{said}", { said: found.said[0] }));
            problems.hidden = false;
            list(problems.firstChild, found.said, (words) => make("li", {}, words));
          }
        }
      } catch {
        wait = 3000; // the server was stopped, or is busy: once more
      }
      sending = null;
      warning.textContent = refused
        ? _("没有存进研究的文件夹：{refused}", { refused })
        : _("还没有存进研究的文件夹：zhagen code 停了吗？重新开了会接着存；要关这一页，先导出。");
      warning.hidden = !(refused || wait);
      if (wait) setTimeout(() => unsaved && send(), wait);
      else if (!refused && state !== sent && unsaved) send();
    }
    const warning = make(
      "p",
      { class: "zc-warning", role: "alert", hidden: true },
      _("浏览器不让存（已满，或者被禁止）。编码还在这一页上，关掉就没有了：请现在就导出。"),
    );

    // ---- changes ----------------------------------------------------------------------------------------------------
    const codeOf = (id) => state.codes.find((code) => code.id === id);
    const labelOf = (id) => codeOf(id)?.label ?? id;
    const number = (id) => state.codes.findIndex((code) => code.id === id) + 1;
    const paint = (code, at) => {
      const own = code ? about(code, "color") : "";
      return COLOR.test(own) ? visible(own) : `var(--zhagen-${at ? ((at + 5) % 6) + 1 : "muted"})`;
    };
    const colour = (id) => paint(codeOf(id), number(id));
    const say = (words) => ((status.textContent = words), (noted.textContent = ""));
    const tell = (words) => (say(words), (noted.textContent = words)); // beside the files, too: the bar may be far off
    function act(change, said) {
      follow();
      const next = change(state);
      if (!next || next === state) return draw();
      past.push(state);
      past.splice(0, past.length - 200);
      state = next;
      keep();
      draw();
      say(said);
    }
    function undo() {
      follow();
      if (!past.length) return say(_("没有可以撤销的。"));
      state = past.pop();
      keep();
      draw();
      say(_("撤销了一步。"));
    }
    const wrong = (label) =>
      !label
        ? _("码要有名字。")
        : FORMULA.test(label)
          ? _("码的名字不能以 =、+、-、@ 开头：表格软件会当公式算。")
          : [...label].length > 60
            ? _("码的名字不超过六十个字。")
            : "";
    const tidy = (label) => label.replace(/\s+/g, " ").trim();
    // a code of that name, made if there is none; the same name gets the same id on every device
    function withCode(now, label) {
      const found = now.codes.find((code) => code.label === label);
      if (found) return [now, found.id];
      let id = `n${sha256(label).slice(0, 8)}`;
      while (now.codes.some((code) => code.id === id)) id += "x";
      return [{ ...now, codes: [...now.codes, { id, label }] }, id];
    }
    function joined(now, codings) {
      const seen = new Set(now.codings.map((c) => `${c.start} ${c.end} ${c.code}`));
      const added = [];
      for (const { start, end, label, memo, date } of codings) {
        const [next, code] = withCode(now, label);
        now = next;
        if (!seen.has(`${start} ${end} ${code}`)) added.push({ start, end, code, memo, date });
        seen.add(`${start} ${end} ${code}`);
      }
      return added.length ? { ...now, codings: [...now.codings, ...added].sort(by) } : now;
    }
    function chosen() {
      let [first, last] = [Math.min(anchor, focus), Math.max(anchor, focus)];
      while (first < last && !spoken[first]) first++;
      while (last > first && !spoken[last - 1]) last--;
      return first < last ? { start: first, end: last } : null;
    }
    function give(label) {
      const spot = chosen();
      const fault = wrong(label) || (spot ? "" : NOTHING);
      if (fault) return say(fault);
      const had = state.codings.length;
      const date = new Date().toLocaleDateString("sv");
      focus = anchor = spot.end;
      act((now) => joined(now, [{ ...spot, label, memo: "", date }]), _("「{words}」编成了{label}。", { words: brief(spot), label }));
      if (state.codings.length === had) say(_("「{words}」已经编过{label}。", { words: brief(spot), label }));
    }
    const change = (old, fields) => (now) => ({
      ...now,
      codings: now.codings.map((c) =>
        c.start === old.start && c.end === old.end && c.code === old.code ? { ...c, ...fields } : c,
      ),
    });

    // ---- selecting --------------------------------------------------------------------------------------------------
    const lines = [...text.children];
    const ends = [0, ...data.turns.map((turn) => turn[0])];
    for (let i = 0; i < size; i++)
      if (
        letters[i] === "\n" ||
        (/[。！？…!?]/.test(letters[i]) && !/[。！？…!?”」』’）)]/.test(letters[i + 1] ?? "")) ||
        (/[”」』’）)]/.test(letters[i]) && /[。！？…!?]/.test(letters[i - 1] ?? ""))
      )
        ends.push(i + 1);
    const borders = [...new Set([...ends.filter((end) => spoken[end]), size])].sort((one, other) => one - other);
    const before = (at) => borders.filter((border) => border < at).pop() ?? borders[0];
    const behind = (at) => borders.find((border) => border > at) ?? size;
    function place(node, offset) {
      if (node === text) return offset < lines.length ? +lines[offset].dataset.from : size;
      if (!text.contains(node)) return text.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? 0 : size;
      const line = lines.find((one) => one.contains(node));
      const range = document.createRange();
      range.setStart(line, 0);
      range.setEnd(node, offset);
      return +line.dataset.from + [...range.toString()].length;
    }
    function select(from, to, shown = true) {
      const old = chosen();
      [anchor, focus] = [from, to].map((at) => Math.max(0, Math.min(size, at)));
      if (shown) {
        getSelection().removeAllRanges();
        drawText();
      }
      const spot = chosen();
      if (spot) say(_n("选中「{words}」，{n} 个字。", spot.end - spot.start, { words: brief(spot) }));
      else if (shown)
        say(
          _("光标在「{words}」前。", { words: letters
            .slice(focus, focus + 10)
            .join("")
            .trim() }),
        );
      else if (old) say(_("没有选中字。"));
    }
    document.addEventListener("selectionchange", () => {
      const now = getSelection();
      if (!now.rangeCount || !(text.contains(now.anchorNode) || text.contains(now.focusNode))) return;
      text.querySelectorAll(".zc-chosen, .zc-caret").forEach((old) => old.classList.remove("zc-chosen", "zc-caret"));
      select(place(now.anchorNode, now.anchorOffset), place(now.focusNode, now.focusOffset), false);
    });
    function sentence() {
      const at = Math.min(anchor, focus);
      const first = borders.includes(at) && at < size ? at : before(at);
      select(first, behind(first));
    }
    // a finger's tap takes the sentence: no cursor is seen, and no drag is easy; pressing long selects as everywhere
    let touched = false;
    text.addEventListener("pointerdown", (event) => (touched = event.pointerType === "touch"));
    text.addEventListener("click", () => touched && setTimeout(() => chosen() || sentence()));
    text.addEventListener("keydown", (event) => {
      const line = lines.findLast((one) => +one.dataset.from <= focus);
      const moves = {
        ArrowLeft: () => focus - 1,
        ArrowRight: () => focus + 1,
        ArrowUp: () => before(focus),
        ArrowDown: () => behind(focus),
        Home: () => +line.dataset.from,
        End: () => +line.dataset.from + [...line.textContent].length,
      };
      if (event.key in moves && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const to = moves[event.key]();
        select(event.shiftKey ? anchor : to, to);
        text.querySelector(".zc-caret, .zc-chosen")?.scrollIntoView({ block: "nearest" });
      } else if (event.key === "Enter") choose();
      else if (event.key === "Escape") select(focus, focus);
      else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undo();
      else return;
      event.preventDefault();
    });

    // ---- drawing ----------------------------------------------------------------------------------------------------
    // one line of the passage: pieces between the borders of codings; below the words mine, above them theirs
    function pieces(line, mine, theirs, spot, caret) {
      const from = +line.dataset.from;
      const to = from + [...line.textContent].length;
      const here = (list) => list.filter((c) => c.start < to && c.end > from);
      const [own, other] = [here(mine), here(theirs)];
      const ends = [...own, ...other, ...(spot ? [spot] : [])].flatMap((c) => [c.start, c.end]);
      const cuts = [...new Set([from, to, ...(caret === null ? [] : [caret]), ...ends])]
        .filter((cut) => cut >= from && cut <= to)
        .sort((a, b) => a - b);
      const made = [];
      for (let i = 0; i < cuts.length; i++) {
        const [start, end] = [cuts[i], cuts[i + 1]];
        if (start === caret) made.push(make("span", { class: "zc-caret" }));
        if (end === undefined) break;
        const over = (list) => list.filter((c) => c.start <= start && c.end >= end);
        const [low, high] = [over(own), over(other)];
        const class_ = [
          spot && spot.start <= start && spot.end >= end && "zc-chosen",
          low.length && "zc-own",
          high.length && "zc-other",
        ];
        const piece = make(
          low.length + high.length ? "mark" : "span",
          { class: class_.filter(Boolean).join(" ") },
          letters.slice(start, end).join(""),
        );
        const stripes = (list, way) =>
          list
            .slice(0, 3)
            .flatMap((c, k) => [
              `0 ${way * (4 * k + 3)}px 0 ${c.colour}`,
              `0 ${way * (4 * k + 4)}px 0 var(--zhagen-paper, #fff)`,
            ]);
        if (low.length + high.length) {
          piece.style.boxShadow = [...stripes(low, 1), ...stripes(high, -1)].join(",");
          piece.title = [...low, ...high].map((c) => c.who ? _("{name}：{value}", { name: c.who, value: c.label }) : c.label).join(_("、"));
          const done = [...low, ...high].filter((c) => c.end === end).map((c) => (c.who ?? "") + c.number);
          if (done.length) piece.dataset.end = done.length > 4 ? `${done.slice(0, 4).join(" ")}…` : done.join(" ");
        }
        made.push(piece);
      }
      return made;
    }
    const shown = (codings) =>
      codings.map((c) => ({ ...c, label: labelOf(c.code), colour: colour(c.code), number: number(c.code) }));
    function drawText() {
      const [spot, mine] = [chosen(), shown(state.codings)];
      for (const line of lines) line.replaceChildren(...pieces(line, mine, [], spot, spot ? null : focus));
    }
    function list(into, entries, item) {
      const more = (first) => {
        into.append(...entries.slice(first, first + SHOWN).map(item));
        if (entries.length > first + SHOWN)
          into.append(
            make(
              "li",
              {},
              button(_n("再显示 {n} 处", Math.min(SHOWN, entries.length - first - SHOWN)), (event) => {
                event.target.parentNode.remove();
                more(first + SHOWN);
              }),
            ),
          );
      };
      into.replaceChildren();
      more(0);
    }
    const badge = (id) => {
      const made = make("span", { class: "zc-badge", "aria-hidden": "true" }, String(number(id)));
      made.style.borderColor = colour(id);
      return made;
    };
    function draw() {
      const lost = document.activeElement;
      watch(state);
      drawText();
      list(own, state.codings, (c) => {
        const label = labelOf(c.code);
        const what = _("「{words}」", { words: words(c) });
        return make(
          "li",
          {},
          badge(c.code),
          ` ${what} → ${label}`,
          c.memo ? make("p", { class: "zc-memo" }, c.memo) : "",
          " ",
          button(
            _("备注"),
            () => ask(_("备注：{what} → {label}", { what, label }), c.memo, (memo) => act(change(c, { memo }), _("备注写好了。")), true),
            { "aria-label": _("写备注：{what} {label}", { what, label }) },
          ),
          " ",
          button(
            _("删去"),
            () =>
              act(
                (now) => ({
                  ...now,
                  codings: now.codings.filter(
                    (one) => one.start !== c.start || one.end !== c.end || one.code !== c.code,
                  ),
                }),
                _("删去了{what}的{label}；可以撤销。", { what, label }),
              ),
            { "aria-label": _("删去：{what} {label}", { what, label }) },
          ),
        );
      });
      const counts = new Map();
      for (const c of state.codings) counts.set(c.code, (counts.get(c.code) ?? 0) + 1);
      const used = state.codes.filter((code) => counts.has(code.id) || !known.has(code.id));
      list(codes, used, (code) =>
        make(
          "li",
          {},
          badge(code.id),
          _n(" {label}，{n} 处 ", counts.get(code.id) ?? 0, { label: code.label }),
          button(_("改名"), () => ask(_("给“{label}”改名", { label: code.label }), code.label, (label) => rename(code, tidy(label))), {
            "aria-label": _("改名：{label}", { label: code.label }),
          }),
          " ",
          button(_("并入…"), () => merge(code), { "aria-label": _("并入另一个码：{label}", { label: code.label }) }),
        ),
      );
      ownTitle.textContent = _("我的编码（{number} 处）", { number: state.codings.length });
      codesTitle.textContent = _("用到的码（{number} 个）", { number: used.length });
      if (coder.value !== state.coder && document.activeElement !== coder) coder.value = state.coder;
      if (comparing.open) compare();
      if (lost && !lost.isConnected) text.focus({ preventScroll: true }); // the button that was used is drawn anew
    }
    function rename(code, label) {
      const fault =
        wrong(label) ||
        (state.codes.some((one) => one.label === label && one.id !== code.id)
          ? _("已经有这个名字；要合成一个，用“并入”。")
          : "");
      if (fault) return say(fault);
      act(
        (now) => ({ ...now, codes: now.codes.map((one) => (one.id === code.id ? { ...one, label } : one)) }),
        _("“{old}”改名为“{label}”。", { old: code.label, label }),
      );
    }
    function merge(code) {
      pick(_("把“{label}”并入", { label: code.label }), (label) => {
        if (label === code.label || wrong(label)) return say(wrong(label) || _("不能并入自己。"));
        act((now) => {
          const [next, id] = withCode(now, label);
          const seen = new Map();
          for (const c of next.codings.map((c) => (c.code === code.id ? { ...c, code: id } : c))) {
            const same = seen.get(`${c.start} ${c.end} ${c.code}`);
            // two codings become one: both memos are kept
            seen.set(
              `${c.start} ${c.end} ${c.code}`,
              same ? { ...same, memo: [same.memo, c.memo].filter(Boolean).join("\n") } : c,
            );
          }
          return {
            ...next,
            codings: [...seen.values()],
            codes: known.has(code.id) ? next.codes : next.codes.filter((one) => one.id !== code.id),
          };
        }, _("“{old}”并入了“{label}”；可以撤销。", { old: code.label, label }));
      });
    }

    // ---- asking -----------------------------------------------------------------------------------------------------
    const dialog = make("dialog", { class: "zc-dialog" });
    function open(title, ...inside) {
      const heading = make("p", { id: `${data.id}-ask`, class: "zc-title" }, title);
      dialog.setAttribute("aria-labelledby", heading.id);
      dialog.replaceChildren(
        heading,
        ...inside,
        button(_("关闭"), () => dialog.close()),
      );
      dialog.showModal();
    }
    function ask(title, value, done, long) {
      const field = make(long ? "textarea" : "input", { "aria-label": title, rows: long ? 5 : false });
      field.value = value;
      const form = make(
        "form",
        {
          onsubmit(event) {
            event.preventDefault();
            dialog.close();
            done(field.value.trim());
          },
        },
        field,
        make("button", { type: "submit" }, _("保存")),
      );
      open(title, form);
      field.focus();
    }
    function pick(title, done) {
      const filter = make("input", {
        type: "text",
        "aria-label": _("找一个码，或者写一个新的"),
        placeholder: _("找一个码，或者写一个新的"),
        oninput: show,
      });
      const options = make("ul", { class: "zc-options" });
      const take = (label) => {
        dialog.close();
        done(label);
      };
      function show() {
        const wanted = tidy(filter.value);
        const all = state.codes.filter((code) => (code.label + about(code, "definition")).includes(wanted));
        const fit = (code) => (code.label === wanted) + code.label.includes(wanted); // Enter takes the first
        all.sort((a, b) => fit(b) - fit(a));
        const fitting = all.slice(0, SHOWN);
        options.replaceChildren(
          ...fitting.map((code) =>
            make(
              "li",
              {},
              button("", () => take(code.label)),
            ),
          ),
        );
        fitting.forEach((code, i) =>
          options.children[i].firstChild.append(badge(code.id), ` ${code.label}`, " ", make("small", {}, about(code, "definition"))),
        );
        if (all.length > SHOWN) options.append(make("li", {}, _n("还有 {n} 个：写几个字来找。", all.length - SHOWN)));
        if (wanted && !state.codes.some((code) => code.label === wanted))
          options.append(
            make(
              "li",
              {},
              button(_("新建码“{wanted}”", { wanted }), () => take(wanted)),
            ),
          );
      }
      const form = make(
        "form",
        {
          onsubmit(event) {
            event.preventDefault();
            options.querySelector("button")?.click();
          },
          onkeydown(event) {
            const all = [filter, ...options.querySelectorAll("button")];
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (!step) return;
            event.preventDefault();
            all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
          },
        },
        filter,
        options,
      );
      open(title, form);
      show();
      filter.focus();
    }
    function choose() {
      const spot = chosen();
      if (!spot) return say(NOTHING);
      pick(_("给「{words}」一个码", { words: words(spot) }), give);
    }
    function inVivo() {
      const spot = chosen();
      if (!spot) return say(NOTHING);
      give(tidy(words(spot)).replace(/^[\s=+\-@＝＋－＠，。、；：！？]+|[，。、；：]+$/g, ""));
    }

    // ---- files ------------------------------------------------------------------------------------------------------
    // "octet-stream": or phones call a .qdpx a .zip, and do not offer it again
    function download(name, content, type = "application/octet-stream") {
      const link = make("a", {
        download: `${data.source}-${state.coder.replace(/[\\/:*?"<>|\s]/g, "_")}${name}`,
        href: URL.createObjectURL(new Blob([content], { type })),
      });
      block.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }
    const guard = (memo) => (FORMULA.test(memo) ? `'${memo}` : memo);
    const unguard = (memo) => memo.replace(/^'(?='*[=+\-@＝＋－＠\t\r])/, "");
    const exportCodings = () => {
      const rows = [
        ["coding_id", "source_id", "start", "end", "code_id", "coder", "date", "quote_sha256", "label", "memo"],
        ...state.codings.map((c, i) => [
          `${state.coder}-${data.id}-${i + 1}`,
          data.source,
          c.start + data.offset,
          c.end + data.offset,
          c.code,
          state.coder,
          c.date ?? "",
          sha256(words(c)),
          labelOf(c.code),
          guard(c.memo),
        ]),
      ];
      download("-codings.csv", csv(rows), "text/csv");
      tell(_n("导出了 {n} 处编码。", state.codings.length) + unnamed());
    };
    const unnamed = () => (state.coder === _("我") ? _("编码者还是“我”：要和同学的合在一起，先改成自己的名字。") : "");
    const parentOf = (code) => (codeOf(about(code, "parent_id")) ? about(code, "parent_id") : "");
    // what qda.js writes: the whole source where the page has it, else the passage as a text of its own
    function asProject() {
      const all = data.before !== undefined;
      const moved = all ? data.offset : 0;
      return {
        study: data.study || "untitled",
        coder: state.coder,
        source: all ? data.source : data.id,
        guid: all ? data.guid : "",
        text: all ? data.before + data.text + data.after : data.text,
        codes: state.codes.map((code) => ({
          id: code.id,
          label: code.label,
          parent: parentOf(code),
          level: about(code, "level") || "concept",
          ...Object.fromEntries(["definition", "include", "exclude", "color", "guid"].map((one) => [one, about(code, one)])),
        })),
        codings: state.codings.map((c) => ({ ...c, start: c.start + moved, end: c.end + moved, date: c.date ?? "" })),
      };
    }
    const exportProject = () => {
      const project = asProject();
      download(".qdpx", qda.project(project));
      const wide = [...project.text].filter((letter) => letter.length > 1).length;
      tell(
        _("导出了项目：这一份文字，{codings} 处编码，{codes} 个码。", { codings: state.codings.length, codes: state.codes.length }) +
          (wide ? _n("文字里有 {n} 个生僻字或表情符号，NVivo 按两个字数，导进去以后对一对位置。", wide) : "") +
          unnamed(),
      );
    };
    const exportBook = () => {
      if (!state.codes.length) return tell(_("还没有码可以导出。"));
      download(".qdc", qda.codebook(asProject()));
      tell(_n("导出了编码本：{n} 个码。", state.codes.length));
    };
    const exportCodes = () => {
      const fields = ["definition", "include", "exclude"];
      const rows = [
        ["code_id", "label", "level", "parent_id", ...fields],
        ...state.codes.map((code) => [
          code.id,
          code.label,
          about(code, "level") || "concept",
          parentOf(code),
          ...fields.map((field) => (code[field] ? guard(code[field]) : about(code, field))), // of a stranger's file
        ]),
      ];
      download("-codebook.csv", csv(rows), "text/csv");
      tell(_n("导出了 {n} 个码。", state.codes.length));
    };
    async function rowsOf(file, faults) {
      const refuse = (why) => void faults.push(_("{name}：{value}", { name: file.name, value: why }));
      if (file.size > MOST) return refuse(_("太大，不是这一页导出的。"));
      const bytes = await file.arrayBuffer();
      let found;
      try {
        found = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        found = new TextDecoder("gb18030").decode(bytes); // as a Chinese spreadsheet saves it
      }
      const rows = found.includes("\0") ? null : readCsv(found);
      if (!rows || !rows.length) return refuse(_("不是 CSV，或者坏了（有一个引号没有合上）；什么都没有读入。"));
      const header = rows.shift().cells.map((cell) => cell.trim());
      const lines = rows.map(({ cells, line }) => ({
        line,
        short: cells.length !== header.length,
        ...Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ""])),
      }));
      return { header, lines, name: file.name };
    }
    // a project or a codebook of another program; null if it is none
    async function projectOf(file, faults) {
      const head = new TextDecoder("latin1").decode(await file.slice(0, 100).arrayBuffer());
      if (!qda || !/^(PK|(\xef\xbb\xbf)?\s*<|\xff\xfe<|\xfe\xff\0<)/.test(head)) return null;
      const nothing = { codes: [], codings: [] };
      try {
        const read = await qda.read(file, data);
        faults.push(...read.faults.map((fault) => _("{name}：{value}", { name: file.name, value: fault })));
        const codes = read.codes.filter((code) => {
          const why = wrong(code.label);
          if (why) faults.push(_("{file}：码“{label}”没有读入：{why}", { file: file.name, label: [...code.label].slice(0, 30).join(""), why }));
          return !why;
        });
        const good = new Set(codes.map((code) => code.label));
        const codings = read.codings.filter((c) => good.has(c.label)).map((c) => ({ ...c, file: file.name }));
        const lost = read.codings.length - codings.length;
        if (lost) faults.push(_n("{file}：用这些码编的 {n} 处也没有读入。", lost, { file: file.name }));
        return { codings, codes: read.here || read.kind === "codebook" ? codes : [], kind: read.kind };
      } catch (error) {
        if (!(error instanceof qda.Refused)) console.error(error);
        faults.push(_("{name}：{value}", {
          name: file.name,
          value: error instanceof qda.Refused ? error.message : _("读不出来，什么都没有读入。"),
        }));
        return nothing;
      }
    }
    // codes of another program beside those that are here: one of the same name is the same
    function withCodes(now, codes) {
      const ids = new Map(now.codes.map((code) => [code.label, code.id]));
      const taken = new Set(now.codes.map((code) => code.id));
      const fresh = [];
      for (const code of codes) {
        if (ids.has(code.label)) continue;
        let id = /^[\p{L}\p{N}_.-]{1,60}$/u.test(code.id) ? code.id : "";
        if (!id || taken.has(id)) id = `n${sha256(code.label).slice(0, 8)}`;
        while (taken.has(id)) id += "x";
        taken.add(id);
        ids.set(code.label, id);
        fresh.push([code, id]);
      }
      const made = fresh.map(([{ label, parent, definition, level, include, exclude, color }, id]) => {
        return { id, label, parent_id: ids.get(parent) ?? "", definition, level, include, exclude, color };
      });
      return made.length ? { ...now, codes: [...now.codes, ...made] } : now;
    }
    // codings of files: what is wrong in one is listed with file and line, the rest is taken
    async function codingsOf(files) {
      const [found, faults, names] = [[], [], new Map(state.codes.map((code) => [code.id, code.label]))];
      const [tables, codes, kinds] = [[], [], new Set()];
      for (const file of files) {
        const project = await projectOf(file, faults);
        if (!project) {
          tables.push(await rowsOf(file, faults));
          continue;
        }
        kinds.add(project.kind);
        codes.push(...project.codes);
        found.push(...project.codings);
      }
      const books = tables.filter(
        (table) => table && table.header.includes("label") && !table.header.includes("start"),
      );
      for (const { name, lines } of books) {
        const own = new Map(lines.map((row) => [row.code_id, tidy(row.label)]));
        for (const row of lines) {
          const label = tidy(row.label);
          const why = row.short ? _("少了或多了格子") : wrong(label);
          if (why) {
            faults.push(_("{file} 第 {line} 行：{why}。", { file: name, line: row.line, why }));
            continue;
          }
          if (row.code_id) names.set(row.code_id, label);
          const said = ["level", "definition", "include", "exclude"].map((field) => [field, unguard(row[field] ?? "").trim()]);
          codes.push({ id: row.code_id ?? "", label, parent: own.get(row.parent_id), ...Object.fromEntries(said) });
        }
      }
      for (const table of tables) {
        if (!table || books.includes(table)) continue;
        const missing = NEEDED.filter((name) => !table.header.includes(name));
        if (missing.length) {
          faults.push(_("{file}：没有 {columns} 一栏，不是编码的导出。", { file: table.name, columns: missing.join(_("、")) }));
          continue;
        }
        for (const row of table.lines) {
          const [start, end] = [row.start, row.end].map((cell) =>
            /^\d{1,9}$/.test(cell.trim()) ? +cell - data.offset : NaN,
          );
          const label = tidy(row.label || names.get(row.code_id) || "");
          const why = row.short
            ? _("少了或多了格子")
            : row.source_id !== data.source
              ? _("是材料 {other} 的，不是 {source} 的", { other: row.source_id || _("（空）"), source: data.source })
              : !(start >= 0 && start < end && end <= size)
                ? _("位置不在这段文字里")
                : row.quote_sha256 && row.quote_sha256 !== sha256(words({ start, end }))
                  ? _("原话对不上：文字不是同一版，或者是别的研究")
                  : !label
                    ? _("没有码 {code_id}：把编码本一起读入", { code_id: row.code_id })
                    : wrong(label);
          if (why) faults.push(_("{file} 第 {line} 行：{why}。", { file: table.name, line: row.line, why }));
          else
            found.push({
              start,
              end,
              label,
              memo: unguard(row.memo ?? ""),
              date: row.date ?? "",
              coder: row.coder,
              code: row.code_id,
              file: table.name,
            });
        }
      }
      const order = files.map((file) => file.name);
      found.sort((one, other) => order.indexOf(one.file) - order.indexOf(other.file));
      return { found, faults, books: books.length, codes, kinds };
    }
    const report = (said, faults) => {
      tell(said + (faults.length ? _n("有 {n} 条说明，见下面。", faults.length) : ""));
      problems.hidden = !faults.length;
      list(problems.firstChild, faults, (fault) => make("li", {}, fault));
    };
    async function take(files) {
      const { found, faults, books, codes, kinds } = await codingsOf(files);
      const who = [...new Set(found.map((c) => c.coder))];
      const mine = who.length > 1 ? found.filter((c) => c.coder === state.coder) : found;
      if (who.length > 1 && !mine.length)
        return report(_("文件里有几个人的编码：{names}。把“编码者”改成其中一个，再读入。", { names: who.join(_("、")) }), faults);
      const [had, knew] = [state.codings.length, state.codes.length];
      act((now) => joined(withCodes(now, codes), mine), "");
      const [added, learnt] = [state.codings.length - had, state.codes.length - knew];
      report(
        (books || kinds.has("codebook")) && !found.length
            ? _n("读入编码本：{n} 个码，新添 {learnt} 个。", codes.length, { learnt })
            : _n("读入 {n} 处，新添 {added} 处{more}。", mine.length, {
                added,
                more: kinds.size ? _n("；新添 {n} 个码", learnt) : "",
              }),
        faults,
      );
    }
    async function invite(files) {
      const { found, faults, kinds } = await codingsOf(files);
      if (kinds.has("codebook")) faults.push(_("编码本里没有编码，比不了：用“其他程序”里的“读入”。"));
      const read = new Map();
      for (const c of found) {
        // two people may both be called 我
        const other =
          c.coder === state.coder ||
          data.coders.some((one) => one.name === c.coder) ||
          (guests.get(c.coder) ?? [c])[0].file !== c.file ||
          (read.get(c.coder) ?? [c])[0].file !== c.file;
        const name = other ? _("{what}（{how}）", { what: c.coder, how: c.file }) : c.coder;
        read.set(name, [...(read.get(name) ?? []), c]);
      }
      for (const [name, codings] of read) guests.set(name, codings);
      report(_n("读入 {n} 处，现在有 {size} 位同学。", found.length, { size: guests.size }), faults);
      compare();
    }
    // without `accept` where it may be .qdpx: phones offer no file whose kind they do not know
    const chooser = (label, done, accept = false) => {
      const field = make("input", {
        type: "file",
        accept,
        multiple: true,
        hidden: true,
        "aria-label": label,
        async onchange() {
          await done([...field.files]);
          field.value = "";
        },
      });
      return [button(label, () => field.click()), field];
    };

    // ---- comparing --------------------------------------------------------------------------------------------------
    const everybody = () =>
      new Map([
        [_("你"), state.codings.map((c) => ({ ...c, label: labelOf(c.code) }))],
        ...data.coders.map(({ name, codings }) => [
          name,
          codings.map(([start, end, code]) => ({ start, end, code, label: known.get(code)?.label ?? code })),
        ]),
        ...guests,
      ]);
    const figure = (value) => (Number.isNaN(value) ? _("算不出") : value.toFixed(3));
    const table = (caption, head, rows) =>
      make(
        "div",
        { class: "zc-wide", tabindex: "0", role: "region", "aria-label": caption },
        make(
          "table",
          {},
          make("caption", {}, caption),
          make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))),
          make(
            "tbody",
            {},
            ...rows.map((row) =>
              make("tr", {}, ...row.map((cell, i) => make(i ? "td" : "th", i ? {} : { scope: "row" }, String(cell)))),
            ),
          ),
        ),
      );
    function compare() {
      const all = everybody();
      const before = partner.value;
      partner.replaceChildren(...[...all.keys()].slice(1).map((name) => make("option", {}, name)));
      if (all.has(before)) partner.value = before;
      const name = partner.value;
      const [mine, theirs] = [all.get(_("你")), all.get(name) ?? []];
      const everyone = guests.size ? whole(all) : [];
      if (!mine.length)
        return result.replaceChildren(
          make("p", {}, _("先编几处，再来比。先看了别人的，就很难再用自己的眼睛看。")),
          ...everyone,
        );
      const dress = (list, who) =>
        list.map((c) => {
          const at = state.codes.findIndex((code) => code.label === c.label) + 1;
          return { ...c, who, number: at || c.label, colour: paint(state.codes[at - 1], at) };
        });
      const copy = make(
        "div",
        { class: "zc-text zc-both" },
        ...lines.map((line) => make("p", {}, ...pieces(line, dress(mine, _("你")), dress(theirs, name), null, null))),
      );
      const found = agreement(data.turns, mine, theirs);
      const row = (what, m) => [what, m.items, figure(m.percent), figure(m.kappa), figure(m.alpha)];
      const measured = [
        table(
          _("你和{name}：一致性（逐字）", { name }),
          [_("范围"), _("判断数"), _("一致率"), "κ", "α"],
          [row(_("全部文字"), found.all), row(_("至少一人编了的文字"), found.coded)],
        ),
        table(
          _("你和{name}：逐个码（全部文字的字数）", { name }),
          [_("码"), _("都编"), _("只有你"), _("只有{name}", { name }), _("一致率"), "κ", "α"],
          found.codes.map((c) => [
            c.label,
            c.both,
            c.one,
            c.other,
            figure(c.percent),
            figure(c.kappa),
            figure(c.alpha),
          ]),
        ),
      ];
      result.replaceChildren(
        make("p", {}, _("下面的线是你编的，上面的线是{name}编的；数字是码的号。", { name })),
        copy,
        ...questions(mine, theirs, name),
        make(
          "p",
          {},
          _("判断数：每个字、每个码各判断一次“编没编”；只算受访者的话，只有你和他用过的码。这么短的一段，系数跟着一两处就跳，先看上面的问题。"),
        ),
        ...measured,
        ...everyone,
      );
    }
    // all together, by pair, and by code over all pairs, for a class; a teacher who coded nothing is none of it
    function whole(all) {
      const names = [...all.keys()].filter(
        (name) => !data.coders.some((one) => one.name === name) && (name !== _("你") || all.get(name).length),
      );
      if (names.length < 2) return [];
      const pairs = names.flatMap((one, i) =>
        names.slice(i + 1).map((other) => [one, other, agreement(data.turns, all.get(one), all.get(other))]),
      );
      const codes = new Map();
      for (const [, , found] of pairs)
        for (const c of found.codes) {
          const sum = codes.get(c.label) ?? { both: 0, one: 0, other: 0, pairs: 0 };
          codes.set(c.label, { both: sum.both + c.both, one: sum.one + c.one + c.other, pairs: sum.pairs + 1 });
        }
      const share = (c) => c.both / (c.both + c.one);
      const together = alphas(
        data.turns,
        names.map((name) => all.get(name)),
      );
      return [
        table(
          _n("全班：{n} 个人一起", names.length),
          [_("范围"), _("判断数"), "α"],
          [
            [_("全部文字"), together.all],
            [_("至少一人编了的文字"), together.coded],
          ].map(([what, m]) => [what, m.items, figure(m.alpha)]),
        ),
        table(
          _("全班：两人一对"),
          [_("两个人"), _("一致率"), "κ", _("α（全部文字）"), _("α（编了的文字）")],
          pairs.map(([one, other, m]) => [
            [one, other].join(_("、")),
            figure(m.all.percent),
            figure(m.all.kappa),
            figure(m.all.alpha),
            figure(m.coded.alpha),
          ]),
        ),
        table(
          _("全班：逐个码，最不一致的在前"),
          [_("码"), _("几对人用过"), _("两人都编的字"), _("只一人编的字"), _("都编的占几成"), _("α（一起）")],
          [...codes]
            .sort((a, b) => share(a[1]) - share(b[1]))
            .map(([label, c]) => [label, c.pairs, c.both, c.one, figure(share(c)), figure(together.codes.get(label))]),
        ),
      ];
    }
    function questions(mine, theirs, name) {
      const [missed, borders, alone] = [[], [], []];
      const same = (c) => (one) => one.label === c.label && meet(one, c);
      const definition = (label) => {
        const code = state.codes.find((one) => one.label === label);
        return code ? about(code, "definition") : data.codes.find((one) => one.label === label)?.definition;
      };
      for (const c of theirs) {
        const [equal, other] = [mine.find(same(c)), mine.find((one) => meet(one, c) && one.label !== c.label)];
        if (!equal)
          missed.push([
            c,
            other
              ? _("同一处你编了{label}。两条定义差在哪里？要不要两个都编？", { label: other.label })
              : _("你没有编。定义里哪几个字支持他？你是看漏了，还是认为不该编？"),
          ]);
        else if (equal.start !== c.start || equal.end !== c.end)
          borders.push([c, _("你圈的是「{words}」。多出来或少掉的字，够不够得上定义？", { words: words(equal) })]);
      }
      for (const c of mine)
        if (!theirs.some(same(c)))
          alone.push([c, _("{name}在这里没有用这个码。指得出定义里的字吗？指不出，删；指得出，问他为什么不编。", { name })]);
      const item = ([c, question]) => {
        const reasons = data.differences
          .filter((d) => d[2] === c.code && meet({ start: d[0], end: d[1] }, c))
          .map((d) => [d[3], d[4]]);
        const memos = data.memos.filter(
          (memo) => memo.codes.includes(c.code) || reasons.some((reason) => reason[1] === memo.memo_id),
        );
        return make(
          "li",
          {},
          _("「{words}」→ {label}。", { words: words(c), label: c.label }),
          question,
          ...[
            [_("定义"), definition(c.label)],
            [_("他们谈下来"), reasons.map((reason) => reason[0]).join("\n")],
            [_("{name}的备注", { name }), c.memo],
            ...memos.map((memo) => [_("备忘录 {memo_id}（{coder}）：{title}", { memo_id: memo.memo_id, coder: memo.coder, title: memo.title }), memo.text]),
          ]
            .filter(([, said]) => said)
            .map(([title, said]) =>
              make("details", {}, make("summary", {}, title), make("p", { class: "zc-memo" }, said)),
            ),
        );
      };
      const part = (title, entries) => {
        const into = make("ol");
        list(into, entries, item);
        return [make("p", { class: "zc-title" }, _("{title}（{number} 处）", { title, number: entries.length })), into];
      };
      return [
        ...part(_("{name}看到、你没有编的", { name }), missed),
        ...part(_("圈得不一样长的"), borders),
        ...part(_("只有你编的"), alone),
      ];
    }

    // ---- the page ---------------------------------------------------------------------------------------------------
    const status = make("p", { class: "zc-status", role: "status", "aria-live": "polite" });
    const noted = make("p", { class: "zc-noted", "aria-hidden": "true" });
    const problems = make("div", { class: "zc-warning", role: "alert", hidden: true }, make("ul"));
    const stay = { onpointerdown: (event) => event.preventDefault() }; // or the selection is gone before the click
    const edge = (label, side, step) =>
      button(
        label,
        () => {
          const spot = chosen() ?? { start: focus, end: focus };
          spot[side] = Math.max(
            side === "end" ? spot.start : 0,
            Math.min(side === "start" ? spot.end : size, spot[side] + step),
          );
          select(spot.start, spot.end);
        },
        {
          ...stay,
          "aria-label": (step < 0) === (side === "start")
            ? (side === "start" ? _("{label}：前头多一个字", { label }) : _("{label}：后头多一个字", { label }))
            : (side === "start" ? _("{label}：前头少一个字", { label }) : _("{label}：后头少一个字", { label })),
        },
      );
    const back = button(_("撤销"), undo, stay);
    const bar = make(
      "div",
      { class: "zc-bar" },
      status,
      make(
        "div",
        { role: "group", "aria-label": _("编码工具") },
        button(_("编码…"), choose, stay),
        button(_("原话作码"), inVivo, stay),
        back,
        button(_("选这一句"), sentence, stay),
        edge(_("←前"), "start", -1),
        edge(_("前→"), "start", 1),
        edge(_("←后"), "end", -1),
        edge(_("后→"), "end", 1),
      ),
    );
    const [own, codes] = [make("ol", { class: "zc-list" }), make("ul", { class: "zc-list" })];
    const [ownTitle, codesTitle] = [make("summary"), make("summary")];
    const coder = make("input", {
      type: "text",
      maxlength: 20,
      "aria-label": _("编码者"),
      disabled: Boolean(data.save), // it is the server's
      onchange() {
        const name = tidy(coder.value).replace(/^[=+\-@＝＋－＠]+/, "") || _("我");
        act((now) => (now.coder === name ? now : { ...now, coder: name }), _("编码者改为{name}。", { name }));
        coder.value = name;
      },
    });
    const partner = make("select", { "aria-label": _("和谁比"), onchange: compare });
    const result = make("div", { class: "zc-result" });
    const comparing = make(
      "details",
      { class: "zc-part", ontoggle: () => comparing.open && compare() },
      make("summary", {}, _("和别人的编码比")),
      make("p", {}, _("和谁比 "), partner, " ", ...chooser(_("读入同学的导出…"), invite)),
      make("p", {}, _("同学的导出是 CSV，或者 .qdpx；可以一次选几个。")),
      result,
    );
    const others = make(
      "details",
      { class: "zc-part", hidden: !qda },
      make("summary", {}, _("其他程序（NVivo、MAXQDA、ATLAS.ti、QualCoder）")),
      make(
        "p",
        {},
        _("和同学合编、交给老师，用上面的 CSV 就够了。要在这些程序里接着做，导出项目：这份文字、编码、备注和码都在里面，在那边选“导入 REFI-QDA 项目”。编码本只有码。"),
      ),
      make(
        "p",
        { class: "zc-files" },
        button(_("导出项目（.qdpx）"), exportProject),
        " ",
        button(_("导出编码本（.qdc）"), exportBook),
        " ",
        ...chooser(_("读入 .qdpx 或 .qdc…"), take),
      ),
    );
    text.tabIndex = 0;
    text.setAttribute("role", "textbox");
    text.setAttribute("aria-readonly", "true");
    text.setAttribute("aria-multiline", "true");
    text.setAttribute("aria-label", _("要编码的文字。左右箭头按字移动，上下箭头按句，按住 Shift 选中，回车给码"));
    block.append(
      bar,
      warning,
      make("details", { class: "zc-part", open: true }, ownTitle, own),
      make("details", { class: "zc-part" }, codesTitle, codes),
      make(
        "p",
        { class: "zc-files" },
        make("label", {}, _("编码者 "), coder),
        " ",
        button(_("导出编码"), exportCodings),
        " ",
        button(_("导出编码本"), exportCodes),
        " ",
        ...chooser(_("读入…"), take, ".csv"),
      ),
      others,
      noted,
      problems,
      comparing,
      dialog,
    );
    block.classList.add("zc-ready");

    // ---- what was kept ----------------------------------------------------------------------------------------------
    function restore() {
      if (data.save) {
        state = base = data.state;
        draw();
        return say(_n("已有 {n} 处。选中几个字，再点“编码…”；编的随时存进研究的文件夹。", state.codings.length));
      }
      let raw = null;
      try {
        raw = stored = localStorage.getItem(key);
        const other = Object.keys(localStorage).filter((name) => name.startsWith(group) && name !== key);
        for (const name of other)
          offer(_("这台设备上还有给另一版文字编的、或者读不出的编码，原样留着："), localStorage.getItem(name), name);
      } catch {
        unsaved = true;
      }
      const found = raw && load(raw);
      if (found) [state, past] = [found, []];
      else if (raw) {
        const name = `${group}damaged-${sha256(raw).slice(0, 8)}`;
        try {
          localStorage.setItem(name, raw);
          localStorage.removeItem(key);
          stored = null;
        } catch {} // no room for a copy: until something is coded, it stays where it is, and it can be downloaded
        offer(_("这台设备上存的编码读不出来，没有删，从头开始。原来的："), raw, name);
      }
      warning.hidden = !unsaved;
      draw();
      say(
        found && found.codings.length
          ? _n("接着编：已有 {n} 处，存在这台设备上。", found.codings.length)
          : _("选中几个字，再点“编码…”。编码只存在这台设备上。"),
      );
    }
    function offer(said, raw, name) {
      const link = make(
        "a",
        { download: "zhagen-coder.json", href: URL.createObjectURL(new Blob([raw], { type: "application/json" })) },
        _("下载"),
      );
      const drop = button(_("不要了"), () => {
        localStorage.removeItem(name);
        note.remove();
      });
      const note = make("p", { class: "zc-warning" }, said, link, " ", drop);
      block.append(note);
    }
    addEventListener("storage", (event) => {
      if ((event.key === key || event.key === null) && follow()) {
        if (unsaved) keep();
        draw();
        say(_("另一个窗口改了编码，这里跟上了；撤销可以回到这个窗口原来的样子。"));
      }
    });
    addEventListener("beforeunload", (event) => unsaved && state.codings.length && event.preventDefault());
    restore();
  }

  window.zhagenCoder = { agreement, alphas, readCsv, sha256, start };
  document.querySelectorAll(".zhagen-coder").forEach((block) => start(block));
  // a cell that is run in the page (run.js) shows its passage anew
  document.addEventListener("zhagen:results", ({ target }) => target.querySelectorAll(".zhagen-coder").forEach((block) => start(block)));
})();
