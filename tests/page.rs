//! The page of a run: its bytes, and what it does in a real browser.
//!
//! Without Chromium on the machine the tests in the browser say so and are skipped, unless `WIRECOPY_NEEDS_CHROMIUM` is set.

#![cfg(unix)]

mod chromium;
mod common;

use base64::prelude::{BASE64_STANDARD, Engine};
use chromium::Chromium;
use common::PROGRAM;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn wirecopy(arguments: &[&str]) -> Output {
    let program = Command::new(PROGRAM).args(arguments).output();
    program.expect("the program was built for this test")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/news.jsonl")
}

/// Writes the page of a corpus into a folder.
fn page(input: &Path, folder: &Path, more: &[&str]) -> PathBuf {
    let (report, csv) = (folder.join("report.html"), folder.join("clusters.csv"));
    let arguments = [
        "cluster",
        input.to_str().unwrap(),
        "-q",
        "-o",
        csv.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
    ];
    let done = wirecopy(&[&arguments, more].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    report
}

fn browser() -> Option<Chromium> {
    if let Some(program) = chromium::program() {
        return Some(Chromium::start(&program));
    }
    assert!(
        std::env::var_os("WIRECOPY_NEEDS_CHROMIUM").is_none(),
        "there is no Chromium"
    );
    // Past the test harness, which would keep it to itself.
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        b"SKIPPED: no Chromium on this machine, so the page was not opened; install it, or name it in WIRECOPY_CHROMIUM\n",
    );
    None
}

/// What a script would leave behind, in everything that an article has.
const HOSTILE: &str = "</script><script>window.ran=1</script><img src=x onerror=\"window.ran=2\"><!--<script>{{script}}{{data}}";

fn hostile(folder: &Path) -> PathBuf {
    let words: String = (0..80).fold(String::new(), |mut text, n| {
        write!(text, "word{n} ").unwrap();
        text
    });
    let mut lines = String::new();
    let urls = [
        "javascript:window.ran=3",
        "data:text/html,<script>1</script>",
        "https://outlet.example/a?b=\"><script>window.ran=4</script>",
        " JaVaScRiPt:window.ran=5",
    ];
    for (at, url) in urls.iter().enumerate() {
        let article = serde_json::json!({
            "id": format!("{at}{HOSTILE}"), "title": format!("Title {at} \u{202e}{HOSTILE}"), "source": format!("outlet{at}{HOSTILE}"),
            "published": if at == 3 { HOSTILE.into() } else { format!("2024-03-0{}T00:00:00Z", at / 2 + 1) }, "url": url,
            "text": format!("\u{202e}{HOSTILE} {words} {HOSTILE}\u{2066} end{at} <svg onload=window.ran=6>"),
        });
        writeln!(lines, "{article}").unwrap();
    }
    let path = folder.join("hostile.jsonl");
    std::fs::write(&path, lines).unwrap();
    path
}

/// The data of a page, and its clusters with their texts.
fn unpacked(page: &[u8]) -> (Value, Vec<Vec<Value>>) {
    let page = std::str::from_utf8(page).unwrap();
    let (_, rest) = page
        .split_once("<script type=\"application/json\" id=\"data\">")
        .unwrap();
    let (data, mut rest) = rest.split_once("</script>").unwrap();
    let mut chunks: Vec<Vec<Value>> = Vec::new();
    while let Some((_, chunk)) = rest.split_once(&format!("id=\"chunk-{}\">", chunks.len())) {
        let (packed, later) = chunk.split_once("</script>").unwrap();
        let packed = BASE64_STANDARD.decode(packed).unwrap();
        let unpacked = flate2::read::GzDecoder::new(packed.as_slice());
        chunks.push(serde_json::from_reader(unpacked).unwrap());
        rest = later;
    }
    (serde_json::from_str(data).unwrap(), chunks)
}

/// Stories of so many copies and words; each copy has a word of its own.
fn stories(path: &Path, stories: impl IntoIterator<Item = (usize, usize)>) {
    let mut lines = String::new();
    for (story, (copies, words)) in stories.into_iter().enumerate() {
        let text: Vec<String> = (0..words).map(|n| format!("s{story}w{n}")).collect();
        let text = text.join(" ");
        for copy in 0..copies {
            let article = serde_json::json!({"id": format!("{story}-{copy}"), "title": format!("Story {story}"),
                "source": format!("outlet{copy}.example"), "text": format!("{text} own{copy}")});
            writeln!(lines, "{article}").unwrap();
        }
    }
    std::fs::write(path, lines).unwrap();
}

#[test]
fn the_same_run_gives_the_same_page_whatever_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    // Five chunks, of which the first takes far longer than the others.
    let sizes = (0..50).map(|_| (8, 600)).chain((0..190).map(|_| (2, 60)));
    stories(&input, sizes);
    let pages: Vec<Vec<u8>> = ["1", "2", "4"]
        .iter()
        .map(|threads| {
            let page = page(&input, folder.path(), &["--threads", threads]);
            std::fs::read(page).unwrap()
        })
        .collect();
    let (data, chunks) = unpacked(&pages[0]);
    let sizes: Vec<usize> = chunks.iter().map(Vec::len).collect();
    assert_eq!(sizes, [50, 50, 50, 50, 40]);
    // The chunks are in the order of the index.
    let listed = data["index"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["size"]);
    let of_chunks = chunks
        .iter()
        .flatten()
        .map(|it| it["members"].as_array().unwrap().len());
    assert!(listed.eq(of_chunks.map(Value::from).collect::<Vec<_>>().iter()));
    assert!(pages[0] == pages[1] && pages[0] == pages[2]);
}

#[test]
fn a_cluster_shows_as_much_as_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    stories(&input, [(310, 900), (2, 799)]);
    let (_, chunks) = unpacked(&std::fs::read(page(&input, folder.path(), &[])).unwrap());
    let [large, small] = [&chunks[0][0], &chunks[0][1]];
    let members = large["members"].as_array().unwrap();
    assert_eq!((members.len(), &large["left_out"]), (300, &10.into()));
    assert_eq!(large["pairs"].as_array().unwrap().len(), 100);
    assert!(large["all_pairs"].as_u64() > Some(309));
    let texts: Vec<&Value> = members.iter().filter(|it| it["text"].is_object()).collect();
    assert_eq!(texts.len(), 24);
    for member in texts {
        let text = member["text"]["text"].as_str().unwrap();
        assert_eq!(text.split(' ').count(), 800);
        assert_eq!(member["text"]["cut"], 101);
    }
    let whole = &small["members"][1];
    assert_eq!(whole["text"]["cut"], 0);
    assert_eq!(whole["differences"]["only"], serde_json::json!([1, 1]));
}

#[test]
fn furniture_is_no_difference_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (_, chunks) = unpacked(&std::fs::read(page(&fixtures(), folder.path(), &[])).unwrap());
    let (raw, raw_chunks) =
        unpacked(&std::fs::read(page(&fixtures(), folder.path(), &["--raw"])).unwrap());
    let words = |chunks: &[Vec<Value>], jaccard: Option<f64>, which: &str| -> u64 {
        let members = chunks
            .iter()
            .flatten()
            .flat_map(|it| it["members"].as_array().unwrap());
        let members = members.filter(|it| jaccard.is_none_or(|jaccard| it["jaccard"] == jaccard));
        let counts = members.flat_map(|it| it["differences"][which].as_array().unwrap());
        counts.map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(
        words(&chunks, Some(1.0), "only"),
        0,
        "what is equal shows no difference"
    );
    assert!(words(&chunks, Some(1.0), "left_out") > 100);
    assert!(words(&chunks, None, "only") > 500);
    assert_eq!(
        (&raw["raw"], words(&raw_chunks, None, "left_out")),
        (&true.into(), 0)
    );
}

#[test]
fn the_page_can_go_to_standard_output_if_the_clusters_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixtures();
    let file = page(&input, folder.path(), &[]);
    let (input, csv) = (input.to_str().unwrap(), folder.path().join("other.csv"));
    let done = wirecopy(&[
        "cluster",
        input,
        "-q",
        "-o",
        csv.to_str().unwrap(),
        "--report",
        "-",
    ]);
    assert!(done.status.success());
    assert!(done.stdout == std::fs::read(file).unwrap());
    assert!(csv.exists() && !Path::new("-").exists());
    let both = wirecopy(&["cluster", input, "--report", "-"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(both.stdout.is_empty());
    let said = String::from_utf8(both.stderr).unwrap();
    assert!(
        said.contains("where the clusters go without -o; name a file for them"),
        "{said}"
    );
}

#[test]
fn the_page_says_how_much_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.json");
    let more = [
        "--report-clusters",
        "5",
        "--summary",
        summary.to_str().unwrap(),
    ];
    let page = page(&fixtures(), folder.path(), &more);
    let (data, _) = unpacked(&std::fs::read(page).unwrap());
    assert_eq!(
        data["shown"],
        serde_json::json!({"clusters": 5, "left_out": 8})
    );
    assert_eq!(data["index"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&data["clusters"], &data["copies"]),
        (&13.into(), &25.into())
    );
    let summary: Value = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
    assert_eq!(summary["page"], data["shown"]);
}

#[test]
fn what_makes_no_page_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixtures();
    let said = |report: &str, more: &[&str]| {
        let report = folder.path().join(report);
        let arguments = [
            "cluster",
            input.to_str().unwrap(),
            "--report",
            report.to_str().unwrap(),
        ];
        let done = wirecopy(&[&arguments, more].concat());
        assert!(!done.status.success());
        assert!(done.stdout.is_empty());
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(said("page.html.gz", &[]).contains("no browser opens a compressed page"));
    assert!(said("page.html.ZST", &[]).contains("no browser opens a compressed page"));
    assert!(said("page.html", &["--report-clusters", "0"]).contains("must be at least 1"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let alone = wirecopy(&["cluster", input.to_str().unwrap(), "--report-clusters", "5"]);
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn nothing_of_an_article_is_markup_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(&hostile(folder.path()), folder.path(), &[]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("window.ran=1"), "the title is there");
    for markup in ["<img", "<script>window", "<!--", "<svg"] {
        assert!(!page.contains(markup), "{markup}");
    }
    // One style, one script, the data and a chunk: no more elements were begun or ended.
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script>").count(), 3);
}

#[test]
fn in_a_browser_the_page_opens_searches_sorts_and_shows_differences() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.show_as(1200, 900, false);
    browser.open(&page(&fixtures(), folder.path(), &[]));
    assert_eq!(
        browser.text("document.querySelector('h1').textContent"),
        "25 of 66 articles are copies"
    );
    let rows = "document.querySelectorAll('#list tbody tr').length";
    assert_eq!(browser.evaluate(rows), 13);
    assert!(
        browser
            .evaluate("document.querySelectorAll('#plots figure').length")
            .as_u64()
            >= Some(6)
    );

    // Search, with accents and case left aside.
    browser.evaluate("at('search').focus()");
    browser.call(
        "Input.insertText",
        serde_json::json!({"text": "PORT vellan"}),
    );
    assert_eq!(browser.evaluate(rows), 1);
    assert_eq!(browser.text("at('status').textContent"), "1 of 13 clusters");
    browser.call(
        "Input.insertText",
        serde_json::json!({"text": " nosuchword"}),
    );
    assert_eq!(browser.evaluate(rows), 0);
    assert!(
        browser
            .text("at('status').textContent")
            .starts_with("No cluster matches")
    );
    browser.evaluate("at('search').value = ''; at('search').dispatchEvent(new Event('input'))");

    // Sort, by a click on a heading.
    let sizes = "[...document.querySelectorAll('#list tbody td:nth-child(2)')].map(td => Number(td.textContent)).join()";
    assert_eq!(browser.text(sizes), "7,4,4,4,3,2,2,2,2,2,2,2,2");
    browser.evaluate("document.querySelector('th[data-key=size] button').click()");
    assert_eq!(browser.text(sizes), "2,2,2,2,2,2,2,2,3,4,4,4,7");
    assert_eq!(
        browser.text("document.querySelector('th[data-key=size]').ariaSort"),
        "ascending"
    );
    browser.evaluate("document.querySelector('th[data-key=title] button').click()");
    let sorted = "(() => { const all = [...document.querySelectorAll('#list tbody a')].map(a => a.textContent); return String(all) === String([...all].sort(collator.compare)) })()";
    assert_eq!(browser.evaluate(sorted), true);

    // A cluster opens, with its time line, reasons and differences.
    browser.evaluate("[...document.querySelectorAll('#list tbody a')].find(a => a.textContent.includes('Port Vellan')).click()");
    browser.wait("document.querySelectorAll('#texts .text').length === 2");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.member').length"),
        7
    );
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.track i').length"),
        7
    );
    assert!(
        browser
            .text("at('why-1').textContent")
            .contains("matched fx-")
    );
    assert!(
        browser
            .text("document.querySelector('.member a').href")
            .starts_with("https://")
    );
    // Three of them have other words than the representative; the others differ in their furniture alone.
    let marks = |what: &str| {
        format!(
            "[...document.querySelectorAll('.member input')].filter(i => (i.click(), document.querySelector('{what}'))).length"
        )
    };
    assert_eq!(browser.evaluate(&marks(".body del, .body ins")), 3);
    assert_eq!(browser.evaluate(&marks(".body .left-out")), 7);
    browser.evaluate("document.querySelectorAll('.member input')[4].click()");
    assert_eq!(
        browser.text("at('told').textContent"),
        "What is compared has the very same words in both. Left out of the comparison as furniture of the page: \
         6 words in the representative, 34 words in this member."
    );
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.key del, .key ins').length"),
        0
    );
    browser.evaluate("document.querySelectorAll('.member input')[3].click()");
    assert!(
        browser
            .text("at('told').textContent")
            .starts_with("They differ in 130 words only in the representative. Left out")
    );
    // What stands in the two boxes is what the steps were made of: every text is whole.
    let whole = "(async () => { const detail = (await unpack(0)).find(d => d.members.length === 7); return detail.members.every((m, i) => { if (!i) return true; const list = passages(detail.members[0].text.text, m.text.text, m.differences.steps); return list.map(p => p.a).join('') === detail.members[0].text.text && list.map(p => p.b).join('') === m.text.text && list.filter(p => p.kind === 0).every(p => plain(p.a).replace(/[^a-z0-9]/g, '') === plain(p.b).replace(/[^a-z0-9]/g, '')) }) })()";
    assert_eq!(browser.evaluate(whole), true);
    // Pointing at a shared passage lights it on both sides.
    browser.evaluate("document.querySelectorAll('.member input')[1].click(); document.querySelector('#texts .same').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.lit').length"),
        2
    );
    assert_eq!(
        browser.evaluate(
            "new Set([...document.querySelectorAll('.lit')].map(n => n.closest('.text'))).size"
        ),
        2
    );
    browser.evaluate("document.querySelectorAll('input[name=view]')[1].click()");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('#texts .text').length"),
        1
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

/// The fixtures, a cluster that has what is seldom (a paragraph that was moved, a text that is cut, an address that is no link, no
/// date), and enough others for a second page of the list.
fn of_all_kinds(path: &Path) {
    let paragraph = |of: &str| (0..450).fold(String::new(), |text, n| format!("{text}{of}{n} "));
    let paragraphs = [
        "Rain is expected in the northern valleys by Sunday night, and on the coast.",
        &paragraph("tide"),
        "Council members voted nine to four for a new bridge over the river Aldous.",
        &paragraph("moor"),
    ];
    stories(path, (0..50).map(|_| (2, 60)));
    let mut lines = [&fixtures(), path]
        .map(|path| std::fs::read_to_string(path).unwrap())
        .concat();
    for (id, order, url) in [
        ("m-1", [0, 1, 2, 3], "javascript:0"),
        ("m-2", [2, 0, 1, 3], ""),
        ("m-3", [0, 1, 2, 3], ""),
    ] {
        let text = order.map(|at| paragraphs[at]).join("\n\n");
        let article = serde_json::json!({"id": id, "title": "A bridge, and rain", "url": url, "text": format!("{text} {id}")});
        writeln!(lines, "{article}").unwrap();
    }
    std::fs::write(path, lines).unwrap();
}

/// Widths of the window, whether its colours are dark, whether it is on paper.
const LOOKS: [(u32, bool, bool); 7] = [
    (380, false, false),
    (380, true, false),
    (800, false, false),
    (800, true, false),
    (1400, false, false),
    (1400, true, false),
    (800, false, true),
];

/// Opens the cluster of this title on the page that is open.
fn open_cluster(browser: &mut Chromium, title: &str) {
    browser.evaluate(&format!(
        "location.hash = data.index.find(it => it.title.includes('{title}')).id"
    ));
    browser.wait(&format!("document.querySelector('#cluster:not([hidden]) h1')?.textContent.includes('{title}') && document.querySelector('#texts .text') !== null"));
}

#[test]
fn in_a_browser_everything_contrasts_with_what_lies_behind() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    of_all_kinds(&input);
    let page = page(&input, folder.path(), &["--report-clusters", "60"]);
    for (width, dark, print) in LOOKS {
        browser.look_as(width, dark, print);
        browser.open(&page);
        let mut kinds = BTreeSet::new();
        let mut look = |browser: &mut Chromium, state: &str| {
            let found = browser.evaluate(include_str!("chromium/contrast.js"));
            let wide = browser.evaluate("document.documentElement.scrollWidth > innerWidth");
            assert_eq!(wide, false, "{state}: nothing stands out at {width}");
            assert_eq!(
                found["bad"],
                serde_json::json!([]),
                "{state}, {width} wide, dark: {dark}"
            );
            assert!(found["texts"].as_u64() > Some(30), "{found}");
            let more = found["kinds"].as_array().unwrap().iter();
            kinds.extend(more.map(|kind| kind.as_str().unwrap().to_owned()));
            found["shapes"].as_u64().unwrap()
        };
        browser.evaluate("for (const it of document.querySelectorAll('details')) it.open = true");
        assert!(look(&mut browser, "the run") > 20);
        if !print {
            // A ring is seen around whatever the keyboard reaches.
            browser.evaluate("scrollTo(0, 0)");
            for _ in 0..26 {
                browser.press("Tab");
                look(&mut browser, "with the focus");
            }
            for place in [
                "#list tbody tr",
                "#list tbody a",
                "#list thead button",
                "#pages button",
            ] {
                browser.point_at(place);
                look(&mut browser, place);
            }
        }
        open_cluster(&mut browser, "Port Vellan");
        for member in [6, 5, 0] {
            browser.evaluate(&format!(
                "document.querySelectorAll('.member input')[{member}].click()"
            ));
            look(&mut browser, "a cluster");
        }
        browser.evaluate("document.querySelectorAll('.member input')[5].click()");
        if !print {
            for place in [
                ".body ins",
                ".body .left-out",
                ".body .same",
                ".ways button",
                ".member label",
                ".why a",
            ] {
                browser.point_at(place);
                look(&mut browser, place);
            }
            while browser.evaluate("Boolean(document.activeElement.dataset.key)") != true {
                browser.press("Tab");
                look(&mut browser, "with the focus");
            }
        }
        open_cluster(&mut browser, "A bridge");
        for view in 0..2 {
            browser.evaluate(&format!(
                "document.querySelectorAll('input[name=view]')[{view}].click()"
            ));
            look(&mut browser, "what was moved and cut");
            if !print {
                browser.point_at(".body .moved");
                look(&mut browser, "what was moved, pointed at");
            }
        }
        let mut expected = vec![
            "del",
            "ins",
            "span.moved",
            "span.left-out",
            "span.tag",
            "text",
            "text.value",
            "span.address",
            "p.cut",
            "span.outlet",
            "span#why-0",
            "p.status#told",
            "p.hint#left-out",
            "td",
            "dt",
        ];
        if !print {
            expected.extend([
                "span.same.lit",
                "ins.lit",
                "span.left-out.lit",
                "span.moved.lit",
                "focus",
                "button",
                "select#sort",
                "input#search",
            ]);
        }
        for kind in expected {
            assert!(kinds.contains(kind), "{kind} was not seen: {kinds:?}");
        }
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

/// What a screen reader is told, in the order of the page: each node, and where those below it end.
struct Spoken(Vec<(Value, usize)>);

impl Spoken {
    fn of(browser: &mut Chromium) -> Self {
        let tree = browser.call("Accessibility.getFullAXTree", serde_json::json!({}));
        let nodes = tree["nodes"].as_array().unwrap();
        let by_id = nodes.iter().map(|it| (it["nodeId"].as_str().unwrap(), it));
        let mut spoken = Self(Vec::new());
        spoken.add(&nodes[0], &by_id.collect());
        spoken
    }

    fn add(&mut self, node: &Value, by_id: &HashMap<&str, &Value>) {
        let at = self.0.len();
        self.0.push((node.clone(), 0));
        for child in node["childIds"].as_array().unwrap() {
            if let Some(child) = by_id.get(child.as_str().unwrap()) {
                self.add(child, by_id);
            }
        }
        self.0[at].1 = self.0.len();
    }

    /// Where those with a role stand that are told.
    fn places(&self, role: &str) -> Vec<usize> {
        let has_role = |&at: &usize| {
            let node = &self.0[at].0;
            node["ignored"] == false && node["role"]["value"] == role
        };
        (0..self.0.len()).filter(has_role).collect()
    }

    /// The names of those with a role.
    fn names(&self, role: &str) -> Vec<&str> {
        let name = |at: usize| self.0[at].0["name"]["value"].as_str().unwrap_or("").trim();
        self.places(role).into_iter().map(name).collect()
    }

    /// How many of a role stand within each of another.
    fn within(&self, outer: &str, inner: &str) -> Vec<usize> {
        let inner = self.places(inner);
        let count = |at: usize| {
            let below = at + 1..self.0[at].1;
            inner.iter().filter(|at| below.contains(at)).count()
        };
        self.places(outer).into_iter().map(count).collect()
    }

    /// A property of those with a role.
    fn property(&self, role: &str, name: &str) -> Vec<&Value> {
        let property = |at: usize| {
            let mut properties = self.0[at].0["properties"].as_array().unwrap().iter();
            let property = properties.find(|it| it["name"] == name);
            property.map_or(&Value::Null, |it| &it["value"]["value"])
        };
        self.places(role).into_iter().map(property).collect()
    }

    /// What holds on every view.
    fn check(&self, state: &str) {
        for role in [
            "button",
            "link",
            "searchbox",
            "combobox",
            "radio",
            "DisclosureTriangle",
            "radiogroup",
            "region",
            "navigation",
            "search",
            "table",
            "image",
            "columnheader",
            "rowheader",
            "heading",
        ] {
            let names = self.names(role);
            assert!(
                names.iter().all(|name| !name.is_empty()),
                "{state}: a {role} has no name: {names:?}"
            );
        }
        let levels = self.property("heading", "level");
        let levels: Vec<u64> = levels.iter().map(|it| it.as_u64().unwrap()).collect();
        let below = levels
            .windows(2)
            .all(|two| two[1] <= two[0] + 1 && two[1] > 1);
        assert!(levels[0] == 1 && below, "{state}: {levels:?}");
        let headers = self.within("table", "columnheader");
        assert!(
            headers.iter().all(|&headers| headers >= 2),
            "{state}: a table without headers: {headers:?}"
        );
        for role in ["banner", "main", "contentinfo"] {
            assert_eq!(self.places(role).len(), 1, "{state}: {role}");
        }
        let live = self.property("status", "live");
        assert!(
            !live.is_empty() && live.iter().all(|live| **live == "polite"),
            "{state}: {live:?}"
        );
    }

    /// What stands in the live regions.
    fn announced(&self) -> Vec<String> {
        let texts = self.places("StaticText");
        let said = |at: usize| {
            let below = at + 1..self.0[at].1;
            let texts = texts.iter().filter(|at| below.contains(at));
            texts
                .map(|&at| self.0[at].0["name"]["value"].as_str().unwrap())
                .collect::<String>()
        };
        let said = self.places("status").into_iter().map(said);
        said.filter(|text| !text.is_empty()).collect()
    }
}

#[test]
fn in_a_browser_a_screen_reader_is_told_everything() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    of_all_kinds(&input);
    let page = page(&input, folder.path(), &[]);
    browser.call("Accessibility.enable", serde_json::json!({}));
    for width in [1200, 380] {
        browser.look_as(width, false, false);
        browser.open(&page);
        let spoken = Spoken::of(&mut browser);
        spoken.check("the run");
        assert_eq!(spoken.names("searchbox"), ["Search titles, outlets, ids"]);
        assert_eq!(spoken.names("combobox"), ["Sort by"]);
        assert_eq!(
            spoken.names("heading"),
            [
                "77 of 169 articles are copies",
                "Clusters",
                "The run in figures",
                "Cluster sizes",
                "Similarity of accepted pairs",
                "Copies per day",
                "Delay",
                "Who copies whom",
                "Who is first",
                "How to read this page"
            ]
        );
        assert_eq!(spoken.names("search"), ["Clusters"]);
        assert_eq!(spoken.names("navigation"), ["Pages of the list"]);
        // The list is a table also where its rows are broken into lines.
        assert_eq!(spoken.names("table")[0], "Clusters of copies");
        assert_eq!(
            spoken.names("columnheader")[..6],
            [
                "Title",
                "Articles",
                "Outlets",
                "First seen",
                "Span",
                "Similarity"
            ]
        );
        assert_eq!(spoken.within("table", "row")[0], 51);
        assert_eq!(spoken.within("table", "cell")[0], 50 * 6);
        // Plots say what they show.
        let plots = spoken.names("image");
        assert_eq!(plots.len(), 4);
        assert!(
            plots[0].starts_with("Cluster sizes: 2, 58; 3, 2; 4, 3;"),
            "{}",
            plots[0]
        );
        for (plot, title) in plots.iter().zip([
            "Cluster sizes",
            "Similarity of accepted pairs",
            "Copies per day",
            "Delay",
        ]) {
            assert!(
                plot.starts_with(title) && plot.contains(char::is_numeric),
                "{plot}"
            );
        }
        assert_eq!(spoken.announced(), ["64 clusters, 1 to 50 on this page"]);
        browser.evaluate("for (const it of document.querySelectorAll('details')) it.open = true");
        let spoken = Spoken::of(&mut browser);
        spoken.check("tables opened");
        assert_eq!(
            spoken.names("table").len(),
            1 + 4 + 1 + 2,
            "each plot has a table"
        );
        browser.evaluate("at('search').focus()");
        browser.call(
            "Input.insertText",
            serde_json::json!({"text": "port vellan"}),
        );
        let spoken = Spoken::of(&mut browser);
        spoken.check("searched");
        assert_eq!(spoken.announced(), ["1 of 64 clusters"]);

        open_cluster(&mut browser, "Port Vellan");
        browser.evaluate("document.querySelectorAll('.member input')[3].click(); for (const it of document.querySelectorAll('details')) it.open = true");
        let spoken = Spoken::of(&mut browser);
        spoken.check("a cluster");
        assert_eq!(spoken.names("radiogroup"), ["Member to compare"]);
        assert_eq!(spoken.within("radiogroup", "radio"), [7]);
        assert!(spoken.names("radio")[0].contains("representative"));
        assert_eq!(spoken.names("table").len(), 1);
        let told = spoken.announced();
        assert!(
            told.len() == 1 && told[0].starts_with("They differ in 130 words"),
            "{told:?}"
        );
        let words = browser.text("document.querySelector('.body').textContent");
        assert!(words.contains("left out of the comparison: "), "{words}");
    }
}

#[test]
fn in_a_browser_passages_lead_to_each_other_both_ways() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    of_all_kinds(&input);
    browser.show_as(1200, 900, false);
    browser.open(&page(&input, folder.path(), &[]));
    open_cluster(&mut browser, "A bridge");
    // The paragraph that was moved stands at the head of one text and far below in the other.
    browser.evaluate(
        "[...document.querySelectorAll('.member')].find(it => it.textContent.includes('m-2')).querySelector('input').click()",
    );
    let moved =
        |side: usize| format!("document.querySelectorAll('.text')[{side}].querySelector('.moved')");
    let place = |browser: &mut Chromium, side: usize| {
        let top = browser.evaluate(&format!("{}.getBoundingClientRect().top", moved(side)));
        top.as_f64().unwrap()
    };
    let apart = place(&mut browser, 0) - place(&mut browser, 1);
    assert!(apart.abs() > 1000.0, "{apart}");
    for (here, there) in [(0, 1), (1, 0)] {
        browser.evaluate(&format!(
            "{}.scrollIntoView({{block: 'center', behavior: 'instant'}})",
            moved(here)
        ));
        assert!(!(0.0..900.0).contains(&place(&mut browser, there)));
        browser.evaluate(&format!("{}.click()", moved(here)));
        assert!(
            (0.0..900.0).contains(&place(&mut browser, there)),
            "from {here} to {there}"
        );
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn in_a_browser_the_same_paragraphs_stand_side_by_side() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    let paragraph = |of: &str| {
        let words = (0..40).map(|n| format!("{of}{n} ")).collect::<String>();
        format!("{}.", words.trim_end())
    };
    let [rain, tide, moor, vote, mast, keel] =
        ["rain", "tide", "moor", "vote", "mast", "keel"].map(paragraph);
    // The second has a paragraph more at the head, another one in the place of the fourth, and its breaks are others.
    let texts = [
        [&*rain, &tide.replace("tide9 ", "tide9\n"), &moor, &vote].join("\n\n"),
        [
            &*keel,
            &rain.to_uppercase(),
            &tide.replace("tide9 ", "tide9\n"),
            &moor,
            &mast,
        ]
        .join("\n"),
    ];
    let lines = texts.iter().zip(1..).map(|(text, at)| {
        let article =
            serde_json::json!({"id": at.to_string(), "title": "The harbour", "published": format!("2024-03-0{at}"), "text": text});
        format!("{article}\n")
    });
    std::fs::write(&input, lines.collect::<String>()).unwrap();
    let page = page(&input, folder.path(), &[]);
    // Where the words stand that begin each paragraph, in either box.
    let tops = |browser: &mut Chromium, side: usize, names: &str| {
        browser.evaluate(&format!(
            "'{names}'.split(' ').map(name => {{ const it = [...document.querySelectorAll('.text')[{side}].querySelectorAll('.body > div')].find(it => it.textContent.toLowerCase().includes(name + '0 ')); return Math.round(it.getBoundingClientRect().top) }})"
        ))
    };
    for (width, beside) in [(1200, true), (800, true), (380, false)] {
        browser.show_as(width, 900, false);
        browser.open(&page);
        open_cluster(&mut browser, "The harbour");
        browser.evaluate("document.querySelectorAll('input[name=view]')[0].click()");
        let a = tops(&mut browser, 0, "rain tide moor vote");
        let b = tops(&mut browser, 1, "rain tide moor mast");
        assert_eq!(a == b, beside, "{width}: {a} {b}");
        let down = a
            .as_array()
            .unwrap()
            .iter()
            .map(|top| top.as_i64().unwrap());
        let down: Vec<i64> = down.collect();
        assert!(down.windows(2).all(|two| two[0] + 20 < two[1]), "{a}");
        // A paragraph that is only wrapped is one.
        let rows = "document.querySelectorAll('.text')[0].querySelectorAll('.body > div').length";
        assert_eq!(browser.evaluate(rows), 5);
        // Each paragraph is linked to its own, by the pointer and by the keyboard.
        let of_tide = |side: usize| {
            format!(
                "[...document.querySelectorAll('.text')[{side}].querySelectorAll('.same')].find(it => it.textContent.includes('tide0'))"
            )
        };
        // A window without a key pressed has no focus.
        browser.press("Tab");
        browser.evaluate(&format!("{}.focus()", of_tide(0)));
        let lit = "[...document.querySelectorAll('.lit')].map(it => it.textContent.trim().split(' ')[0]).join()";
        assert_eq!(browser.text(lit), "tide0,tide0");
        browser.press("Enter");
        assert_eq!(
            browser.evaluate(&format!("document.activeElement === {}", of_tide(1))),
            true
        );
        browser.press("ArrowDown");
        assert_eq!(browser.text(lit), "moor0,moor0");
        // What the pointer passes over goes out again, and what has the focus stays.
        let event = |name: &str| {
            format!(
                "{}.dispatchEvent(new MouseEvent('{name}', {{bubbles: true}}))",
                of_tide(0)
            )
        };
        browser.evaluate(&event("mouseover"));
        browser.evaluate(&event("mouseout"));
        assert_eq!(browser.text(lit), "moor0,moor0");
        browser.evaluate(&format!("{}.focus()", of_tide(0)));
        browser.evaluate(&event("mouseout"));
        assert_eq!(browser.text(lit), "tide0,tide0");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn in_a_browser_articles_without_titles_outlets_and_dates() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    let head = "NORDVIK, March 3 (AFP) - The harbour was closed for two days after a ferry had hit the mole on Friday night, and it";
    let words: String = (0..60).map(|n| format!(" word{n}")).collect();
    let article = |id: &str, more: &str| {
        let text = format!("{head}{words} {more}");
        format!("{}\n", serde_json::json!({"id": id, "text": text}))
    };
    std::fs::write(
        &input,
        article("n-17", "") + &article("n-23", "Nobody was hurt."),
    )
    .unwrap();
    browser.show_as(1200, 900, false);
    browser.open(&page(&input, folder.path(), &[]));
    // Without the dateline, and no more than a line.
    let opening = "The harbour was closed for two days after a ferry had hit the mole on Friday night, and it…";
    let titles = "[...document.querySelectorAll('#list tbody a')].map(it => it.textContent).join()";
    assert_eq!(browser.text(titles), opening);
    let heads =
        "[...document.querySelectorAll('#list th:not([hidden])')].map(it => it.dataset.key).join()";
    assert_eq!(browser.text(heads), "title,size,low");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('#list tbody td').length"),
        3
    );
    let orders = "[...at('sort').options].map(it => it.value.split(':')[0]).join()";
    assert_eq!(browser.text(orders), "size,size,title,title,low,low");
    assert_eq!(
        browser.text("at('without').textContent"),
        "The articles name no outlet and have no dates, so that who was first, and who followed, is not known."
    );
    assert!(
        browser
            .text("at('lead').textContent")
            .starts_with("2 articles make up 1 cluster,")
    );
    assert!(!browser.text("at('tiles').textContent").contains("Median"));
    // An article is found by its id.
    for (id, found) in [("n-23", 1), ("n-24", 0)] {
        browser.evaluate(&format!(
            "at('search').value = '{id}'; at('search').dispatchEvent(new Event('input'))"
        ));
        assert_eq!(
            browser.evaluate("document.querySelectorAll('#list tbody tr').length"),
            found
        );
    }
    open_cluster(&mut browser, "The harbour");
    let named = "[...document.querySelectorAll('h1#cluster-title, .what b, .text h3')].map(it => it.textContent).join('|')";
    assert_eq!(browser.text(named), [opening; 5].join("|"));
    assert!(
        !browser
            .text("document.querySelector('#cluster').textContent")
            .contains("outlet")
    );
    assert_eq!(browser.complaints(), [""; 0]);
    // Where something stands in a column it is there.
    browser.open(&page(&fixtures(), folder.path(), &[]));
    assert_eq!(browser.text(heads), "title,size,outlets,first,hours,low");
    assert_eq!(browser.evaluate("at('without').hidden"), true);
}

#[test]
fn in_a_browser_nobody_is_first_who_shares_the_first_date_with_all() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    let mut tags = |dates: &[&str]| {
        let words: String = (0..60).map(|n| format!("word{n} ")).collect();
        let articles = dates.iter().enumerate().map(|(at, date)| {
            let article = serde_json::json!({"id": at.to_string(), "title": "Harbour", "published": date, "text": format!("{words}own{at}")});
            format!("{article}\n")
        });
        std::fs::write(&input, articles.collect::<String>()).unwrap();
        browser.open(&page(&input, folder.path(), &[]));
        open_cluster(&mut browser, "Harbour");
        let tags = "[...document.querySelectorAll('.member')].map(it => [...it.querySelectorAll('.tag')].slice(it.classList.contains('kept') ? 1 : 0).map(it => it.textContent).join()).join('|')";
        let lead =
            "document.querySelector('#cluster .lead').textContent.match(/the first on [^,.]*/)[0]";
        let delay = "[...at('tiles').children].find(it => it.textContent.includes('Median delay')).querySelector('dd').textContent + (at('plots').textContent.match(/. of . dates have no time and count as midnight/) ?? '')";
        (browser.text(tags), browser.text(lead), browser.text(delay))
    };
    let told =
        |tags: &str, lead: &str, delay: &str| (tags.to_owned(), lead.to_owned(), delay.to_owned());
    let first = tags(&["2024-03-04T09:00:00Z", "2024-03-04T10:00:00Z", ""]);
    assert_eq!(
        first,
        told("first||", "the first on 2024-03-04 09:00 UTC", "1 h")
    );
    let two = tags(&["2024-03-04", "2024-03-04", "2024-03-05"]);
    assert_eq!(
        two,
        told(
            "among the first|among the first|",
            "the first on 2024-03-04",
            "< 1 d3 of 3 dates have no time and count as midnight"
        )
    );
    let all = tags(&["2024-03-04"; 3]);
    assert_eq!(
        all,
        told(
            "||",
            "the first on 2024-03-04",
            "< 1 d3 of 3 dates have no time and count as midnight"
        )
    );
}

#[test]
fn in_a_browser_hostile_articles_are_shown_and_never_run() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&page(&hostile(folder.path()), folder.path(), &[]));
    browser.evaluate("document.querySelector('#list tbody a').click()");
    browser.wait("document.querySelectorAll('#texts .text').length === 2");
    browser
        .evaluate("for (const input of document.querySelectorAll('.member input')) input.click()");
    assert_eq!(browser.text("typeof window.ran"), "undefined");
    assert_eq!(browser.evaluate("document.querySelectorAll('img, iframe, object, embed, svg[onload], main script').length"), 0);
    assert!(
        browser
            .text("document.querySelector('#cluster h1').textContent")
            .contains("<img src=x onerror=")
    );
    assert!(
        browser
            .text("document.querySelector('#texts').textContent")
            .contains("</script><script>window.ran=1</script>")
    );
    let links = "[...document.querySelectorAll('#cluster a')].map(a => a.protocol).filter(p => p !== 'https:' && p !== 'http:').length";
    assert_eq!(browser.evaluate(links), 0);
    assert!(
        browser
            .text("[...document.querySelectorAll('.address')].map(a => a.textContent).join()")
            .contains("javascript:window.ran=3")
    );
    let turned =
        "/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText + document.title)";
    assert_eq!(
        browser.evaluate(turned),
        false,
        "nothing turns the direction of what follows"
    );
    assert_eq!(browser.complaints(), [""; 0]);
    // And if something slipped through: the policy lets no script in.
    browser.evaluate("(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 7'; document.body.append(s); const b = document.createElement('button'); b.setAttribute('onclick', 'window.ran = 8'); document.body.append(b); b.click(); })()");
    assert_eq!(browser.text("typeof window.ran"), "undefined");
}

#[test]
fn in_a_browser_the_keyboard_alone_reaches_everything() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.show_as(1200, 900, false);
    browser.open(&page(&fixtures(), folder.path(), &[]));
    let here = "(() => { const a = document.activeElement; return a.id || a.className || (a.closest('thead') ? 'heading' : a.closest('tbody') ? 'row' : a.name || a.tagName) })()";
    // Tab goes to the link that skips, the search, the order, six headings, every row, and into the figures.
    let mut met = Vec::new();
    for _ in 0..29 {
        browser.press("Tab");
        met.push(browser.text(here));
    }
    assert_eq!(met[..3], ["skip", "search", "sort"]);
    assert_eq!(met.iter().filter(|it| *it == "heading").count(), 6);
    assert_eq!(met.iter().filter(|it| *it == "row").count(), 13);
    assert!(met.iter().any(|it| it == "SUMMARY"), "{met:?}");
    let unseen = "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 })()";
    assert_eq!(browser.evaluate(unseen), true, "the focus is seen");

    // The slash goes to the search, arrows into and through the list, Enter opens.
    browser.evaluate("document.activeElement.blur()");
    browser.press("/");
    assert_eq!(browser.text(here), "search");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    browser.press("ArrowUp");
    assert_eq!(
        browser.evaluate("document.activeElement === document.querySelector('#list tbody a')"),
        true
    );
    let first = browser.text("document.activeElement.textContent");
    browser.press("Enter");
    browser.wait("document.querySelectorAll('#texts .text').length === 2");
    assert_eq!(browser.text("document.activeElement.id"), "cluster-title");

    // Members are chosen with arrows, passages walked through, Enter crosses over.
    let mut tabs = 0;
    while browser.text("document.activeElement.name ?? ''") != "member" {
        browser.press("Tab");
        tabs += 1;
        assert!(tabs < 10);
    }
    let before = browser.text("document.querySelector('#texts').textContent");
    browser.press("ArrowDown");
    assert_ne!(
        browser.text("document.querySelector('#texts').textContent"),
        before
    );
    tabs = 0;
    while browser.evaluate("Boolean(document.activeElement.dataset.key)") != true {
        browser.press("Tab");
        tabs += 1;
        assert!(tabs < 30);
    }
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    let key = browser.text("document.activeElement.dataset.key");
    assert_ne!(key, "step-0");
    assert_eq!(
        browser.evaluate("document.activeElement.classList.contains('lit')"),
        true
    );
    browser.evaluate("(() => { const t = [...document.querySelectorAll('#texts .same')].filter(n => n.closest('.text') === document.querySelector('#texts .text')); t[0].focus() })()");
    browser.press("Enter");
    assert_eq!(browser.evaluate("document.activeElement.closest('.text') === document.querySelectorAll('#texts .text')[1]"), true);

    // Escape leads back to where the reader was.
    browser.press("Escape");
    assert_eq!(
        browser.evaluate("at('cluster').hidden && !at('overview').hidden"),
        true
    );
    assert_eq!(browser.text("document.activeElement.textContent"), first);
    // So do the browser's own ways.
    browser.evaluate("history.back()");
    browser.wait("!at('cluster').hidden");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn in_a_browser_a_corpus_without_copies_is_no_empty_page() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("one.jsonl");
    std::fs::write(
        &input,
        "{\"id\":\"a\",\"text\":\"Rain is expected on Tuesday.\"}\n",
    )
    .unwrap();
    browser.open(&page(&input, folder.path(), &[]));
    assert_eq!(
        browser.text("document.querySelector('h1').textContent"),
        "No copies among 1 article"
    );
    assert_eq!(
        browser.evaluate(
            "['clusters', 'list', 'controls', 'plots-section'].every(id => at(id).hidden)"
        ),
        true
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Five thousand stories of two or three copies, of 300 words each.
fn many(path: &Path) {
    let mut lines = String::new();
    let mut state = 1u64;
    let mut draw = |below: u64| {
        // The generator of Numerical Recipes; only variety is wanted.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for story in 0..5000 {
        let words: Vec<String> = (0..300)
            .map(|_| {
                format!(
                    "{}{}",
                    ["harbour", "council", "rain", "vote", "bridge", "ferry"][draw(6) as usize],
                    draw(900)
                )
            })
            .collect();
        for copy in 0..2 + story % 2 {
            let mut text = words.clone();
            text[20 + copy * 9] = format!("changed{copy}");
            let article = serde_json::json!({"id": format!("{story}-{copy}"), "title": format!("Story {story} of the {} {}", words[0], words[1]), "source": format!("outlet{}.example", draw(40)),
                "published": format!("2024-03-{:02}T{:02}:00:00Z", 1 + story / 400, copy * 2), "url": format!("https://outlet.example/{story}"), "text": text.join(" ")});
            writeln!(lines, "{article}").unwrap();
        }
    }
    std::fs::write(path, lines).unwrap();
}

#[test]
fn in_a_browser_five_thousand_clusters_open_and_weigh_little() {
    let Some(mut browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("many.jsonl");
    many(&input);
    let page = page(
        &input,
        folder.path(),
        &["--report-clusters", "5000", "--threads", "2"],
    );
    let bytes = std::fs::metadata(&page).unwrap().len();
    assert!(bytes < 15_000_000, "{bytes}");
    browser.open(&page);
    assert_eq!(
        browser.text("at('status').textContent"),
        "5,000 clusters, 1 to 50 on this page"
    );
    browser.evaluate("document.querySelector('[data-go=last]').click(); document.querySelector('#list tbody tr:last-child a').click()");
    browser.wait("document.querySelectorAll('#texts .text').length === 2");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// The picture for the README: `cargo test --test page -- --ignored picture`.
#[test]
#[ignore = "writes docs/report.png"]
fn picture_for_the_readme() {
    let mut browser = browser().expect("this needs Chromium");
    let folder = tempfile::tempdir().unwrap();
    browser.show_as(1200, 1560, false);
    browser.open(&page(&fixtures(), folder.path(), &[]));
    browser.evaluate("[...document.querySelectorAll('#list tbody a')].find(a => a.textContent.startsWith('Castellow')).click()");
    browser.wait("document.querySelectorAll('#texts .text').length === 2");
    browser.evaluate(
        "document.querySelectorAll('.member input')[1].click(); document.activeElement.blur()",
    );
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    std::fs::create_dir_all(&docs).unwrap();
    let picture = browser.picture(false);
    assert!(picture.len() < 300_000, "{}", picture.len());
    std::fs::write(docs.join("report.png"), picture).unwrap();
}

/// Pictures of a page at three widths, light and dark and on paper, into the folder `WIRECOPY_PICTURES`; of the fixtures, or of `WIRECOPY_PAGE`.
#[test]
#[ignore = "for looking at"]
fn pictures_to_look_at() {
    let folder = PathBuf::from(
        std::env::var_os("WIRECOPY_PICTURES").expect("WIRECOPY_PICTURES names a folder"),
    );
    let mut browser = browser().expect("this needs Chromium");
    let scratch = tempfile::tempdir().unwrap();
    let page = match std::env::var_os("WIRECOPY_PAGE") {
        Some(page) => page.into(),
        None => page(&fixtures(), scratch.path(), &[]),
    };
    for (width, dark, print) in LOOKS {
        browser.look_as(width, dark, print);
        browser.open(&page);
        let look = ["light", "dark", "print"][usize::from(dark) + 2 * usize::from(print)];
        let name = |what: &str| folder.join(format!("{what}-{width}-{look}.png"));
        std::fs::write(name("run"), browser.picture(true)).unwrap();
        browser.evaluate("document.querySelector('#list tbody a').click()");
        browser.wait("document.querySelector('#texts .text') !== null");
        browser.evaluate(
            "document.querySelectorAll('.member input')[5]?.click(); document.activeElement.blur()",
        );
        std::fs::write(name("cluster"), browser.picture(true)).unwrap();
    }
}
