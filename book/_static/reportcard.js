// The method report card as a form: what `zhagen.book.report_form` writes becomes fields that are kept on the device,
// exported as Markdown (which can be imported again) and DOCX, and printed. What a reader writes, or a file holds,
// gets into the page as text only, never as HTML. Several papers are kept beside each other; none replaces another.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const FORM = "zhagen-report-card";
  const OPEN = `${FORM}-open`;
  const MOST = 2e6; // bytes of a file
  const COLUMNS = [_("项目"), _("结果"), _("出处"), _("依据")];
  const pair = (name, value) => _("{name}：{value}", { name, value });
  const headed = (title) => _("方法报告单：{title}", { title });
  const HEAD = { title: _("论文题目"), source: _("作者、年份"), who: _("填的人") };
  const block = document.querySelector(".zhagen-card");
  if (!block) return;
  const { items, verdicts } = JSON.parse(block.querySelector("script").textContent);
  const label = (verdict) => verdicts.find(({ id }) => id === verdict)?.name ?? "";

  const make = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      name.startsWith("on") ? made.addEventListener(name.slice(2), value) : made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const button = (name, onclick) => make("button", { type: "button", onclick }, name);

  // ---- what is kept: one entry a paper; what the browser does not store stays in `unsaved` until the page is closed
  const unsaved = new Map();
  const key = (id) => `${FORM} ${id}`;
  function get(name) {
    if (unsaved.has(name)) return unsaved.get(name);
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }
  function put(name, value) {
    unsaved.set(name, value);
    try {
      value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value);
      unsaved.delete(name);
    } catch {}
    warning.hidden = ![...unsaved].some(([name, value]) => value && name !== OPEN);
  }
  const text = (value) =>
    typeof value === "string" ? value.replace(/\r\n?/g, "\n").replace(/[\ud800-\udfff]/gu, "\ufffd") : "";
  const fresh = () => ({ form: FORM, id: Date.now().toString(36) + Math.random().toString(36).slice(2, 8), items: {} });
  // only what the form knows; null if it is no card
  function card_of(raw) {
    let found;
    try {
      found = JSON.parse(raw);
    } catch {}
    if (found?.form !== FORM || !found.items || typeof found.items !== "object" || !/^\w{1,40}$/.test(found.id))
      return null;
    const card = { form: FORM, id: found.id, items: {} };
    for (const name of Object.keys(HEAD)) card[name] = text(found[name]);
    for (const { item } of items) {
      const { verdict, place, note } = found.items[item] ?? {};
      card.items[item] = { verdict: label(verdict) && verdict, place: text(place), note: text(note) };
    }
    return card;
  }
  function kept() {
    let names = [...unsaved.keys()];
    try {
      names.push(...Object.keys(localStorage));
    } catch {}
    names = [...new Set(names)].filter((name) => name.startsWith(`${FORM} `)).sort();
    const cards = names.map((name) => get(name) && card_of(get(name)));
    damaged = names.filter((name, i) => get(name) && !cards[i]).length;
    return cards.filter(Boolean);
  }
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const title = (one) => _("《{title}》", { title: one.title || _("没有题目") });

  // ---- what is shown
  const fields = []; // { control, paper, of(card) -> [object, name] }
  let card, gone, damaged;
  const say = (...what) => status.replaceChildren(...what);
  function field(tag, named, where, inside = []) {
    const control = make(tag, { "aria-label": named, placeholder: named.replace(/^.*[：:]\s*/, ""), rows: 2 }, ...inside);
    const paper = make("div", { class: "zk-paper" });
    fields.push({ control, paper, where });
    control.addEventListener("input", () => {
      // what another window wrote meanwhile stays: only this field is changed
      card = card_of(get(key(card.id))) ?? card_of(JSON.stringify(card));
      const [object, name] = where(card);
      object[name] = text(control.value);
      put(key(card.id), JSON.stringify(card));
      put(OPEN, card.id);
      show();
    });
    return [control, paper];
  }
  function show() {
    for (const { control, paper, where } of fields) {
      const [object, name] = where(card);
      if (control.value !== object[name]) control.value = object[name];
      paper.textContent = control.tagName === "SELECT" ? label(control.value) : control.value;
      if (control.tagName === "TEXTAREA") {
        control.style.height = "auto";
        control.style.height = `${control.scrollHeight + 2}px`;
      }
    }
    const cards = kept();
    if (!cards.some(({ id }) => id === card.id)) cards.push(card);
    chosen.replaceChildren(...cards.map((one) => make("option", { value: one.id }, one.title || _("没有题目"))));
    chosen.value = card.id;
    const done = items.map(({ item, name }) => ({ name, ...card.items[item] })).filter(({ verdict }) => verdict);
    const bare = done.filter((one) =>
      one.verdict === "absent" ? !one.note.trim() : one.verdict !== "not_applicable" && !one.place.trim(),
    );
    const lacks = bare.length ? _("还缺出处或者查过的词：{items}。", { items: bare.map(({ name }) => name).join(_("、")) }) : "";
    const lost = damaged ? _n("这台设备上另有 {n} 张读不出来，原样留着。", damaged) : "";
    count.textContent = _("{all} 项填了 {done} 项。", { all: items.length, done: done.length }) + lacks + lost;
  }
  function open(one) {
    card = card_of(JSON.stringify(one));
    put(OPEN, card.id);
    show();
  }
  function follow() {
    const found = card_of(get(key(card.id)));
    if (found && !same(found, card)) card = found;
    show();
  }
  function remove() {
    gone = card;
    put(key(card.id), null);
    open(kept()[0] ?? fresh());
    const back = () => (put(key(gone.id), JSON.stringify(gone)), open(gone), say(_("放回来了。")));
    say(_("删去了{card}。 ", { card: title(gone) }), button(_("撤销删去"), back));
  }

  // ---- Markdown, and reading it again
  const cell = (value) =>
    value.replace(/[\\|<>&*_`[\]~$]/g, (sign) => (/[<>&]/.test(sign) ? `&#${sign.charCodeAt()};` : `\\${sign}`));
  const line = (value) => cell(value.trim()).replace(/\n/g, "<br>");
  const rows = (of) => items.map(({ item, name }) => [name, label(of.items[item].verdict), of.items[item]]);
  function markdown(of) {
    const note = _("{form}：下一行供网页读入，请不要改", { form: FORM });
    const data = JSON.stringify(of).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt().toString(16)}`);
    return [
      `# ${headed(line(of.title))}\n`,
      `${pair(HEAD.source, line(of.source))}　${pair(HEAD.who, line(of.who))}\n`,
      `| ${COLUMNS.join(" | ")} |\n|---|---|---|---|`,
      ...rows(of).map(([name, said, { place, note }]) => `| ${name} | ${said} | ${line(place)} | ${line(note)} |`),
      `\n<!-- ${note}\n${data}\n-->\n`,
    ].join("\n");
  }
  async function read(file) {
    if (file.size > MOST) return say(_("{name} 太大，不是报告单。", { name: file.name }));
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (bytes[0] === 80 && bytes[1] === 75) return say(_("DOCX 读不回来：请选一同导出的 Markdown（.md）。"));
    let raw;
    try {
      raw = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
    } catch {
      return say(_("{name} 不是 UTF-8 的文字，没有读入。", { name: file.name }));
    }
    const inside = raw.match(new RegExp(`<!-- ${FORM}.*\\n(.*)`));
    const found = card_of(inside ? inside[1] : raw);
    if (!found) {
      const why = inside || raw.includes(FORM) ? _("里给网页读的那一行坏了") : _("不是这里导出的报告单");
      return say(_("{name} {why}，没有读入；填着的一张没有动。", { name: file.name, why }));
    }
    const edited = inside && markdown(found).trim() !== raw.trim();
    const note = edited ? _("表里的字导出以后改过，读入的是导出时的内容。") : "";
    const old = card_of(get(key(found.id)));
    if (old && same(old, found)) return (open(old), say(_("{card}和存着的一样。", { card: title(old) }) + note));
    if (old) Object.assign(found, { id: fresh().id, title: _("{title}（读入的）", { title: found.title }) });
    const before = get(key(card.id)) ? _("；{card}仍在名单里", { card: title(card) }) : "";
    put(key(found.id), JSON.stringify(found));
    open(found);
    say(_("读入了{card}，另存一张{before}。", { card: title(found), before }) + note);
  }

  // ---- DOCX: a zip of three files, stored, not deflated
  const TABLE = Uint32Array.from({ length: 256 }, (none, n) => {
    for (let i = 0; i < 8; i++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  // `form`: how many bytes each number takes
  const pack = (form, ...numbers) =>
    new Uint8Array(
      numbers.flatMap((number, i) => Array.from({ length: form[i] }, (none, at) => (number >>> (8 * at)) & 255)),
    );
  function zip(files) {
    const [parts, list, encoder] = [[], [], new TextEncoder()];
    const size = (blobs) => blobs.reduce((sum, bytes) => sum + bytes.length, 0);
    for (const [name, content] of files) {
      const [named, bytes] = [encoder.encode(name), encoder.encode(content)];
      const crc = ~bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), -1);
      // version 2.0, UTF-8 names, stored, 1 January 1980
      const about = pack("2222244422", 20, 2048, 0, 0, 33, crc, bytes.length, bytes.length, named.length, 0);
      list.push(pack("42", 0x02014b50, 20), about, pack("22244", 0, 0, 0, 0, size(parts)), named);
      parts.push(pack("4", 0x04034b50), about, named, bytes);
    }
    const n = files.length;
    return new Blob([...parts, ...list, pack("42222442", 0x06054b50, 0, 0, n, n, size(list), size(parts), 0)]);
  }
  function docx(of) {
    const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
    const office = "http://schemas.openxmlformats.org/";
    const kind = "application/vnd.openxmlformats-";
    const word = "word/document.xml";
    // no sign that XML forbids
    const safe = (value) =>
      value
        .replace(/[^\t\n -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
        .replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt()};`)
        .replace(/\n/g, "</w:t><w:br/><w:t>");
    const p = (value, look = "") =>
      `<w:p><w:r><w:rPr>${look}</w:rPr><w:t>${safe(value)}</w:t></w:r></w:p>`.replace(
        /<w:t>/g,
        '<w:t xml:space="preserve">',
      );
    const widths = [1500, 1000, 2200, 4326];
    const row = (cells, look) =>
      `<w:tr><w:trPr><w:cantSplit/>${look ? "<w:tblHeader/>" : ""}</w:trPr>` +
      cells
        .map((one, i) => `<w:tc><w:tcPr><w:tcW w:w="${widths[i]}" w:type="dxa"/></w:tcPr>${p(one, look)}</w:tc>`)
        .join("") +
      "</w:tr>";
    const borders = ["top", "left", "bottom", "right", "insideH", "insideV"].map(
      (side) => `<w:${side} w:val="single" w:sz="4"/>`,
    );
    const table = [
      `<w:tbl><w:tblPr><w:tblW w:w="9026" w:type="dxa"/><w:tblBorders>${borders.join("")}</w:tblBorders>`,
      '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
      ...widths.map((width) => `<w:gridCol w:w="${width}"/>`),
      "</w:tblGrid>",
      row(COLUMNS, "<w:b/>"),
      ...rows(of).map(([name, said, { place, note }]) => row([name, said, place, note])),
      "</w:tbl>",
    ];
    const head =
      p(headed(of.title), '<w:b/><w:sz w:val="32"/>') +
      p(`${pair(HEAD.source, of.source)}　${pair(HEAD.who, of.who)}`);
    const page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>';
    return zip([
      [
        "[Content_Types].xml",
        `${xml}<Types xmlns="${office}package/2006/content-types"><Default Extension="rels" ContentType="${kind}package.relationships+xml"/>` +
          `<Override PartName="/${word}" ContentType="${kind}officedocument.wordprocessingml.document.main+xml"/></Types>`,
      ],
      [
        "_rels/.rels",
        `${xml}<Relationships xmlns="${office}package/2006/relationships"><Relationship Id="rId1" ` +
          `Type="${office}officeDocument/2006/relationships/officeDocument" Target="${word}"/></Relationships>`,
      ],
      [
        word,
        `${xml}<w:document xmlns:w="${office}wordprocessingml/2006/main"><w:body>${head}${table.join("")}<w:p/>${page}</w:body></w:document>`,
      ],
    ]);
  }
  function save(blob, end) {
    const plain = _("报告单 {title}", { title: card.title }).replace(/[\x00-\x20\\/:*?"<>|.]+/g, " ").trim();
    const name = [...plain].slice(0, 60).join("");
    const link = make("a", { href: URL.createObjectURL(blob), download: `${name}.${end}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(_("导出了 {download}。", { download: link.download }));
  }

  // ---- the page
  const warning = make(
    "p",
    { class: "zk-warning", role: "alert" },
    _("浏览器不让存（已满，或者被禁止）。填的还在这一页上，关掉就没有了：请现在就导出。"),
  );
  warning.hidden = true;
  const status = make("p", { class: "zk-status", role: "status" });
  const count = make("p", { class: "zk-count" });
  const chosen = make("select", {
    "aria-label": _("存着的单子"),
    onchange: () => (open(card_of(get(key(chosen.value))) ?? card), say("")),
  });
  const file = make("input", {
    type: "file",
    accept: ".md,.json,.txt",
    hidden: "",
    "aria-label": _("导入"),
    onchange: () => file.files[0] && read(file.files[0]).then(() => (file.value = "")),
  });
  const print = () => (document.documentElement.classList.add("zk-print"), window.print());
  addEventListener("afterprint", () => document.documentElement.classList.remove("zk-print"));
  const bar = make(
    "div",
    { class: "zk-bar", role: "group", "aria-label": _("单子") },
    chosen,
    button(_("另填一篇"), () => (open(fresh()), say(_("一张空白的；填着的都在名单里。")))),
    button(_("导出 Markdown"), () => save(new Blob([markdown(card)], { type: "text/markdown" }), "md")),
    button(_("导出 DOCX"), () => save(docx(card), "docx")),
    button(_("导入…"), () => file.click()),
    file,
    button(_("打印"), print),
    button(_("删去这一张"), remove),
  );
  const head = make("div", { class: "zk-head" });
  for (const [name, named] of Object.entries(HEAD))
    head.append(make("div", {}, make("b", {}, named), ...field("input", named, (of) => [of, name])));
  const body = items.map(({ item, name, asks, coreq, srqr }) => {
    const guides = [coreq && `COREQ ${coreq}`, srqr && `SRQR ${srqr}`].filter(Boolean).join(_("；"));
    const options = [["", _("结果")], ...verdicts.map(({ id, name }) => [id, name])].map(([value, name]) =>
      make("option", { value }, name),
    );
    const of = (part) => (card) => [card.items[item], part];
    return make(
      "div",
      { class: "zk-row", role: "group", "aria-label": name },
      make("div", { class: "zk-asks" }, make("b", {}, name), make("span", {}, asks), make("small", {}, guides)),
      make("div", {}, ...field("select", _("{name}：结果", { name }), of("verdict"), options)),
      make("div", {}, ...field("textarea", _("{name}：出处（页、节）", { name }), of("place"))),
      make("div", {}, ...field("textarea", _("{name}：依据；没有的写查过的词", { name }), of("note"))),
    );
  });
  const means = make("p", { class: "zk-means" }, verdicts.map(({ name, means }) => pair(name, means)).join("　"));
  const heads = [...COLUMNS.slice(0, 3), _("依据；没有的写查过的词")].map((name) => make("b", {}, name));
  const first = make("div", { class: "zk-row zk-heads", "aria-hidden": "true" }, ...heads); // on paper, where no field has a name
  block.replaceChildren(bar, warning, status, head, means, first, ...body, count);
  addEventListener("storage", follow);
  addEventListener("focus", follow);
  addEventListener("beforeunload", (event) => warning.hidden || event.preventDefault());
  open(card_of(get(key(get(OPEN)))) ?? kept()[0] ?? fresh());
})();
