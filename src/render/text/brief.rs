//! A call in one line: when, who called whom, the method, what it was about and what was asked, what came of it, how long it
//! took. The parameters that tell what was asked are marked `tells` in the declarations.

use super::columns::{cut, width, wrap};
use super::out::TextBuffer;
use super::paint::Paint;
use super::record::{clock, duration};
use super::{Clock, Style, value};
use crate::analysis::RecordContext;
use crate::analysis::calls::{Answer, CallOutcome, status_name};
use crate::analysis::object_kind::ObjectKind;
use crate::base::Timestamp;
use crate::base::printable::printable;
use crate::consts::status;
use crate::ndr::WStr;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Open, Visitor};
use crate::ndr::wire::Message;
use crate::session::Record;
use std::net::SocketAddr;

/// Characters of a name or text.
const MAX: usize = 120;

/// Columns from which on the two ends have a place in each line.
const WIDE: usize = 110;

/// Columns that what the call was about gets at least in the line; with less it has a line of its own.
const LEAST: usize = 12;

/// Columns in front of what goes on in a second line.
const INDENT: usize = 16;

/// A call as its line has it.
#[derive(Clone, Copy, Debug)]
pub struct BriefCall<'a> {
    /// When it began.
    pub time: Option<Timestamp>,
    /// The caller.
    pub client: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// The method.
    pub method: &'a str,
    /// What [`about`] made of the request.
    pub about: &'a str,
    /// What came of it.
    pub answer: Answer,
    /// Nanoseconds to the answer.
    pub latency: Option<i64>,
}

/// The objects of a request's handles, and the parameters that tell what was asked: `group "FS", node "node2"`.
pub fn about(record: &Record<'_>, seen: &RecordContext) -> String {
    let mut text = String::new();
    let asked = asked(record);
    for used in &seen.objects {
        let resolved = &used.resolved;
        let name = resolved.name.as_deref().map(|name| quoted(name.chars()));
        let object = match (resolved.kind, name) {
            // There is only one, and nearly everything is asked of it.
            (ObjectKind::Cluster, _) if !asked.is_empty() => continue,
            (ObjectKind::Cluster, _) => "cluster".to_string(),
            (kind, Some(name)) => format!("{kind} {name}"),
            (kind, None) => format!("{kind} ?"),
        };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&object);
    }
    match (text.is_empty() || asked.is_empty(), text) {
        (true, text) => text + &asked,
        (false, text) => format!("{text}: {asked}"),
    }
}

/// What the parameters tell.
fn asked(record: &Record<'_>) -> String {
    let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) else { return String::new() };
    let mut asked = Asked::default();
    let _ = Message::decode_with(method, kind, stub, &mut asked);
    printable(asked.out.as_str()).into_owned()
}

/// A name in quotes, cut to a readable length.
fn quoted(chars: impl Iterator<Item = char>) -> String {
    let mut text: String = chars.take(MAX + 1).collect();
    if let Some((end, _)) = text.char_indices().nth(MAX) {
        text.truncate(end);
        text.push('…');
    }
    format!("\"{}\"", printable(&text))
}

/// Writes the parameters that are marked `tells`.
#[derive(Default)]
struct Asked {
    out: TextBuffer,
    /// Inside of a structure that is marked.
    inside: usize,
    many: bool,
}

impl Asked {
    fn wants(&mut self, at: At<'_>) -> bool {
        let wanted = self.inside > 0 || at.field.tells;
        if wanted && core::mem::replace(&mut self.many, true) {
            self.out.put(", ");
        }
        wanted
    }
}

impl<'a> Visitor<'a> for Asked {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        if self.inside > 0 || (at.field.tells && matches!(open, Open::Struct(_))) {
            self.inside += 1;
        }
    }

    fn end(&mut self, _: At<'_>, _: Open<'a>) {
        self.inside = self.inside.saturating_sub(1);
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, n: u64) {
        if !self.wants(at) {
            return;
        }
        // Names speak for themselves.
        let start = self.out.len();
        let named = !matches!(at.semantics, Semantics::Enum(_) | Semantics::Flags(_) | Semantics::ControlCode(_));
        if named {
            self.out.put(at.field.name);
            self.out.put(" ");
        }
        value::number(&mut self.out, at.semantics, n, false, Some(value::Wrap::NEVER));
        // A name needs no number beside it.
        let text = self.out.as_str().get(start..).unwrap_or_default();
        if let Some(name) = text.split(" (0x").next().filter(|_| !named).map(str::len) {
            self.out.truncate(start + name);
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        if matches!(at.semantics, Semantics::Secret) || !self.wants(at) {
            return;
        }
        let chars = text.prefix(2 * MAX).chars().map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        self.out.put(&quoted(chars));
    }
}

/// What came of a call: `ok`, a status by name, `unknown`, `no answer`.
fn came_to(answer: Answer) -> String {
    match answer {
        Answer::Response(Some(0)) => "ok".to_string(),
        Answer::Response(Some(status)) => status_name(status),
        Answer::Fault(Some(status)) => match status::fault_name(status) {
            Some(name) => format!("fault {name}"),
            None => format!("fault {status:#010x}"),
        },
        Answer::Fault(None) => "fault".to_string(),
        Answer::Response(None) => CallOutcome::Unknown.name().to_string(),
        Answer::None => "no answer".to_string(),
    }
}

/// Writes lines, with what lines have in common above them on a screen.
#[derive(Debug, Default)]
pub struct BriefLines {
    /// Date of the line before.
    date: String,
    /// Ends of the line before.
    ends: Option<(SocketAddr, SocketAddr)>,
    /// Columns that the two ends took so far.
    ends_width: usize,
}

impl BriefLines {
    /// Appends a call's line. `screen` says that it is for a screen of [`Style::width`] columns: the date stands above the
    /// lines, and so do the two ends on a narrow one. Otherwise each line has everything.
    pub fn line(&mut self, out: &mut TextBuffer, call: &BriefCall<'_>, style: &Style, screen: bool) {
        let paint = Paint(style.color);
        let time = call.time.map(|time| {
            let mut text = TextBuffer::new();
            clock(&mut text, time, style.clock);
            String::from(text)
        });
        let time = time.unwrap_or_else(|| "-".to_string());
        let (date, time) = match (style.clock, time.split_at_checked(11)) {
            (Clock::Utc | Clock::Zone(_), Some((date, time))) if screen => (date.trim(), time),
            _ => ("", time.as_str()),
        };
        // Milliseconds are what a person reads.
        let time = time.get(..time.len().saturating_sub(3)).filter(|time| time.contains('.')).unwrap_or(time);
        let wide = !screen || style.width >= WIDE;
        if date != self.date {
            self.date = date.to_string();
            out.put(&format!("{}{date}{}\n", paint.bold(), paint.off()));
        }
        if !wide && self.ends != Some((call.client, call.server)) {
            self.ends = Some((call.client, call.server));
            out.put(&format!("{}{} > {}{}\n", paint.bold(), call.client, call.server, paint.off()));
        }
        let mark = match call.answer.outcome() {
            CallOutcome::Failure => "!",
            CallOutcome::Unknown => "?",
            CallOutcome::Success if call.answer != Answer::Response(Some(0)) => "~",
            CallOutcome::Success => " ",
        };
        let (before, after) = match call.answer.outcome() {
            CallOutcome::Failure => (paint.red(), paint.off()),
            CallOutcome::Unknown => (paint.dim(), paint.off()),
            CallOutcome::Success => ("", ""),
        };
        let mut left = format!("{mark} {time}  ");
        if wide {
            let ends = format!("{} > {}", call.client.ip(), call.server.ip());
            self.ends_width = self.ends_width.max(ends.len());
            left.push_str(&format!("{ends:0$}  ", self.ends_width));
        }
        left.push_str(call.method);
        let mut took = TextBuffer::new();
        if let Some(nanos) = call.latency {
            duration(&mut took, nanos);
        }
        let came_to = came_to(call.answer);
        out.put(before);
        if screen {
            let right = format!("{came_to}  {:>8}", took.as_str());
            if width(&left) + width(&right) + 2 > style.width {
                out.put(&left);
                out.put("\n");
                left = " ".repeat(INDENT);
            }
            let room = style.width.saturating_sub(width(&left) + width(&right) + 4);
            let needed = width(call.about);
            let cuttable = room >= LEAST && room * 4 >= needed * 3;
            let about = if needed <= room || cuttable { cut(call.about, room) } else { "".into() };
            let gap = style.width.saturating_sub(width(&left) + width(&about) + width(&right) + 2).max(1);
            out.put(&format!("{left}  {about}{:gap$}{right}", ""));
            if about.is_empty() && !call.about.is_empty() {
                let mut more = " ".repeat(INDENT);
                wrap(&mut more, call.about, INDENT, style.width.saturating_sub(INDENT));
                out.put("\n");
                out.put(&more);
            }
        } else {
            let parts = [left.as_str(), call.about, &came_to, took.as_str()];
            out.put(&parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("  "));
        }
        out.put(after);
        out.end_line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was asked is told by the parameters that are marked.
    #[test]
    fn parameters_that_tell() {
        use crate::analysis::test_records::{Wire, values};
        use crate::ndr::value::Value;
        let mut told = String::new();
        let request = values([("lpszPathName", Value::Text("backup".into()))]);
        Wire::new().request("ApiBackupClusterDatabase", request, &mut |record| told = asked(record));
        assert_eq!(told, "\"backup\"");
        Wire::new().request("ApiGetClusterVersion2", values([]), &mut |record| told = asked(record));
        assert_eq!(told, "");
    }

    /// As long as it may be a name is shown whole, and one of more characters is cut.
    #[test]
    fn long_names_are_cut() {
        let long = "日".repeat(MAX);
        assert_eq!(quoted(long.chars()), format!("\"{long}\""));
        assert_eq!(quoted(long.chars().chain(['x'])), format!("\"{long}…\""));
        assert_eq!(quoted(long.chars().chain("many more".chars())), format!("\"{long}…\""));
        assert_eq!(quoted("".chars()), "\"\"");
        assert_eq!(quoted("a\u{1b}".chars()), "\"a\\u{1b}\"");
    }
}
