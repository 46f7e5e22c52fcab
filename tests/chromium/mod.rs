//! A Chromium without a window, driven by the DevTools protocol over two pipes (`--remote-debugging-pipe`): JSON with a zero byte after
//! each message. That needs neither a WebSocket nor another program, and so no crate.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one tab.
pub struct Chromium {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    next: u64,
    /// What the browser said beside answers.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The browser of this machine: `WIRECOPY_CHROMIUM`, or one of the usual names.
pub fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("WIRECOPY_CHROMIUM") {
        return Some(named.into());
    }
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

impl Chromium {
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("sh")
            // The browser reads from its third file and writes to its fourth.
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#, "sh"])
            .arg(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            for message in output.split(0) {
                let Ok(message) = message else { return };
                let parsed = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if send.send(parsed).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            process,
            input,
            messages,
            session: None,
            next: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let targets = browser.call("Target.getTargets", json!({}));
        let tab = targets["targetInfos"].as_array().unwrap().iter();
        let tab = { tab }.find(|it| it["type"] == "page").expect("a tab");
        let id = tab["targetId"].clone();
        let attach = json!({"targetId": id, "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol and waits for its answer.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).unwrap();
        loop {
            let message = self
                .messages
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] == self.next {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Opens a file and waits until it is loaded and its script has run; returns how long that took.
    pub fn open(&mut self, path: &Path) -> Duration {
        let url = format!("file://{}", path.display());
        let started = Instant::now();
        let answer = self.call("Page.navigate", json!({"url": url}));
        assert!(answer.get("errorText").is_none(), "{answer}");
        self.wait("document.readyState === 'complete' && location.protocol === 'file:'");
        // Two frames: all is laid out and painted.
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
        started.elapsed()
    }

    /// The value of an expression, awaited if it is a promise.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let how = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", how);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    pub fn text(&mut self, expression: &str) -> String {
        match self.evaluate(expression) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        let started = Instant::now();
        while self.evaluate(expression) != true {
            assert!(
                started.elapsed() < PATIENCE,
                "never came true: {expression}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses a key: a name such as `Tab`, or a character.
    pub fn press(&mut self, key: &str) {
        self.press_with(key, 0);
    }

    /// The same with modifiers: 8 is shift.
    pub fn press_with(&mut self, key: &str, modifiers: u32) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            " " => 32,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        let kind = if text.is_empty() {
            "rawKeyDown"
        } else {
            "keyDown"
        };
        let event = |kind: &str| json!({"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code, "modifiers": modifiers});
        self.call("Input.dispatchKeyEvent", event(kind));
        let mut up = event("keyUp");
        up["text"] = json!("");
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Scrolls to the first element that a selector finds, and puts the pointer on it.
    pub fn point_at(&mut self, selector: &str) {
        let place = format!(
            "(() => {{ const it = document.querySelector('{selector}'); it.scrollIntoView({{block: 'start', behavior: 'instant'}}); const r = it.getClientRects()[0]; return {{x: r.left + Math.min(8, r.width / 2), y: r.top + r.height / 2}} }})()"
        );
        let mut event = self.evaluate(&place);
        event["type"] = json!("mouseMoved");
        self.call("Input.dispatchMouseEvent", event);
    }

    /// A window of this size, in the colours that the reader prefers.
    pub fn show_as(&mut self, width: u32, height: u32, dark: bool) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            // Else a test would point at what is still scrolling.
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// An empty window of this width, or its content as on paper.
    pub fn look_as(&mut self, width: u32, dark: bool, print: bool) {
        self.show_as(width, 900, dark);
        if print {
            self.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
        }
        self.call("Page.navigate", json!({"url": "about:blank"}));
    }

    /// A picture of the window, or of the whole page, as PNG.
    pub fn picture(&mut self, whole: bool) -> Vec<u8> {
        use base64::prelude::{BASE64_STANDARD, Engine};
        let mut how = json!({"format": "png", "captureBeyondViewport": whole});
        if whole {
            how["clip"] = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
            how["clip"]["scale"] = json!(1);
        }
        let answer = self.call("Page.captureScreenshot", how);
        BASE64_STANDARD
            .decode(answer["data"].as_str().unwrap())
            .unwrap()
    }

    /// Everything that went wrong or to a network since the start: errors and messages of the console, exceptions, requests other than
    /// for the page's own file.
    pub fn complaints(&mut self) -> Vec<String> {
        // Answers come in order: with this one all events before it are here.
        self.evaluate("0");
        let told = |event: &Value| match event["method"].as_str()? {
            "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => {
                Some(event.to_string())
            }
            "Page.javascriptDialogOpening" => Some(event.to_string()),
            "Network.requestWillBeSent" => {
                let request = &event["params"];
                (request["type"] != "Document").then(|| event.to_string())
            }
            "Network.webSocketCreated" | "Network.webTransportCreated" => Some(event.to_string()),
            _ => None,
        };
        self.events.iter().filter_map(told).collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The process of its own that was started; its children end with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
