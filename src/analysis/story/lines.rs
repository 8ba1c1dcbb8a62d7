//! The lines of a story in the order in which they began, of which some wait for their end.

use super::event::Event;
use crate::base::Timestamp;
use crate::base::bounds;
use std::collections::VecDeque;

/// A line that is ready, or waits for its end.
#[derive(Debug)]
struct Line {
    number: u64,
    ready: bool,
    event: Event,
}

/// The lines in order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: VecDeque<Line>,
    next: u64,
    limit: usize,
    /// Lines that went without their end.
    unfinished: u64,
}

impl Lines {
    /// None yet, and so many that may wait.
    pub(super) fn new(limit: usize) -> Self {
        Lines { limit: limit.max(1), ..Lines::default() }
    }

    /// Lines that went without their end.
    pub(super) fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// How many are held.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Adds a line; returns its number.
    pub(super) fn add(&mut self, mut event: Event, ready: bool) -> u64 {
        event.cut();
        if let Some(last) = self.lines.back_mut()
            && last.ready
            && ready
            && last.event.is_same(&event)
        {
            last.event.repeat(event);
            return last.number;
        }
        self.next += 1;
        self.lines.push_back(Line { number: self.next, ready, event });
        self.next
    }

    /// The event of a line that waits.
    pub(super) fn waiting(&mut self, number: u64) -> Option<&mut Event> {
        self.lines.iter_mut().find(|line| line.number == number && !line.ready).map(|line| &mut line.event)
    }

    /// A line waits no longer.
    pub(super) fn release(&mut self, number: u64) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number == number) {
            line.ready = true;
        }
    }

    /// A line turned out to be none.
    pub(super) fn withdraw(&mut self, number: u64) {
        self.lines.retain(|line| line.number != number);
    }

    /// Hands out what is ready at the front; the last line stays, since the same may happen again.
    pub(super) fn flush(&mut self, all: bool, emit: &mut dyn FnMut(Event)) {
        loop {
            let keep = if all { 0 } else { 1 };
            let ready = self.lines.front().is_some_and(|line| line.ready);
            if self.lines.len() <= keep || !(ready || all || self.lines.len() > self.limit) {
                return;
            }
            self.unfinished += u64::from(!ready && !all);
            if let Some(mut line) = self.lines.pop_front() {
                line.event.finish();
                emit(line.event);
            }
        }
    }
}

impl Event {
    /// Whether the same client did, or saw, the same.
    fn is_same(&self, other: &Event) -> bool {
        (self.client, self.server, self.name) == (other.client, other.server, other.name)
            && self.text == other.text
            && self.cause == other.cause
    }

    /// The same happened again; of the durations the longest is kept.
    fn repeat(&mut self, again: Event) {
        self.times += 1;
        self.tests |= again.tests;
        if let (Some(longest), Some(nanos), Some(time)) = (self.duration(), again.duration(), self.time) {
            self.end = Some(Timestamp(time.0.saturating_add(longest.max(nanos))));
        }
        let room = bounds::STORY_FRAMES.saturating_sub(self.frames.len());
        self.frames.extend(again.frames.into_iter().take(room));
        for call in again.calls {
            self.add_call(call);
        }
    }
}
