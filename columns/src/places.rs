//! Which file a packet was read from.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The captures of a run, by the number of their first packet. Whoever reads them says when one begins; whoever fills tables
/// asks, on another thread perhaps.
#[derive(Clone, Debug, Default)]
pub struct Captures(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    count: AtomicUsize,
    begun: Mutex<Vec<(u64, Arc<str>)>>,
}

impl Captures {
    /// A capture begins behind so many packets.
    pub fn begin(&self, packets: u64, name: &str) {
        let mut begun = self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
        // One that had no packets gives its place to the next.
        begun.retain(|(before, _)| *before < packets);
        begun.push((packets, name.into()));
        self.0.count.fetch_add(1, Ordering::Release);
    }
}

/// Answers which capture a packet is of.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    captures: Captures,
    known: Vec<(u64, Arc<str>)>,
    count: usize,
}

impl Origin {
    /// For these captures.
    #[must_use]
    pub fn of(captures: Captures) -> Self {
        Origin { captures, known: Vec::new(), count: 0 }
    }

    /// The capture, and the packet's number in it; `None` for frame 0, which is none, and where nobody said anything.
    pub fn find(&mut self, frame: u64) -> Option<(&str, u64)> {
        let count = self.captures.0.count.load(Ordering::Acquire);
        if count != self.count {
            self.known.clone_from(&self.captures.0.begun.lock().unwrap_or_else(PoisonError::into_inner));
            self.count = count;
        }
        let at = self.known.partition_point(|(before, _)| *before < frame).checked_sub(1)?;
        let (before, name) = self.known.get(at)?;
        Some((name, frame - before))
    }
}

#[cfg(test)]
mod tests {
    use super::{Captures, Origin};

    #[test]
    fn packets_belong_to_the_capture_that_began_before_them() {
        let captures = Captures::default();
        let mut origin = Origin::of(captures.clone());
        assert_eq!(origin.find(1), None);
        captures.begin(0, "empty");
        captures.begin(0, "a");
        assert_eq!(origin.find(1), Some(("a", 1)));
        captures.begin(10, "b");
        for (frame, found) in [(0, None), (1, Some(("a", 1))), (10, Some(("a", 10))), (11, Some(("b", 1)))] {
            assert_eq!(origin.find(frame), found, "{frame}");
        }
    }
}
