// What scripts say, in the language of the page: a message is Chinese in the script; where the page is in another
// language, the build puts the translations before the script (book/catalogues.py). `{name}` is where a value goes.
(() => {
  globalThis.zhagenWords ??= {};
  const given = document.documentElement.lang; // in a notebook it is another program's
  const numbers = new Intl.PluralRules(/^[a-z]{2,3}(-[a-z\d]+)*$/i.test(given) ? given : "zh");
  const fill = (message, values) => message.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  globalThis.zhagenSay = (message, values = {}) => fill(globalThis.zhagenWords[message] ?? message, values);
  // a message whose form depends on the number n
  globalThis.zhagenSayNumber = (message, n, values = {}) => {
    const forms = globalThis.zhagenWords[message];
    return fill(forms ? (forms[numbers.select(n)] ?? forms.other) : message, { n, ...values });
  };
})();
