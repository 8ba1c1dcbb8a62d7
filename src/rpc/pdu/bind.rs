//! Bodies that open and change an association: bind, alter_context and their answers (C706 12.6.4.3 to 12.6.4.5).

use crate::base::guid::Guid;
use crate::rpc::header::Endian;
use crate::rpc::parse::{Fail, Res, bytes, u8_, u16_, u32_};
use crate::rpc::syntax::{BindTimeFeatures, ContextOutcome, ProviderReason, RejectReason, SyntaxId};
use crate::rpc::write::Writer;
use alloc::vec::Vec;

/// `rpcconn_bind_hdr_t` and `rpcconn_alter_context_hdr_t`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// `max_xmit_frag`, bytes.
    pub max_xmit_frag: u16,
    /// `max_recv_frag`, bytes.
    pub max_recv_frag: u16,
    /// `assoc_group_id`, 0 for a new group.
    pub assoc_group_id: u32,
    /// The proposed contexts; at most 255.
    pub contexts: Vec<ContextElement>,
}

/// `p_cont_elem_t`: a proposed presentation context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextElement {
    /// `p_cont_id`.
    pub id: u16,
    /// The interface.
    pub abstract_syntax: SyntaxId,
    /// The transfer syntaxes to choose from; at most 255.
    pub transfer_syntaxes: Vec<SyntaxId>,
}

/// `rpcconn_bind_ack_hdr_t` and `rpcconn_alter_context_response_hdr_t`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindAck<'a> {
    /// `max_xmit_frag`, bytes.
    pub max_xmit_frag: u16,
    /// `max_recv_frag`, bytes.
    pub max_recv_frag: u16,
    /// `assoc_group_id`.
    pub assoc_group_id: u32,
    /// `sec_addr` as it stands, its terminator included: a port number or pipe name.
    pub secondary_address: &'a [u8],
    /// One result for each proposed context, in that order; at most 255.
    pub results: Vec<ContextResult>,
}

/// `p_result_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextResult {
    /// What became of the context.
    pub outcome: ContextOutcome,
    /// Why; for [`ContextOutcome::NEGOTIATE_ACK`] the agreed features, see [`ContextResult::features`].
    pub reason: ProviderReason,
    /// The accepted transfer syntax, zeros where none was.
    pub transfer_syntax: SyntaxId,
}

/// `rpcconn_bind_nak_hdr_t`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindNak<'a> {
    /// `provider_reject_reason`.
    pub reason: RejectReason,
    /// The protocol versions that the server supports, major and minor; at most 255.
    pub versions: Vec<(u8, u8)>,
    /// What follows: alignment, and maybe [`BindNak::extended_error`].
    pub rest: &'a [u8],
}

/// Announces extended error information in a bind_nak (MS-RPCE 2.2.2.9).
pub(crate) const EXTENDED_ERROR: Guid = Guid::constant("90740320-fad0-11d3-82d7-009027b130ab");

impl ContextResult {
    /// The agreed features, where this answers a bind-time feature negotiation.
    #[must_use]
    pub fn features(&self) -> Option<BindTimeFeatures> {
        (self.outcome == ContextOutcome::NEGOTIATE_ACK).then(|| BindTimeFeatures::from_bits_retain(self.reason.0))
    }
}

impl BindAck<'_> {
    /// `sec_addr` without its terminator.
    #[must_use]
    pub fn secondary_address(&self) -> &[u8] {
        self.secondary_address.strip_suffix(&[0]).unwrap_or(self.secondary_address)
    }
}

impl<'a> BindNak<'a> {
    /// The extended error information (MS-EERR), where its signature is there: directly behind the versions or at the
    /// next 4-byte boundary.
    #[must_use]
    pub fn extended_error(&self) -> Option<&'a [u8]> {
        let pad = (19 + 2 * self.versions.len()).wrapping_neg() % 4;
        [0, pad].into_iter().find_map(|skip| self.rest.get(skip..)?.strip_prefix(&EXTENDED_ERROR.0))
    }
}

pub(super) fn bind(input: &[u8], endian: Endian) -> Res<'_, Bind> {
    let (mut input, (mut bind, count)) = bind_head(input, endian)?;
    for _ in 0..count {
        let (rest, element) = context_element(input, endian)?;
        bind.contexts.push(element);
        input = rest;
    }
    Ok((input, bind))
}

/// As far as whole contexts are there.
pub(super) fn bind_truncated(input: &[u8], endian: Endian) -> Res<'_, Bind> {
    let (mut input, (mut bind, count)) = bind_head(input, endian)?;
    for _ in 0..count {
        let Ok((rest, element)) = context_element(input, endian) else { break };
        bind.contexts.push(element);
        input = rest;
    }
    Ok((input, bind))
}

/// Everything before the contexts, and their number.
fn bind_head(input: &[u8], endian: Endian) -> Res<'_, (Bind, u8)> {
    let (input, max_xmit_frag) = u16_(input, endian, "max_xmit_frag")?;
    let (input, max_recv_frag) = u16_(input, endian, "max_recv_frag")?;
    let (input, assoc_group_id) = u32_(input, endian, "assoc_group_id")?;
    let (input, count) = u8_(input, "n_context_elem")?;
    let (input, _reserved) = bytes(input, 3, "reserved")?;
    Ok((input, (Bind { max_xmit_frag, max_recv_frag, assoc_group_id, contexts: Vec::new() }, count)))
}

fn context_element(input: &[u8], endian: Endian) -> Res<'_, ContextElement> {
    let (input, id) = u16_(input, endian, "p_cont_id")?;
    let (input, count) = u8_(input, "n_transfer_syn")?;
    let (input, _reserved) = u8_(input, "reserved")?;
    let (mut input, abstract_syntax) = SyntaxId::read(input, endian, "abstract_syntax")?;
    let mut transfer_syntaxes = Vec::new();
    for _ in 0..count {
        let (rest, syntax) = SyntaxId::read(input, endian, "transfer_syntaxes")?;
        transfer_syntaxes.push(syntax);
        input = rest;
    }
    Ok((input, ContextElement { id, abstract_syntax, transfer_syntaxes }))
}

pub(super) fn bind_ack(start: &[u8], endian: Endian) -> Res<'_, BindAck<'_>> {
    let (mut input, (mut ack, count)) = bind_ack_head(start, endian)?;
    for _ in 0..count {
        let (rest, result) = context_result(input, endian)?;
        ack.results.push(result);
        input = rest;
    }
    Ok((input, ack))
}

/// As far as whole results are there.
pub(super) fn bind_ack_truncated(start: &[u8], endian: Endian) -> Res<'_, BindAck<'_>> {
    let (mut input, (mut ack, count)) = bind_ack_head(start, endian)?;
    for _ in 0..count {
        let Ok((rest, result)) = context_result(input, endian) else { break };
        ack.results.push(result);
        input = rest;
    }
    Ok((input, ack))
}

/// Everything before the results, and their number.
fn bind_ack_head(start: &[u8], endian: Endian) -> Res<'_, (BindAck<'_>, u8)> {
    let (input, max_xmit_frag) = u16_(start, endian, "max_xmit_frag")?;
    let (input, max_recv_frag) = u16_(input, endian, "max_recv_frag")?;
    let (input, assoc_group_id) = u32_(input, endian, "assoc_group_id")?;
    let at = input;
    let (input, length) = u16_(input, endian, "sec_addr.length")?;
    let length = usize::from(length);
    if length > input.len() {
        return Err(Fail::count(at, length as u64, input.len(), "sec_addr.length"));
    }
    let (input, secondary_address) = bytes(input, length, "sec_addr")?;
    // The header's 16 bytes don't change what is left to the next multiple of 4.
    let read = start.len() - input.len();
    let (input, _pad) = bytes(input, read.wrapping_neg() % 4, "pad2")?;
    let (input, count) = u8_(input, "n_results")?;
    let (input, _reserved) = bytes(input, 3, "reserved")?;
    let results = Vec::new();
    Ok((input, (BindAck { max_xmit_frag, max_recv_frag, assoc_group_id, secondary_address, results }, count)))
}

fn context_result(input: &[u8], endian: Endian) -> Res<'_, ContextResult> {
    let (rest, outcome) = u16_(input, endian, "result")?;
    let (rest, reason) = u16_(rest, endian, "reason")?;
    let (rest, transfer_syntax) = SyntaxId::read(rest, endian, "transfer_syntax")?;
    let (outcome, reason) = (ContextOutcome(outcome), ProviderReason(reason));
    Ok((rest, ContextResult { outcome, reason, transfer_syntax }))
}

pub(super) fn bind_nak(input: &[u8], endian: Endian) -> Res<'_, BindNak<'_>> {
    let (input, reason) = u16_(input, endian, "provider_reject_reason")?;
    let reason = RejectReason(reason);
    // Some senders leave the versions out.
    if input.is_empty() {
        return Ok((input, BindNak { reason, versions: Vec::new(), rest: input }));
    }
    let (input, count) = u8_(input, "n_protocols")?;
    let (rest, pairs) = bytes(input, 2 * usize::from(count), "p_protos")?;
    let versions = pairs.chunks_exact(2).filter_map(|p| Some((*p.first()?, *p.get(1)?))).collect();
    Ok((rest.get(rest.len()..).unwrap_or(&[]), BindNak { reason, versions, rest }))
}

impl Bind {
    pub(super) fn write(&self, w: &mut Writer) -> Option<()> {
        w.u16(self.max_xmit_frag);
        w.u16(self.max_recv_frag);
        w.u32(self.assoc_group_id);
        w.u8(u8::try_from(self.contexts.len()).ok()?);
        w.bytes(&[0; 3]);
        for element in &self.contexts {
            w.u16(element.id);
            w.u8(u8::try_from(element.transfer_syntaxes.len()).ok()?);
            w.u8(0);
            element.abstract_syntax.write(w);
            for syntax in &element.transfer_syntaxes {
                syntax.write(w);
            }
        }
        Some(())
    }
}

impl BindAck<'_> {
    pub(super) fn write(&self, w: &mut Writer) -> Option<()> {
        w.u16(self.max_xmit_frag);
        w.u16(self.max_recv_frag);
        w.u32(self.assoc_group_id);
        w.u16(u16::try_from(self.secondary_address.len()).ok()?);
        w.bytes(self.secondary_address);
        let pad = w.out.len().wrapping_neg() % 4;
        w.bytes(&[0; 4][..pad]);
        w.u8(u8::try_from(self.results.len()).ok()?);
        w.bytes(&[0; 3]);
        for result in &self.results {
            w.u16(result.outcome.0);
            w.u16(result.reason.0);
            result.transfer_syntax.write(w);
        }
        Some(())
    }
}

impl BindNak<'_> {
    pub(super) fn write(&self, w: &mut Writer) -> Option<()> {
        w.u16(self.reason.0);
        if self.versions.is_empty() && self.rest.is_empty() {
            return Some(());
        }
        w.u8(u8::try_from(self.versions.len()).ok()?);
        for (major, minor) in &self.versions {
            w.bytes(&[*major, *minor]);
        }
        w.bytes(self.rest);
        Some(())
    }
}
