//! Fragments of requests, responses and faults: opening them, joining them.

use super::messages::{ABANDONED, FIRST_MISSING, Findings, Head, Message};
use super::rules;
use super::session::{Io, Session, Whole, open, sender_of};
use crate::base::Side;
use crate::rpc::event::{FrameSet, Notes, Sizes};
use crate::rpc::header::{Endian, Header, PacketType, PfcFlags, Representation};
use crate::rpc::pdu::{self, Pdu, split_padding};
use crate::rpc::security::Opened;
use core::mem;

impl<N: Default> Session<N> {
    /// A request, response or fault, or a fragment of one.
    pub(super) fn fragment(
        &mut self,
        side: Side,
        bytes: &[u8],
        pdu: &Pdu<'_>,
        frame_set: &FrameSet,
        mut notes: Notes,
        io: &mut Io<'_, N>,
    ) {
        let Header { ptype, representation, .. } = pdu.header;
        let sender = sender_of(ptype);
        let mut scratch = mem::take(&mut self.scratch);
        let start = body_offset(pdu);
        let mut opened = None;
        let mut stub = stub(pdu).unwrap_or(&[]);
        let mut fault = fault(pdu);
        if let (Some(auth), Some((head, _))) = (&pdu.auth, pdu.auth_ranges()) {
            let range = start..head.start;
            let pad = usize::from(auth.trailer.auth_pad_length);
            if pad > range.len() {
                let at = (head.start + 2, "auth_pad_length");
                self.note(&mut notes, &rules::PADDING, at, pad as u64, Some(range.len() as u64));
            }
            opened = open(sender, bytes, pdu, range.clone(), auth, io.security, &mut scratch);
            if let Some(Opened::Clear { decrypted, .. }) = opened {
                let clear = if decrypted { &scratch } else { bytes.get(range).unwrap_or(&[]) };
                (stub, _) = split_padding(clear, pad);
                if let (Some((status, _)), Pdu::STUB_OFFSET) = (&mut fault, start) {
                    (*status, stub) = sealed_status(stub, representation);
                }
            } else if let (Some((status, _)), Pdu::STUB_OFFSET) = (&mut fault, start) {
                *status = None;
            }
        }
        let mut head = head(side, pdu);
        if let (None, Some(required)) = (&opened, io.security.required()) {
            // Whoever sent it, the association negotiated that each PDU has a signature.
            opened = Some(Opened::unprotected(required.auth_level));
            // It may be a protected one that was changed: then a message is missing from its stream.
            io.security.gap(sender, Some(bytes.len() as u64));
            head.trailer = Some(required);
        }
        let clear = matches!(opened, None | Some(Opened::Clear { .. }));
        let sizes = sizes(pdu);
        let stub = if clear { Some(stub) } else { None };
        self.place((head, Findings { opened, notes, sizes }), stub, fault, None, frame_set, io);
        self.scratch = scratch;
    }

    /// A request, response or fault of which only the beginning was captured: what it says of the call still counts.
    pub(super) fn cut(
        &mut self,
        side: Side,
        pdu: &Pdu<'_>,
        reason: &'static str,
        frame_set: &FrameSet,
        io: &mut Io<'_, N>,
    ) {
        let mut findings = Findings { sizes: sizes(pdu), ..Findings::default() };
        if pdu.header.auth_length != 0 {
            findings.opened = Some(Opened::sealed("PDU not captured whole"));
        }
        let stub = stub(pdu).filter(|_| pdu.header.auth_length == 0);
        // A status in the clear is all that matters of a fault.
        let fault = fault(pdu).filter(|_| pdu.header.auth_length == 0);
        let cut = fault.is_none().then_some(reason);
        self.place((head(side, pdu), findings), stub, fault, cut, frame_set, io);
    }

    /// Hands a message of one fragment on, or puts the fragment to the others.
    fn place(
        &mut self,
        (head, mut findings): (Head, Findings),
        stub: Option<&[u8]>,
        fault: Option<(Option<u32>, bool)>,
        cut: Option<&'static str>,
        frame_set: &FrameSet,
        io: &mut Io<'_, N>,
    ) {
        let Head { side, call_id, flags, .. } = head;
        let mut first = flags.contains(PfcFlags::FIRST_FRAG);
        let mut last = flags.contains(PfcFlags::LAST_FRAG);
        let is_fault = head.ptype == PacketType::Fault;
        // Some senders set neither flag of a fault; one of which the beginning is missing still has its status.
        let open = self.messages.find(side, call_id).is_some_and(|m| m.head.ptype == PacketType::Fault);
        let alone = is_fault && !open && (!first || last);
        if alone {
            (first, last) = (true, true);
        }
        let bits = u64::from(flags.bits());
        if let Some(old) = if first { self.messages.take(side, call_id) } else { None } {
            if !is_fault {
                self.note(&mut findings.notes, &rules::FIRST_TWICE, (3, "pfc_flags"), bits, None);
            }
            self.incomplete(old, ABANDONED, io);
        }
        if first && last {
            self.counters.messages_incomplete += u64::from(cut.is_some());
            let intact = stub.map_or(0, <[u8]>::len);
            self.deliver(Whole { head, findings, stub, frame_set, fragments: 1, damage: cut, intact, fault }, io);
        } else {
            if !first && self.messages.find(side, call_id).is_none() {
                self.note(&mut findings.notes, &rules::NO_FIRST, (3, "pfc_flags"), bits, None);
            }
            self.join((head, findings), stub.unwrap_or(&[]), fault, (first, last), cut, frame_set, io);
        }
    }

    /// One fragment of several.
    #[allow(clippy::too_many_arguments)]
    fn join(
        &mut self,
        (head, findings): (Head, Findings),
        stub: &[u8],
        fault: Option<(Option<u32>, bool)>,
        (first, last): (bool, bool),
        cut: Option<&'static str>,
        frame_set: &FrameSet,
        io: &mut Io<'_, N>,
    ) {
        let (side, call_id) = (head.side, head.call_id);
        if self.messages.find(side, call_id).is_none() {
            if let Some(old) = self.messages.evict(&self.limits, &mut self.counters) {
                self.incomplete(old, ABANDONED, io);
            }
            self.messages.begin(head, frame_set.clone(), fault, (!first).then_some(FIRST_MISSING));
        }
        self.messages.append(head, findings, stub, frame_set, &self.limits, &mut self.counters);
        if let Some(cut) = cut {
            self.messages.damage(side, Some(call_id), cut);
        }
        if !last {
            return;
        }
        if let Some(message) = self.messages.take(side, call_id) {
            if let Some(damage) = message.damage {
                return self.incomplete(message, damage, io);
            }
            let readable = message.readable();
            let Message { head, findings, stub, mut frame_set, fragments, fault, .. } = message;
            frame_set.settle();
            let stub = readable.then_some(stub.as_slice());
            let frame_set = &frame_set;
            let (damage, intact) = (None, 0);
            self.deliver(Whole { head, findings, stub, frame_set, fragments, damage, intact, fault }, io);
        }
    }

    pub(super) fn incomplete(&mut self, message: Message, reason: &'static str, io: &mut Io<'_, N>) {
        self.counters.messages_incomplete += 1;
        let (readable, intact) = (message.readable(), message.intact());
        let Message { head, findings, stub, mut frame_set, fragments, damage, fault, .. } = message;
        frame_set.settle();
        let stub = readable.then_some(stub.as_slice());
        // The status is all that matters of a fault, and its first fragment has it.
        let damage = fault.is_none().then(|| damage.unwrap_or(reason));
        let frame_set = &frame_set;
        self.deliver(Whole { head, findings, stub, frame_set, fragments, damage, intact, fault }, io);
    }
}

fn head(side: Side, pdu: &Pdu<'_>) -> Head {
    let Header { ptype, flags, call_id, representation, .. } = pdu.header;
    let trailer = pdu.auth.map(|a| a.trailer);
    let (context_id, opnum, object, cancel_count) = match &pdu.body {
        pdu::Body::Request(r) => (r.context_id, r.opnum, r.object, 0),
        pdu::Body::Response(r) => (r.context_id, 0, None, r.cancel_count),
        pdu::Body::Fault(f) => (f.context_id, 0, None, f.cancel_count),
        _ => (0, 0, None, 0),
    };
    Head { ptype, side, call_id, representation, flags, context_id, opnum, object, cancel_count, trailer }
}

fn stub<'a>(pdu: &Pdu<'a>) -> Option<&'a [u8]> {
    match &pdu.body {
        pdu::Body::Request(r) => Some(r.stub),
        pdu::Body::Response(r) => Some(r.stub),
        pdu::Body::Fault(f) => Some(f.stub),
        _ => None,
    }
}

fn sizes(pdu: &Pdu<'_>) -> Sizes {
    Sizes { stub: stub(pdu).map_or(0, <[u8]>::len) as u64, auth: u64::from(pdu.header.auth_length) }
}

/// Status and extended-error flag.
fn fault(pdu: &Pdu<'_>) -> Option<(Option<u32>, bool)> {
    match &pdu.body {
        pdu::Body::Fault(f) => Some((Some(f.status), f.extended_error())),
        _ => None,
    }
}

/// Status of a fault whose whole body from offset 24 on was sealed, and the stub data behind it.
fn sealed_status(body: &[u8], representation: Representation) -> (Option<u32>, &[u8]) {
    let status = body.first_chunk::<4>().map(|bytes| match representation.endian {
        Endian::Little => u32::from_le_bytes(*bytes),
        Endian::Big => u32::from_be_bytes(*bytes),
    });
    (status, body.get(8..).unwrap_or(&[]))
}

/// Where the protected part begins. For sealed faults senders differ: where `reserved2` is 0 as it should be, status
/// and `reserved2` stand there in the clear; otherwise they are sealed with the rest.
fn body_offset(pdu: &Pdu<'_>) -> usize {
    match (&pdu.body, &pdu.auth) {
        (pdu::Body::Fault(f), Some(auth)) if auth.trailer.auth_level >= 6 && f.reserved == Some(0) => {
            Pdu::STUB_OFFSET + 8
        }
        _ => pdu.stub_offset(),
    }
}
