// How to cite a page: fills in today's date and, where the site has an address, the page's; a button copies each form.
(() => {
  const _ = globalThis.zhagenSay;
  const today = new Date();
  const day = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  const online = location.protocol.startsWith("http") && !document.querySelector('link[rel="canonical"]');
  const here = location.origin + location.pathname;
  for (const form of document.querySelectorAll("[data-citation]")) {
    let text = form.textContent.replace(/〔[^〕]*〕/, day);
    if (online) {
      text = text.startsWith("@") ? text.replace(/\n\}$/, `,\n  url = {${here}}\n}`) : `${text} ${here}.`;
    }
    form.textContent = text;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = _("复制");
    button.setAttribute("aria-label", _("复制 {form} 格式", { form: form.closest("dd").previousElementSibling.textContent }));
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = _("已复制");
      } catch {
        getSelection().selectAllChildren(form);
        said.textContent = _("已选中，请按 Ctrl+C 复制");
      }
    });
    form.after(button, said);
  }
})();
