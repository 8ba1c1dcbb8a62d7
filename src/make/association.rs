//! Connection-oriented associations: PDUs of what lines tell, binds where no line has one, fragments.

use super::members::{self, Line};
use super::packets::{Connection, Ends};
use super::{Batch, LEAST_FRAGMENT, Options};
use crate::base::bounds;
use crate::rpc::header::{Header, PfcFlags, Representation};
use crate::rpc::pdu::{
    Bind, BindAck, BindNak, Body, ContextElement, ContextResult, EXTENDED_ERROR, Fault, Pdu, Request, Response,
};
use crate::rpc::syntax::{ContextOutcome, ProviderReason, RejectReason, SyntaxId};
use serde_json::{Map, Value as Json};
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
    fragment: u16,
    group: u32,
    contexts: HashMap<u16, (SyntaxId, SyntaxId)>,
    /// The last bind without an answer.
    proposed: Option<Bind>,
    calls: HashMap<u32, Call>,
    next_call: u32,
    #[cfg(feature = "decrypt")]
    security: Option<super::seal::Session>,
}

#[derive(Debug)]
struct Call {
    context: u16,
    opnum: u16,
    stub: Vec<u8>,
}

impl Association {
    pub(super) fn new(client: Ends) -> Association {
        Association {
            connection: Connection::new(client),
            bound: false,
            fragment: FRAGMENT,
            group: 0,
            contexts: HashMap::new(),
            proposed: None,
            calls: HashMap::new(),
            next_call: 1,
            #[cfg(feature = "decrypt")]
            security: None,
        }
    }

    /// Makes the packets of a message.
    pub(super) fn message(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), String> {
        match line.kind {
            "request" => self.request(line, options, batch),
            "response" | "fault" => self.answer(line, options, batch),
            "bind" | "alter_context" => {
                let bind = proposal(line.map)?;
                self.propose(line.kind == "bind", line, bind, options, batch)
            }
            "bind_ack" | "alter_context_resp" => {
                let ack = answer(line.map)?;
                self.accept(line.kind == "bind_ack", line, ack, options, batch)
            }
            "bind_nak" => {
                let versions = line.map.get("versions").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
                let version = |json: &Json| {
                    json.as_str()?.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
                };
                let versions =
                    versions.iter().map(version).collect::<Option<Vec<_>>>().ok_or("\"versions\" are like 5.0")?;
                let reason = line.code("reject_reason")?.unwrap_or(0);
                let mut rest = Vec::new();
                if let Some(error) = line.hex("extended_error")? {
                    rest.extend(EXTENDED_ERROR.0);
                    rest.extend(error);
                }
                let body = Body::BindNak(BindNak { reason: RejectReason(reason as u16), versions, rest: &rest });
                self.send(line, self.call_id(line)?, body, batch)
            }
            "auth3" => Ok(()),
            "shutdown" => self.send(line, self.call_id(line)?, Body::Shutdown, batch),
            "co_cancel" => self.send(line, self.call_id(line)?, Body::CoCancel, batch),
            "orphaned" => self.send(line, self.call_id(line)?, Body::Orphaned, batch),
            other => Err(format!("a PDU of type {other:?} can't be made over TCP")),
        }
    }

    fn call_id(&self, line: &Line<'_>) -> Result<u32, String> {
        let number = line.number("call_id")?.unwrap_or(u64::from(self.next_call));
        u32::try_from(number).map_err(|_| "\"call_id\" has 32 bits".into())
    }

    fn request(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), String> {
        let stub = line.stub(options, None)?;
        let opnum = line.opnum()?.ok_or("neither \"opnum\" nor \"method\"")?;
        let context = self.context(line, options, batch)?;
        let call_id = match line.number("call_id")? {
            None => {
                self.next_call += 1;
                self.next_call
            }
            Some(_) => self.call_id(line)?,
        };
        self.next_call = self.next_call.max(call_id);
        if self.calls.len() >= MAX_CALLS {
            self.calls.clear();
        }
        let kept = stub.get(..stub.len().min(bounds::MADE_REQUEST)).unwrap_or_default().to_vec();
        self.calls.insert(call_id, Call { context, opnum, stub: kept });
        let object = line.guid("object_uuid")?;
        let maybe = if line.flag("maybe") { PfcFlags::MAYBE } else { PfcFlags::empty() };
        let body =
            |hint: u32, stub| Body::Request(Request { alloc_hint: hint, context_id: context, opnum, object, stub });
        let head = if object.is_some() { Pdu::STUB_OFFSET + 16 } else { Pdu::STUB_OFFSET };
        self.fragments(line, call_id, maybe, (&stub, head), options, &body, batch)
    }

    fn answer(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<(), String> {
        let call_id = match line.number("call_id")? {
            None => self.next_call,
            Some(_) => self.call_id(line)?,
        };
        let call = self.calls.remove(&call_id);
        let given = line.number("context_id")?.map(|id| id as u16);
        if let (Some(call), Some(opnum)) = (&call, line.opnum()?)
            && call.opnum != opnum
        {
            return Err(format!("call {call_id} is of opnum {}, and the answer of {opnum}", call.opnum));
        }
        if call.is_none() && line.opnum()?.is_some() {
            return Err(format!("no request of call {call_id} comes before its answer"));
        }
        let context = given.or(call.as_ref().map(|call| call.context)).unwrap_or(0);
        if line.kind == "fault" {
            let status = line.code("status")?.ok_or("a fault without \"status\"")?;
            let flags = match line.flag("did_not_execute") {
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
                cancel_count: line.number("cancel_count")?.unwrap_or(0) as u8,
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
        let cancels = line.number("cancel_count")?.unwrap_or(0) as u8;
        let body = |hint: u32, stub| {
            Body::Response(Response { alloc_hint: hint, context_id: context, cancel_count: cancels, reserved: 0, stub })
        };
        self.fragments(line, call_id, PfcFlags::empty(), (&stub, Pdu::STUB_OFFSET), options, &body, batch)
    }

    /// The presentation context of a request; it is bound first where no line did.
    fn context(&mut self, line: &Line<'_>, options: &Options, batch: &mut Batch) -> Result<u16, String> {
        let given = line.number("context_id")?;
        let given = given.map(|id| u16::try_from(id).map_err(|_| "\"context_id\" has 16 bits")).transpose()?;
        // What the capture did not have or what was refused stays so.
        if line.flag("assumed") || line.map.contains_key("context") {
            return Ok(given.unwrap_or(0));
        }
        let Some(interface) = line.abstract_syntax()? else { return Ok(given.unwrap_or(0)) };
        let wanted = (interface, line.transfer_syntax(options)?);
        if let Some(id) = given
            && let Some(known) = self.contexts.get(&id)
        {
            return match *known == wanted {
                true => Ok(id),
                false => Err(format!("context {id} was bound to another interface or transfer syntax")),
            };
        }
        if given.is_none()
            && let Some((id, _)) = self.contexts.iter().find(|(_, known)| **known == wanted)
        {
            return Ok(*id);
        }
        let free = (0..=u16::MAX).find(|id| !self.contexts.contains_key(id));
        let id = given.or(free).ok_or("more contexts than there are numbers")?;
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

    fn propose(
        &mut self,
        first: bool,
        line: &Line<'_>,
        mut bind: Bind,
        options: &Options,
        batch: &mut Batch,
    ) -> Result<(), String> {
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
    ) -> Result<(), String> {
        if let Some(proposed) = self.proposed.take() {
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

    fn send(&mut self, line: &Line<'_>, call_id: u32, body: Body<'_>, batch: &mut Batch) -> Result<(), String> {
        let pdu = self.pdu(line, call_id, PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG, body);
        let bytes = pdu.encode().map_err(|e| e.to_string())?;
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
    ) -> Result<(), String> {
        let largest = usize::from(options.fragment.unwrap_or(self.fragment).min(MOST));
        // Room for header, verifier and padding; fragments but the last are multiples of 8.
        let room = (largest.saturating_sub(head + self.overhead())) & !7;
        if room == 0 {
            return Err(format!("fragments of {largest} bytes have no room for a stub"));
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

    fn protect(&mut self, pdu: &Pdu<'_>) -> Result<Vec<u8>, String> {
        pdu.encode().map_err(|e| e.to_string())
    }

    fn negotiate(&mut self, _: bool, pdu: &Pdu<'_>, options: &Options) -> Result<Vec<u8>, String> {
        match options.seal {
            Some(_) => Err("this build can't seal".into()),
            None => self.protect(pdu),
        }
    }

    fn challenge(&mut self, _: bool, pdu: &Pdu<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
        self.protect(pdu).map(|bytes| (bytes, None))
    }
}

#[cfg(feature = "decrypt")]
impl Association {
    /// Bytes that a verifier adds to a fragment, with its padding.
    fn overhead(&self) -> usize {
        self.security.as_ref().map_or(0, |_| super::seal::OVERHEAD)
    }

    /// The bytes of a request, response or fault, sealed if the association is.
    fn protect(&mut self, pdu: &Pdu<'_>) -> Result<Vec<u8>, String> {
        match &mut self.security {
            Some(security) => security.seal(pdu),
            None => pdu.encode().map_err(|e| e.to_string()),
        }
    }

    /// The bytes of a bind, with NTLM's first message if it is to be sealed.
    fn negotiate(&mut self, first: bool, pdu: &Pdu<'_>, options: &Options) -> Result<Vec<u8>, String> {
        match &options.seal {
            Some(credentials) if first => {
                let security = self.security.insert(super::seal::Session::new(credentials));
                security.negotiate(pdu)
            }
            _ => pdu.encode().map_err(|e| e.to_string()),
        }
    }

    /// The bytes of its answer, with NTLM's second message, and the PDU that brings the third.
    fn challenge(&mut self, first: bool, pdu: &Pdu<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
        match &mut self.security {
            Some(security) if first => security.challenge(pdu).map(|(ack, auth3)| (ack, Some(auth3))),
            _ => pdu.encode().map(|bytes| (bytes, None)).map_err(|e| e.to_string()),
        }
    }
}

/// A common header.
pub(super) fn head(representation: Representation, call_id: u32, flags: PfcFlags, body: &Body<'_>) -> Header {
    Header { minor_version: 0, ptype: body.ptype(), flags, representation, frag_length: 0, auth_length: 0, call_id }
}

fn number(map: &Map<String, Json>, key: &str) -> Result<u64, String> {
    map.get(key).and_then(Json::as_u64).ok_or_else(|| format!("\"{key}\" is a number"))
}

fn sixteen(map: &Map<String, Json>, key: &str) -> Result<u16, String> {
    u16::try_from(number(map, key)?).map_err(|_| format!("\"{key}\" has 16 bits"))
}

fn thirty_two(map: &Map<String, Json>, key: &str) -> Result<u32, String> {
    u32::try_from(number(map, key)?).map_err(|_| format!("\"{key}\" has 32 bits"))
}

/// Interface or other abstract syntax: `uuid` and `version`.
fn abstract_syntax(map: &Map<String, Json>) -> Result<SyntaxId, String> {
    let text = |key: &str| map.get(key).and_then(Json::as_str).unwrap_or_default();
    members::syntax_id(&format!("{} {}", text("uuid"), text("version")))
}

fn list<'m>(map: &'m Map<String, Json>, key: &str) -> Result<Vec<&'m Map<String, Json>>, String> {
    let Some(Json::Array(items)) = map.get(key) else { return Err(format!("\"{key}\" is a list")) };
    if items.len() > 255 {
        return Err(format!("\"{key}\" has more than 255 entries"));
    }
    items.iter().map(|item| item.as_object().ok_or_else(|| format!("\"{key}\" is a list of objects"))).collect()
}

fn proposal(map: &Map<String, Json>) -> Result<Bind, String> {
    let element = |map: &Map<String, Json>| {
        let Some(Json::Array(names)) = map.get("transfer_syntaxes") else {
            return Err("\"transfer_syntaxes\" is a list".to_string());
        };
        let syntaxes = names.iter().map(|name| members::transfer(name.as_str().unwrap_or_default()));
        Ok(ContextElement {
            id: sixteen(map, "id")?,
            abstract_syntax: abstract_syntax(map)?,
            transfer_syntaxes: syntaxes.collect::<Result<_, _>>()?,
        })
    };
    Ok(Bind {
        max_xmit_frag: sixteen(map, "max_xmit_frag")?,
        max_recv_frag: sixteen(map, "max_recv_frag")?,
        assoc_group_id: thirty_two(map, "assoc_group_id")?,
        contexts: list(map, "contexts")?.into_iter().map(element).collect::<Result<_, _>>()?,
    })
}

/// A [`BindAck`] that owns its address.
struct Answered {
    max_xmit_frag: u16,
    max_recv_frag: u16,
    assoc_group_id: u32,
    secondary_address: Vec<u8>,
    results: Vec<ContextResult>,
}

fn answer(map: &Map<String, Json>) -> Result<Answered, String> {
    let code = |map: &Map<String, Json>, key: &str| -> Result<u16, String> {
        let json = match map.get(key) {
            Some(Json::Object(named)) => named.get("value"),
            json => json,
        };
        let code = json.and_then(Json::as_u64).and_then(|code| u16::try_from(code).ok());
        code.ok_or_else(|| format!("\"{key}\" is a 16-bit number"))
    };
    let result = |map: &Map<String, Json>| {
        let outcome = ContextOutcome(code(map, "result")?);
        let (mut reason, mut syntax) = (ProviderReason::default(), SyntaxId::default());
        if map.contains_key("features") {
            reason = ProviderReason(code(map, "features")?);
        } else if let Some(name) = map.get("syntax").and_then(Json::as_str) {
            syntax = members::transfer(name)?;
        } else if map.contains_key("reason") {
            reason = ProviderReason(code(map, "reason")?);
        }
        Ok::<_, String>(ContextResult { outcome, reason, transfer_syntax: syntax })
    };
    let address = map.get("secondary_address").and_then(Json::as_str);
    let secondary = address.map_or_else(Vec::new, |text| [text.as_bytes(), &[0]].concat());
    Ok(Answered {
        max_xmit_frag: sixteen(map, "max_xmit_frag")?,
        max_recv_frag: sixteen(map, "max_recv_frag")?,
        assoc_group_id: thirty_two(map, "assoc_group_id")?,
        secondary_address: secondary,
        results: list(map, "results")?.into_iter().map(result).collect::<Result<_, _>>()?,
    })
}
