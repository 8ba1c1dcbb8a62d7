//! Hands out requests, responses and faults with their presentation context, call and verification trailer.

use super::messages::{ABANDONED, EVICTED, Head};
use super::rules;
use super::session::{Io, Session, Whole, sender_of};
use crate::rpc::event::{AssumedContext, Auth, Body, Call, Context, ContextState, Event, Unbound, of_a_part};
use crate::rpc::header::{PacketType, PfcFlags};
use crate::rpc::security::{Doubt, Opened, Verified};
use crate::rpc::verification::Verification;
use alloc::boxed::Box;

impl<N: Default> Session<N> {
    /// A message, whole or as far as it came.
    pub(super) fn deliver(&mut self, whole: Whole<'_>, io: &mut Io<'_, N>) {
        let Whole { head, findings, mut stub, frame_set, fragments, damage, intact, fault } = whole;
        let mut notes = findings.notes;
        let mut auth = head.trailer.map(|trailer| Auth {
            trailer,
            stub_only: findings.opened.is_some() && !io.security.covers_header(&trailer),
            malleable: io.security.is_malleable(&trailer),
            opened: findings.opened,
            identity: io.security.identity(&trailer),
            sizes: findings.sizes,
        });
        if let (Some(_), Some(auth)) = (damage, &mut auth) {
            of_a_part(&mut auth.opened);
        }
        let request = head.ptype == PacketType::Request;
        let mut verification = None;
        let signed = auth.as_ref().is_some_and(|auth| {
            let doubt = auth.opened.as_ref().and_then(Opened::doubt);
            fragments > 1 || !matches!(doubt, Some(Doubt::Unprotected { .. }))
        });
        if let (true, true, None, Some(bytes)) = (request, signed, damage, stub) {
            verification = Verification::find(bytes, head.representation.endian);
            stub = Some(verification.map_or(bytes, |v| v.split(bytes)));
        }
        let aside = matches!(damage, Some(ABANDONED | EVICTED));
        let mut answered = None;
        let mut opnum = Some(head.opnum);
        let mut context = None;
        let mut context_id = head.context_id;
        if !request {
            // What was only pushed aside is no answer yet: more may come of it, or another in its place.
            answered = if aside { None } else { self.calls.answer(head.call_id, head.context_id) };
            let call = if aside { self.calls.get(head.call_id).map(|call| &*call) } else { answered.as_ref() };
            opnum = match call {
                Some(call) => Some(call.opnum),
                None => self.messages.find(head.side.other(), head.call_id).map(|m| m.head.opnum),
            };
            if let Some((id, known)) = call.map(|call| (call.context_id, call.context)) {
                // An answer belongs to the context of its request, whatever it says itself. A guess is made again, with
                // what the answer tells.
                context = known.filter(|c| c.state != ContextState::Resolved);
                context_id = id;
                if id != head.context_id {
                    let (got, due) = (head.context_id.into(), Some(id.into()));
                    self.note(&mut notes, &rules::RESPONSE_CONTEXT, (20, "p_cont_id"), got, due);
                }
            }
        }
        // The trailer repeats what the client bound to, under protection.
        let stated = verification.and_then(|v| v.pcontext).filter(|_| self.bindings.get(head.context_id).is_none());
        if let Some((interface, transfer)) = stated {
            let context = Context {
                id: head.context_id,
                interface: interface.uuid,
                version: (interface.major, interface.minor),
                syntax: transfer.into(),
                state: ContextState::Stated,
                assumed: false,
                confidence: None,
            };
            self.bindings.learn(context, &self.limits, &mut self.counters);
        }
        if context.is_none() {
            let sender = sender_of(head.ptype);
            let representation = head.representation;
            let (side, whole) = (head.side, damage.is_none() && fault.is_none());
            let accepted = self.bindings.accepted(context_id);
            let message = Unbound { context_id, side, sender, opnum, representation, stub, accepted, whole };
            context = self.context(message);
        }
        let reassumed = context.and_then(|context| self.reassumed(&context));
        if context.is_some_and(|c| c.state == ContextState::Rejected) {
            self.note(&mut notes, &rules::REJECTED_CONTEXT, (20, "p_cont_id"), head.context_id.into(), None);
        }
        if let Some(auth) = auth.as_mut().filter(|auth| auth.stub_only) {
            let known = |context: Context| match context.state {
                ContextState::Rejected | ContextState::Resolved => false,
                // Its bind was captured, and has no such context.
                ContextState::Stated => !self.complete,
                ContextState::Proposed | ContextState::Accepted => true,
            };
            auth.stub_only = !uncovered(
                &mut auth.opened,
                &head,
                answered.as_ref(),
                context.filter(|c| known(*c)),
                verification.as_ref(),
            );
        }
        let mut call = answered;
        // A response tells no opnum, so even a request that isn't whole is worth remembering.
        let awaits_answer = !head.flags.contains(PfcFlags::MAYBE) && !aside;
        let pending = if request && awaits_answer {
            let call = Call {
                opnum: head.opnum,
                context_id: head.context_id,
                context,
                object: head.object,
                frame: frame_set.last().unwrap_or(0),
                time: frame_set.last_time,
                note: N::default(),
            };
            let (reused, call) = self.calls.insert(head.call_id, call, self.limits.pending_calls, &mut self.counters);
            if reused && damage.is_none() {
                let at = (12, "call_id");
                notes.add(&self.limits, &mut self.counters, &rules::CALL_REUSED, at, head.call_id.into(), None);
            }
            call
        } else {
            call.as_mut()
        };
        let body = match (damage, fault) {
            (Some(reason), _) => Body::Incomplete { opnum, stub, intact, reason },
            (None, Some((status, extended_error))) => {
                let cancel_count = head.cancel_count;
                Body::Fault { status, opnum, cancel_count, extended_error, stub }
            }
            (None, None) if request => Body::Request { opnum: head.opnum, object: head.object, stub },
            (None, None) => Body::Response { opnum, cancel_count: head.cancel_count, stub },
        };
        let event = Event {
            ptype: Some(head.ptype),
            call_id: Some(head.call_id),
            fragments,
            representation: head.representation,
            flags: head.flags,
            context_id: Some(head.context_id),
            context,
            reassumed,
            auth,
            verification: verification.map(Box::new),
            diagnostics: notes.0,
            call: pending,
            ..Event::new(head.side, sender_of(head.ptype), body, frame_set)
        };
        (io.out)(event);
    }

    /// The presentation context of a message, or the resolver's guess.
    fn context(&mut self, message: Unbound<'_>) -> Option<Context> {
        if let Some(context) = self.bindings.get(message.context_id) {
            return Some(context);
        }
        // Where nothing is missing, a context that nobody negotiated is the client's mistake.
        let guess = self.resolver.as_mut().filter(|_| !self.complete)?.resolve(&message)?;
        Some(Context {
            id: message.context_id,
            interface: guess.interface,
            version: guess.version,
            syntax: guess.syntax,
            state: ContextState::Resolved,
            assumed: true,
            confidence: Some(guess.confidence),
        })
    }

    /// What the context was taken for before, if that was something else.
    fn reassumed(&mut self, now: &Context) -> Option<AssumedContext> {
        let before = self.guesses.get(&now.id).copied();
        match now.confidence {
            Some(confidence) if before.is_some() || self.guesses.len() < self.limits.contexts => {
                let Context { interface, version, syntax, .. } = *now;
                self.guesses.insert(now.id, AssumedContext { interface, version, syntax, confidence });
            }
            Some(_) => {}
            None => drop(self.guesses.remove(&now.id)),
        }
        before.filter(|b| (b.interface, b.version, b.syntax) != (now.interface, now.version, now.syntax))
    }
}

/// What speaks against a message of which signatures cover the stub alone: fields of its header that aren't what the session
/// says. Whether a verification trailer repeats the header under protection.
fn uncovered<N>(
    opened: &mut Option<Opened>,
    head: &Head,
    answered: Option<&Call<N>>,
    context: Option<Context>,
    verification: Option<&Verification>,
) -> bool {
    let repeated = verification.and_then(|verification| verification.header2);
    let [integer, float] = head.representation.to_bytes();
    let field = match repeated {
        Some(header) if header.ptype != head.ptype as u8 => Some("PTYPE"),
        Some(header) if header.drep != [integer, float, 0, 0] => Some("packed_drep"),
        Some(header) if header.call_id != head.call_id => Some("call_id"),
        Some(header) if header.context_id != head.context_id => Some("p_cont_id"),
        Some(header) if header.opnum != head.opnum => Some("opnum"),
        _ if context.is_none() => Some("p_cont_id"),
        _ if answered.is_some_and(|call| call.context_id != head.context_id) => Some("p_cont_id"),
        _ => None,
    };
    if let (Some(field), Some(Opened::Clear { verified, .. })) = (field, opened) {
        *verified = verified.and(Verified::Wrong(Doubt::Header { field }));
    }
    repeated.is_some() && field.is_none()
}
