// Self-checks (book/_ext/self_checks.py): the list of answers becomes a form that says why an answer is wrong.
// Nothing is stored and nothing is sent; without this script the list and the fold of reasons remain.
(() => {
  "use strict";
  const _ = globalThis.zhagenSay;
  const _n = globalThis.zhagenSayNumber;
  let count = 0;

  const make = (tag, more = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), more);
    made.append(...inside);
    return made;
  };
  const items = (list) => (list ? [...list.children] : []);
  const copied = (node) => [...node.cloneNode(true).childNodes];
  const text = (li) => copied(li.querySelector("p") ?? li);
  const most = 24; // characters of a short name, twice as many if they are narrow
  const short = (name) => {
    const letters = [...name.trim()];
    const room = letters.every((letter) => letter < "\u2e80") ? 2 * most : most;
    return letters.length > room ? `${letters.slice(0, room - 1).join("")}…` : letters.join("");
  };
  const number = (li, name) => {
    const found = [...li.classList].find((one) => one.startsWith(name));
    return found === undefined ? -1 : Number(found.slice(name.length));
  };
  // one line of what is said after 核对: about which answer, right or wrong, why
  const said = (name, right, li) =>
    make(
      "p",
      { className: right ? "sc-right" : "sc-false" },
      make("strong", {}, right ? _("对　") : _("不对　")),
      _("「{name}」　", { name: short(name) }),
      ...copied(li.querySelector(".sc-why")),
    );

  /** Radio buttons or check boxes; `mark` is the same inside a running text. */
  function choices(box, options, reasons) {
    const several = !box.classList.contains("selfcheck-choice");
    const name = `sc-${(count += 1)}`;
    const inputs = options.map(() => make("input", { type: several ? "checkbox" : "radio", name }));
    const rows = options.map((li, n) => make("label", {}, inputs[n], " ", make("span", {}, ...text(li))));
    const check = () => {
      const chosen = inputs.flatMap((one, n) => (one.checked ? [n] : []));
      if (!chosen.length) return [_("先选，再核对。")];
      const right = reasons.map((li) => li.classList.contains("sc-yes"));
      rows.forEach((row, n) => {
        row.classList.toggle("sc-right", inputs[n].checked && right[n]);
        row.classList.toggle("sc-false", inputs[n].checked && !right[n]);
      });
      const hits = chosen.filter((n) => right[n]).length;
      const missed = right.filter(Boolean).length - hits;
      const done = !missed && hits === chosen.length;
      const more = several && missed ? _("还有该选的没有选。") : "";
      return [
        done ? _("都选对了。") : (hits < chosen.length ? _("看看为什么不对。") : "") + more,
        ...chosen.map((n) => said(rows[n].textContent, right[n], reasons[n])),
      ];
    };
    const clear = () => {
      for (const row of rows) row.classList.remove("sc-right", "sc-false");
    };
    const again = () => {
      for (const one of inputs) one.checked = false;
    };
    return { rows: [make("div", { className: "sc-rows" }, ...rows)], check, clear, again };
  }

  /** Steps with two buttons each: earlier, later. */
  function order(box, options, reasons, tell) {
    const list = make("ol", { className: "sc-rows" });
    const names = new Map();
    for (const li of options) {
      const name = short(li.textContent);
      const row = make("li", {}, make("span", {}, ...text(li)));
      const move = (way) => {
        const other = way < 0 ? row.previousElementSibling : row.nextElementSibling;
        if (!other) return tell(way < 0 ? _("「{name}」已经在最前。", { name }) : _("「{name}」已经在最后。", { name }));
        way < 0 ? other.before(row) : other.after(row);
        row.querySelector(way < 0 ? "button" : "button:last-of-type").focus(); // a moved element loses the focus
        tell(_("「{name}」现在排第 {place}。", { name, place: items(list).indexOf(row) + 1 }));
      };
      for (const [sign, word, way] of [["↑", _("上移"), -1], ["↓", _("下移"), 1]]) {
        const button = make("button", { type: "button", title: word, onclick: () => move(way) }, sign);
        button.setAttribute("aria-label", _("{word}：{name}", { word, name }));
        row.append(button);
      }
      names.set(row, [number(li, "sc-at-"), name]);
      list.append(row);
    }
    const start = items(list);
    const check = () => {
      const at = items(list).findIndex((row, n) => names.get(row)[0] !== n);
      if (at < 0) return [_("次序对了。每一步为什么在那里，看下面的理由。")];
      const [place, name] = names.get(items(list)[at]);
      const early = at ? _n("前 {n} 步对，第 {place} 步放早了。", at, { place: at + 1 }) : _("第 1 步放早了。");
      return [early, said(name, false, reasons[place])];
    };
    return { rows: [list], check, clear: () => {}, again: () => list.append(...start) };
  }

  /** A select for each pair. */
  function match(box, options, reasons) {
    const partners = items(box.querySelector(".sc-partners"));
    const selects = options.map(() =>
      make(
        "select",
        {},
        make("option", { value: "-1" }, _("选一个")),
        ...partners.map((li, n) => make("option", { value: String(n) }, li.textContent.trim())),
      ),
    );
    const rows = options.map((li, n) => make("label", {}, make("span", {}, ...text(li)), " ", selects[n]));
    const check = () => {
      const chosen = selects.map((one) => Number(one.value));
      const answered = chosen.flatMap((value, n) => (value < 0 ? [] : [n]));
      if (!answered.length) return [_("先选，再核对。")];
      const lines = answered.map((n) => {
        const right = number(reasons[n], "sc-with-") === chosen[n];
        const own = items(reasons[n].querySelector(".sc-wrong")).find((li) => number(li, "sc-with-") === chosen[n]);
        rows[n].className = right ? "sc-right" : "sc-false";
        return said(text(options[n]).map((one) => one.textContent).join(""), right, (!right && own) || reasons[n]);
      });
      const hits = rows.filter((row) => row.className === "sc-right").length;
      return [hits === rows.length ? _("都选对了。") : _("{all} 个里对了 {hits} 个。", { all: rows.length, hits }), ...lines];
    };
    const clear = () => {
      for (const row of rows) row.className = "";
    };
    const again = () => {
      for (const one of selects) one.value = "-1";
    };
    return { rows: [make("div", { className: "sc-rows" }, ...rows)], check, clear, again };
  }

  function enhance(box) {
    const list = box.querySelector(".sc-answers");
    const fold = box.querySelector(".sc-reasons");
    const reasons = items(fold.querySelector("ul, ol"));
    const status = make("div", { className: "sc-status" });
    status.setAttribute("role", "status");
    const tell = (...lines) => status.replaceChildren(...lines.map((one) => (one.nodeType ? one : make("p", {}, one))));
    const kind = { order, match }[box.className.match(/selfcheck-(\w+)/)[1]] ?? choices;
    const form = kind(box, items(list), reasons, tell);
    const button = (word, onclick) => make("button", { type: "button", onclick }, word);
    const check = button(_("核对"), () => {
      tell(...form.check());
      fold.hidden = false;
    });
    const again = button(_("重做"), () => {
      form.again();
      form.clear();
      tell();
      fold.hidden = true;
      fold.open = false;
    });
    const legend = make("legend", {}, box.querySelector("summary").textContent);
    const set = make("fieldset", {}, legend, ...form.rows, make("div", { className: "sc-buttons" }, check, again));
    set.addEventListener("change", () => {
      form.clear();
      tell();
    });
    box.querySelector(".sc-partners")?.parentElement.remove();
    list.replaceWith(set, status);
    fold.hidden = true;
  }

  const boxes = [...document.querySelectorAll("details.selfcheck")];
  boxes.forEach(enhance);
  // on paper every question is open
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = boxes.filter((box) => !box.open);
    for (const box of closed) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of closed) box.open = false;
  });
})();
