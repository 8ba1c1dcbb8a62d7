//! Connection-oriented associations: PDUs of what lines tell, binds where no line has one, fragments.

use super::members::{self, Line, wrong};
use super::negotiation::{Answered, answer, proposal};
use super::packets::{Connection, Ends};
use super::trailer;
use super::{Batch, LEAST_FRAGMENT, Options};
use crate::base::Timestamp;
use crate::base::bounds;
use crate::ndr::EncodeError;
use crate::rpc::header::{Header, PacketType, PfcFlags, Representation};
use crate::rpc::pdu::{
    Bind, BindAck, BindNak, Body, ContextElement, ContextResult, EXTENDED_ERROR, Fault, Pdu, Request, Response,
};
use crate::rpc::syntax::{ContextOutcome, RejectReason, SyntaxId};
use crate::rpc::verification::{Header2, Verification};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Calls whose requests are remembered for their responses.
const MAX_CALLS: usize = crate::base::bounds::MADE_CALLS;

/// What is sent where no bind says it: Windows' size.
const FRAGMENT: u16 = 5840;

/// The largest fragment that may be asked for.
const MOST: u16 = 0xfff8;

/// A connection.
#[derive(Debug)]
pub(super) struct Association {
    connection: Connection,
    /// Whether a bind was sent.
    bound: bool,
    /// Whether what was bound to was repeated under protection.
    repeated: bool,
    fragment: u16,
    group: u32,
    contexts: HashMap<u16, (SyntaxId, SyntaxId)>,
    /// The last bind without an answer.
    proposed: Option<Bind>,
    calls: HashMap<u32, Call>,
    next_call: u32,
    #[cfg(feature = "decrypt")]
    security: Option<super::seal::Session>,
    /// How many there were.
    #[cfg(feature = "decrypt")]
    sessions: u32,
}

#[derive(Debug)]
struct Call {
    context: u16,
    opnum: u16,
    interface: Option<SyntaxId>,
    time: Option<Timestamp>,
    stub: Vec<u8>,
}

impl Call {
    /// Whether a line can be the answer of this call.
    fn fits(&self, id: u32, line: &Line<'_>, opnum: Option<u16>, context: Option<u16>) -> Result<(), EncodeError> {
        if let Some(opnum) = opnum.filter(|opnum| *opnum != self.opnum) {
            return Err(wrong(
                "opnum",
                format_args!("call {id} is of opnum {}, and the answer of {opnum}", self.opnum),
            ));
        }
        if let Some(context) = context.filter(|context| *context != self.context) {
            let own = self.context;
            return Err(wrong(
                "context_id",
                format_args!("call {id} is of context {own}, and the answer of {context}"),
            ));
        }
        let interface = line.abstract_syntax()?;
        if interface.is_some() && self.interface.is_some() && interface != self.interface {
            return Err(wrong("interface", format_args!("not that of the request of call {id}")));
        }
        match (self.time, line.time) {
            (Some(asked), Some(answered)) if answered < asked => {
                Err(wrong("time", format_args!("before the request of call {id}")))
            }
            _ => Ok(()),
        }
    }
}

impl Association {
    pub(super) fn new(client: Ends, stream: u64) -> Association {
        Association {
            connection: Connection::new(client, stream),
            bound: false,
            repeated: false,
            fragment: FRAGMENT,
            group: 0,
            contexts: HashMap::new(),
            proposed: None,
            calls: HashMap::new(),
            next_call: 1,
            #[cfg(feature = "decrypt")]
            security: None,
            #[cfg(feature = "decrypt")]
            sessions: 0,
        }
    }

    /// Makes the packets of a message.
    pub(super) fn message(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), EncodeError> {
        match line.kind {
            "request" => self.request(line, options, batch),
            "response" | "fault" => self.answer(line, options, batch),
            "bind" | "alter_context" => {
                let bind = proposal(line.map)?;
                if line.kind == "alter_context" && !self.bound {
                    return Err(wrong("type", "no bind comes before this alter_context"));
                }
                self.propose(line.kind == "bind", line, bind, options, batch)
            }
            "bind_ack" | "alter_context_resp" => {
                let ack = answer(line.map)?;
                self.accept(line.kind == "bind_ack", line, ack, options, batch)
            }
            "bind_nak" => {
                let version = |json: &Json| {
                    json.as_str()?.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
                };
                let versions = match line.map.get("versions") {
                    None => Some(Vec::new()),
                    Some(Json::Array(versions)) => versions.iter().map(version).collect::<Option<Vec<_>>>(),
                    Some(_) => None,
                };
                let versions = versions.ok_or_else(|| wrong("versions", "not a list of versions like 5.0"))?;
                let reason = line.code("reject_reason")?.unwrap_or(0);
                let mut rest = Vec::new();
                if let Some(error) = line.hex("extended_error")? {
                    rest.extend(EXTENDED_ERROR.0);
                    rest.extend(error);
                }
                let body = Body::BindNak(BindNak { reason: RejectReason(reason), versions, rest: &rest });
                self.send(line, self.call_id(line)?, body, batch)
            }
            "auth3" => Ok(()),
            "shutdown" => self.send(line, self.call_id(line)?, Body::Shutdown, batch),
            "co_cancel" => self.send(line, self.call_id(line)?, Body::CoCancel, batch),
            "orphaned" => self.send(line, self.call_id(line)?, Body::Orphaned, batch),
            other => Err(wrong("type", format_args!("a PDU of type {other:?} can't be made over TCP"))),
        }
    }

    fn call_id(&self, line: &Line<'_>) -> Result<u32, EncodeError> {
        Ok(line.number("call_id")?.unwrap_or(self.next_call))
    }

    fn request(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), EncodeError> {
        let mut stub = line.stub(options, None)?;
        let opnum = line.opnum()?.ok_or_else(|| wrong("opnum", "missing, and \"method\" too"))?;
        let context = self.context(line, options, batch)?;
        let call_id = match line.number("call_id")? {
            None => {
                self.next_call = self.next_call.wrapping_add(1);
                self.next_call
            }
            Some(call_id) => call_id,
        };
        self.next_call = self.next_call.max(call_id);
        if self.calls.len() >= MAX_CALLS {
            self.calls.clear();
        }
        let kept = stub.get(..stub.len().min(bounds::MADE_REQUEST)).unwrap_or_default().to_vec();
        let interface = line.abstract_syntax()?;
        self.calls.insert(call_id, Call { context, opnum, interface, time: line.time, stub: kept });
        // Clients repeat under protection what they bound to, with the first request: in clear it would say nothing.
        if self.is_protected() && (!self.repeated || line.flag("verification_trailer")?) {
            self.repeated = true;
            self.verify(&mut stub, line.representation, (call_id, context, opnum));
        }
        let object = line.guid("object_uuid")?;
        let maybe = if line.flag("maybe")? { PfcFlags::MAYBE } else { PfcFlags::empty() };
        let body =
            |hint: u32, stub| Body::Request(Request { alloc_hint: hint, context_id: context, opnum, object, stub });
        let head = if object.is_some() { Pdu::STUB_OFFSET + 16 } else { Pdu::STUB_OFFSET };
        self.fragments(line, call_id, maybe, (&stub, head), options, &body, batch)
    }

    fn answer(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), EncodeError> {
        let call_id = self.call_id(line)?;
        let opnum = line.opnum()?;
        let given: Option<u16> = line.number("context_id")?;
        match self.calls.get(&call_id) {
            Some(call) => call.fits(call_id, line, opnum, given)?,
            None if opnum.is_some() => {
                return Err(wrong("call_id", format_args!("no request of call {call_id} comes before its answer")));
            }
            None => {}
        }
        let call = self.calls.remove(&call_id);
        let context = given.or(call.as_ref().map(|call| call.context)).unwrap_or(0);
        if line.kind == "fault" {
            let status = line.status("status")?.ok_or_else(|| wrong("status", "missing"))?;
            let flags = match line.flag("did_not_execute")? {
                true => PfcFlags::DID_NOT_EXECUTE,
                false => PfcFlags::empty(),
            };
            let extended = line.hex("extended_error")?;
            let stub = match &extended {
                Some(bytes) => bytes.clone(),
                None => line.hex("stub")?.unwrap_or_default(),
            };
            let body = Body::Fault(Fault {
                alloc_hint: 0,
                context_id: context,
                cancel_count: line.number("cancel_count")?.unwrap_or(0),
                flags: u8::from(extended.is_some()),
                status,
                reserved: Some(0),
                stub: &stub,
            });
            let pdu = self.pdu(line, call_id, flags | PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG, body);
            let bytes = self.protect(&pdu)?;
            self.connection.send(false, &bytes, &mut batch.packets);
            return Ok(());
        }
        let stub = line.stub(options, call.as_ref().map(|call| call.stub.as_slice()))?;
        let cancels = line.number("cancel_count")?.unwrap_or(0);
        let body = |hint: u32, stub| {
            Body::Response(Response { alloc_hint: hint, context_id: context, cancel_count: cancels, reserved: 0, stub })
        };
        self.fragments(line, call_id, PfcFlags::empty(), (&stub, Pdu::STUB_OFFSET), options, &body, batch)
    }

    /// The presentation context of a request; it is bound first where no line did.
    fn context(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<u16, EncodeError> {
        let given: Option<u16> = line.number("context_id")?;
        // What the capture did not have or what was refused stays so.
        if line.flag("assumed")? || line.map.contains_key("context") {
            return Ok(given.unwrap_or(0));
        }
        let Some(interface) = line.abstract_syntax()? else { return Ok(given.unwrap_or(0)) };
        let wanted = (interface, line.transfer_syntax(options)?);
        if let Some(id) = given
            && let Some(known) = self.contexts.get(&id)
        {
            return match *known == wanted {
                true => Ok(id),
                false => Err(wrong(
                    "context_id",
                    format_args!("context {id} was bound to another interface or transfer syntax"),
                )),
            };
        }
        if given.is_none()
            && let Some((id, _)) = self.contexts.iter().find(|(_, known)| **known == wanted)
        {
            return Ok(*id);
        }
        let free = (0..=u16::MAX).find(|id| !self.contexts.contains_key(id));
        let id = given.or(free).ok_or("more presentation contexts than there are numbers")?;
        let element = ContextElement { id, abstract_syntax: wanted.0, transfer_syntaxes: vec![wanted.1] };
        let fragment = options.fragment.unwrap_or(FRAGMENT);
        let first = !self.bound;
        let bind = Bind {
            max_xmit_frag: fragment,
            max_recv_frag: fragment,
            assoc_group_id: self.group,
            contexts: vec![element],
        };
        self.propose(first, line, bind, options, batch)?;
        let port = line.dst.port().to_string();
        let secondary = [port.as_bytes(), &[0]].concat();
        let ack = Answered {
            max_xmit_frag: fragment,
            max_recv_frag: fragment,
            assoc_group_id: if self.group == 0 { 1 } else { self.group },
            secondary_address: if first { secondary } else { Vec::new() },
            results: vec![ContextResult { transfer_syntax: wanted.1, ..ContextResult::default() }],
        };
        self.accept(first, line, ack, options, batch)?;
        batch.added += 2;
        Ok(id)
    }

    /// Puts a verification trailer behind the stub of a request.
    fn verify(&self, stub: &mut Vec<u8>, representation: Representation, (call_id, context, opnum): (u32, u16, u16)) {
        let [integers, floats] = representation.to_bytes();
        let header = Header2 {
            ptype: PacketType::Request as u8,
            drep: [integers, floats, 0, 0],
            call_id,
            context_id: context,
            opnum,
        };
        let what = Verification {
            bitmask: Some(1),
            pcontext: self.contexts.get(&context).copied(),
            header2: Some(header),
            ..Verification::default()
        };
        trailer::append(stub, representation.endian, &what);
    }

    fn propose(
        &mut self,
        first: bool,
        line: &Line<'_>,
        mut bind: Bind,
        options: &Options,
        batch: &mut Batch,
    ) -> Result<(), EncodeError> {
        if let Some(syntax) = options.syntax {
            // Another syntax than lines have is proposed alone.
            for element in &mut bind.contexts {
                let others = |id: &SyntaxId| *id != SyntaxId::NDR && *id != SyntaxId::NDR64;
                if element.transfer_syntaxes.iter().any(|id| !others(id)) {
                    element.transfer_syntaxes.retain(others);
                    element.transfer_syntaxes.push(members::transfer(syntax.name())?);
                }
            }
        }
        if first {
            self.bound = true;
            self.repeated = false;
            self.contexts.clear();
        }
        self.proposed = Some(bind.clone());
        let call_id = match line.kind {
            "request" => self.next_call,
            _ => self.call_id(line)?,
        };
        let body = if first { Body::Bind(bind) } else { Body::AlterContext(bind) };
        let pdu = self.pdu(line, call_id, PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG, body);
        let bytes = self.negotiate(first, &pdu, options)?;
        self.connection.send(true, &bytes, &mut batch.packets);
        Ok(())
    }

    fn accept(
        &mut self,
        first: bool,
        line: &Line<'_>,
        mut ack: Answered,
        options: &Options,
        batch: &mut Batch,
    ) -> Result<(), EncodeError> {
        if let Some(proposed) = self.proposed.take() {
            if ack.results.len() > proposed.contexts.len() {
                let number = proposed.contexts.len();
                return Err(wrong(
                    "results",
                    format_args!("{} where {number} contexts were proposed", ack.results.len()),
                ));
            }
            for (element, result) in proposed.contexts.iter().zip(&mut ack.results) {
                if result.outcome == ContextOutcome::ACCEPTANCE {
                    if let Some(syntax) = options.syntax {
                        result.transfer_syntax = members::transfer(syntax.name())?;
                    }
                    self.contexts.insert(element.id, (element.abstract_syntax, result.transfer_syntax));
                }
            }
        }
        if first {
            self.fragment = options.fragment.unwrap_or(ack.max_xmit_frag.min(ack.max_recv_frag)).max(LEAST_FRAGMENT);
            self.group = ack.assoc_group_id;
        }
        let call_id = match line.kind {
            "request" => self.next_call,
            _ => self.call_id(line)?,
        };
        let body = BindAck {
            max_xmit_frag: ack.max_xmit_frag,
            max_recv_frag: ack.max_recv_frag,
            assoc_group_id: ack.assoc_group_id,
            secondary_address: &ack.secondary_address,
            results: ack.results,
        };
        let body = if first { Body::BindAck(body) } else { Body::AlterContextResp(body) };
        let pdu = self.pdu(line, call_id, PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG, body);
        let (bytes, last) = self.challenge(first, &pdu)?;
        self.connection.send(false, &bytes, &mut batch.packets);
        if let Some(last) = last {
            self.connection.send(true, &last, &mut batch.packets);
            batch.added += 1;
        }
        Ok(())
    }

    fn pdu<'a>(&self, line: &Line<'_>, call_id: u32, flags: PfcFlags, body: Body<'a>) -> Pdu<'a> {
        Pdu { header: head(line.representation, call_id, flags, &body), body, padding: &[], auth: None }
    }

    fn send(&mut self, line: &Line<'_>, call_id: u32, body: Body<'_>, batch: &mut Batch) -> Result<(), EncodeError> {
        let pdu = self.pdu(line, call_id, PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG, body);
        let bytes = encoded(&pdu)?;
        self.connection.send(line.is_from_client(), &bytes, &mut batch.packets);
        Ok(())
    }

    /// Sends a stub in as many fragments as it needs.
    #[allow(clippy::too_many_arguments, reason = "each is a part of the message")]
    fn fragments<'s>(
        &mut self,
        line: &Line<'_>,
        call_id: u32,
        flags: PfcFlags,
        (stub, head): (&'s [u8], usize),
        options: &Options,
        body: &dyn Fn(u32, &'s [u8]) -> Body<'s>,
        batch: &mut Batch,
    ) -> Result<(), EncodeError> {
        let largest = usize::from(options.fragment.unwrap_or(self.fragment).min(MOST));
        if stub.len() > members::LARGEST {
            let message = format!("a stub of {} bytes is longer than {}", stub.len(), members::LARGEST);
            return Err(EncodeError::new(message));
        }
        // Room for header, verifier and padding; fragments but the last are multiples of 8.
        let room = (largest.saturating_sub(head + self.overhead())) & !7;
        if room == 0 {
            return Err(EncodeError::new(format_args!("fragments of {largest} bytes have no room for a stub")));
        }
        let mut rest = stub;
        loop {
            let (part, more) = rest.split_at(rest.len().min(room));
            let first = if rest.len() == stub.len() { PfcFlags::FIRST_FRAG } else { PfcFlags::empty() };
            let last = if more.is_empty() { PfcFlags::LAST_FRAG } else { PfcFlags::empty() };
            let pdu = self.pdu(line, call_id, flags | first | last, body(rest.len() as u32, part));
            let bytes = self.protect(&pdu)?;
            self.connection.send(line.is_from_client(), &bytes, &mut batch.packets);
            rest = more;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Without NTLM, PDUs go as they are.
#[cfg(not(feature = "decrypt"))]
impl Association {
    fn overhead(&self) -> usize {
        0
    }

    fn is_protected(&self) -> bool {
        false
    }

    fn protect(&mut self, pdu: &Pdu<'_>) -> Result<Vec<u8>, EncodeError> {
        encoded(pdu)
    }

    fn negotiate(&mut self, _: bool, pdu: &Pdu<'_>, options: &Options) -> Result<Vec<u8>, EncodeError> {
        match options.seal {
            Some(_) => Err(EncodeError::new("this build can't seal")),
            None => self.protect(pdu),
        }
    }

    fn challenge(&mut self, _: bool, pdu: &Pdu<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>), EncodeError> {
        self.protect(pdu).map(|bytes| (bytes, None))
    }
}

#[cfg(feature = "decrypt")]
impl Association {
    /// Bytes that a verifier adds to a fragment, with its padding.
    fn overhead(&self) -> usize {
        self.security.as_ref().map_or(0, |_| super::seal::OVERHEAD)
    }

    /// Whether messages are sealed from here on.
    fn is_protected(&self) -> bool {
        self.security.is_some()
    }

    /// The bytes of a request, response or fault, sealed if the association is.
    fn protect(&mut self, pdu: &Pdu<'_>) -> Result<Vec<u8>, EncodeError> {
        match &mut self.security {
            Some(security) => security.seal(pdu),
            None => encoded(pdu),
        }
    }

    /// The bytes of a bind, with NTLM's first message if it is to be sealed.
    fn negotiate(&mut self, first: bool, pdu: &Pdu<'_>, options: &Options) -> Result<Vec<u8>, EncodeError> {
        match &options.seal {
            Some(credentials) if first => {
                // A connection may be bound anew.
                self.sessions += 1;
                let seed = format!("{} {}", self.connection, self.sessions).into_bytes();
                let security = self.security.insert(super::seal::Session::new(credentials, &seed));
                security.negotiate(pdu)
            }
            _ => encoded(pdu),
        }
    }

    /// The bytes of its answer, with NTLM's second message, and the PDU that brings the third.
    fn challenge(&mut self, first: bool, pdu: &Pdu<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>), EncodeError> {
        match &mut self.security {
            Some(security) if first => security.challenge(pdu).map(|(ack, auth3)| (ack, Some(auth3))),
            _ => encoded(pdu).map(|bytes| (bytes, None)),
        }
    }
}

fn encoded(pdu: &Pdu<'_>) -> Result<Vec<u8>, EncodeError> {
    pdu.encode().map_err(EncodeError::new)
}

/// A common header.
pub(super) fn head(representation: Representation, call_id: u32, flags: PfcFlags, body: &Body<'_>) -> Header {
    Header { minor_version: 0, ptype: body.ptype(), flags, representation, frag_length: 0, auth_length: 0, call_id }
}
