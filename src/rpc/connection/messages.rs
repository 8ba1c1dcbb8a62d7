//! Joins the fragments of messages, bounded, and says what is missing of those that stay incomplete.

use super::rules;
use crate::base::Side;
use crate::base::guid::Guid;
use crate::rpc::event::{FrameSet, Notes, Sizes, is_clear, join_opened};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::limits::{Counters, RpcLimits};
use crate::rpc::security::{AuthTrailer, Opened};
use alloc::vec::Vec;

/// What a fragment says beside its stub.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) ptype: PacketType,
    pub(super) side: Side,
    pub(super) call_id: u32,
    pub(super) representation: Representation,
    pub(super) flags: PfcFlags,
    pub(super) context_id: u16,
    /// Of requests.
    pub(super) opnum: u16,
    pub(super) object: Option<Guid>,
    /// Of responses and faults.
    pub(super) cancel_count: u8,
    pub(super) trailer: Option<AuthTrailer>,
}

/// What was found out about a fragment or message on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) opened: Option<Opened>,
    pub(super) notes: Notes,
    pub(super) sizes: Sizes,
}

/// A message of which fragments were seen, but not the last one.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) head: Head,
    pub(super) findings: Findings,
    pub(super) stub: Vec<u8>,
    pub(super) frame_set: FrameSet,
    pub(super) fragments: u32,
    /// Of a fault: its status, and whether its stub is extended error information.
    pub(super) fault: Option<(Option<u32>, bool)>,
    /// Why it can't become whole any more.
    pub(super) damage: Option<&'static str>,
    /// Bytes of the stub before the first hole; `None` as long as there is none.
    intact: Option<usize>,
    too_large: bool,
}

pub(super) const FIRST_MISSING: &str = "first fragment not captured";
pub(super) const TOO_LARGE: &str = "larger than the limits of reassembly";
pub(super) const EVICTED: &str = "too many messages open at once";
pub(super) const ABANDONED: &str = "another message took its place before the last fragment";

/// Messages in reassembly, oldest first.
#[derive(Debug, Default)]
pub(super) struct Messages {
    open: Vec<Message>,
    bytes: usize,
}

impl Messages {
    /// Roughly what is held, bytes.
    pub(super) fn cost(&self) -> usize {
        let each = |m: &Message| {
            let notes = m.findings.notes.0.capacity() * size_of::<crate::base::diagnostic::Diagnostic>();
            size_of::<Message>() + m.stub.capacity() + 16 * m.frame_set.frames().len() + notes
        };
        crate::base::work::tick(self.open.len());
        self.open.iter().map(each).sum::<usize>()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn find(&self, side: Side, call_id: u32) -> Option<&Message> {
        crate::base::work::tick(self.open.len());
        self.open.iter().find(|m| m.head.side == side && m.head.call_id == call_id)
    }

    pub(super) fn take(&mut self, side: Side, call_id: u32) -> Option<Message> {
        crate::base::work::tick(self.open.len());
        let at = self.open.iter().position(|m| m.head.side == side && m.head.call_id == call_id)?;
        Some(self.remove(at))
    }

    /// The oldest message of a side.
    pub(super) fn take_oldest(&mut self, side: Side) -> Option<Message> {
        let at = self.open.iter().position(|m| m.head.side == side)?;
        Some(self.remove(at))
    }

    /// Makes room for one more: the message that has to go for it, if any.
    pub(super) fn evict(&mut self, limits: &RpcLimits, counters: &mut Counters) -> Option<Message> {
        if self.open.len() < limits.open_messages.max(1) {
            return None;
        }
        counters.messages_evicted += 1;
        let mut message = self.remove(0);
        message.damage.get_or_insert(EVICTED);
        Some(message)
    }

    fn remove(&mut self, at: usize) -> Message {
        let message = self.open.remove(at);
        self.bytes = self.bytes.saturating_sub(message.stub.len());
        message
    }

    /// A message's first fragment that was seen.
    pub(super) fn begin(
        &mut self,
        head: Head,
        frame_set: FrameSet,
        fault: Option<(Option<u32>, bool)>,
        damage: Option<&'static str>,
    ) {
        self.open.push(Message {
            head,
            findings: Findings::default(),
            stub: Vec::new(),
            frame_set,
            fragments: 0,
            fault,
            damage,
            intact: damage.map(|_| 0),
            too_large: false,
        });
    }

    /// Something of the message is lost.
    pub(super) fn damage(&mut self, side: Side, call_id: Option<u32>, reason: &'static str) {
        for message in &mut self.open {
            if message.head.side == side && call_id.is_none_or(|id| id == message.head.call_id) {
                message.damage.get_or_insert(reason);
                message.intact.get_or_insert(message.stub.len());
            }
        }
    }

    /// A further fragment of an open message; its stub, as far as it could be opened.
    pub(super) fn append(
        &mut self,
        head: Head,
        findings: Findings,
        stub: &[u8],
        frame_set: &FrameSet,
        limits: &RpcLimits,
        counters: &mut Counters,
    ) {
        let bytes = self.bytes;
        let Some(message) = self.open.iter_mut().find(|m| m.head.side == head.side && m.head.call_id == head.call_id)
        else {
            return;
        };
        message.fragments = message.fragments.saturating_add(1);
        message.frame_set.merge(frame_set, limits.frames, counters);
        let first = &mut message.head;
        first.flags |= head.flags;
        let notes = &mut message.findings.notes;
        notes.0.extend(findings.notes.0);
        notes.0.truncate(limits.diagnostics);
        let mut note = |rule, at, value, expected| notes.add(limits, counters, rule, at, value, expected);
        if first.opnum != head.opnum {
            note(&rules::OPNUM_CHANGED, (22, "opnum"), head.opnum.into(), Some(first.opnum.into()));
        }
        if first.context_id != head.context_id {
            note(&rules::CONTEXT_CHANGED, (20, "p_cont_id"), head.context_id.into(), Some(first.context_id.into()));
        }
        if first.representation != head.representation {
            let [byte, _] = head.representation.to_bytes();
            note(&rules::REPRESENTATION_CHANGED, (4, "packed_drep"), byte.into(), None);
        }
        let level = |trailer: &Option<AuthTrailer>| trailer.map_or(0, |t| t.auth_level);
        let first_level = level(&first.trailer);
        if first_level != level(&head.trailer) {
            note(&rules::AUTH_CHANGED, (0, "auth_level"), level(&head.trailer).into(), Some(first_level.into()));
        }
        if first.trailer.is_none() {
            first.trailer = head.trailer;
        }
        first.cancel_count = first.cancel_count.max(head.cancel_count);
        message.findings.sizes.add(findings.sizes);
        let protected = (message.fragments > 1).then_some(message.findings.opened.is_some());
        if let Some(opened) = findings.opened {
            if protected == Some(false) {
                join_opened(&mut message.findings.opened, Opened::unprotected(level(&head.trailer)));
            }
            join_opened(&mut message.findings.opened, opened);
        } else if protected == Some(true) {
            // One fragment without a signature among others that have one.
            join_opened(&mut message.findings.opened, Opened::unprotected(first_level));
        }
        if message.too_large {
            counters.fragments_ignored += 1;
            return;
        }
        let room = limits.message_bytes.min(limits.total_bytes.saturating_sub(bytes) + message.stub.len());
        let clear = is_clear(&message.findings.opened);
        if !clear || message.stub.len() + stub.len() > room {
            // Of what can't be handed out nothing is kept.
            if clear {
                message.too_large = true;
                message.damage.get_or_insert(TOO_LARGE);
                counters.messages_too_large += 1;
            }
            self.bytes = self.bytes.saturating_sub(message.stub.len());
            message.stub = Vec::new();
            return;
        }
        crate::base::work::tick(stub.len());
        message.stub.extend_from_slice(stub);
        self.bytes += stub.len();
    }
}

impl Message {
    /// Bytes of the stub before the first hole.
    pub(super) fn intact(&self) -> usize {
        self.intact.unwrap_or(self.stub.len()).min(self.stub.len())
    }

    /// Whether what was read of the stub is there to be handed out.
    pub(super) fn readable(&self) -> bool {
        !self.too_large && is_clear(&self.findings.opened)
    }
}
