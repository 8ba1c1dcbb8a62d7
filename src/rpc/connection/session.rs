//! What the PDUs of one connection mean together: roles, security, contexts, messages and calls.

use super::bindings::Bindings;
use super::calls::Calls;
use super::messages::{Findings, Head, Messages};
use super::rules;
use super::search::Known;
use crate::base::Side;
use crate::base::diagnostic::Rule;
use crate::base::error::Error;
use crate::rpc::event::{
    Answer, AnswerResult, AssumedContext, Auth, Body, Event, FrameSet, Notes, Proposal, Resolver, Sizes, wrong_length,
};
use crate::rpc::header::{Header, PacketType, PfcFlags};
use crate::rpc::limits::{Counters, RpcLimits};
use crate::rpc::pdu::{self, Pdu, Verifier};
use crate::rpc::security::{Opened, Protected, Security, Sender, Token};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

/// The outside: who opens, who listens.
pub(super) struct Io<'x, N> {
    pub(super) security: &'x mut dyn Security,
    pub(super) out: &'x mut dyn FnMut(Event<'_, N>),
}

pub(super) struct Session<N> {
    pub(super) limits: RpcLimits,
    pub(super) counters: Counters,
    pub(super) client: Option<Side>,
    pub(super) bindings: Bindings,
    pub(super) messages: Messages,
    pub(super) calls: Calls<u32, N>,
    pub(super) resolver: Option<Box<dyn Resolver + Send>>,
    /// Whether each PDU has to have a signature.
    pub(super) protected: bool,
    /// Whether the capture has all that was negotiated: a whole bind, and no hole since.
    pub(super) complete: bool,
    /// What contexts were last taken for.
    pub(super) guesses: BTreeMap<u16, AssumedContext>,
    /// What PDUs have in common.
    pub(super) known: Known,
    /// Decrypted bodies, kept for its capacity.
    pub(super) scratch: Vec<u8>,
}

/// A message on its way out.
pub(super) struct Whole<'a> {
    pub(super) head: Head,
    pub(super) findings: Findings,
    pub(super) stub: Option<&'a [u8]>,
    pub(super) frame_set: &'a FrameSet,
    pub(super) fragments: u32,
    /// What is missing.
    pub(super) damage: Option<&'static str>,
    /// With damage: bytes of the stub before the first hole.
    pub(super) intact: usize,
    /// Status and extended-error flag of a fault.
    pub(super) fault: Option<(Option<u32>, bool)>,
}

impl<N: Default> Session<N> {
    pub(super) fn new(limits: RpcLimits, resolver: Option<Box<dyn Resolver + Send>>) -> Self {
        Session {
            limits,
            counters: Counters::default(),
            client: None,
            bindings: Bindings::default(),
            messages: Messages::default(),
            calls: Calls::new(),
            resolver,
            protected: false,
            complete: false,
            guesses: BTreeMap::new(),
            known: Known::default(),
            scratch: Vec::new(),
        }
    }

    /// A whole PDU.
    pub(super) fn pdu(&mut self, side: Side, bytes: &[u8], frame_set: &FrameSet, io: &mut Io<'_, N>) {
        self.counters.pdus += 1;
        match Pdu::parse(bytes) {
            Err(error) => self.malformed(side, bytes, error, frame_set, io),
            Ok(pdu) => {
                self.known.note(side, &pdu.header);
                let mut notes = Notes::default();
                let client = client_side(side, sender_of(pdu.header.ptype));
                if *self.client.get_or_insert(client) != client {
                    self.note(&mut notes, &rules::DIRECTION, (2, "PTYPE"), pdu.header.ptype as u64, None);
                }
                match &pdu.body {
                    pdu::Body::Request(_) | pdu::Body::Response(_) | pdu::Body::Fault(_) => {
                        self.fragment(side, bytes, &pdu, frame_set, notes, io);
                    }
                    _ => self.control(side, bytes, &pdu, frame_set, notes, io),
                }
            }
        }
    }

    /// A PDU whose rest was never captured.
    pub(super) fn truncated(
        &mut self,
        side: Side,
        bytes: &[u8],
        reason: &'static str,
        frame_set: &FrameSet,
        io: &mut Io<'_, N>,
    ) {
        let length = Header::framed(bytes).unwrap_or(bytes.len());
        let needed = length.saturating_sub(bytes.len()) as u64;
        if let Ok(header) = Header::parse(bytes) {
            self.client.get_or_insert(client_side(side, sender_of(header.ptype)));
        }
        match Pdu::parse_truncated(bytes) {
            Ok(pdu) => {
                let (header, call_id) = (pdu.header, pdu.header.call_id);
                let (limits, counters) = (&self.limits, &mut self.counters);
                let body = match &pdu.body {
                    pdu::Body::Bind(bind) | pdu::Body::AlterContext(bind) => {
                        self.complete = false;
                        self.bindings.propose(call_id, bind.contexts.clone(), false, limits, counters);
                        match header.ptype {
                            PacketType::Bind => Body::Bind(describe(bind)),
                            _ => Body::AlterContext(describe(bind)),
                        }
                    }
                    pdu::Body::BindAck(ack) | pdu::Body::AlterContextResp(ack) => {
                        // That results are missing is the capture's fault.
                        let results = self.bindings.answer(call_id, ack, limits, counters, &mut Notes::default());
                        match header.ptype {
                            PacketType::BindAck => Body::BindAck(answer(ack, results)),
                            _ => Body::AlterContextResp(answer(ack, results)),
                        }
                    }
                    _ => return self.cut(side, &pdu, reason, frame_set, io),
                };
                let mut event = self.bare(side, body, frame_set);
                event.ptype = Some(header.ptype);
                event.sender = sender_of(header.ptype);
                event.call_id = Some(call_id);
                event.representation = header.representation;
                event.flags = header.flags;
                event.cut = Some(Box::new(Error::truncated(bytes.len(), needed, 0, "frag_length")));
                return (io.out)(event);
            }
            Err(_) => {
                let call_id = Header::parse(bytes).ok().map(|header| header.call_id);
                self.messages.damage(side, call_id, reason);
            }
        }
        self.malformed(side, bytes, Error::truncated(bytes.len(), needed, 0, "frag_length"), frame_set, io);
    }

    /// Bytes were passed over; `lost` is what security contexts have to know, `next` the PDU that follows.
    pub(super) fn hole(&mut self, side: Side, lost: Option<u64>, next: Option<&[u8]>, io: &mut Io<'_, N>) {
        let told = next.and_then(|pdu| Header::parse(pdu).ok()).map(|header| sender_of(header.ptype));
        self.complete = false;
        io.security.gap(told.unwrap_or_else(|| self.sender(side)), lost);
    }

    pub(super) fn skipped(
        &mut self,
        side: Side,
        bytes: u64,
        lost: Option<u64>,
        reason: &'static str,
        frame_set: &FrameSet,
        io: &mut Io<'_, N>,
    ) {
        let body = Body::Skipped { bytes, lost, reason };
        (io.out)(self.bare(side, body, frame_set));
    }

    pub(super) fn damage_all(&mut self, side: Side, reason: &'static str) {
        self.messages.damage(side, None, reason);
    }

    /// Hands out what is left of a direction's messages.
    pub(super) fn flush(&mut self, side: Side, reason: &'static str, io: &mut Io<'_, N>) {
        while let Some(message) = self.messages.take_oldest(side) {
            self.incomplete(message, reason, io);
        }
    }

    fn sender(&self, side: Side) -> Sender {
        if side == self.client.unwrap_or(Side::A) { Sender::Client } else { Sender::Server }
    }

    pub(super) fn note(
        &mut self,
        notes: &mut Notes,
        rule: &'static Rule,
        at: (usize, &'static str),
        value: u64,
        expected: Option<u64>,
    ) {
        notes.add(&self.limits, &mut self.counters, rule, at, value, expected);
    }

    /// An event with nothing known but where it was.
    pub(super) fn bare<'a>(&self, side: Side, body: Body<&'a [u8]>, frame_set: &'a FrameSet) -> Event<'a, N> {
        Event::new(side, self.sender(side), body, frame_set)
    }

    fn malformed(&mut self, side: Side, bytes: &[u8], error: Error, frame_set: &FrameSet, io: &mut Io<'_, N>) {
        self.counters.malformed += 1;
        let mut event = self.bare(side, Body::Malformed { error: Box::new(error), bytes }, frame_set);
        if let Ok(header) = Header::parse(bytes) {
            event.ptype = Some(header.ptype);
            event.sender = sender_of(header.ptype);
            event.call_id = Some(header.call_id);
            event.representation = header.representation;
            event.flags = header.flags;
        }
        (io.out)(event);
    }

    /// Everything that is no fragment of a message.
    fn control(
        &mut self,
        side: Side,
        bytes: &[u8],
        pdu: &Pdu<'_>,
        frame_set: &FrameSet,
        mut notes: Notes,
        io: &mut Io<'_, N>,
    ) {
        let Header { ptype, flags, call_id, representation, .. } = pdu.header;
        let sender = sender_of(ptype);
        let protected = matches!(ptype, PacketType::CoCancel | PacketType::Orphaned | PacketType::Shutdown);
        let mut opened = None;
        match (&pdu.auth, pdu.auth_ranges()) {
            (Some(auth), Some((head, _))) if protected => {
                let mut scratch = mem::take(&mut self.scratch);
                opened = open(sender, bytes, pdu, Header::SIZE..head.start, auth, io.security, &mut scratch);
                self.scratch = scratch;
            }
            (Some(auth), _) => {
                io.security.token(&Token {
                    sender,
                    ptype: ptype as u8,
                    trailer: auth.trailer,
                    token: auth.value,
                    header_signing: flags.contains(PfcFlags::SUPPORT_HEADER_SIGN),
                    pdu: bytes,
                });
                self.protected = io.security.required().is_some();
            }
            (None, _) => {}
        }
        let (limits, counters) = (&self.limits, &mut self.counters);
        let known = &mut self.known;
        let mut proposal = |bind: &pdu::Bind, bindings: &mut Bindings, counters: &mut Counters| {
            known.agree([bind.max_xmit_frag, bind.max_recv_frag]);
            bindings.propose(call_id, bind.contexts.clone(), true, limits, counters);
        };
        let body = match &pdu.body {
            pdu::Body::Bind(bind) => {
                self.complete = true;
                proposal(bind, &mut self.bindings, counters);
                Body::Bind(describe(bind))
            }
            pdu::Body::AlterContext(bind) => {
                proposal(bind, &mut self.bindings, counters);
                Body::AlterContext(describe(bind))
            }
            pdu::Body::BindAck(ack) | pdu::Body::AlterContextResp(ack) => {
                known.agree([ack.max_xmit_frag, ack.max_recv_frag]);
                let results = self.bindings.answer(call_id, ack, limits, counters, &mut notes);
                let answer = answer(ack, results);
                match ptype {
                    PacketType::BindAck => Body::BindAck(answer),
                    _ => Body::AlterContextResp(answer),
                }
            }
            pdu::Body::BindNak(nak) => {
                self.bindings.refuse(call_id);
                Body::BindNak {
                    reason: nak.reason,
                    versions: nak.versions.clone(),
                    extended_error: nak.extended_error(),
                }
            }
            pdu::Body::Auth3 => Body::Auth3,
            pdu::Body::Shutdown => Body::Shutdown,
            pdu::Body::CoCancel => Body::Cancel,
            _ => Body::Orphaned,
        };
        let auth = pdu.auth.map(|a| Auth {
            trailer: a.trailer,
            stub_only: opened.is_some() && !io.security.covers_header(&a.trailer),
            malleable: io.security.is_malleable(&a.trailer),
            opened,
            identity: io.security.identity(&a.trailer),
            sizes: Sizes { stub: 0, auth: a.value.len() as u64 },
        });
        let mut event = self.bare(side, body, frame_set);
        event.ptype = Some(ptype);
        event.sender = sender;
        event.call_id = Some(call_id);
        event.representation = representation;
        event.flags = flags;
        event.auth = auth;
        event.token = pdu.auth.filter(|_| !protected).map(|a| a.value);
        event.diagnostics = notes.0;
        if protected {
            event.call = self.calls.get(call_id);
        }
        (io.out)(event);
    }
}

/// Has a PDU opened; `scratch` gets the clear body where it was sealed.
pub(super) fn open(
    sender: Sender,
    bytes: &[u8],
    pdu: &Pdu<'_>,
    body: Range<usize>,
    auth: &Verifier<'_>,
    security: &mut dyn Security,
    scratch: &mut Vec<u8>,
) -> Option<Opened> {
    scratch.clear();
    // Level 1 (none) protects nothing.
    if auth.trailer.auth_level <= 1 {
        return None;
    }
    let (trailer_header, auth_value) = pdu.auth_ranges()?;
    let length = body.len();
    let protected =
        Protected { sender, pdu: bytes, body, trailer_header, auth_value, trailer: auth.trailer, connectionless: None };
    Some(match security.open(&protected, scratch) {
        Opened::Clear { decrypted: true, .. } if scratch.len() != length => wrong_length(),
        opened => opened,
    })
}

/// Which role sends PDUs of this type.
pub(super) fn sender_of(ptype: PacketType) -> Sender {
    match ptype {
        PacketType::Response
        | PacketType::Fault
        | PacketType::BindAck
        | PacketType::BindNak
        | PacketType::AlterContextResp
        | PacketType::Shutdown => Sender::Server,
        _ => Sender::Client,
    }
}

fn client_side(side: Side, sender: Sender) -> Side {
    match sender {
        Sender::Client => side,
        Sender::Server => side.other(),
    }
}

fn answer<'a>(ack: &'a pdu::BindAck<'_>, results: Vec<AnswerResult>) -> Answer<&'a [u8]> {
    Answer {
        max_xmit_frag: ack.max_xmit_frag,
        max_recv_frag: ack.max_recv_frag,
        assoc_group_id: ack.assoc_group_id,
        secondary_address: ack.secondary_address(),
        results,
    }
}

fn describe(bind: &pdu::Bind) -> Proposal {
    Proposal {
        max_xmit_frag: bind.max_xmit_frag,
        max_recv_frag: bind.max_recv_frag,
        assoc_group_id: bind.assoc_group_id,
        contexts: bind.contexts.to_vec(),
    }
}
