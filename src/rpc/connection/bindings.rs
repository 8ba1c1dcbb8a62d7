//! Presentation contexts: what was proposed, what became of it.

use super::rules;
use crate::base::hash::Map;
use crate::rpc::event::{AnswerResult, Context, ContextState, Notes};
use crate::rpc::limits::{Counters, RpcLimits};
use crate::rpc::pdu::{BindAck, ContextElement, ContextResult};
use crate::rpc::syntax::{ContextOutcome, SyntaxId, TransferSyntax};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// The presentation contexts of a connection.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    contexts: Map<u16, Context>,
    /// The largest identifier among them.
    largest: u16,
    /// The one asked for last, as long as nothing changes.
    current: Option<Context>,
    /// Proposals without an answer yet, oldest first.
    pending: VecDeque<Pending>,
    /// Transfer syntaxes that an answer accepted whose proposal was not captured, by the place of the context.
    unproposed: Vec<Option<SyntaxId>>,
}

#[derive(Debug)]
struct Pending {
    call_id: u32,
    elements: Vec<ContextElement>,
    /// Whether these are all that were proposed: a PDU that was cut short may have had more.
    complete: bool,
    /// Bytes that the elements take.
    cost: usize,
}

impl Bindings {
    /// Roughly what is held, bytes.
    pub(super) fn cost(&self) -> usize {
        let pending: usize = self.pending.iter().map(|p| p.cost + size_of::<Pending>()).sum();
        pending
            + (self.contexts.capacity() * 8).div_ceil(7) * size_of::<(u16, Context, u8)>()
            + self.unproposed.capacity() * size_of::<Option<SyntaxId>>()
    }

    /// Whether no context is known.
    pub(super) fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }

    /// The largest identifier of a known context.
    pub(super) fn largest(&self) -> u16 {
        self.largest
    }

    pub(super) fn get(&self, id: u16) -> Option<Context> {
        self.contexts.get(&id).copied()
    }

    /// The same, for one that is probably asked for again.
    #[inline]
    pub(super) fn current(&mut self, id: u16) -> Option<Context> {
        if self.current.is_none_or(|context| context.id != id) {
            self.current = self.get(id);
        }
        self.current
    }

    /// The transfer syntax that a context probably has of which only the answer was captured: clients number contexts
    /// from 0, in the order of the bind.
    pub(super) fn accepted(&self, id: u16) -> Option<TransferSyntax> {
        self.unproposed.get(usize::from(id)).copied().flatten().map(Into::into)
    }

    /// A context whose bind was not captured told its name otherwise.
    pub(super) fn learn(&mut self, context: Context, limits: &RpcLimits, counters: &mut Counters) {
        self.insert(context, limits, counters);
    }

    /// A bind or alter_context went by.
    pub(super) fn propose(
        &mut self,
        call_id: u32,
        elements: Vec<ContextElement>,
        complete: bool,
        limits: &RpcLimits,
        counters: &mut Counters,
    ) {
        for element in &elements {
            crate::base::work::tick(1 + element.transfer_syntaxes.len());
            let Some(syntax) = presumed(&element.transfer_syntaxes) else { continue };
            // What the server accepted stays in force until it answers the new proposal.
            if self.get(element.id).is_some_and(|c| c.state == ContextState::Accepted) {
                continue;
            }
            self.insert(context(element, syntax, ContextState::Proposed), limits, counters);
        }
        let each = |e: &ContextElement| {
            2 * size_of::<ContextElement>() + 16 + e.transfer_syntaxes.capacity() * size_of::<SyntaxId>()
        };
        let cost = elements.iter().map(each).sum();
        self.pending.push_back(Pending { call_id, elements, complete, cost });
        while self.pending.len() > limits.pending_binds {
            self.pending.pop_front();
            counters.binds_evicted += 1;
        }
    }

    /// A bind_ack or alter_context_resp went by.
    pub(super) fn answer(
        &mut self,
        call_id: u32,
        ack: &BindAck<'_>,
        limits: &RpcLimits,
        counters: &mut Counters,
        notes: &mut Notes,
    ) -> Vec<AnswerResult> {
        let proposed = self.take(call_id);
        // What was accepted counts, whether the proposal was captured, in part or not at all.
        if proposed.as_ref().is_none_or(|p| !p.complete) {
            let known = proposed.as_ref().map_or(0, |p| p.elements.len());
            let accepted =
                |r: &ContextResult| Some(r.transfer_syntax).filter(|_| r.outcome == ContextOutcome::ACCEPTANCE);
            self.unproposed = ack.results.iter().enumerate().map(|(n, r)| accepted(r).filter(|_| n >= known)).collect();
        }
        if let Some(proposed) = proposed.as_ref().filter(|p| p.complete) {
            let (got, due) = (ack.results.len() as u64, proposed.elements.len() as u64);
            if got != due {
                notes.add(limits, counters, &rules::RESULTS_COUNT, (0, "n_results"), got, Some(due));
            }
        }
        let mut proposed = proposed.map(|p| p.elements).unwrap_or_default().into_iter();
        let mut results = Vec::with_capacity(ack.results.len());
        for result in &ack.results {
            let element = proposed.next();
            crate::base::work::tick(1 + element.as_ref().map_or(0, |e| e.transfer_syntaxes.len()));
            if let Some(element) = &element {
                let syntax = result.transfer_syntax;
                match result.outcome {
                    ContextOutcome::ACCEPTANCE => {
                        if !element.transfer_syntaxes.contains(&syntax) {
                            let at = (0, "transfer_syntax");
                            notes.add(limits, counters, &rules::SYNTAX_NOT_PROPOSED, at, u64::from(element.id), None);
                        }
                        self.insert(context(element, syntax, ContextState::Accepted), limits, counters);
                    }
                    // Bind-time features: no context at all.
                    ContextOutcome::NEGOTIATE_ACK => {
                        self.current = None;
                        self.contexts.remove(&element.id);
                    }
                    _ => self.reject(element),
                }
            }
            results.push(AnswerResult { result: *result, proposed: element });
        }
        results
    }

    /// A bind_nak went by.
    pub(super) fn refuse(&mut self, call_id: u32) {
        for element in self.take(call_id).map(|p| p.elements).unwrap_or_default() {
            self.reject(&element);
        }
    }

    fn take(&mut self, call_id: u32) -> Option<Pending> {
        let at = self.pending.iter().position(|p| p.call_id == call_id)?;
        self.pending.remove(at)
    }

    fn reject(&mut self, element: &ContextElement) {
        self.current = None;
        let context = self.contexts.get_mut(&element.id);
        if let Some(context) = context.filter(|c| c.state != ContextState::Accepted) {
            context.state = ContextState::Rejected;
            context.assumed = false;
        }
    }

    fn insert(&mut self, context: Context, limits: &RpcLimits, counters: &mut Counters) {
        self.current = None;
        if self.contexts.len() < limits.contexts || self.contexts.contains_key(&context.id) {
            self.largest = self.largest.max(context.id);
            self.contexts.insert(context.id, context);
        } else {
            counters.contexts_dropped += 1;
        }
    }
}

fn context(element: &ContextElement, syntax: SyntaxId, state: ContextState) -> Context {
    let SyntaxId { uuid, major, minor } = element.abstract_syntax;
    let assumed = state != ContextState::Accepted;
    Context {
        id: element.id,
        interface: uuid,
        version: (major, minor),
        syntax: syntax.into(),
        state,
        assumed,
        confidence: None,
    }
}

/// The transfer syntax to go by while the server's answer is unknown: the only one, or else the first NDR one.
fn presumed(proposed: &[SyntaxId]) -> Option<SyntaxId> {
    match proposed {
        [only] if only.features().is_none() => Some(*only),
        several => several.iter().copied().find(|s| !matches!(TransferSyntax::from(*s), TransferSyntax::Other(_))),
    }
}
