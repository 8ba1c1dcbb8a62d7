//! Events of a story as text, and the states of objects.

use super::columns::wrap;
use super::paint::Paint;
use super::record::clock;
use super::{Clock, Style, TextBuffer};
use crate::analysis::calls::{Call, CallOutcome};
use crate::analysis::story::{Event, Outcome, Timeline, wording};
use crate::base::Timestamp;
use crate::base::printable::printable;

/// Time to the millisecond, client, and what happened.
pub fn event(event: &Event, verbose: bool) -> String {
    Lines::default().event(event, verbose, &Style::default(), false)
}

/// A time to the millisecond.
fn time(time: Timestamp, style: &Style) -> String {
    let mut text = TextBuffer::new();
    clock(&mut text, time, style.clock);
    let text = String::from(text);
    text.get(..text.len().saturating_sub(3)).map(str::to_string).unwrap_or(text)
}

/// Writes lines, with what lines have in common above them on a screen.
#[derive(Debug, Default)]
pub struct Lines {
    /// Date of the line before.
    date: String,
}

impl Lines {
    /// An event. `screen` says that it is for a screen of [`Style::width`] columns: there the date stands above the lines,
    /// a mark in front of what failed (`!`) or did not end (`~`), and lines are broken between words.
    pub fn event(&mut self, event: &Event, verbose: bool, style: &Style, screen: bool) -> String {
        let mut line = String::new();
        let mut head = String::new();
        if let Some(begun) = event.time {
            let text = time(begun, style);
            match text.split_once(' ').filter(|_| screen && !matches!(style.clock, Clock::Seconds(_))) {
                Some((date, time)) => {
                    if date != self.date {
                        self.date = date.to_string();
                        let paint = Paint(style.color);
                        head = format!("{}{date}{}\n", paint.bold(), paint.off());
                    }
                    line.push_str(time);
                }
                None => line.push_str(&text),
            }
            line.push_str("  ");
        }
        let indent = line.len() + 2;
        match event.user.as_deref() {
            Some(user) => line.push_str(&format!("{user}@{}", event.client.ip())),
            None => line.push_str(&event.client.ip().to_string()),
        }
        line.push_str(&format!("  {}", event.text));
        if event.times > 1 {
            line.push_str(&format!(" ({} times)", event.times));
        }
        if verbose {
            let frames: Vec<String> = event.frames.iter().map(u64::to_string).collect();
            line.push_str(&format!("  [#{}]", frames.join(" #")));
        }
        let line = printable(&line);
        if !screen {
            return line.into_owned();
        }
        let paint = Paint(style.color);
        let (mark, on, off) = match event.outcome {
            Outcome::Done => (' ', "", ""),
            Outcome::Failed => ('!', paint.red(), paint.off()),
            Outcome::Pending | Outcome::Unknown => ('~', paint.dim(), paint.off()),
        };
        let mut shown = String::new();
        wrap(&mut shown, &format!("{mark} {line}"), indent, style.width);
        format!("{head}{on}{shown}{off}")
    }
}

/// The states of an object, a line each.
pub fn timeline(timeline: &Timeline, style: &Style) -> String {
    let object = wording::object(timeline.object.kind, timeline.object.name.as_deref());
    let paint = Paint(style.color);
    let mut text = format!("{}States of {object}{}\n", paint.bold(), paint.off());
    let mut before: Option<Timestamp> = None;
    for (n, seen) in timeline.states.iter().enumerate() {
        if timeline.omitted > 0 && n == timeline.states.len() / 2 {
            text.push_str(&format!("  … {} left out\n", timeline.omitted));
        }
        let when = seen.time.map_or_else(|| "-".to_string(), |seen| time(seen, style));
        text.push_str(&format!("  {when}  {}", seen.state));
        if let Some(node) = seen.node.as_deref() {
            text.push_str(&format!(" on {}", wording::quoted(node)));
        }
        if let Some(nanos) = before.zip(seen.time).map(|(before, now)| now.0.saturating_sub(before.0))
            && nanos >= 0
        {
            text.push_str(&format!(", {} later", wording::duration(nanos)));
        }
        text.push_str(&format!("  ({}, #{})\n", seen.source.name(), seen.frame));
        before = seen.time.or(before);
    }
    text
}

/// What the calls of a capture came to.
#[derive(Debug, Default)]
pub struct Sum {
    calls: u64,
    failed: u64,
    unknown: u64,
    /// Time, frame and words of the first one that failed.
    first: Option<(Option<Timestamp>, u64, String)>,
}

impl Sum {
    /// Counts a call.
    pub fn add(&mut self, call: &Call) {
        self.calls += 1;
        match call.answer.outcome() {
            CallOutcome::Failure => {
                self.failed += 1;
                let frame = call.request.or(call.response).map_or(0, |(frame, _)| frame);
                let key = (call.time().map_or(i64::MAX, |time| time.0), frame);
                let before = self.first.as_ref().map(|(time, frame, _)| (time.map_or(i64::MAX, |time| time.0), *frame));
                if before.is_none_or(|before| key < before) {
                    self.first = Some((call.time(), frame, format!("{}, {}", call.name(), call.outcome())));
                }
            }
            CallOutcome::Unknown => self.unknown += 1,
            CallOutcome::Success => {}
        }
    }

    /// The counts in a line, with the call that failed first: `749 calls, 27 failed; the first to fail: …`.
    pub fn line(&self, style: &Style) -> String {
        let calls = if self.calls == 1 { "call" } else { "calls" };
        let mut text = format!("{} {calls}", self.calls);
        match (self.failed, self.calls - self.unknown) {
            (0, 0) => {}
            (0, _) => text.push_str(", none failed"),
            (n, _) => text.push_str(&format!(", {n} failed")),
        }
        if self.unknown > 0 {
            text.push_str(&format!(", {} of unknown outcome", self.unknown));
        }
        if let Some((when, frame, words)) = &self.first {
            let when = when.map(|when| format!("{}  ", time(when, style))).unwrap_or_default();
            text.push_str(&format!("; the first to fail: {when}{words} (#{frame})"));
        }
        printable(&text).into_owned()
    }
}
