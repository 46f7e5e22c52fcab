"use strict";
// The page of a run. Whatever comes from articles is put in as text (`el` makes text nodes of strings), never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const ROWS = 50;

// Without the characters that turn the direction of what follows: a title could be made to read as another.
const undirected = (text) => (typeof text === "string" ? text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "") : text);

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, undirected(value));
  }
  node.append(...children.filter((child) => child != null).map(undirected));
  return node;
}

// ---- Words and numbers

const number = (n) => n.toLocaleString("en");
const counted = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
const percent = (share) => {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "less than 0.1 %";
  if (value < 100 && value > 99.9) return "more than 99.9 %";
  return `${value.toFixed(1)} %`;
};
const share = (value) => (value == null ? "–" : value.toFixed(2));
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
// Midnight is a day without a time.
const moment = (seconds) => seconds % 86400 ? new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") : day(seconds);
const span = (hours) => {
  if (hours == null) return "–";
  if (hours === 0) return "0 h";
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} min`;
  if (hours < 72) return `${hours.toFixed(1).replace(/\.0$/, "")} h`;
  return `${number(Math.round(hours / 2.4) / 10)} d`;
};
const ofOutlets = (n) => (n ? ` of ${counted(n, "outlet", "outlets")}` : "");
const outlet = (source) => (source == null ? "(no outlet)" : data.sources[source]);

const REASONS = {
  exact: "the very same words",
  jaccard: "enough of the wording of both is shared",
  contained: "enough of the shorter text stands in the longer",
  opening: "much of the shorter text stands in the longer, and both open alike",
  reprint: "published far apart, and still nearly all of the shorter text stands in the longer",
  short: "short texts, nearly equal, with the same figures",
};

/** A link, if the address is one of the web; else the address as text. */
function link(url, label) {
  let parsed = null;
  try {
    parsed = new URL(url);
  } catch {
    // Shown as text.
  }
  if (parsed && (parsed.protocol === "https:" || parsed.protocol === "http:")) {
    return el("a", { href: parsed.href, rel: "noopener noreferrer", target: "_blank", title: url }, label);
  }
  return el("span", { class: "address" }, url);
}

function meter(value) {
  const fill = el("i");
  fill.style.width = `${Math.round(100 * value)}%`;
  return el("span", { class: "meter", "aria-hidden": "true" }, fill);
}

// ---- The run

// Where most dates have no time, delays are of days.
const inDays = 2 * data.at_midnight > data.dated;
const medianDelay = () => (inDays && data.median_delay === 0 ? "< 1 d" : span(data.median_delay));

function ruleInWords() {
  const [kind, rule] = Object.entries(data.rule)[0];
  return kind === "news" ? "the rule for news" : `the plain rule (Jaccard similarity of ${rule.threshold} or more)`;
}

function writeOverview() {
  at("edition").textContent = `${counted(data.articles, "article", "articles")} in ${counted(data.files, "file", "files")}`;
  at("footer").textContent = `Made by wirecopy ${data.version}. This page is one file: it loads nothing and sends nothing.`;
  const some = data.clusters > 0;
  at("headline").textContent = some
    ? `${number(data.copies)} of ${counted(data.articles, "article is a copy", "articles are copies")}`
    : data.articles
      ? `No copies among ${counted(data.articles, "article", "articles")}`
      : "No articles: the input is empty";
  document.title = `${at("headline").textContent} – wirecopy`;
  at("lead").textContent = some
    ? `${counted(data.members, "article", "articles")}${ofOutlets(data.outlets)} make up ` +
      `${counted(data.clusters, "cluster", "clusters")}, each one report in all its versions. ` +
      `${number(data.exact)} repeat another word for word; ` +
      `${counted(data.pairs, "pair", "pairs")} of different texts ${data.pairs === 1 ? "was" : "were"} accepted by ${ruleInWords()}.` +
      (data.rejected ? ` ${counted(data.rejected, "record", "records")} could not be used.` : "")
    : "Every article stands alone: no two of them met the rule for copies.";
  const tiles = [
    ["Articles", number(data.articles)],
    ["Clusters", number(data.clusters)],
    ["Copies", number(data.copies)],
    ["of the corpus", data.articles ? percent(data.copies / data.articles) : "–"],
    ["Word for word", number(data.exact)],
    ...(data.median_delay == null ? [] : [["Median delay", medianDelay()]]),
  ];
  at("tiles").append(...tiles.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  if (data.shown.left_out) {
    at("left-out").hidden = false;
    at("left-out").textContent =
      `The list has the ${counted(data.shown.clusters, "largest cluster", "largest clusters")}; ` +
      `${number(data.shown.left_out)} smaller ${data.shown.left_out === 1 ? "one is" : "ones are"} left out. ` +
      "Figures and plots are of all; --report-clusters shows more, and the CSV file has every one.";
  }
  for (const id of ["clusters", "controls", "list", "plots-section"]) at(id).hidden = !some;
  // Columns in which nothing would stand.
  const empty = [...(data.outlets ? [] : ["outlets"]), ...(data.index.some((it) => it.first != null) ? [] : ["first", "hours"])];
  for (const key of empty) {
    document.querySelector(`#list th[data-key=${key}]`).hidden = true;
    for (const option of at("sort").querySelectorAll(`[value^="${key}:"]`)) option.remove();
  }
  at("list").classList.toggle("few", empty.length > 1);
  at("without").hidden = !some || !empty.length;
  at("without").textContent = `The articles ${data.outlets ? "" : "name no outlet"}${empty.length > 2 ? " and " : ""}${empty.includes("first") ? "have no dates" : ""}, ` +
    "so that who was first, and who followed, is not known.";
}

function writeAbout() {
  const terms = [
    ["Cluster", "Articles that hang together by accepted pairs. Two members may be unlike each other and hang together through a third; each one says which member it matched, and why."],
    ["Representative", `The article that stands for its cluster: the ${{ earliest: "earliest published, then the longest", longest: "longest, then the earliest", first: "first in the corpus" }[data.keep]}.`],
    ["Similarity", `Jaccard similarity of the texts as sets of ${data.shingle} consecutive words: what both have as a share of what at least one has. 1 is equal.`],
    ["Containment", "How much of the shorter text stands in the longer. 1 is a copy that was only cut."],
    ["Weighted containment, opening", "Measures of the rule for news: containment where rare wording counts more, and how much of the first paragraphs is the same."],
    ["First, delay", "By the dates of publication in the articles, in UTC; a date without a time counts as midnight. An outlet counts as first only where it alone has the earliest date of a cluster."],
    ["What is left out", `Of a cluster ${number(data.most_members)} members and ${number(data.most_pairs)} accepted pairs are listed; texts are shown of ${data.bounds.texts} members, those with other words first, each cut after ${data.bounds.words} words. Differences are found before texts are cut.`],
    ["Keys", "/ goes to the search. In the list and in texts the arrow keys go from one line or passage to the next; Enter opens a cluster, or goes to the same passage in the other text; Escape leads back."],
  ];
  terms.splice(4, 0, ["What is compared", data.raw
    ? "Texts as they came, with the furniture of the page (--raw)."
    : "Texts without the furniture of the page: datelines, bylines, agency credits, share lines, and lines that a source prints around many reports. " +
      "In the texts shown it stands in [brackets], and no measure counts it. A short text is compared together with its title."]);
  at("about").append(el("dl", {}, ...terms.flatMap(([term, words]) => [el("dt", {}, term), el("dd", {}, words)])));
}

// ---- Plots

const SVG = "http://www.w3.org/2000/svg";
function shape(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text != null) node.textContent = undirected(text);
  return node;
}

function figure(title, caption, picture, heads, rows) {
  const table = el("table", { "aria-label": title },
    el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))),
    el("tbody", {}, ...rows.map(([first, ...rest]) =>
      el("tr", {}, el("th", { scope: "row" }, first), ...rest.map((cell) => el("td", { class: "number" }, cell))))));
  return el("figure", {}, el("figcaption", {}, el("h3", {}, title), el("p", {}, caption)), picture,
    el("details", {}, el("summary", {}, "As a table"), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}: table` }, table)));
}

function bars(title, caption, list, head) {
  const width = 380, left = 84, row = 21;
  const most = Math.max(1, ...list.map((bar) => bar.count));
  const picture = shape("svg", { viewBox: `0 0 ${width} ${row * list.length}`, role: "img",
    "aria-label": `${title}: ${list.map((bar) => `${bar.label}, ${number(bar.count)}`).join("; ")}` });
  list.forEach((bar, i) => {
    const length = (bar.count / most) * (width - left - 52);
    picture.append(shape("text", { x: left - 8, y: row * i + 15, "text-anchor": "end" }, bar.label));
    picture.append(shape("rect", { class: "bar", x: left, y: row * i + 3, width: Math.max(bar.count ? 1.5 : 0, length), height: row - 6, rx: 1.5 }));
    picture.append(shape("text", { class: "value", x: left + length + 6, y: row * i + 15 }, number(bar.count)));
  });
  return figure(title, caption, picture, [head, "Count"], list.map((bar) => [bar.label, number(bar.count)]));
}

function columns(title, caption, counts, label, ticks, head) {
  const width = 380, height = 176, foot = 22, top = 16, left = 34;
  const most = Math.max(1, ...counts);
  const highest = counts.indexOf(Math.max(...counts));
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${title}: the most, ${number(counts[highest])}, at ${label(highest)}; all counts are in the table` });
  const step = (width - left) / counts.length;
  const floor = height - foot;
  for (const part of most > 1 ? [1, 0.5] : [1]) {
    const y = floor - part * (floor - top);
    if (part === 0.5 && most % 2) continue;
    picture.append(shape("line", { class: "axis", x1: left, x2: width, y1: y, y2: y }));
    picture.append(shape("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, number(Math.round(part * most))));
  }
  picture.append(shape("line", { class: "axis", x1: left, x2: width, y1: floor, y2: floor }));
  counts.forEach((count, i) => {
    const length = (count / most) * (floor - top);
    if (count) picture.append(shape("rect", { class: "bar", x: left + i * step + step * 0.08, y: floor - Math.max(1.5, length), width: step * 0.84, height: Math.max(1.5, length) }));
  });
  for (const [place, text, anchor] of ticks) {
    picture.append(shape("text", { x: left + place * (width - left), y: height - 5, "text-anchor": anchor || "middle" }, text));
  }
  const rows = counts.map((count, i) => [label(i), number(count)]).filter((_, i) => counts[i]);
  return figure(title, caption, picture, [head, "Count"], rows);
}

function heat() {
  const { first, then, counts } = data.heat;
  const most = Math.max(1, ...counts.flat());
  const name = (source) => el("span", { title: outlet(source) }, outlet(source));
  const body = counts.map((row, i) => el("tr", {}, el("th", { scope: "row" }, name(first[i])), ...row.map((count, j) => {
    const cell = el("td", { title: `${outlet(then[j])} followed ${outlet(first[i])}: ${number(count)}` }, ...count ? [number(count)] : [el("span", { "aria-hidden": "true" }, "·"), el("span", { class: "unseen" }, "0")]);
    if (count) cell.style.background = `color-mix(in srgb, var(--bar) ${Math.round(12 + 43 * (count / most))}%, transparent)`;
    return cell;
  })));
  const title = "Who copies whom";
  return el("figure", { class: "wide" },
    el("figcaption", {}, el("h3", {}, title), el("p", {},
      `Rows were first, columns followed; numbers are articles that followed. The ${counted(first.length, "outlet", "outlets")} copied most, and the ${counted(then.length, "outlet", "outlets")} that followed most.`)),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      el("table", { class: "heat", "aria-label": title },
        el("thead", {}, el("tr", {}, el("td"), ...then.map((source) => el("th", { scope: "col" }, name(source))))),
        el("tbody", {}, ...body))));
}

function ranking() {
  const row = (it) => el("tr", {}, el("th", { scope: "row" }, outlet(it.source)),
    ...[number(it.first), number(it.copied), number(it.copies), span(it.delay), number(it.articles)].map((cell) => el("td", { class: "number" }, cell)));
  const heads = ["Outlet", "Clusters first", "Articles that followed it", "Followed others", "Median delay", "Articles in clusters"];
  const table = (rows, name) => el("table", { class: "ranking", "aria-label": name },
    el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))),
    el("tbody", {}, ...rows.map(row)));
  const title = "Who is first";
  const rest = data.ranking.slice(10);
  return el("figure", { class: "wide" },
    el("figcaption", {}, el("h3", {}, title), el("p", {},
      `In ${counted(data.first_known, "cluster", "clusters")} one outlet alone was first; in ${number(data.first_unknown)} it is not known who was.` +
      (data.ranking_left_out ? ` ${counted(data.ranking_left_out, "outlet is", "outlets are")} left out.` : ""))),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table(data.ranking.slice(0, 10), title)),
    rest.length ? el("details", {}, el("summary", {}, `${counted(rest.length, "more outlet", "more outlets")}`), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}: more` }, table(rest, `${title}: more`))) : null);
}

function writePlots() {
  const plots = at("plots");
  plots.append(bars("Cluster sizes", `${counted(data.clusters, "cluster", "clusters")} by the number of articles in them.`, data.sizes, "Articles"));
  if (data.pairs) {
    const reasons = Object.entries(data.reasons).filter(([reason]) => reason !== "exact").map(([reason, count]) => `${number(count)} ${reason}`).join(", ");
    plots.append(columns("Similarity of accepted pairs", `Jaccard similarity of ${counted(data.pairs, "pair", "pairs")} of different texts. By reason: ${reasons}.` +
        (data.exact ? ` The ${number(data.exact)} word for word are not among them.` : ""),
      data.jaccard, (i) => `${(i / 20).toFixed(2)}–${((i + 1) / 20).toFixed(2)}`,
      [[0, "0", "start"], [0.25, "0.25"], [0.5, "0.5"], [0.75, "0.75"], [1, "1", "end"]], "Similarity"));
  }
  const time = data.over_time;
  if (time.days) {
    const start = (i) => day((time.start + i * time.days) * 86400);
    const ticks = time.counts.length > 1
      ? [[0, start(0), "start"], [1, start(time.counts.length - 1), "end"]]
      : [[0.5, start(0)]];
    if (time.counts.length > 8) ticks.push([(Math.floor(time.counts.length / 2) + 0.5) / time.counts.length, start(Math.floor(time.counts.length / 2))]);
    const each = time.days === 1 ? "a day" : `every ${number(time.days)} days`;
    plots.append(columns(time.days === 1 ? "Copies per day" : `Copies per ${number(time.days)} days`, `Dated articles that followed the first of their cluster, ${each}, in UTC.` +
      (data.undated ? ` ${counted(data.undated, "copy has", "copies have")} no date.` : ""), time.counts, start, ticks, "Day"));
    plots.append(bars("Delay", `Time from the first article of a cluster to each copy; the median is ${medianDelay()}.` +
      (inDays ? ` ${number(data.at_midnight)} of ${counted(data.dated, "date has", "dates have")} no time and ${data.at_midnight === 1 ? "counts" : "count"} as midnight.` : ""), data.delays, "Delay"));
  }
  if (data.heat.first.length) plots.append(heat());
  if (data.ranking.length) plots.append(ranking());
}

// ---- The list

const state = { found: data.index.map((_, i) => i), page: 0, key: "size", order: -1 };
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let haystacks = null;

function search(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  haystacks ||= data.index.map((it) => plain([it.id, it.title, ...it.titles, ...it.ids, ...it.sources.map(outlet)].join("\n")));
  const all = data.index.map((_, i) => i);
  return words.length ? all.filter((i) => words.every((word) => haystacks[i].includes(word))) : all;
}

function compare(a, b) {
  const [x, y] = [data.index[a][state.key], data.index[b][state.key]];
  if (x == null || y == null) return (x == null) - (y == null) || a - b;
  const by = typeof x === "string" ? collator.compare(x, y) : x - y;
  return state.order * by || a - b;
}
const collator = new Intl.Collator("en", { numeric: true });

function update() {
  state.found = search(at("search").value).sort(compare);
  state.page = 0;
  for (const head of document.querySelectorAll("#list th")) {
    const sorted = head.dataset.key === state.key;
    if (sorted) head.setAttribute("aria-sort", state.order > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
  at("sort").value = `${state.key}:${state.order}`;
  writeList();
}

function listRow(i) {
  const it = data.index[i];
  const names = it.sources.slice(0, 4).map(outlet);
  const more = it.outlets - names.length;
  const sources = names.join(", ") + (more > 0 ? ` and ${number(more)} more` : "");
  const shown = (key) => !document.querySelector(`#list th[data-key=${key}]`).hidden;
  const cell = (attributes, ...content) => el("td", { role: "cell", ...attributes }, ...content);
  return el("tr", { role: "row" },
    cell({ class: "title" }, el("a", { href: `#${it.id}`, dir: "auto" }, it.title || "(no title)"), el("span", {}, sources)),
    cell({ class: "number", "data-label": it.size === 1 ? "article" : "articles" }, number(it.size)),
    shown("outlets") ? cell({ class: "number", "data-label": it.outlets === 1 ? "outlet" : "outlets" }, number(it.outlets)) : null,
    shown("first") ? cell({ class: "nowrap" }, it.first == null ? "no date" : day(it.first)) : null,
    shown("hours") ? cell({ class: "number nowrap", "data-label": it.hours == null ? null : "apart" }, span(it.hours)) : null,
    cell({ class: "nowrap", "data-label": "alike" }, meter(it.low), it.low === it.high ? share(it.low) : `${share(it.low)}–${share(it.high)}`));
}

function writeList() {
  const { found, page } = state;
  const last = Math.max(0, Math.ceil(found.length / ROWS) - 1);
  const now = found.slice(page * ROWS, (page + 1) * ROWS);
  at("list").tBodies[0].replaceChildren(...now.map(listRow));
  const all = data.index.length;
  at("status").textContent = !all ? "" : !found.length
    ? "No cluster matches. Search looks at the titles, outlets and ids of a cluster and of its first articles; every word must occur."
    : (found.length === all ? counted(all, "cluster", "clusters") : `${number(found.length)} of ${counted(all, "cluster", "clusters")}`) +
      (last ? `, ${number(page * ROWS + 1)} to ${number(page * ROWS + now.length)} on this page` : "");
  at("list").hidden = !found.length;
  at("pages").hidden = !last;
  const go = (label, to, name) => {
    const button = el("button", { type: "button", disabled: to < 0 || to > last || to === page, "data-go": name }, label);
    button.addEventListener("click", () => {
      state.page = to;
      writeList();
      const again = at("pages").querySelector(`[data-go=${name}]`);
      (again.disabled ? at("list").querySelector("a") : again).focus();
    });
    return button;
  };
  at("pages").replaceChildren(...(last ? [go("First", 0, "first"), go("Previous", page - 1, "previous"),
    el("span", {}, `Page ${number(page + 1)} of ${number(last + 1)}`), go("Next", page + 1, "next"), go("Last", last, "last")] : []));
}

// ---- A cluster

const chunks = new Map();
async function unpack(chunk) {
  if (!chunks.has(chunk)) {
    const packed = Uint8Array.from(atob(at(`chunk-${chunk}`).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    chunks.set(chunk, new Response(stream).json());
    // Memory for a few parts is enough.
    if (chunks.size > 4) chunks.delete(chunks.keys().next().value);
  }
  return chunks.get(chunk);
}

const places = new Map(data.index.map((it, i) => [it.id, i]));
let cameFrom = null;

function why(it) {
  const { why: reason } = it;
  if (!reason) return "";
  const words = REASONS[reason.reason] || reason.reason;
  if (reason.reason === "exact") return `matched ${it.matched}: ${words} (exact${reason.apart == null ? "" : `, ${span(reason.apart)} apart`})`;
  const measures = [`similarity ${share(reason.jaccard)}`, `containment ${share(reason.containment)}`];
  if (reason.weighted_containment != null) measures.push(`weighted containment ${share(reason.weighted_containment)}`, `opening ${share(reason.opening)}`);
  if (reason.apart != null) measures.push(`${span(reason.apart)} apart`);
  return `matched ${it.matched}: ${words} (${reason.reason}; ${measures.join(", ")})`;
}

function memberRow(it, i, { longest, firsts, chosen }) {
  const dot = el("i");
  if (it.hours != null) dot.style.insetInlineStart = `${longest ? (100 * it.hours) / longest : 0}%`;
  const radio = el("input", { type: "radio", name: "member", value: i, checked: i === chosen, disabled: !it.text, "aria-describedby": `why-${i}` });
  const when = it.date == null ? (it.published ? `date not read: ${it.published}` : "no date") : `${moment(it.date)}${it.hours ? `, ${span(it.hours)} later` : ""}`;
  // Where all are as early nobody was first.
  const first = it.hours !== 0 || firsts.of === firsts.dated ? null : firsts.of === 1 ? "first" : "among the first";
  return el("li", { class: i ? "member" : "member kept" },
    el("label", {}, radio,
      el("span", { class: "track" }, it.hours == null ? null : dot),
      el("span", { class: "what" },
        el("b", { dir: "auto" }, it.title || it.id),
        el("span", { class: "when" }, it.source == null ? "" : el("span", { class: "outlet" }, outlet(it.source)), `${it.source == null ? "" : " · "}${when} · ${counted(it.words, "word", "words")}`),
        i && !first ? null : el("br"),
        i ? null : el("span", { class: "tag" }, "representative"),
        first ? el("span", { class: "tag" }, first) : null),
      el("span", { class: "alike" }, meter(it.jaccard), share(it.jaccard), el("span", { class: "when" }, ` containment ${share(it.containment)}`))),
    el("p", { class: "why" }, el("span", { id: `why-${i}` }, [it.id, why(it), it.text ? "" : "text not shown"].filter(Boolean).join(" · ")),
      it.url ? " " : "", it.url ? link(it.url, "Open the original") : ""));
}

/** The passages of two texts: of each its kind, its text in either, and what links it to the other. */
function passages(a, b, steps) {
  const list = [];
  let [onA, onB] = [0, 0];
  for (let i = 0; i < steps.length; i += 3) {
    const [kind, x, y] = [steps[i], steps[i + 1], steps[i + 2]];
    const [lengthA, lengthB] = kind === 3 ? [x, 0] : kind === 4 ? [0, y] : [x, y];
    const key = kind === 3 ? `moved-${y}` : kind === 4 ? `moved-${x}` : `step-${i}`;
    list.push({ kind, key, a: a.slice(onA, onA + lengthA), b: b.slice(onB, onB + lengthB) });
    onA += lengthA;
    onB += lengthB;
  }
  return list;
}

const MARKS = {
  0: ["span", "same", "", ""],
  1: ["del", "", "−", "only in the representative: "],
  2: ["ins", "", "+", "only in this one: "],
  3: ["span", "moved", "↕", "moved elsewhere: "],
  4: ["span", "moved", "↕", "moved here: "],
  5: ["span", "left-out", "[", "left out of the comparison: "],
};

function passage(kind, key, text, side = "") {
  const [tag, name, sign, words] = MARKS[kind];
  const mark = (sign) => el("span", { class: "sign", "aria-hidden": "true" }, sign);
  // A sign stands behind the break before its words, and a bracket closes before the break behind them.
  const start = text.length - text.trimStart().length;
  const end = kind === 5 ? Math.max(start, text.trimEnd().length) : text.length;
  return el(tag, { class: name || null, tabindex: "-1", "data-key": key },
    text.slice(0, start),
    sign ? mark(sign + side) : null,
    words ? el("span", { class: "unseen" }, words) : null,
    text.slice(start, end), kind === 5 ? mark("]") : null, text.slice(end));
}

function textBox(it, label, rows, cut) {
  const body = el("div", { class: "body", dir: "auto", role: "group", "aria-label": `${label}: text` }, ...rows.map((nodes) => el("div", {}, ...nodes)));
  body.style.gridRow = `span ${rows.length}`;
  const first = body.querySelector("[data-key]");
  if (first) first.tabIndex = 0;
  const box = el("section", { class: "text", "aria-label": label },
    el("header", {}, el("p", {}, label), el("h3", { dir: "auto" }, it.title || it.id),
      el("p", {}, [it.source == null ? "" : outlet(it.source), it.date == null ? "" : moment(it.date)].filter(Boolean).join(" · ")), it.url ? el("p", {}, link(it.url, "Open the original")) : null),
    body,
    cut ? el("p", { class: "cut" }, `… cut here: ${counted(cut, "more word", "more words")} in the article.`) : null);
  // Both boxes share their lines: the head, the rows, what is cut.
  box.style.gridRow = `span ${rows.length + 2}`;
  return box;
}

/** Whether a paragraph ends with the white space that stands in a text from a place on: a line that ends within a sentence was only wrapped. */
function isBreak(text, at, gap) {
  const [first, second] = [gap.indexOf("\n"), gap.lastIndexOf("\n")];
  return first >= 0 && (first !== second || /[\p{Sentence_Terminal}:;…"”’»'\])]/u.test(text.charAt(at - 1)));
}

/** The paragraphs of the same words in two texts: divided where both have a break. */
function paragraphs(a, b) {
  const breaks = (text) => {
    const found = new Map();
    let [from, letters] = [0, 0];
    for (const { 0: gap, index } of text.matchAll(/\s+/g)) {
      if (!isBreak(text, index, gap)) continue;
      const end = index + gap.length;
      letters += plain(text.slice(from, end)).replace(/[^\p{L}\p{N}]/gu, "").length;
      from = end;
      if (end < text.length) found.set(letters, end);
    }
    return found;
  };
  const inB = breaks(b);
  const pieces = [];
  let [fromA, fromB] = [0, 0];
  for (const [letters, endA] of breaks(a)) {
    const endB = inB.get(letters);
    if (endB == null) continue;
    pieces.push([a.slice(fromA, endA), b.slice(fromB, endB)]);
    [fromA, fromB] = [endA, endB];
  }
  return [...pieces, [a.slice(fromA), b.slice(fromB)]];
}

/** Passages in rows that stand side by side: a row begins where both texts begin a paragraph. */
function inRows(list) {
  const rows = [];
  const begins = (text, before) => {
    const end = text.trimEnd().length;
    return text ? isBreak(text, end, text.slice(end)) : before;
  };
  let [freshA, freshB] = [true, true];
  for (const it of list) {
    const pieces = it.kind === 0 ? paragraphs(it.a, it.b) : [[it.a, it.b]];
    pieces.forEach(([a, b], n) => {
      const row = rows.at(-1);
      // What one text has in the place of what the other has stands beside it.
      const instead = row && !a && row.every((piece) => !piece.b);
      if (!row || (freshA && freshB && !instead)) rows.push([]);
      rows.at(-1).push({ kind: it.kind, key: n ? `${it.key}.${n}` : it.key, a, b });
      [freshA, freshB] = [begins(a, freshA), begins(b, freshB)];
    });
  }
  return rows;
}

/** A passage where both texts are one: as this member has it, with the break that either has behind it. */
function inOne({ kind, key, a, b }) {
  if (kind === 5 && a.trim() !== b.trim()) {
    return [["−", a], ["+", b]].filter(([, text]) => text).map(([side, text]) => passage(kind, key, text, side));
  }
  const gap = a.slice(a.trimEnd().length);
  return [passage(kind, key, b && gap.includes("\n") && b.trimEnd() === b ? b + gap : b || a)];
}

/** How the representative (the first) and a member differ, in words. */
function inWords({ only, moved, left_out: out }, alone) {
  const words = (n) => counted(n, "word", "words");
  const found = [[only[0], "only in the representative"], [only[1], "only in this member"], [moved, "moved"]].filter(([n]) => n);
  const told = alone ? "" : found.length
    ? `They differ in ${found.map(([n, where]) => `${words(n)} ${where}`).join(", ")}.`
    : "What is compared has the very same words in both.";
  const left = alone ? (out[0] ? words(out[0]) : "")
    : [[out[0], "in the representative"], [out[1], "in this member"]].filter(([n]) => n).map(([n, where]) => `${words(n)} ${where}`).join(", ");
  return [told, left && `Left out of the comparison as furniture of the page: ${left}.`].filter(Boolean).join(" ");
}

const narrow = matchMedia("(max-width: 46rem)");
let merged = null;

function writeTexts(box, told, detail, chosen) {
  const [kept, other] = [detail.members[0], detail.members[chosen]];
  told.textContent = "";
  if (!kept.text || !other || !other.text) {
    box.replaceChildren(el("p", { class: "empty" }, "No text is shown of this member."));
    return;
  }
  told.textContent = inWords(other.differences, !chosen);
  const list = passages(kept.text.text, other.text.text, other.differences.steps);
  const nodes = (row, side) => row.filter((it) => it[side]).map((it) => passage(it.kind, it.key, it[side]));
  if (!chosen) {
    box.replaceChildren(el("div", { class: "texts merged" }, textBox(kept, "Representative", [nodes(list, "a")], kept.text.cut)));
    return;
  }
  const one = merged ?? narrow.matches;
  const rows = inRows(list);
  const side = (side) => rows.map((row) => nodes(row, side));
  const texts = one
    ? [textBox(other, "Representative and this member in one", [list.flatMap(inOne)], Math.max(kept.text.cut, other.text.cut))]
    : [textBox(kept, "Representative", side("a"), kept.text.cut), textBox(other, "This member", side("b"), other.text.cut)];
  const choice = (label, value) => {
    const radio = el("input", { type: "radio", name: "view", checked: one === value });
    radio.addEventListener("change", () => {
      merged = value;
      writeTexts(box, told, detail, chosen);
      box.querySelector("input[name=view]:checked").focus();
    });
    return el("label", {}, radio, label);
  };
  const marks = [
    [1, el("del", {}, "− only in the representative")], [2, el("ins", {}, "+ only in this member")],
    [3, el("span", { class: "moved" }, "↕ moved")], [5, el("span", { class: "left-out" }, "[left out of the comparison]")],
  ].filter(([kind]) => list.some((it) => it.kind === kind || (kind === 3 && it.kind === 4)));
  box.replaceChildren(
    el("fieldset", { class: "views" }, el("legend", {}, "Show"), choice("side by side", false), choice("in one column", true)),
    el("ul", { class: "key", "aria-label": "Marks" }, ...marks.map(([, mark]) => el("li", {}, mark)),
      el("li", {}, "unmarked: in both", one ? null : el("span", { class: "on-screen" }, "; click to find it in the other"))),
    el("div", { class: one ? "texts merged" : "texts" }, ...texts));
}

/** Lights the passages of this key in both texts, and no others. */
function light(box, key) {
  for (const it of box.querySelectorAll("[data-key]")) it.classList.toggle("lit", it.dataset.key === key);
}

function linkPassages(box) {
  const target = (event) => (event.target instanceof Element ? event.target.closest("[data-key]") : null);
  const lights = { mouseover: true, mouseout: false, focusin: true, focusout: false };
  for (const [name, on] of Object.entries(lights)) {
    box.addEventListener(name, (event) => {
      const node = target(event);
      // Where the pointer leaves, what has the focus is lit again.
      const focused = name === "mouseout" && box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      if (node) light(box, on ? node.dataset.key : focused);
    });
  }
  const other = (node) => [...box.querySelectorAll("[data-key]")].find((it) => it !== node && it.dataset.key === node.dataset.key);
  const siblings = (node) => [...node.closest(".body").querySelectorAll("[data-key]")];
  const go = (node) => {
    for (const it of siblings(node)) it.tabIndex = it === node ? 0 : -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
  };
  box.addEventListener("click", (event) => {
    const node = target(event);
    const twin = node && other(node);
    if (twin) twin.scrollIntoView({ block: "nearest" });
  });
  box.addEventListener("keydown", (event) => {
    const node = target(event);
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = siblings(node);
    const [next, previous] = [all[all.indexOf(node) + 1], all[all.indexOf(node) - 1]];
    const steps = { ArrowDown: next, ArrowRight: next, ArrowUp: previous, ArrowLeft: previous, Home: all[0], End: all.at(-1), Enter: other(node) };
    if (!(event.key in steps)) return;
    event.preventDefault();
    if (steps[event.key]) go(steps[event.key]);
  });
}

function pairsTable(detail) {
  if (!detail.pairs.length) return null;
  const name = (i) => detail.members[i].id;
  const heads = ["Pair", "Reason", "Similarity", "Containment", "Weighted", "Opening", "Apart"];
  const hidden = detail.all_pairs - detail.pairs.length;
  return el("details", {}, el("summary", {}, `${counted(detail.all_pairs, "accepted pair", "accepted pairs")} of different texts`),
    hidden ? el("p", { class: "hint" }, `${number(hidden)} are not listed; the pairs report (--pairs) has all.`) : null,
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Accepted pairs" }, el("table", { "aria-label": "Accepted pairs" },
      el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i > 1 ? "number" : null }, head)))),
      el("tbody", {}, ...detail.pairs.map((it) => el("tr", {}, el("th", { scope: "row" }, `${name(it.a)} – ${name(it.b)}`), el("td", { title: REASONS[it.reason] || "" }, it.reason),
        ...[it.jaccard, it.containment, it.weighted_containment, it.opening].map((value) => el("td", { class: "number" }, share(value))), el("td", { class: "number nowrap" }, span(it.apart))))))));
}

async function openCluster(i) {
  const view = at("cluster");
  const it = data.index[i];
  const place = state.found.indexOf(i);
  const step = (label, to) => {
    const button = el("button", { type: "button", disabled: place < 0 || state.found[to] == null }, label);
    button.addEventListener("click", () => { location.hash = data.index[state.found[to]].id; });
    return button;
  };
  const back = el("button", { type: "button" }, "← All clusters");
  back.addEventListener("click", leave);
  const title = el("h1", { id: "cluster-title", tabindex: "-1", dir: "auto" }, it.title || "(no title)");
  const loading = el("p", { class: "loading", role: "status" }, "Unpacking…");
  view.replaceChildren(el("div", { class: "ways" }, back, el("div", {}, step("← Previous", place - 1), step("Next →", place + 1))), title,
    el("p", { class: "lead" }, `${counted(it.size, "article", "articles")}${ofOutlets(it.outlets)}` +
      (it.first == null ? "" : `, the first on ${moment(it.first)}${it.first % 86400 ? " UTC" : ""}${it.hours ? `, the last ${span(it.hours)} later` : ""}`) +
      `. Similarity to the representative: ${it.low === it.high ? share(it.low) : `${share(it.low)} to ${share(it.high)}`}.`),
    loading);
  at("overview").hidden = true;
  view.hidden = false;
  scrollTo({ top: 0, behavior: "instant" });
  title.focus({ preventScroll: true });
  let detail;
  try {
    detail = (await unpack(Math.floor(i / data.chunk)))[i % data.chunk];
  } catch (error) {
    loading.textContent = `The texts cannot be unpacked: ${error.message}. A browser of 2023 or later is needed.`;
    return;
  }
  if (loading.parentElement !== view) return;
  const members = detail.members;
  const longest = Math.max(0, ...members.map((member) => member.hours ?? 0));
  const firsts = { of: members.filter((member) => member.hours === 0).length, dated: members.filter((member) => member.hours != null).length };
  // One that differs, if there is one.
  const differing = members.findIndex((member, n) => n && member.text && member.jaccard < 1);
  const chosen = differing > 0 ? differing : Math.max(0, members.findIndex((member, n) => n && member.text));
  const box = el("div", { id: "texts" });
  const told = el("p", { class: "status", id: "told", role: "status" });
  const list = el("ol", { class: "members", "aria-label": "Members, on a time line" },
    el("li", { class: "scale", "aria-hidden": "true" }, el("span", {}, el("span", {}, it.first == null ? "no dates" : moment(it.first)), el("span", {}, longest ? `+ ${span(longest)}` : ""))),
    ...members.map((member, n) => memberRow(member, n, { longest, firsts, chosen })));
  list.addEventListener("change", (event) => {
    if (event.target.name === "member") writeTexts(box, told, detail, Number(event.target.value));
  });
  linkPassages(box);
  loading.replaceWith(
    el("h2", {}, "Members"),
    el("p", { class: "hint" }, el("span", { class: "on-screen" }, "Choose a member to see it beside the representative. "),
      detail.left_out ? `${counted(detail.left_out, "member is", "members are")} not listed; the CSV file has all.` : ""),
    el("div", { role: "radiogroup", "aria-label": "Member to compare" }, list),
    ...[pairsTable(detail)].filter(Boolean), el("h2", {}, "Texts compared"), told, box);
  writeTexts(box, told, detail, chosen);
}

function leave() {
  cameFrom = places.get(location.hash.slice(1));
  // An address of its own, so that the browser's way back works too.
  history.pushState(null, "", location.pathname + location.search);
  route();
}

function route() {
  const i = places.get(location.hash.slice(1));
  if (i != null) {
    openCluster(i);
    return;
  }
  const open = !at("cluster").hidden;
  at("cluster").hidden = true;
  at("overview").hidden = false;
  if (!open) return;
  const place = state.found.indexOf(cameFrom);
  if (place >= 0 && Math.floor(place / ROWS) !== state.page) {
    state.page = Math.floor(place / ROWS);
    writeList();
  }
  const row = cameFrom == null ? null : at("list").querySelector(`a[href="#${data.index[cameFrom].id}"]`);
  (row || at("headline")).focus();
}

// ---- Keys and events

addEventListener("hashchange", (event) => {
  const left = places.get(new URL(event.oldURL).hash.slice(1));
  if (left != null) cameFrom = left;
  route();
});
addEventListener("popstate", () => { if (!location.hash) route(); });
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
  if (event.key === "Escape" && !at("cluster").hidden) leave();
  else if (event.key === "/" && !typing && at("cluster").hidden) {
    event.preventDefault();
    at("search").focus();
  }
});
at("list").addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const row = event.target.closest("tbody tr");
  if (!step || !row) return;
  event.preventDefault();
  row[step]?.querySelector("a").focus();
});
at("search").addEventListener("input", update);
at("search").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    at("list").querySelector("tbody a")?.focus();
  }
});
at("controls").addEventListener("submit", (event) => event.preventDefault());
at("sort").addEventListener("change", () => {
  const [key, order] = at("sort").value.split(":");
  [state.key, state.order] = [key, Number(order)];
  update();
});
for (const head of document.querySelectorAll("#list th")) {
  head.querySelector("button").addEventListener("click", () => {
    const key = head.dataset.key;
    state.order = state.key === key ? -state.order : key === "title" || key === "first" || key === "low" ? 1 : -1;
    state.key = key;
    update();
  });
}

writeOverview();
writeAbout();
writePlots();
update();
route();
