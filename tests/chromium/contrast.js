// The contrast of everything that is seen on the page, after WCAG 2.2 (1.4.3 and 1.4.11): all text against what lies behind it, edges of
// controls and the shapes of plots. An expression whose value is {texts, kinds, shapes, bad}.
(() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  /** A colour that may let through what lies below it, as three numbers. */
  const mixed = new Map();
  const over = (below, colour) => {
    const key = `${below} ${colour}`;
    if (!mixed.has(key)) mixed.set(key, paint(below, colour));
    return mixed.get(key);
  };
  const paint = (below, colour) => {
    for (const layer of [`rgb(${below.join()})`, colour]) {
      pen.fillStyle = "#010203";
      pen.fillStyle = layer;
      if (pen.fillStyle === "#010203") throw new Error(`no colour: ${layer}`);
      pen.fillRect(0, 0, 1, 1);
    }
    return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (x + 0.05) / (y + 0.05);
  };
  const grounds = new Map([[null, [255, 255, 255]]]);
  const behind = (node) => {
    if (!grounds.has(node)) grounds.set(node, ground(node));
    return grounds.get(node);
  };
  const ground = (node) => {
    const style = getComputedStyle(node);
    if (style.opacity !== "1" || style.filter !== "none") bad.push(`not opaque: ${name(node)}`);
    if (style.backgroundImage !== "none") bad.push(`an image behind text: ${name(node)}`);
    return over(behind(node.parentElement), style.backgroundColor);
  };
  const name = (node) => node.tagName.toLowerCase() + [...node.classList].map((it) => `.${it}`).join("") + (node.id ? `#${node.id}` : "");
  const cut = new Map([[null, false]]);
  const isCut = (node) => {
    if (!cut.has(node)) cut.set(node, getComputedStyle(node).clipPath !== "none" || isCut(node.parentElement));
    return cut.get(node);
  };
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length && !isCut(node);
  const [bad, kinds] = [[], new Set()];
  let [texts, shapes] = [0, 0];
  const check = (node, what, colour, below, least) => {
    const found = ratio(over(below, colour), below);
    if (!(found >= least)) bad.push(`${found.toFixed(2)} ${name(node)} ${what}: ${colour} on ${below}`);
  };
  const text = (node, style, what) => {
    texts += 1;
    kinds.add(name(node));
    check(node, what, node instanceof SVGElement ? style.fill : style.color, behind(node), 4.5);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const words = walker.currentNode.data.trim();
    if (words && !node.closest("script, style, noscript") && isSeen(node)) text(node, getComputedStyle(node), words.slice(0, 30));
  }
  for (const node of document.body.querySelectorAll("*")) {
    if (node.closest("script, style, noscript") || !isSeen(node)) continue;
    for (const part of ["::before", "::after"]) {
      const style = getComputedStyle(node, part);
      if (/[^" ]/.test(style.content) && !["none", "normal"].includes(style.content)) text(node, style, part);
    }
    const style = getComputedStyle(node);
    const below = behind(node.parentElement);
    if (node.matches("input[type=search], select")) text(node, style, "its value");
    if (node.matches("input[type=search], select, button:not(.list button)")) {
      shapes += 1;
      check(node, "its edge", style.borderTopColor, below, 3);
    }
    if (node.matches("svg .bar, .meter i, .track i")) {
      shapes += 1;
      check(node, "the shape", node instanceof SVGElement ? style.fill : style.backgroundColor, node.matches(".meter i") ? behind(node.parentElement.parentElement) : below, 3);
    }
  }
  // Where the focus is, the ring around it.
  const focused = document.activeElement;
  if (focused !== document.body && focused.tabIndex >= 0) {
    const style = getComputedStyle(focused);
    kinds.add("focus");
    if (style.outlineStyle === "none" || !(parseFloat(style.outlineWidth) >= 2)) bad.push(`no ring: ${name(focused)}`);
    check(focused, "the ring", style.outlineColor, behind(focused.parentElement), 3);
  }
  return { texts, shapes, kinds: [...kinds], bad: [...new Set(bad)] };
})()
