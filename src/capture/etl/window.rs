//! Buffers of a trace put in the order of time, as far as a window of bounded size shows them.
//!
//! Each processor fills buffers of its own, and each goes to the file when it is full; so events of different processors
//! stand far apart in the file though they happened one after the other. Events of one buffer are in order. The window
//! holds the buffers read last, and hands out the earliest of their next events.

use super::event::{self, Event, Unreadable};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// A buffer whose events were not all handed out.
#[derive(Debug, Default)]
struct Open {
    /// Its events, without the buffer's header.
    events: Vec<u8>,
    /// Where the next one begins.
    at: usize,
    /// The next one.
    next: Option<Event>,
    processor: u16,
    /// Where it stands in the file.
    offset: u64,
}

/// An event and where it comes from.
pub(super) struct Taken<'w> {
    pub(super) event: &'w Event,
    pub(super) data: &'w [u8],
    pub(super) processor: u16,
}

/// The buffers that were read and not yet used up.
#[derive(Debug, Default)]
pub(super) struct Window {
    open: Vec<Open>,
    /// Places of `open` that are free.
    free: Vec<usize>,
    /// Time of the next event, number of the buffer in the order of reading, its place.
    order: BinaryHeap<Reverse<(u64, u64, usize)>>,
    /// Bytes of events in all buffers.
    held: usize,
    read: u64,
    /// The event taken last, and the place of its buffer.
    taken: Option<(Event, usize)>,
}

/// What is wrong in a buffer, where, and how many bytes of it are passed over.
pub(super) type Damage = (u64, &'static str, u64);

impl Window {
    /// Bytes of events that are held.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// A place for a buffer's events; to be filled and given to [`Window::add`].
    pub(super) fn room(&mut self) -> Vec<u8> {
        self.release();
        let place = self.free.last().and_then(|place| self.open.get_mut(*place));
        place.map(|open| std::mem::take(&mut open.events)).unwrap_or_default()
    }

    /// Adds a buffer by its events. `offset` is where they stand in the file.
    pub(super) fn add(&mut self, events: Vec<u8>, processor: u16, offset: u64) -> Option<Damage> {
        self.release();
        let place = self.free.pop().unwrap_or_else(|| {
            self.open.push(Open::default());
            self.open.len() - 1
        });
        let open = self.open.get_mut(place)?;
        self.held += events.len();
        *open = Open { events, at: 0, next: None, processor, offset };
        self.read += 1;
        let (time, damage) = advance(open, 0);
        match time {
            Some(time) => self.order.push(Reverse((time, self.read, place))),
            None => self.close(place),
        }
        damage
    }

    /// The earliest event of all; `None` where the window is empty. Damage that ends the event's buffer is told with it.
    pub(super) fn take(&mut self) -> Option<(Taken<'_>, Option<Damage>)> {
        self.release();
        let mut top = self.order.peek_mut()?;
        let Reverse((time, number, place)) = *top;
        let open = self.open.get_mut(place)?;
        let event = open.next.take()?;
        let (next, damage) = advance(open, time);
        let done = match next {
            Some(next) => {
                *top = Reverse((next, number, place));
                false
            }
            None => {
                PeekMut::pop(top);
                true
            }
        };
        let (event, _) = self.taken.insert((event, if done { place } else { usize::MAX }));
        let open = self.open.get(place)?;
        let data = open.events.get(event.data.clone()).unwrap_or_default();
        Some((Taken { event, data, processor: open.processor }, damage))
    }

    /// Frees the buffer whose last event was taken, now that it is not used any more.
    fn release(&mut self) {
        if let Some((_, place)) = self.taken.take()
            && place != usize::MAX
        {
            self.close(place);
        }
    }

    fn close(&mut self, place: usize) {
        if let Some(open) = self.open.get_mut(place) {
            self.held -= open.events.len().min(self.held);
            // A large one is not kept for small ones to come.
            open.events.clear();
            if open.events.capacity() > 1 << 20 {
                open.events = Vec::new();
            }
            self.free.push(place);
        }
    }
}

/// Reads the event behind the last one of a buffer and gives its time, or that of the last one where it has none.
fn advance(open: &mut Open, last: u64) -> (Option<u64>, Option<Damage>) {
    let at = open.at;
    match event::read(&open.events, at) {
        Ok(next) => {
            let time = next.time.unwrap_or(last);
            // Events begin at multiples of eight.
            open.at = at.saturating_add(next.size).next_multiple_of(8);
            open.next = Some(next);
            (Some(time), None)
        }
        Err(Unreadable::End) => (None, None),
        Err(Unreadable::Damage(reason)) => {
            let left = open.events.len().saturating_sub(at) as u64;
            (None, Some((open.offset.saturating_add(at as u64), reason, left)))
        }
    }
}
