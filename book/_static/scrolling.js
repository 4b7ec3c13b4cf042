// What is wider than its frame can be scrolled with the keyboard, too.
(() => {
  const FRAMES = "div.math, span.math, pre, .table-wrap, .pst-scrollable-table-container, .zhagen-figure, figure .output, .cell_output .output";
  const frames = [...document.querySelectorAll(FRAMES)];
  const mark = () => {
    for (const frame of frames) {
      if (frame.scrollWidth > frame.clientWidth + 1 || frame.scrollHeight > frame.clientHeight + 1) frame.tabIndex = 0;
      else if (!frame.hasAttribute("data-citation")) frame.removeAttribute("tabindex");
    }
  };
  const watch = new ResizeObserver(mark);
  for (const frame of frames) watch.observe(frame);
})();
