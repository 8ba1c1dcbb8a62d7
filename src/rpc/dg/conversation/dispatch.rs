//! What becomes of a PDU of a conversation that is no repetition: joined with others, handed out, told to the security
//! context.

use super::super::assembly::Added;
use super::super::deliver::{Message, Parts, incomplete, make, message};
use super::super::{Body, Flags1, Header, conv};
use super::Conversation;
use crate::base::error::Error;
use crate::rpc::event::{self, Call, Event};
use crate::rpc::header::PacketType;
use crate::rpc::security::{Security, Sender, Token};
use core::mem;

impl<N: Default> Conversation<N> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn dispatch(
        &mut self,
        parts: Parts<'_>,
        index: Option<usize>,
        body: Result<Body<&[u8]>, Error>,
        sender: Sender,
        datagram: &[u8],
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        let header = *parts.header;
        let state = index.and_then(|at| self.activities.get_mut(&header.activity)?.calls.get_mut(at));
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                self.counters.malformed += 1;
                return out(make(
                    parts,
                    event::Body::Malformed { error: error.into(), bytes: datagram },
                    sender,
                    security,
                ));
            }
        };
        let (response, stub) = match (header.ptype, body) {
            (PacketType::Request, Body::Request(stub)) => (false, Some(stub)),
            (PacketType::Response, Body::Response(stub)) => (true, Some(stub)),
            (PacketType::Request, _) => (false, None),
            (PacketType::Response, _) => (true, None),
            (PacketType::Fault | PacketType::Reject, body) => {
                let status = match body {
                    Body::Fault(status) | Body::Reject(status) => Some(status),
                    _ => None,
                };
                let mut call = None;
                if let Some(state) = state {
                    state.answered = true;
                    call = state.call.take();
                }
                let opnum = call.as_ref().map(|c| c.opnum).or(Some(header.opnum));
                let body: event::Body<&[u8]> =
                    event::Body::Fault { status, opnum, cancel_count: 0, extended_error: false, stub: Some(&[]) };
                let mut event = make(parts, body, sender, security);
                event.context = call.as_ref().and_then(|c| c.context).or(event.context);
                event.call = call.as_mut();
                return out(event);
            }
            (ptype, body) => {
                let mut event = make(parts, event::Body::Control(body), sender, security);
                if let Some(state) = state {
                    // The client sends it when it has the answer, whether that was captured or not.
                    state.acknowledged |= ptype == PacketType::Ack;
                    event.call = state.call.as_mut();
                }
                return out(event);
            }
        };
        let Some(state) = state else { return };
        let assembly = if response { &mut state.response } else { &mut state.request };
        if !header.is_fragment() {
            drop(assembly.take(&mut self.total));
            let event = message(state, parts, stub, response);
            self.finish(header, event, datagram, security, out);
            return;
        }
        assembly.carried(parts.frame_set, &self.limits, &mut self.counters);
        if parts.trailer.is_some() {
            assembly.trailer = parts.trailer;
        }
        if parts.cut {
            assembly.cut_short(header.fragment);
        }
        assembly.sizes.add(parts.sizes);
        let (limits, counters) = (&self.limits, &mut self.counters);
        match assembly.add(&header, stub.unwrap_or(&[]), parts.opened, &mut self.total, limits, counters) {
            Added::Pending => {}
            Added::TooLarge => {
                self.counters.messages_too_large += 1;
                let reason = "larger than the limits of reassembly";
                incomplete(state, response, reason, &mut self.total, security, out);
            }
            Added::Complete => {
                let fragments = assembly.count();
                let intact = assembly.intact();
                let stub = assembly.take(&mut self.total);
                let mut whole = mem::take(assembly);
                whole.frame_set.settle();
                assembly.done = true;
                let first = whole.header.unwrap_or(header);
                let parts = Parts {
                    side: parts.side,
                    header: &first,
                    frame_set: &whole.frame_set,
                    fragments,
                    trailer: whole.trailer,
                    opened: whole.opened,
                    sizes: whole.sizes,
                    notes: whole.notes,
                    cut: whole.cut,
                    intact,
                };
                let event = message(state, parts, stub.as_deref(), response);
                self.finish(first, event, datagram, security, out);
            }
        }
    }

    /// Hands a whole message out, and to the security context what it carries for it.
    fn finish(
        &mut self,
        header: Header,
        message: Message<'_, N>,
        datagram: &[u8],
        security: &mut dyn Security,
        out: &mut dyn FnMut(Event<'_, N>),
    ) {
        let Message { parts, body, response, mut answered } = message;
        self.counters.messages_incomplete += u64::from(parts.cut);
        let stub = match &body {
            event::Body::Request { stub, .. } | event::Body::Response { stub, .. } => *stub,
            _ => None,
        };
        let mut token = None;
        if header.interface == conv::INTERFACE {
            token = self.callback(&header, stub.unwrap_or(&[]), response, datagram, security);
        }
        let sender = if response { Sender::Server } else { Sender::Client };
        let mut event = make(parts, body, sender, security);
        event.token = token;
        if response {
            event.context = answered.as_ref().and_then(|call| call.context).or(event.context);
            event.call = answered.as_mut();
        } else {
            let calls = self.activities.get_mut(&header.activity).map(|activity| &mut activity.calls);
            let state = calls.and_then(|calls| calls.iter_mut().find(|c| c.sequence == header.sequence));
            if let Some(state) = state {
                // An answer that overtook its request has had its turn.
                let expects = !header.flags1.intersects(Flags1::MAYBE | Flags1::BROADCAST) && !state.answered;
                state.call = expects.then(|| Call {
                    opnum: header.opnum,
                    context_id: 0,
                    context: event.context,
                    object: Some(header.object).filter(|o| !o.is_nil()),
                    frame: event.frame(),
                    time: event.time(),
                    note: N::default(),
                });
                event.call = state.call.as_mut();
            }
        }
        out(event);
    }

    /// The conversation manager's callbacks carry the tokens of connectionless security: this one's, if it has one.
    fn callback<'s>(
        &mut self,
        header: &Header,
        stub: &'s [u8],
        response: bool,
        datagram: &[u8],
        security: &mut dyn Security,
    ) -> Option<&'s [u8]> {
        let endian = header.representation.endian;
        let mut about = None;
        let token = if response {
            conv::answer_token(header.opnum, endian, stub)
        } else {
            let question = conv::Question::parse(header.opnum, endian, stub);
            about = question.map(|q| q.activity);
            question.and_then(|q| q.token)
        };
        let calls = self.activities.get_mut(&header.activity).map(|activity| &mut activity.calls);
        if let Some(state) = calls.and_then(|calls| calls.iter_mut().find(|c| c.sequence == header.sequence)) {
            match about {
                Some(_) => state.about = about,
                None => about = state.about,
            }
        }
        let trailer = about.and_then(|id| self.activities.get(&id)?.trailer);
        if let (Some(token), Some(trailer)) = (token, trailer) {
            security.token(&Token {
                // The callback's caller is the server of the call it asks about.
                sender: if response { Sender::Client } else { Sender::Server },
                ptype: header.ptype as u8,
                trailer,
                token,
                header_signing: false,
                pdu: datagram,
            });
        }
        token
    }
}
