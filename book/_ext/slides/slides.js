// Arrow keys, space, Page Up and Down, Home, End; swipe; o or Escape for the overview. Without a script all slides
// stand below each other.
(function () {
  var root = document.documentElement, slides = document.querySelectorAll("section"), at = 0, x = 0;
  function fit() {
    var k = Math.min(innerWidth / 1280, innerHeight / 720);
    root.style.setProperty("--k", k);
    root.style.setProperty("--x", (innerWidth - 1280 * k) / 2 + "px");
    root.style.setProperty("--y", (innerHeight - 720 * k) / 2 + "px");
  }
  function show() {
    at = Math.min(slides.length, Math.max(1, parseInt(location.hash.slice(2), 10) || 1)) - 1;
    slides.forEach(function (one, n) { one.classList.toggle("on", n === at); });
    if (!root.classList.contains("all")) scrollTo(0, 0);
  }
  function go(n) {
    location.hash = "s" + Math.min(slides.length, Math.max(1, n + 1));
    show(); // not only on hashchange, which comes later: two quick keys are two slides
  }
  function all() {
    root.classList.toggle("all");
    if (root.classList.contains("all")) slides[at].scrollIntoView();
  }
  addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    var key = event.key, button = /^(BUTTON|A)$/.test(event.target.tagName);
    if (button && (key === " " || key === "Enter")) return;
    if (/^(ArrowRight|ArrowDown|PageDown| )$/.test(key)) go(at + 1);
    else if (/^(ArrowLeft|ArrowUp|PageUp)$/.test(key)) go(at - 1);
    else if (key === "Home") go(0);
    else if (key === "End") go(slides.length - 1);
    else if (key === "o" || key === "Escape") all();
    else if (key === "Enter" && root.classList.contains("all")) all();
    else return;
    event.preventDefault();
  });
  addEventListener("touchstart", function (event) { x = event.touches[0].clientX; }, { passive: true });
  addEventListener("touchend", function (event) {
    var way = event.changedTouches[0].clientX - x;
    if (Math.abs(way) > 50 && !root.classList.contains("all")) go(at + (way < 0 ? 1 : -1));
  });
  addEventListener("click", function (event) {
    var button = event.target.closest("button"), slide = event.target.closest("section");
    if (button) button.dataset.go === "all" ? all() : go(at + +button.dataset.go);
    else if (slide && root.classList.contains("all")) {
      go([].indexOf.call(slides, slide));
      all();
    }
  });
  addEventListener("hashchange", show);
  addEventListener("resize", fit);
  root.classList.add("js");
  fit();
  show();
})();
