// Files of other programs for the coder of the page (coder.js): REFI-QDA projects (.qdpx) and codebooks (.qdc), written
// and read as zhagen.exchange does. Places are code points from 0, the end exclusive. What a stranger's file holds is
// measured before it is unpacked, its XML may declare nothing, and its words come out as text only.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  const PROJECT = "urn:QDA-XML:project:1.0";
  const CODEBOOK = "urn:QDA-XML:codebook:1.0";
  const SPACE = "f6dc9412-2708-5618-8771-faedf9df05d2"; // zhagen.exchange.model.NAMESPACE
  const NOWHEN = "1970-01-01T00:00:00Z"; // where the format wants a moment and there is none
  const ENTRIES = 20000; // files in an archive
  const LARGEST = 64 << 20; // bytes of one unpacked file
  const ALTOGETHER = 256 << 20; // bytes of all files that are unpacked
  const RATIO = 200; // unpacked to packed; text is packed to a tenth, XML to a thirtieth at best
  const SMALL = 1 << 20; // bytes up to which no ratio is asked for
  const DEEPEST = 100; // codes above each other
  const CODES = 20000;
  const ANEW = _("请从原来的程序里重新导出。");
  const PALETTE = "#0072b2 #d55e00 #009e73 #cc79a7 #56b4e9 #e69f00 #f0e442 #999999".split(" "); // Okabe and Ito
  const HEIGHTS = ["concept", "category", "main_category", "core_category", "theme", "dimension"];
  const LEVELS = [...HEIGHTS, "theoretical", "focused", "initial"];

  class Refused extends Error {}
  const refuse = (why) => {
    throw new Refused(why);
  };
  const bytesOf = (text) => new TextEncoder().encode(text);
  const legal = (text) => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd"); // XML 1.0
  const distinct = (texts) => [...new Set(texts.filter(Boolean))];

  // ---- GUIDs --------------------------------------------------------------------------------------------------------
  // FIPS 180-4; the browser's own is missing on plain http
  function sha1(given) {
    const turn = (x, n) => (x << n) | (x >>> (32 - n));
    const bytes = new Uint8Array(((given.length + 72) >> 6) << 6);
    bytes.set(given);
    bytes[given.length] = 128;
    const view = new DataView(bytes.buffer);
    view.setUint32(bytes.length - 4, given.length << 3);
    let H = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for (let block = 0; block < bytes.length; block += 64) {
      const w = [];
      let [a, b, c, d, e] = H;
      for (let i = 0; i < 80; i++) {
        w[i] = i < 16 ? view.getInt32(block + 4 * i) : turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        const mixed = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][(i / 20) | 0];
        const key = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][(i / 20) | 0];
        [e, d, c, b, a] = [d, c, turn(b, 30), a, (turn(a, 5) + mixed + e + key + w[i]) | 0];
      }
      H = [a, b, c, d, e].map((value, i) => (value + H[i]) | 0);
    }
    const made = new DataView(new ArrayBuffer(20));
    H.forEach((value, i) => made.setInt32(4 * i, value));
    return new Uint8Array(made.buffer);
  }
  // RFC 4122, version 5: the same parts give the same GUID, here and in Python
  function guidOf(...parts) {
    const space = SPACE.replace(/-/g, "")
      .match(/../g)
      .map((pair) => parseInt(pair, 16));
    const hash = sha1(new Uint8Array([...space, ...bytesOf(parts.join("\n"))])).slice(0, 16);
    hash[6] = (hash[6] & 15) | 80;
    hash[8] = (hash[8] & 63) | 128;
    const digits = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  const plain = (guid) =>
    (guid ?? "")
      .trim()
      .replace(/^\{|\}$/g, "")
      .toLowerCase();

  // ---- the zip ------------------------------------------------------------------------------------------------------
  const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  function crc32(bytes) {
    let sum = -1;
    for (const byte of bytes) sum = CRC[(sum ^ byte) & 255] ^ (sum >>> 8);
    return ~sum >>> 0;
  }
  // numbers of 2 or 4 bytes, the lower byte first
  const numbers = (...pairs) =>
    new Uint8Array(pairs.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255)));
  // files as they are, none packed, all of 1 January 1980: the bytes depend on the files alone
  function pack(files) {
    const [parts, heads] = [[], []];
    let at = 0;
    for (const [name, text] of files) {
      const [title, content] = [bytesOf(name), bytesOf(text)];
      const about = [
        [20, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0x21, 2],
        [crc32(content), 4],
        [content.length, 4],
      ];
      about.push([content.length, 4], [title.length, 2], [0, 2]);
      const first = numbers([0x04034b50, 4], ...about);
      const rest = [
        [0, 2],
        [0, 2],
        [0, 2],
        [0o100644 << 16, 4],
        [at, 4],
      ];
      heads.push(numbers([0x02014b50, 4], [(3 << 8) | 20, 2], ...about, ...rest), title);
      parts.push(first, title, content);
      at += first.length + title.length + content.length;
    }
    const size = heads.reduce((sum, part) => sum + part.length, 0);
    const count = [heads.length / 2, 2];
    parts.push(...heads, numbers([0x06054b50, 4], [0, 2], [0, 2], count, count, [size, 4], [at, 4], [0, 2]));
    const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) (made.set(part, place), (place += part.length));
    return made;
  }

  const slice = async (file, from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());
  // the list of an archive's files, and a way to read one; only what is asked for is read
  async function unpack(file) {
    const tail = await slice(file, Math.max(0, file.size - 65557), file.size);
    const view = new DataView(tail.buffer);
    let end = tail.length - 22;
    while (
      end >= 0 &&
      (view.getUint32(end, true) !== 0x06054b50 || end + 22 + view.getUint16(end + 20, true) > tail.length)
    )
      end--;
    if (end < 0) refuse(_("不是 .qdpx，或者没有传完：压缩包的目录不在。{ANEW}", { ANEW }));
    const [count, size, place] = [
      view.getUint16(end + 10, true),
      view.getUint32(end + 12, true),
      view.getUint32(end + 16, true),
    ];
    if (count === 0xffff || place === 0xffffffff)
      refuse(_("太大：压缩包是 zip64 的，这一页读不了；在电脑上用 zhagen import。"));
    if (count > ENTRIES) refuse(_n("压缩包里有 {n} 个文件，不像访谈的项目。", count));
    const shift = file.size - tail.length + end - size - place; // something may stand before the archive
    if (shift < 0) refuse(_("压缩包坏了：目录的位置不对。{ANEW}", { ANEW }));
    const list = await slice(file, place + shift, place + shift + size);
    const heads = new DataView(list.buffer);
    const found = new Map();
    for (let i = 0, at = 0; i < count; i++) {
      if (at + 46 > list.length || heads.getUint32(at, true) !== 0x02014b50)
        refuse(_("压缩包坏了：目录读不出来。{ANEW}", { ANEW }));
      const number = (from, bytes) =>
        bytes === 2 ? heads.getUint16(at + from, true) : heads.getUint32(at + from, true);
      const name = new TextDecoder().decode(list.subarray(at + 46, at + 46 + number(28, 2)));
      const entry = {
        flags: number(8, 2),
        method: number(10, 2),
        crc: number(16, 4),
        packed: number(20, 4),
        size: number(24, 4),
        at: number(42, 4) + shift,
      };
      if (/^[/\\]|^[A-Za-z]:|\0/.test(name) || name.split(/[/\\]/).includes(".."))
        refuse(_("压缩包里有一个名字指到外面去（{what}）：不要打开，问问是谁发来的。", { what: name.slice(0, 60) }));
      if (((number(38, 4) >>> 28) & 15) === 10)
        refuse(_("压缩包里的 {what} 是链接，不是文件：不要打开，问问是谁发来的。", { what: name.slice(0, 60) }));
      if (found.has(name)) refuse(_("压缩包里有两个 {what}。{ANEW}", { what: name.slice(0, 60), ANEW }));
      found.set(name, entry);
      at += 46 + number(28, 2) + number(30, 2) + number(32, 2);
    }
    const lower = new Map([...found.keys()].map((name) => [name.toLowerCase(), name]));
    let left = ALTOGETHER;
    async function read(name) {
      const entry = found.get(name);
      const broken = () => refuse(_("压缩包里的 {what} 坏了。{ANEW}", { what: name.slice(0, 60), ANEW }));
      if (entry.flags & 1) refuse(_("压缩包有密码。请不带密码重新导出。"));
      if (entry.size > Math.min(LARGEST, left))
        refuse(_("{what} 解开有 {size} 个字节，太大。", { what: name.slice(0, 60), size: entry.size }));
      if (entry.size > SMALL && entry.size > RATIO * Math.max(entry.packed, 1))
        refuse(
          _("{what} 只有 {packed} 个字节，要解成 {size} 个：可能是压缩炸弹，没有打开。", {
            what: name.slice(0, 60),
            packed: entry.packed,
            size: entry.size,
          }),
        );
      left -= entry.size;
      const head = new DataView((await slice(file, entry.at, entry.at + 30)).buffer);
      if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50) broken();
      const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
      const content = file.slice(from, from + entry.packed);
      if (content.size !== entry.packed || ![0, 8].includes(entry.method)) broken();
      const made = entry.method ? await inflate(content, entry.size) : new Uint8Array(await content.arrayBuffer());
      if (!made || made.length !== entry.size || crc32(made) !== entry.crc) broken();
      return made;
    }
    return { names: [...found.keys()], read, find: (name) => (found.has(name) ? name : lower.get(name.toLowerCase())) };
  }
  // null if it is damaged, or longer than its size says
  async function inflate(content, size) {
    let stream;
    try {
      stream = new DecompressionStream("deflate-raw");
    } catch {
      refuse(
        _(
          "这个浏览器太旧，解不开压缩过的 .qdpx。换成 2023 年以后的 Chrome、Edge、Firefox 或 Safari，或者请对方交 CSV。",
        ),
      );
    }
    const made = new Uint8Array(size);
    const reader = content.stream().pipeThrough(stream).getReader();
    try {
      for (let at = 0; ;) {
        const { done, value } = await reader.read();
        if (done) return at === size ? made : null;
        if (at + value.length > size) return (await reader.cancel(), null);
        made.set(value, at);
        at += value.length;
      }
    } catch {
      return null;
    }
  }

  // ---- XML ----------------------------------------------------------------------------------------------------------
  const tag = (name, attributes, ...inside) => ({ name, attributes, inside: inside.flat() });
  // as ElementTree writes and indents it
  function written({ name, attributes, inside }, depth = 0) {
    const signs = {
      "&": "&amp;",
      "<": "&lt;",
      ">": "&gt;",
      '"': "&quot;",
      "\n": "&#10;",
      "\r": "&#13;",
      "\t": "&#09;",
    };
    const pad = "  ".repeat(depth);
    const open = `${pad}<${name}${Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${legal(value).replace(/[&<>"\n\r\t]/g, (sign) => signs[sign])}"`)
      .join("")}`;
    if (!inside.length) return `${open} />`;
    if (typeof inside[0] === "string")
      return `${open}>${legal(inside[0]).replace(/[&<>\r]/g, (sign) => signs[sign])}</${name}>`;
    return `${open}>\n${inside.map((one) => written(one, depth + 1)).join("\n")}\n${pad}</${name}>`;
  }
  const xml = (root) => `<?xml version="1.0" encoding="utf-8"?>\n${written(root)}\n`;

  function decode(bytes, labels) {
    const mark =
      bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
    for (const label of mark ? [mark] : labels)
      try {
        return new TextDecoder(label, { fatal: true }).decode(bytes);
      } catch {} // another encoding, or a label that no browser knows
    return null;
  }
  function parse(bytes) {
    const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(
      String.fromCharCode(...bytes.subarray(0, 200)),
    );
    const text = decode(bytes, [declared ? declared[1] : "utf-8"]);
    if (text === null)
      refuse(
        _("XML 的编码读不出来{encoding}。{ANEW}", {
          encoding: declared ? _("（{what}）", { what: declared[1] }) : "",
          ANEW,
        }),
      );
    if (text.includes("<!DOCTYPE"))
      refuse(_("XML 里有文档类型声明（DOCTYPE），正常的项目用不着：没有打开，问问是谁发来的。"));
    const found = new DOMParser().parseFromString(text, "application/xml");
    if (found.getElementsByTagName("parsererror").length) refuse(_("XML 坏了，读不到头。{ANEW}", { ANEW }));
    const root = found.documentElement;
    const kind = /^urn:QDA-XML:(project|codebook):[\w.:]+$/.exec(root.namespaceURI ?? "");
    if (!kind || root.localName !== { project: "Project", codebook: "CodeBook" }[kind[1]])
      refuse(_("不是 REFI-QDA 的项目或者编码本：最外面是 {what}。", { what: root.nodeName.slice(0, 60) }));
    return root;
  }
  const kids = (node, ...names) => (node ? [...node.children].filter((one) => names.includes(one.localName)) : []);
  const kid = (node, name) => kids(node, name)[0];
  const value = (node, name) => node?.getAttribute(name) ?? "";
  const said = (node) => {
    const found = kid(node, "Description")?.textContent ?? "";
    return found.trim() ? found : "";
  };
  const target = (node) => plain(value(node, "targetGUID"));

  // ---- text with fields below it, as zhagen.exchange.fields ---------------------------------------------------------
  function withFields(text, fields) {
    const lines = Object.entries(fields).filter(([, value]) => value);
    return [text, lines.map(([key, value]) => `${key}: ${value.replace(/\n/g, "\n  ")}`).join("\n")]
      .filter(Boolean)
      .join("\n\n");
  }
  const BLOCK = /(?:^|\n\n)(id: [^\n]*(?:\n(?:  [^\n]*|[^\s:][^:\n]{0,60}: [^\n]*|[^\s:][^:\n]{0,60}:))*)\s*$/u;
  function splitFields(description) {
    const found = BLOCK.exec(description);
    if (!found) return [description, {}];
    const fields = new Map();
    let last = "";
    for (const line of found[1].split("\n"))
      if (line.startsWith("  ")) fields.set(last, `${fields.get(last)}\n${line.slice(2)}`);
      else {
        const at = line.indexOf(":");
        last = line.slice(0, at);
        fields.set(last, line.slice(at + 1).replace(/^ /, ""));
      }
    return [description.slice(0, found.index), Object.fromEntries(fields)];
  }

  // ---- writing ------------------------------------------------------------------------------------------------------
  // the key that a thing came with from another program, or a computed one
  const keyOf = (came, ...parts) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(came) ? came : guidOf(...parts);
  function codeGuidsOf({ study, codes }) {
    const times = new Map();
    for (const { guid } of codes) times.set(guid, (times.get(guid) ?? 0) + 1);
    return new Map(codes.map(({ id, guid }) => [id, keyOf(times.get(guid) === 1 ? guid : "", study, "code", id)]));
  }
  // `codes`: id, label, level, parent, definition, include, exclude, color, guid; `used`: ids that passages are coded with
  function codesTag({ study, codes }, used) {
    const guids = codeGuidsOf({ study, codes });
    const ids = new Map(codes.map((code) => [code.id, code]));
    const above = (code) => (code.parent === code.id ? undefined : ids.get(code.parent));
    const inner = new Set(codes.map((code) => above(code)?.id));
    const names = new Set(codes.map((code) => code.label));
    const roots = codes.filter((code) => !above(code));
    const seen = new Set();
    const rows = codes.map((code) => {
      let root = code;
      for (let n = 0; n < DEEPEST && above(root); n++) root = above(root);
      let name = code.label;
      // QualCoder drops the second code of one name
      if (seen.has(name)) name = [`${name} (${code.level})`, `${name} (${code.id})`].find((one) => !names.has(one));
      names.add(seen.add(name) && name);
      const fields = { id: code.id, level: code.level, include: code.include, exclude: code.exclude };
      if (name !== code.label) fields.label = code.label;
      const color = /^#[0-9a-f]{6}$/i.test(code.color) ? code.color : PALETTE[roots.indexOf(root) % PALETTE.length];
      const codable = String(used.has(code.id) || !inner.has(code.id));
      const made = tag("Code", { guid: guids.get(code.id), name, isCodable: codable, color });
      made.inside.push(tag("Description", {}, withFields(code.definition, fields)));
      return made;
    });
    codes.forEach((code, i) => above(code) && rows[codes.indexOf(above(code))].inside.push(rows[i]));
    return tag(
      "Codes",
      {},
      rows.filter((_, i) => !above(codes[i])),
    );
  }
  // a codebook
  function codebook(project) {
    return bytesOf(xml(tag("CodeBook", { xmlns: CODEBOOK, origin: "zhagen" }, codesTag(project, new Set()))));
  }
  // `codings`: start, end, code, memo, date, in the text of the one source; all of one coder
  function project(given) {
    const { study, coder, source, text, codes, codings } = given;
    const user = guidOf(study, "user", coder);
    const guid = keyOf(given.guid, study, "source", source);
    const codeGuids = codeGuidsOf(given);
    const moment = (date) => (/^\d{4}-\d\d-\d\d$/.test(date) ? `${date}T00:00:00Z` : "");
    const began =
      moment(
        codings
          .map((c) => c.date)
          .filter(moment)
          .sort()[0] ?? "",
      ) || NOWHEN;
    const made = (date, always) => ({
      creatingUser: user,
      ...(moment(date) || always ? { creationDateTime: moment(date) || NOWHEN } : {}),
    });
    const letters = [...text];
    const files = [[`sources/${guid}.txt`, text]];
    const [places, notes] = [new Map(), []];
    for (const c of codings) {
      const key = `${c.start}\n${c.end}`;
      places.set(key, [
        ...(places.get(key) ?? []),
        { ...c, memo: legal(c.memo.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n")).normalize("NFC") },
      ]);
    }
    const selections = [...places.values()].map((here) => {
      const { start, end } = here[0];
      const words = letters.slice(start, end);
      const name = words.length > 200 ? `${words.slice(0, 199).join("")}…` : words.join("");
      const key = guidOf(study, "selection", source, start, end, coder);
      const dates = distinct(here.map((c) => c.date));
      const selection = tag("PlainTextSelection", {
        guid: key,
        startPosition: String(start),
        endPosition: String(end),
        name,
        ...made(here.every((c) => c.date) ? dates[0] : ""),
      });
      const memos = distinct(here.map((c) => c.memo));
      if (memos.length) selection.inside.push(tag("Description", {}, memos.join("\n\n")));
      for (const c of here) {
        const own = guidOf(study, "coding", source, start, end, c.code, coder);
        const coding = tag(
          "Coding",
          { guid: own, ...made(c.date) },
          tag("CodeRef", { targetGUID: codeGuids.get(c.code) }),
        );
        if (c.memo) {
          const note = guidOf(study, "memo", own);
          const label = codes.find((code) => code.id === c.code).label;
          files.push([`sources/${note}.txt`, c.memo]);
          notes.push(
            tag("Note", {
              guid: note,
              name: _("{name}：{value}", { name: label, value: words.slice(0, 20).join("") }).replace(/\s+/g, " "),
              plainTextPath: `internal://${note}.txt`,
              ...made(c.date, true),
            }),
          );
          coding.inside.push(tag("NoteRef", { targetGUID: note }));
        }
        selection.inside.push(coding);
      }
      return selection;
    });
    const root = tag("Project", {
      xmlns: PROJECT,
      name: study,
      origin: "zhagen",
      creatingUserGUID: user,
      creationDateTime: began,
    });
    root.inside.push(tag("Users", {}, tag("User", { guid: user, name: coder })));
    if (codes.length) root.inside.push(tag("CodeBook", {}, codesTag(given, new Set(codings.map((c) => c.code)))));
    root.inside.push(
      tag(
        "Sources",
        {},
        tag(
          "TextSource",
          { guid, name: source, plainTextPath: `internal://${guid}.txt`, ...made("", true) },
          selections,
        ),
      ),
    );
    if (notes.length) root.inside.push(tag("Notes", {}, notes));
    return pack([["project.qde", xml(root)], ...files]);
  }

  // ---- offsets as other programs count them, as zhagen.exchange.offsets ---------------------------------------------
  // the text as a study holds it; for each place between the raw signs, the last place before it and the first behind
  function normal(signs) {
    const raw = signs.join("");
    const composed = raw.normalize("NFC") === raw;
    if (composed && !/[\r\0]/.test(raw) && !raw.startsWith("\ufeff")) return { letters: signs };
    const clean = (piece) => piece.replace(/\r\n?/g, "\n").replace(/\0/g, "\ufffd").normalize("NFC");
    const late = /[\p{M}\u1161-\u1175\u11a8-\u11c2]/u; // they join the character before
    let cuts = signs.flatMap((sign, i) => (!i || composed || !late.test(sign) ? [i] : []));
    const piece = (i) => signs.slice(cuts[i], cuts[i + 1]).join("");
    if (!composed && cuts.map((_, i) => piece(i).normalize("NFC")).join("") !== raw.normalize("NFC"))
      cuts = signs.flatMap((_, i) => (!i || signs[i - 1] === "\n" ? [i] : []));
    const [low, high] = [new Int32Array(signs.length + 1), new Int32Array(signs.length + 1)];
    const made = [];
    cuts.forEach((first, i) => {
      const last = cuts[i + 1] ?? signs.length;
      const gone = (piece(i) === "\r" && signs[last] === "\n") || (piece(i) === "\ufeff" && !first);
      const fresh = gone ? [] : [...clean(piece(i))];
      low.fill(made.length, first + 1, last);
      high.fill(made.length + fresh.length, first + 1, last);
      for (const sign of fresh) made.push(sign);
      low[last] = high[last] = made.length;
    });
    return { letters: made, low, high };
  }
  // `marked`: start and end of each passage as the file has them, `names`: its words, or their beginning, or other words.
  // Which way of counting is meant shows in the words; without them, in the program
  function placeSpans(raw, marked, names, origin) {
    const signs = [...raw];
    const { letters, low, high } = normal(signs);
    const usual = { wide: origin.startsWith("NVivo"), both: !origin.includes("ATLAS") };
    let ways = [
      usual,
      ...[0, 1, 2, 3]
        .map((n) => ({ wide: n > 1, both: n % 2 === 0 }))
        .filter((way) => way.wide !== usual.wide || way.both !== usual.both),
    ];
    if (!low && raw.length === signs.length) ways = [usual]; // they all count the same
    const tidied = (text) => text.split(/\s+/).filter(Boolean).join(" ");
    let best = null;
    for (const way of ways) {
      const units = new Int32Array(signs.length + 1);
      signs.forEach(
        (sign, i) =>
          (units[i + 1] =
            units[i] + (!way.both && sign === "\r" && signs[i + 1] === "\n" ? 0 : way.wide ? sign.length : 1)),
      );
      const bisect = (holds) => {
        let [from, to] = [0, units.length];
        while (from < to) {
          const middle = (from + to) >> 1;
          if (holds(units[middle])) to = middle;
          else from = middle + 1;
        }
        return from;
      };
      const spans = marked.map(([start, end]) => {
        if (!(start >= 0 && start <= end && end <= units[signs.length])) return null;
        const first = bisect((unit) => unit > start) - 1; // inside of a pair: the character whole
        const last = start === end ? first : bisect((unit) => unit >= end);
        return low ? [low[first], start === end ? low[first] : high[last]] : [first, last];
      });
      let [fitting, asked] = [0, 0];
      for (let i = 0; i < spans.length && asked < 200; i++) {
        const name = tidied((names[i] ?? "").normalize("NFC").replace(/(…|\.\.\.)$/, ""));
        if (!name) continue;
        asked++;
        const words = spans[i] ? tidied(letters.slice(...spans[i]).join("")) : "";
        fitting += words === name || ([...name].length > 1 && words.startsWith(name));
      }
      const inside = spans.filter(Boolean).length;
      if (!best || fitting > best.fitting || (fitting === best.fitting && inside > best.inside))
        best = { fitting, inside, spans };
    }
    return { letters, spans: best.spans };
  }

  // ---- reading ------------------------------------------------------------------------------------------------------
  // codes in the order of the file, each after the one above it; two of one name are told apart by what is above them
  function codesOf(book, faults, cases = new Set()) {
    const [codes, labels] = [new Map(), new Set()];
    const stack = kids(kid(book, "Codes"), "Code")
      .reverse()
      .map((node) => [node, "", 1]);
    while (stack.length) {
      const [node, parent, depth] = stack.pop();
      if (depth > DEEPEST) refuse(_("码叠了 {DEEPEST} 层以上，不像一本编码本。", { DEEPEST }));
      if (codes.size >= CODES) refuse(_("码超过 {CODES} 个，不像一本编码本。", { CODES }));
      const [guid, name] = [plain(value(node, "guid")), value(node, "name").replace(/\s+/g, " ").trim()];
      let above = parent;
      if (cases.has(guid)); // NVivo: a case is a code, too
      else if (!guid || !name)
        faults.push(name ? _("有一个码没有编号（{name}），没有读入。", { name }) : _("有一个码没有名字，没有读入。"));
      else if (codes.has(guid)) refuse(_("两个码用同一个编号（{what}）。{ANEW}", { what: name.slice(0, 60), ANEW }));
      else {
        let label = name;
        for (let n = 2; labels.has(label); n++)
          label =
            n === 2 && parent
              ? _("{what}（{how}）", { what: name, how: codes.get(parent).label })
              : _("{what}（{how}）", { what: name, how: n });
        if (label !== name) faults.push(_("不止一个码叫“{name}”，后面的一个读作“{label}”。", { name, label }));
        labels.add(label);
        const [definition, fields] = splitFields(said(node));
        const color = value(node, "color").trim().toLowerCase();
        codes.set(guid, {
          label,
          parent,
          definition,
          id: fields.id ?? "",
          level: LEVELS.includes(fields.level) ? fields.level : "",
          include: fields.include ?? "",
          exclude: fields.exclude ?? "",
          color: /^#[0-9a-f]{6}$/.test(color) ? color : "",
          height: +/^(false|0)$/i.test(value(node, "isCodable").trim()),
        });
        above = guid;
      }
      for (const child of kids(node, "Code").reverse()) stack.push([child, above, depth + 1]);
    }
    for (const code of [...codes.values()].reverse()) {
      const parent = codes.get(code.parent);
      if (parent) parent.height = Math.max(parent.height, code.height + 1);
    }
    for (const code of codes.values()) {
      const level = code.level || HEIGHTS[code.height < HEIGHTS.length ? code.height : 5 - ((code.height - 5) % 2)];
      const over = codes.get(code.parent)?.level;
      code.level = level === over ? HEIGHTS.find((one) => one !== over) : level;
      code.parent = codes.get(code.parent)?.label ?? "";
    }
    return codes;
  }

  // A file of another program. `passage`: `source`, `text`, `offset` (where it is in its source). Returns `codes`; of a
  // project `codings` in the passage, and `here`, whether its text is in it; `faults`: what was not taken, for people
  async function read(file, passage) {
    const head = await slice(file, 0, 4);
    if (String.fromCharCode(...head.subarray(0, 2)) !== "PK") {
      if (file.size > LARGEST) refuse(_("太大，不像一本编码本。"));
      const root = parse(await slice(file, 0, file.size));
      if (root.localName !== "CodeBook") refuse(_("是项目里的 .qde，要读的是整个 .qdpx。"));
      const faults = [];
      return { kind: "codebook", codes: [...codesOf(root, faults).values()], codings: [], here: false, faults };
    }
    const archive = await unpack(file);
    const inner = archive.names.filter((name) => /\.qde$/i.test(name) && !name.startsWith("__MACOSX/"));
    if (inner.length !== 1)
      refuse(
        inner.length
          ? _n("压缩包里有 {n} 个 .qde，应当只有一个。{ANEW}", inner.length, { ANEW })
          : _("压缩包里没有 .qde：不是 REFI-QDA 的项目。"),
      );
    const root = parse(await archive.read(inner[0]));
    if (root.localName !== "Project") refuse(_("压缩包里是编码本，不是项目。{ANEW}", { ANEW }));
    return projectOf(root, archive, passage);
  }

  async function projectOf(root, archive, passage) {
    const faults = [];
    const origin = value(root, "origin");
    const cases = new Set(kids(kid(root, "Cases"), "Case").map((one) => plain(value(one, "guid"))));
    const codes = codesOf(kid(root, "CodeBook"), faults, cases);
    const users = new Map(
      kids(kid(root, "Users"), "User").map((one, i) => [
        plain(value(one, "guid")),
        value(one, "name") || value(one, "id") || _("编码者{number}", { number: i + 1 }),
      ]),
    );
    const owner = users.get(plain(value(root, "creatingUserGUID"))) ?? [...users.values()][0] ?? _("未署名");
    const userOf = (...nodes) => {
      for (const node of nodes)
        for (const key of ["creatingUser", "modifyingUser"]) {
          const guid = plain(value(node, key));
          if (guid) return users.get(guid) ?? _("未署名-{what}", { what: guid.slice(0, 4) });
        }
      return owner;
    };
    const dayOf = (...nodes) => {
      const moment =
        nodes.map((node) => value(node, "creationDateTime") || value(node, "modifiedDateTime")).find(Boolean) ?? "";
      return /^\d{4}-\d\d-\d\d/.test(moment) && !moment.startsWith("1970-01-01") ? moment.slice(0, 10) : "";
    };
    // null if there is none; what is wrong is said
    async function textOf(node, name) {
      const path = value(node, "plainTextPath");
      if (/^(absolute|relative):\/\/|^file:/.test(path))
        return (
          faults.push(_("“{name}”的文字在文件外面（{what}），没有读入。", { name, what: path.slice(0, 60) })),
          null
        );
      if (!path) return kid(node, "PlainTextContent")?.textContent ?? null;
      const short = path.replace(/^internal:\/\//, "").replace(/^\/+/, "");
      let long = short;
      try {
        long = decodeURIComponent(short);
      } catch {} // a % that means itself
      const found = [short, long].flatMap((one) => [archive.find(`sources/${one}`), archive.find(one)]).find(Boolean);
      if (!found)
        return (
          faults.push(_("“{name}”的文字不在文件里（{what}），没有读入。", { name, what: short.slice(0, 60) })),
          null
        );
      const text = decode(await archive.read(found), ["utf-8", "gb18030"]);
      if (text === null || /[\0]/.test(text))
        return (
          faults.push(_("“{name}”的文字读不出来（{what}），没有读入。", { name, what: found.slice(0, 60) })),
          null
        );
      return text;
    }
    // where the passage is in a text; -1 if it is not, or is there more than once
    function locate(letters) {
      const text = letters.join("");
      if (letters.slice(passage.offset, passage.offset + [...passage.text].length).join("") === passage.text)
        return passage.offset;
      const at = text.indexOf(passage.text);
      return at < 0 || text.indexOf(passage.text, at + 1) >= 0 ? -1 : [...text.slice(0, at)].length;
    }
    const sources = kids(
      kid(root, "Sources"),
      "TextSource",
      "PDFSource",
      "AudioSource",
      "VideoSource",
      "PictureSource",
    ).flatMap((outer) => {
      const name = value(outer, "name") || value(outer, "plainTextPath").replace(/^.*\/|\.\w+$/g, "") || _("（无名）");
      const inside = outer.localName === "TextSource" ? [outer] : kids(outer, "Representation", "Transcript");
      return inside.length
        ? inside.map((inner) => ({ name: value(inner, "name") || name, outer, inner }))
        : [{ name, outer, inner: null }];
    });
    const [here, others] = [[], []];
    for (const one of sources) {
      const count = one.inner?.getElementsByTagName("*") ?? [];
      const codings = [...count].filter((node) => node.localName === "Coding").length;
      const raw = one.inner && (await textOf(one.inner, one.name));
      if (raw === null) {
        others.push({ ...one, codings, line: "" });
        continue;
      }
      const { letters } = normal([...raw]);
      const at = locate(letters);
      if (at >= 0) here.push({ ...one, raw, at });
      else {
        const lines = passage.text.split("\n").filter((line) => line.trim());
        const text = letters.join("");
        const differs = lines.filter((line) => !text.includes(line));
        const version = 2 * differs.length <= lines.length || one.name === passage.source;
        others.push({ ...one, codings, line: version ? (differs[0] ?? lines[0]) : "" });
      }
    }
    const brief = (text) => ([...text].length > 30 ? `${[...text].slice(0, 30).join("")}……` : text);
    for (const { name, codings, line } of others)
      if (line)
        faults.push(
          _("“{name}”是这段文字的另一版：这一行在它里面对不上：「{line}」。它的 {codings} 处编码没有读入。", {
            name: brief(name),
            line: brief(line),
            codings,
          }),
        );
    const rest = others.filter((one) => !one.line);
    const listed =
      rest
        .slice(0, 5)
        .map((one) => _("“{name}”（{codings} 处）", { name: brief(one.name), codings: one.codings }))
        .join(_("、")) + (rest.length > 5 ? _n(" 等 {n} 份", rest.length) : "");
    if (!sources.length) faults.push(_("项目里没有文字材料。"));
    else if (rest.length)
      faults.push(
        _("{what}：{listed}，它们的编码没有读入。", {
          what: here.length
            ? _("项目里还有别的材料")
            : _("项目里没有这一段（{source}）的文字，有的是", { source: passage.source }),
          listed,
        }),
      );

    const notes = new Map(kids(kid(root, "Notes"), "Note").map((one) => [plain(value(one, "guid")), one]));
    const linked = new Map(); // NVivo: an annotation is a note that is linked to a passage
    for (const link of kids(kid(root, "Links"), "Link")) {
      const [from, to] = [plain(value(link, "originGUID")), plain(value(link, "targetGUID"))];
      if (notes.has(from)) linked.set(to, [...(linked.get(to) ?? []), from]);
    }
    const used = new Map();
    async function noteText(guid) {
      if (!used.has(guid)) {
        const text = notes.has(guid) ? await textOf(notes.get(guid), value(notes.get(guid), "name")) : null;
        used.set(guid, normal([...(text ?? "")]).letters.join(""));
      }
      return used.get(guid);
    }
    const table = [...notes.values()].find((one) => value(one, "name") === "codings.csv"); // ids and memos of a study's codings
    const kept = new Map();
    if (table && origin.startsWith("zhagen") && here.length) {
      const rows = window.zhagenCoder?.readCsv((await textOf(table, "codings.csv")) ?? "") ?? [];
      const columns = rows.shift()?.cells ?? [];
      const cell = (row, name) => row.cells[columns.indexOf(name)] ?? "";
      for (const row of rows)
        if (cell(row, "memo"))
          kept.set(
            ["source_id", "start", "end", "code_id", "coder"].map((name) => cell(row, name)).join("\n"),
            cell(row, "memo"),
          );
    }
    const size = [...passage.text].length;
    const codings = [];
    const [outside, empty, uncoded, unknown] = [[], [], [], []];
    for (const { name, outer, inner, raw, at } of here) {
      const points = new Map(
        kids(inner, "SyncPoint").map((one) => [plain(value(one, "guid")), value(one, "position")]),
      );
      const chosen = kids(inner, "PlainTextSelection", "TranscriptSelection");
      const marked = chosen.map((one) =>
        (one.localName === "PlainTextSelection"
          ? [value(one, "startPosition"), value(one, "endPosition")]
          : ["fromSyncPoint", "toSyncPoint"].map((key) => points.get(plain(value(one, key))) ?? "")
        ).map((end) => (/^\s*[+-]?[0-9]{1,9}\s*$/.test(end) ? +end : NaN)),
      );
      const { letters, spans } = placeSpans(
        raw,
        marked,
        chosen.map((one) => value(one, "name")),
        origin,
      );
      const whole = [...new Set([outer, inner])].filter((one) => kids(one, "Coding").length);
      for (const [node, span] of [
        ...chosen.map((one, i) => [one, spans[i]]),
        ...whole.map((one) => [one, [0, letters.length]]),
      ]) {
        const inside = kids(node, "Coding").filter((one) => !cases.has(target(kid(one, "CodeRef"))));
        const place = `${value(node, "startPosition")}–${value(node, "endPosition")}`;
        const words = span
          ? brief(
              letters
                .slice(...span)
                .join("")
                .replace(/\s+/g, " "),
            )
          : "";
        if (!span)
          faults.push(_n("“{name}”的 {place} 不在它的文字里：{n} 处编码没有读入。", inside.length, { name, place }));
        else if (span[0] >= span[1]) empty.push(place);
        else if (!inside.length) {
          if (!kids(node, "Coding").length) uncoded.push(words);
        } else if (span[0] < at || span[1] > at + size) outside.push(...inside.map(() => words));
        else {
          const description = node === outer || node === inner ? "" : said(node);
          const shared =
            node === outer || node === inner
              ? []
              : [...kids(node, "NoteRef").map(target), ...(linked.get(plain(value(node, "guid"))) ?? [])];
          const found = [];
          for (const coding of inside) {
            const code = codes.get(target(kid(coding, "CodeRef")));
            if (!code) {
              unknown.push(words);
              continue;
            }
            const own = [];
            for (const guid of [...kids(coding, "NoteRef").map(target), ...shared]) own.push(await noteText(guid));
            const coder = userOf(coding, node);
            const said = kept.get([name, ...span, code.id, coder].join("\n")) ?? "";
            found.push({
              start: span[0] - at,
              end: span[1] - at,
              label: code.label,
              coder,
              date: dayOf(coding, node),
              code: code.id,
              said,
              own: distinct(own),
            });
          }
          // what is written at the passage may be its notes once more
          const more =
            distinct(found.flatMap((c) => [...c.own, c.said])).join("\n\n") === description ? "" : description;
          for (const { own, said, ...c } of found)
            codings.push({
              ...c,
              memo: distinct([more, ...own, said])
                .join("\n\n")
                .trim(),
            });
        }
      }
    }
    const told = (list, why) =>
      list.length &&
      faults.push(
        _n("{n} 处{why}{example}，没有读入。", list.length, {
          why,
          example: list[0] ? _("（如「{words}」）", { words: list[0] }) : "",
        }),
      );
    told(outside, _("编码伸到这一段外面"));
    told(empty, _("一个字也没有圈"));
    told(uncoded, _("只有批注、没有码"));
    told(unknown, _("编码的码不在编码本里"));
    const left = [...notes.keys()].filter(
      (guid) =>
        !used.has(guid) && notes.get(guid) !== table && !/^(id: .*\n)?kind: (table|page)/.test(said(notes.get(guid))),
    ).length;
    if (here.length && left) faults.push(_n("{n} 条备忘录不是写在这一段的编码上的，没有读入。", left));
    return { kind: "project", codes: [...codes.values()], codings, here: here.length > 0, faults };
  }

  window.zhagenQda = { Refused, codebook, guidOf, placeSpans, project, read };
})();
