//! `report`: the page in a browser, what hostile names do to it, and the file itself.

use crate::browser::Browser;
use crate::{data, program};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A folder for the pages of a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes the page of a capture.
fn report(capture: &Path, page: &Path, options: &[&str]) {
    let paths = [capture, page].map(|path| path.to_str().expect("UTF-8"));
    program::output(&[&["report", paths[0], "-o", paths[1], "--force"], options].concat());
}

/// The data in a page.
fn data_of(page: &Path) -> Value {
    let page = std::fs::read_to_string(page).expect("a page");
    let (_, rest) = page.split_once("id=\"data\">").expect("the data");
    serde_json::from_str(rest.split_once("</script>").expect("its end").0).expect("JSON")
}

/// A capture of these lines.
fn made(folder: &Path, lines: &[Value]) -> PathBuf {
    let capture = folder.join("made.pcapng");
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let output = program::run(&["make", "-", "-o", capture.to_str().unwrap(), "--force"], text.as_bytes());
    assert!(output.status.success(), "{}", program::stderr(&output));
    capture
}

/// Requests and answers of ApiOpenResource with these names, a second apart, or as far as `step` says.
fn openings(names: &[&str], server: &str, step: i64) -> Vec<Value> {
    let mut lines = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let at = |plus: i64| {
            let second = 30 + step * n as i64;
            format!("2026-11-20T10:{:02}:{:02}.{:09}Z", second.div_euclid(60), second.rem_euclid(60), plus)
        };
        let head = json!({
            "interface": "clusapi", "version": "3.0", "method": "ApiOpenResource", "call_id": n + 1, "stream": 1,
        });
        let end = "192.0.2.7:50000";
        let handle = json!({ "attributes": 0, "uuid": format!("00000000-0000-0000-0000-{:012x}", n + 1) });
        for (own, status) in [
            (
                json!({ "type": "request", "src": end, "dst": server, "time": at(0), "params": { "lpszResourceName": name } }),
                None,
            ),
            (
                json!({ "type": "response", "src": server, "dst": end, "time": at(1_000_000), "params": { "Status": "ERROR_SUCCESS", "rpc_status": "ERROR_SUCCESS" } }),
                Some(handle),
            ),
        ] {
            let mut line = head.clone();
            line.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            if let Some(handle) = status {
                line["return"] = handle;
            }
            lines.push(line);
        }
    }
    lines
}

/// Names that try to be something else.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "<!-- <script> ]]> -->",
        "\" autofocus onfocus=\"alert(3)",
        "' style='position:fixed",
        "javascript:alert(4)",
        "line\u{2028}separator\u{2029}",
        "right\u{202e}to left",
        "\u{1b}[2J\u{7}bell",
        "${alert(5)} {{title}} \\u003cb>",
        "=cmd|' /C calc'!A0",
    ]
    .map(String::from)
    .to_vec();
    names.push("W".repeat(10_000));
    names
}

fn is_here() -> bool {
    data::installed("chromium") && cfg!(unix)
}

/// Contrast of every text against what lies behind it (WCAG 2.1, 1.4.3): the worst, and whose it is.
const CONTRAST: &str = r"(() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const parse = (c) => { const n = c.match(/[\d.]+/g).map(Number); return c.startsWith('color(') ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  let worst = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 120)];
  }
  return worst;
})()";

/// It loads without a complaint, and what it offers works: search, choice, a click and a key that show messages.
#[test]
fn a_page_that_works() {
    if !is_here() {
        return;
    }
    let folder = folder("works");
    let page = folder.join("tour.html");
    report(&data::file("captures/tour.pcapng"), &page, &[]);
    let mut browser = Browser::start("works", 1280, 900, false);
    browser.open(&page);
    assert_eq!(browser.complaints, Vec::<String>::new());
    let rows = "document.querySelectorAll('#rows tr.call').length";
    assert_eq!(browser.eval(rows), 100);
    assert_eq!(browser.eval("document.querySelectorAll('.events li').length"), 4);
    assert!(browser.eval("document.querySelectorAll('svg.fit').length").as_u64() >= Some(3));
    // The message of a call, by a click on its row and by the keyboard.
    browser.click("#call-1");
    let shown = browser.eval("document.querySelector('#detail-1').innerText");
    assert!(shown.as_str().is_some_and(|text| text.contains("lpwBuildNumber") && text.contains("17763")), "{shown}");
    browser.eval("document.querySelector('#call-2 button').focus()");
    browser.press("Enter", "\r");
    assert_eq!(browser.eval("document.querySelector('#call-2 button').getAttribute('aria-expanded')"), "true");
    browser.click("#call-1");
    assert_eq!(browser.eval("document.querySelector('#detail-1') === null"), true);
    // Search, whose place has a key.
    browser.press("/", "/");
    assert_eq!(browser.eval("document.activeElement.id"), "search");
    browser.type_text("serviceaccount");
    assert_eq!(browser.eval(rows), 1);
    let method = browser.eval("document.querySelector('#rows tr.call b').textContent");
    assert_eq!(method, "ApiSetServiceAccountPassword");
    browser.eval("document.querySelector('#search').value = ''; document.querySelector('#search').dispatchEvent(new Event('input'))");
    let choose = |value| {
        format!(
            "document.querySelector('#only').value = '{value}'; document.querySelector('#only').dispatchEvent(new Event('change')); {rows}"
        )
    };
    let failed = browser.eval("Number(document.querySelector('.card.bad b').textContent)");
    assert_eq!(browser.eval(&choose("failed")), failed);
    assert_eq!(browser.eval(&choose("unknown")), 0);
    // The way from a slow call to its row.
    browser.click("#summary a");
    assert_eq!(browser.eval("document.querySelectorAll('tr.detail').length > 0"), true);
    assert_eq!(browser.complaints, Vec::<String>::new());
}

/// Light, dark and narrow: texts can be read, and nothing is wider than the screen.
#[test]
fn a_page_that_can_be_read() {
    if !is_here() {
        return;
    }
    let folder = folder("read");
    let page = folder.join("faults.html");
    report(&data::file("captures/faults.pcapng"), &page, &[]);
    for (name, width, dark) in [("light", 1280, false), ("dark", 1280, true), ("narrow", 360, false)] {
        let mut browser = Browser::start(name, width, 800, dark);
        browser.open(&page);
        browser.click("#call-0");
        browser.eval("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
        let worst = browser.eval(CONTRAST);
        assert!(worst[0].as_f64() >= Some(4.5), "{name}: {worst}");
        let wide = browser.eval("document.documentElement.scrollWidth");
        assert!(wide.as_u64() <= Some(u64::from(width)), "{name}: {wide} of {width} pixels");
        let dark_page =
            browser.eval("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 128");
        assert_eq!(dark_page, dark, "{name}");
        // Whatever can be used has a name.
        let nameless = "[...document.querySelectorAll('button, input, select, a')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length";
        assert_eq!(browser.eval(nameless), 0, "{name}");
        assert_eq!(browser.complaints, Vec::<String>::new(), "{name}");
    }
}

/// Names that are scripts, HTML, control characters, or 10,000 characters long stay names.
#[test]
fn hostile_names_stay_names() {
    let folder = folder("hostile");
    let names = hostile();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let capture = made(&folder, &openings(&names, "192.0.2.1:49664", 1));
    let page = folder.join("hostile.html");
    report(&capture, &page, &["--title", "<script>alert(6)</script>"]);
    let text = std::fs::read_to_string(&page).unwrap();
    assert_eq!(text.matches("<script").count(), 2);
    assert!(
        !text.contains("<img") && !text.contains("<!-- <") && !text.contains('\u{202e}') && !text.contains('\u{1b}')
    );
    assert_eq!(data_of(&page)["calls"], names.len());
    if !is_here() {
        return;
    }
    let mut browser = Browser::start("hostile", 1000, 800, false);
    browser.open(&page);
    for n in 0..names.len() {
        browser.click(&format!("#call-{n}"));
    }
    assert_eq!(browser.eval("document.querySelectorAll('tr.detail').length"), names.len());
    assert_eq!(browser.complaints, Vec::<String>::new());
    assert_eq!(browser.eval("document.querySelectorAll('img, iframe, object, embed').length"), 0);
    assert_eq!(browser.eval("document.querySelectorAll('script').length"), 2);
    let handlers = "[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style' || a.name === 'autofocus')).length";
    assert_eq!(browser.eval(handlers), 0);
    let body = browser.eval("document.body.innerText");
    let body = body.as_str().unwrap();
    assert!(body.contains("<img src=x onerror=alert(2)>") && body.contains("right\\u{202e}to left"), "{body}");
    assert!(!body.contains(['\u{202e}', '\u{2028}', '\u{1b}']));
    let wide = browser.eval("document.documentElement.scrollWidth");
    assert!(wide.as_u64() <= Some(1000), "{wide}");
}

/// Nothing of ours, times that run backwards, and two servers that go by one name.
#[test]
fn odd_captures() {
    let folder = folder("odd");
    let page = folder.join("page.html");
    let mut lines = openings(&["IP1", "IP1", "IP1"], "192.0.2.1:49664", -9);
    for line in openings(&["IP1"], "192.0.2.2:49664", 1) {
        let mut line = line;
        line["stream"] = 2.into();
        lines.push(line);
    }
    let capture = made(&folder, &lines);
    report(&capture, &page, &[]);
    let data = data_of(&page);
    assert_eq!((&data["calls"], &data["listed"]), (&4.into(), &4.into()));
    assert!(data["list"].as_array().unwrap().iter().all(|call| call[0].as_i64() >= Some(0)));
    let none = folder.join("none.html");
    report(&capture, &none, &["--filter", "method == Nothing"]);
    assert_eq!(data_of(&none)["calls"], 0);
    if !is_here() {
        return;
    }
    for page in [&page, &none] {
        let mut browser = Browser::start("odd", 1000, 800, false);
        browser.open(page);
        assert_eq!(browser.complaints, Vec::<String>::new());
        let servers = browser.eval("document.querySelectorAll('svg .head.server').length");
        assert_eq!(servers, if page == &none { 0 } else { 2 });
    }
}

/// The file is complete or not there; it is never written over what is to be kept; nobody else can read it.
#[test]
fn the_file() {
    let folder = folder("file");
    let page = folder.join("page.html");
    let capture = data::file("captures/tour.pcapng");
    let run = |arguments: &[&str]| program::command(arguments).output().expect("the program runs");
    let [capture, to] = [&capture, &page].map(|path| path.to_str().unwrap());
    assert!(run(&["report", capture, "-o", to]).status.success());
    let again = run(&["report", capture, "-o", to]);
    assert_eq!(again.status.code(), Some(1));
    assert!(program::stderr(&again).contains("there already"));
    assert!(run(&["report", capture, "-o", to, "--force"]).status.success());
    let copy = folder.join("copy.pcapng");
    std::fs::copy(capture, &copy).unwrap();
    let copy = copy.to_str().unwrap();
    assert_eq!(run(&["report", copy, "-o", copy, "--force"]).status.code(), Some(2));
    assert_eq!(run(&["report", capture, "-o", "-"]).status.code(), Some(2));
    let missing = folder.join("none/page.html");
    assert_eq!(run(&["report", capture, "-o", missing.to_str().unwrap()]).status.code(), Some(1));
    let absent = folder.join("other.html");
    assert_eq!(run(&["report", "no such file", "-o", absent.to_str().unwrap()]).status.code(), Some(1));
    assert!(!absent.exists());
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&page).unwrap().permissions().mode() & 0o077, 0);
    }
    // What is sealed has no outcome, and the page says so.
    let sealed = folder.join("sealed.html");
    report(&data::file("captures/sealed.pcapng"), &sealed, &[]);
    let data = data_of(&sealed);
    assert!(data["unknown"].as_u64() > Some(100) && data["sealed"][0]["count"].as_u64() > Some(100), "{data}");
    assert_eq!(data["failed"], 0);
}
