//! Samba's `ndrdump`: one stub a run. Everything it prints between "in:" or "out:" and the end is compared, value by
//! value, in order.

use super::Outcome;
use super::subject::{Leaf, Shown, Subject, leaves};
use cluscope::internals::consts::status;
use cluscope::internals::ndr::{Direction, Syntax};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Whether it is installed.
pub fn available() -> bool {
    Command::new("ndrdump").arg("--version").output().is_ok()
}

/// How it is run.
pub enum Runner {
    /// A process for each stub.
    Once,
    /// One process that forks for each stub, see `again.c`.
    Again { child: Child, input: ChildStdin, output: BufReader<ChildStdout> },
}

impl Runner {
    /// The fast way if there is a C compiler. The library goes into `scratch`.
    pub fn fast(scratch: &Path) -> Runner {
        let library = scratch.join("again.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer/again.c");
        let made = Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("no C compiler: a process for each stub");
            return Runner::Once;
        }
        let mut child = Command::new("ndrdump")
            .env("TZ", "UTC")
            .env("LD_PRELOAD", library)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ndrdump can be started");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Runner::Again { child, input, output }
    }

    /// Runs it with these arguments, none of which has a space; what it printed, and whether it ended well.
    fn run(&mut self, arguments: &[&str]) -> (String, bool) {
        match self {
            Runner::Once => {
                let output = Command::new("ndrdump").env("TZ", "UTC").args(arguments).output();
                let output = output.expect("ndrdump can be started");
                let text = [output.stdout, output.stderr].concat();
                (String::from_utf8_lossy(&text).into_owned(), output.status.success())
            }
            Runner::Again { input, output, .. } => {
                writeln!(input, "{}", arguments.join(" ")).expect("ndrdump takes input");
                let (mut text, mut line) = (Vec::new(), Vec::new());
                loop {
                    line.clear();
                    let read = output.read_until(b'\n', &mut line).expect("ndrdump's output can be read");
                    if let Some(status) = line.strip_prefix(b"== ") {
                        return (String::from_utf8_lossy(&text).into_owned(), status == b"0\n");
                    }
                    assert_ne!(read, 0, "ndrdump ended");
                    text.extend_from_slice(&line);
                }
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Runner::Again { child, .. } = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Asks about a stub. Files go into `scratch`.
pub fn compare(subject: &Subject, scratch: &Path, runner: &mut Runner) -> Outcome {
    let (context, file) = (scratch.join("in"), scratch.join("stub"));
    let written = std::fs::write(&file, &subject.stub).and_then(|()| std::fs::write(&context, &subject.request));
    written.expect("scratch files can be written");
    let [context, file] = [&context, &file].map(|path| path.to_str().expect("a plain path"));
    let kind = subject.identity.kind;
    let opnum = subject.method.opnum.to_string();
    let mut arguments = vec![kind.interface.name, &opnum];
    match kind.direction {
        Direction::Request => arguments.extend(["in", file]),
        Direction::Response => arguments.extend(["out", file, "-c", context]),
    }
    if kind.syntax == Syntax::Ndr64 {
        arguments.push("--ndr64");
    }
    let (text, success) = runner.run(&arguments);
    judge(&leaves(subject), &text, success)
}

/// Compares what we read with what it printed.
fn judge(ours: &[Leaf], text: &str, success: bool) -> Outcome {
    let refused = |l: &&str| l.contains("pull returned") && !l.contains("Success") || l.contains("pull for context");
    if let Some(line) = text.lines().find(refused) {
        return Outcome::differs(0, format!("refused: {line}"), text);
    }
    if !success || !text.contains("dump OK") {
        let line = text.lines().find(|l| l.contains("PANIC") || l.contains("ERROR")).unwrap_or("no dump");
        let line = line.split(" in pid").next().unwrap_or(line).split(" (pid").next().unwrap_or(line);
        return Outcome::differs(0, format!("fails: {line}"), text);
    }
    if text.contains("unread bytes while parsing context") {
        return Outcome::differs(0, "leaves bytes of the request unread", text);
    }
    let mut theirs = printed(text);
    let mut values = 0;
    for leaf in ours {
        if let Err(found) = take(leaf, &mut theirs) {
            let place: String = leaf.path.chars().filter(|c| !c.is_ascii_digit()).collect();
            let found = found.unwrap_or("nothing");
            return Outcome::differs(values, format!("at {place}"), format!("{leaf:?}\n{found}\n{text}"));
        }
        values += 1;
    }
    if let Some(line) = theirs.next() {
        return Outcome::differs(values, "shows more", format!("{line}\n{text}"));
    }
    if text.contains("unread bytes") {
        return Outcome::differs(values, "leaves bytes unread", text);
    }
    Outcome::equal(values)
}

/// The values of a dump: what stands behind `: ` on each line, without pointers, heads of structures and names of bits.
fn printed(text: &str) -> impl Iterator<Item = &str> {
    let body = text.lines().skip_while(|l| !matches!(l.trim_start().split(':').next(), Some("in" | "out"))).skip(1);
    body.take_while(|l| !l.starts_with("dump OK")).filter_map(|line| {
        let line = line.trim_start_matches(' ');
        if line.starts_with("0: ") || line.starts_with("1: ") {
            return None;
        }
        let (_, value) = line.split_once(": ")?;
        // The name is padded on its right, the value is not on its left.
        (value != "*" && !value.starts_with("struct ") && !line.contains(": union ")).then_some(value)
    })
}

/// Takes what belongs to a value off the dump.
fn take<'t>(leaf: &Leaf, theirs: &mut impl Iterator<Item = &'t str>) -> Result<(), Option<&'t str>> {
    let mut line = |matches: &dyn Fn(&str) -> bool| match theirs.next() {
        Some(line) if matches(line) => Ok(()),
        line => Err(line),
    };
    let count = |n: usize| move |l: &str| l == format!("ARRAY({n})");
    match &leaf.shown {
        Shown::Int(n) => line(&|l| number(l, *n) || leaf.len == 4 && signed(l, *n as i32)),
        Shown::Time(filetime) => line(&|l| time_is(l, *filetime)),
        Shown::Text(text) => line(&|l| l.strip_prefix('\'').and_then(|l| l.strip_suffix('\'')) == Some(text)),
        Shown::Null => line(&|l| l == "NULL"),
        Shown::Count(n) => line(&count(*n as usize)),
        Shown::Guid(guid) => line(&|l| l == guid.to_string()),
        Shown::Handle(handle) => {
            line(&|l| number(l, handle.attributes.into()))?;
            line(&|l| l == handle.uuid.to_string())
        }
        Shown::Bytes(bytes) => {
            line(&count(bytes.len()))?;
            bytes.iter().try_for_each(|byte| line(&|l| number(l, (*byte).into())))
        }
        // A fixed array of characters is shown as text, up to its terminator.
        Shown::Units(units) if leaf.path.ends_with("InterfaceGroupName") => {
            let text = String::from_utf16_lossy(units.split(|u| *u == 0).next().unwrap_or_default());
            line(&|l| l.strip_prefix('\'').and_then(|l| l.strip_suffix('\'')) == Some(&text))
        }
        Shown::Units(units) if leaf.path.ends_with("IPV6") => {
            let groups: Vec<String> = units.iter().map(|u| format!("{:04x}", u.swap_bytes())).collect();
            line(&|l| l == groups.join(":"))
        }
        Shown::Units(units) => {
            line(&count(units.len()))?;
            units.iter().try_for_each(|unit| line(&|l| number(l, (*unit).into())))
        }
    }
}

/// Whether a line shows this number: `42`, `0x0000002a (42)`, `NAME (42)`, `DOS code 0x0000002a`, or the name of a status.
fn number(line: &str, n: u64) -> bool {
    if line.parse() == Ok(n) {
        return true;
    }
    let hex = |digits: &str| u64::from_str_radix(digits, 16).ok();
    if let Some(code) = line.strip_prefix("DOS code 0x") {
        return hex(code) == Some(n);
    }
    if let Some(name) = line.strip_prefix("WERR_") {
        return werror(name, n);
    }
    if let Some(rest) = line.strip_prefix("0x") {
        return rest.split(' ').next().and_then(hex) == Some(n);
    }
    let decimal = line.rsplit_once('(').and_then(|(_, tail)| tail.strip_suffix(')'));
    decimal.and_then(|d| d.strip_prefix("0x").map_or_else(|| d.parse().ok(), hex)) == Some(n)
        || std::net::Ipv4Addr::from(u32::try_from(n).unwrap_or(0).to_le_bytes()).to_string() == line
}

/// An `int` or an enumeration: `-5`, `UNKNOWN_ENUM_VALUE (-5)`, `ClusterNetworkStateUnknown (-1)`.
fn signed(line: &str, n: i32) -> bool {
    line == n.to_string() || line.ends_with(&format!(" ({n})"))
}

/// `Sun Apr 25 13:55:35 4343 UTC`; the extremes have words of their own.
fn time_is(line: &str, filetime: u64) -> bool {
    // Samba rounds to seconds and takes its time for signed, with everything beyond for the last one.
    let rounded = if i64::try_from(filetime).is_ok() { filetime.saturating_add(5_000_000) } else { i64::MAX as u64 };
    let (weekday, month, day, year, clock, _) = super::subject::time(rounded.min(i64::MAX as u64));
    line == format!("{weekday} {month} {day:2} {clock} {year} UTC") || line == format!("NTTIME({filetime})")
}

/// Samba's names of Windows errors mostly are ours; where it has another one, or we have none, the name tells nothing.
fn werror(name: &str, n: u64) -> bool {
    let Ok(value) = u32::try_from(n) else { return false };
    let named = |wanted: &str| status::ALL.iter().find(|code| code.name.trim_start_matches("ERROR_") == wanted);
    match named(name) {
        Some(code) => code.value == value,
        None if name == "OK" => value == 0,
        None => true,
    }
}
