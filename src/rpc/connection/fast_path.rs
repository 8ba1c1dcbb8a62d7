//! The short way of plain messages: a request or response that nobody protected, whole in one PDU and in one piece of its
//! stream, on a known presentation context. Nearly all are, and the long way leads to the same events and counts.

use super::Receiver;
use super::session::Session;
use crate::base::{Side, Timestamp};
use crate::rpc::event::{Body, Call, ContextState, Event, FrameSet};
use crate::rpc::header::{Endian, PacketType, PfcFlags, Representation};
use crate::rpc::pdu::Pdu;
use crate::rpc::security::{Security, Sender};

/// What tells whether a message is of one fragment, and plain.
const SHAPE: PfcFlags =
    PfcFlags::FIRST_FRAG.union(PfcFlags::LAST_FRAG).union(PfcFlags::MAYBE).union(PfcFlags::OBJECT_UUID);

/// A message of one fragment, that is answered, and without an object.
const ALONE: PfcFlags = PfcFlags::FIRST_FRAG.union(PfcFlags::LAST_FRAG);

const REQUEST: u8 = PacketType::Request as u8;
const RESPONSE: u8 = PacketType::Response as u8;

impl<N: Default> Session<N> {
    /// Takes the message that `bytes` begin with, of one packet, where it is a plain one, and returns what follows it; `None`
    /// leaves everything as it was. To be called at a PDU boundary with nothing held.
    #[inline(always)]
    pub(super) fn plain<'b>(
        &mut self,
        side: Side,
        (frame, time): (u64, Option<Timestamp>),
        bytes: &'b [u8],
        frame_set: &FrameSet,
        security: &mut dyn Security,
        receiver: &mut impl Receiver<N>,
    ) -> Option<&'b [u8]> {
        // Without a verifier.
        let &[
            5,
            0 | 1,
            ptype @ (REQUEST | RESPONSE),
            flags,
            integer,
            float,
            _,
            _,
            l0,
            l1,
            0,
            0,
            c0,
            c1,
            c2,
            c3,
            _,
            _,
            _,
            _,
            p0,
            p1,
            o0,
            o1,
        ] = bytes.first_chunk::<{ Pdu::STUB_OFFSET }>()?
        else {
            return None;
        };
        let flags = PfcFlags::from_bits_retain(flags);
        if flags.intersection(SHAPE) != ALONE || self.protected || !self.messages.is_empty() || !self.guesses.is_empty()
        {
            return None;
        }
        let representation = Representation::from_bytes(integer, float)?;
        let little = representation.endian == Endian::Little;
        let u16 = |bytes: [u8; 2]| if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
        let (pdu, rest) = bytes.split_at_checked(usize::from(u16([l0, l1])))?;
        let stub = Some(pdu.get(Pdu::STUB_OFFSET..)?);
        let call_id = u32::from_le_bytes([c0, c1, c2, c3]);
        let call_id = if little { call_id } else { call_id.swap_bytes() };
        let context_id = u16([p0, p1]);
        let (ptype, sender, context, body, call) = if ptype == REQUEST {
            // One that waits already is a finding.
            if self.client != Some(side) || self.calls.has(call_id) {
                return None;
            }
            let context = self.bindings.current(context_id).filter(|c| c.state != ContextState::Rejected)?;
            security.framed(rest.len());
            self.known.request(call_id);
            let opnum = u16([o0, o1]);
            let call =
                Call { opnum, context_id, context: Some(context), object: None, frame, time, note: N::default() };
            let (_, call) = self.calls.insert(call_id, call, self.limits.pending_calls, &mut self.counters);
            (PacketType::Request, Sender::Client, context, Body::Request { opnum, object: None, stub }, call)
        } else {
            if self.client != Some(side.other()) {
                return None;
            }
            let call = self.calls.latest(call_id).filter(|call| call.context_id == context_id)?;
            // A guess is made again, with what the answer tells.
            let known = |state| !matches!(state, ContextState::Resolved | ContextState::Rejected);
            let context = call.context.filter(|context| known(context.state))?;
            security.framed(rest.len());
            let body = Body::Response { opnum: Some(call.opnum), cancel_count: o0, stub };
            (PacketType::Response, Sender::Server, context, body, Some(call))
        };
        self.counters.pdus += 1;
        receiver.event(Event {
            ptype: Some(ptype),
            call_id: Some(call_id),
            representation,
            flags,
            context_id: Some(context_id),
            context: Some(context),
            call,
            ..Event::new(side, sender, body, frame_set)
        });
        if ptype == PacketType::Response {
            self.calls.forget_latest();
        }
        Some(rest)
    }
}
