//! One message of a connectionless call: fragments find their place by number, whatever order they come in.

use super::Header;
use crate::rpc::connection::rules;
use crate::rpc::event::{FrameSet, Notes, Sizes, is_clear, join_opened};
use crate::rpc::limits::{Counters, RpcLimits};
use crate::rpc::security::{AuthTrailer, Opened};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// What a fragment costs beside its bytes, so that empty ones don't come for free.
const OVERHEAD: usize = 96;

/// The fragments of a message.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    fragments: BTreeMap<u16, Vec<u8>>,
    last: Option<u16>,
    /// Whether it was handed out, whole or not: what comes now is a repetition.
    pub(super) done: bool,
    pub(super) frame_set: FrameSet,
    /// The header of the first fragment, or of the first that was seen.
    pub(super) header: Option<Header>,
    pub(super) trailer: Option<AuthTrailer>,
    pub(super) opened: Option<Opened>,
    pub(super) notes: Notes,
    pub(super) sizes: Sizes,
    /// Whether some datagram was not captured whole.
    pub(super) cut: bool,
    /// The first fragment that was not captured whole.
    cut_at: Option<u16>,
    cost: usize,
}

/// What became of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// More have to come.
    Pending,
    /// It was the last one missing.
    Complete,
    /// The message became larger than the limits allow, and was dropped.
    TooLarge,
}

impl Assembly {
    /// Whether a fragment of that number was seen.
    pub(super) fn has(&self, fragment: u16) -> bool {
        self.done || self.fragments.contains_key(&fragment) || self.last.is_some_and(|last| fragment > last)
    }

    /// Whether nothing of it was seen.
    pub(super) fn is_unseen(&self) -> bool {
        !self.done && self.fragments.is_empty()
    }

    /// Whether anything was seen that was not handed out.
    pub(super) fn is_open(&self) -> bool {
        !self.done && !self.fragments.is_empty()
    }

    /// Fragments seen.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.fragments.len()).unwrap_or(u32::MAX)
    }

    /// Whether all that is missing comes after what is there.
    pub(super) fn reason(&self) -> &'static str {
        match self.last {
            Some(_) => "a fragment not captured",
            None => "last fragment not captured",
        }
    }

    /// Adds a fragment that [`Assembly::has`] didn't have; `total` is what all assemblies cost together.
    pub(super) fn add(
        &mut self,
        header: &Header,
        stub: &[u8],
        opened: Option<Opened>,
        total: &mut usize,
        limits: &RpcLimits,
        counters: &mut Counters,
    ) -> Added {
        let first = *self.header.get_or_insert(*header);
        if first.opnum != header.opnum {
            let (got, due) = (header.opnum.into(), Some(first.opnum.into()));
            self.notes.add(limits, counters, &rules::OPNUM_CHANGED, (68, "opnum"), got, due);
        }
        if first.representation != header.representation {
            let [byte, _] = header.representation.to_bytes();
            self.notes.add(limits, counters, &rules::REPRESENTATION_CHANGED, (4, "drep"), byte.into(), None);
        }
        if header.fragment == 0 {
            self.header = Some(*header);
        }
        let protected = (!self.fragments.is_empty()).then_some(self.opened.is_some());
        if opened.is_some() && protected == Some(false) || opened.is_none() && protected == Some(true) {
            // One fragment without a signature among others that have one.
            let level = self.trailer.map_or(0, |trailer| trailer.auth_level);
            join_opened(&mut self.opened, Opened::unprotected(level));
        }
        if let Some(opened) = opened {
            join_opened(&mut self.opened, opened);
        }
        if header.is_last() && self.last.is_none() {
            self.last = Some(header.fragment);
            // Numbers beyond the last one belong to nothing.
            if let Some(after) = header.fragment.checked_add(1) {
                let dropped: usize = self.fragments.split_off(&after).into_values().map(|f| f.len() + OVERHEAD).sum();
                self.cost = self.cost.saturating_sub(dropped);
                *total = total.saturating_sub(dropped);
            }
        }
        // What can't be handed out is not kept, only counted.
        let kept = if is_clear(&self.opened) { stub } else { &[] };
        let cost = kept.len() + OVERHEAD;
        if self.cost + cost > limits.message_bytes || *total + cost > limits.total_bytes {
            return Added::TooLarge;
        }
        crate::base::work::tick(1 + kept.len());
        self.cost += cost;
        *total += cost;
        self.fragments.insert(header.fragment, kept.to_vec());
        match self.last {
            Some(last) if self.fragments.len() > usize::from(last) => Added::Complete,
            _ => Added::Pending,
        }
    }

    /// Notes that a fragment was not captured whole.
    pub(super) fn cut_short(&mut self, fragment: u16) {
        self.cut = true;
        self.cut_at = Some(self.cut_at.map_or(fragment, |at| at.min(fragment)));
    }

    /// Bytes before the first hole.
    pub(super) fn intact(&self) -> usize {
        let mut bytes = 0;
        for (due, (number, fragment)) in (0..=u16::MAX).zip(&self.fragments) {
            crate::base::work::tick(1);
            if *number != due {
                break;
            }
            bytes += fragment.len();
            if self.cut_at == Some(due) {
                break;
            }
        }
        bytes
    }

    /// Takes the bytes out, in order, as far as they are there.
    pub(super) fn take(&mut self, total: &mut usize) -> Option<Vec<u8>> {
        self.done = true;
        *total = total.saturating_sub(self.cost);
        self.cost = 0;
        let fragments = core::mem::take(&mut self.fragments);
        is_clear(&self.opened).then(|| fragments.into_values().flatten().collect())
    }

    /// Adds the packets of one more fragment.
    pub(super) fn carried(&mut self, frame_set: &FrameSet, limits: &RpcLimits, counters: &mut Counters) {
        self.frame_set.merge(frame_set, limits.frames, counters);
    }
}
