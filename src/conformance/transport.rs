//! Transport, security and presentation contexts: section 2.1, and the connection-oriented protocol of C706.

use super::message::Report;
use super::rule::Rule;
use crate::base::diagnostic::rules;
use crate::idl;
use crate::idl::cluster::ApiSetServiceAccountPassword;
use crate::net::Transport;
use crate::rpc::event::{AnswerResult, Body, ContextState};
use crate::rpc::pdu::ContextElement;
use crate::rpc::syntax::{ContextOutcome, ProviderReason, SyntaxId};
use crate::session::Record;

rules! { "transport", Rule:
    V3_OVER_TCP = "v3-over-tcp", "MS-CMRP 2.1", "version 3.0 uses RPC over TCP", Must;
    V2_OVER_UDP = "v2-over-udp", "MS-CMRP 2.1", "version 2.0 uses RPC over UDP", Must;
    LEVEL_PRIVACY = "auth-level-privacy", "MS-CMRP 2.1",
        "a client of version 3.0 asks for an authentication level of at least PKT_PRIVACY", Must;
    LEVEL_REFUSED = "auth-level-refused", "MS-CMRP 2.1",
        "a server of version 3.0 refuses clients below PKT_PRIVACY", Must;
    LEVEL_CONNECT = "auth-level-connect", "MS-CMRP 2.1",
        "a client of version 2.0 asks for an authentication level of at least CONNECT", Must;
    PASSWORD_PRIVACY = "password-privacy", "MS-CMRP 2.1",
        "a client of version 2.0 calls ApiSetServiceAccountPassword at PKT_PRIVACY", Must;
    SERVICE_SPNEGO = "auth-service-spnego", "MS-CMRP 2.1",
        "a client of version 3.0 names SPNEGO as the authentication service", Must;
    SERVICE_NTLM = "auth-service-ntlm", "MS-CMRP 2.1",
        "a client of version 2.0 names NTLM as the authentication service", Must;
    VERSION = "interface-version", "MS-CMRP 2.1",
        "there are two versions of the interface, 2.0 and 3.0; of Witness one, 1.1", Must;
    BOTH_SYNTAXES = "both-syntaxes", "MS-CMRP 2.2",
        "a server of version 3.0 supports both NDR and NDR64", Must;
    UNKNOWN_CONTEXT = "context-not-negotiated", "C706 12.6.4.9",
        "a request is made on a presentation context that was negotiated", Must;
    UNASKED = "answer-without-request", "C706 12.6.3.1",
        "a response or fault has the call identifier of a request that waits for it", Must;
}

/// What is remembered of a connection or a UDP flow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Association {
    /// One of our interfaces was proposed or used.
    pub(super) ours: bool,
    /// Its first PDU was seen and was a bind.
    pub(super) from_start: bool,
    /// Something was lost or unreadable: what was negotiated is not known for certain.
    pub(super) damaged: bool,
    records: u64,
    /// Rules of which one finding says everything, by their place in [`ONCE`].
    reported: u16,
    /// Rules of security of which one finding says everything, by their place among those.
    pub(super) told: u16,
}

/// Rules that are broken by an association as a whole.
static ONCE: &[&Rule] =
    &[&V3_OVER_TCP, &V2_OVER_UDP, &LEVEL_PRIVACY, &LEVEL_REFUSED, &LEVEL_CONNECT, &SERVICE_SPNEGO, &SERVICE_NTLM];

impl Association {
    /// Takes notice of a record.
    pub(super) fn observe(&mut self, record: &Record<'_>) {
        if self.records == 0 {
            self.from_start = matches!(record.event.body, Body::Bind(_));
        }
        self.records += 1;
        // What is missing of a bind or its answer may be what was negotiated.
        self.damaged |= record.event.cut.is_some();
        self.ours |= record.interface.is_some();
        match &record.event.body {
            Body::Bind(proposal) | Body::AlterContext(proposal) => {
                self.ours |=
                    proposal.contexts.iter().any(|c| idl::interface_by_uuid(&c.abstract_syntax.uuid.0).is_some());
            }
            Body::Skipped { .. } | Body::Malformed { .. } | Body::Incomplete { .. } => self.damaged = true,
            _ => {}
        }
    }

    /// Whether everything that was ever said on it is known.
    fn known(&self) -> bool {
        self.from_start && !self.damaged
    }

    fn first_time(&mut self, rule: &'static Rule) -> bool {
        let Some(place) = ONCE.iter().position(|r| core::ptr::eq(*r, rule)) else { return true };
        let bit = 1 << place;
        let first = self.reported & bit == 0;
        self.reported |= bit;
        first
    }
}

/// Checks a record as part of its association.
pub(super) fn check(association: &mut Association, record: &Record<'_>, found: &mut Report<'_, '_>) {
    match &record.event.body {
        Body::Bind(proposal) | Body::AlterContext(proposal) => proposed(&proposal.contexts, found),
        Body::BindAck(answer) | Body::AlterContextResp(answer) if association.known() => {
            answered(&answer.results, found)
        }
        Body::Request { .. } => request(association, record, found),
        Body::Response { .. } | Body::Fault { .. } => response(association, record, found),
        _ => {}
    }
}

fn proposed(contexts: &[ContextElement], found: &mut Report<'_, '_>) {
    for context in contexts {
        let SyntaxId { uuid, major, minor } = context.abstract_syntax;
        let Some(interface) = idl::interface_by_uuid(&uuid.0) else { continue };
        if interface.version(major, minor).is_none() {
            let versions: Vec<&str> = interface.versions.iter().map(|v| v.number.text()).collect();
            let value = format!("{} {major}.{minor}", interface.name);
            found.add(&VERSION, "abstract_syntax", value, versions.join(" or "));
        }
    }
}

fn answered(results: &[AnswerResult], found: &mut Report<'_, '_>) {
    let ours = |result: &AnswerResult| {
        let proposed = result.proposed.as_ref()?.abstract_syntax;
        (proposed.uuid.0 == idl::CLUSAPI.uuid_bytes && proposed.major == 3).then_some(proposed)
    };
    for result in results {
        let Some(interface) = ours(result) else { continue };
        let refused = result.result.outcome == ContextOutcome::PROVIDER_REJECTION
            && result.result.reason == ProviderReason::TRANSFER_SYNTAXES_NOT_SUPPORTED;
        // Of several syntaxes that are offered in contexts of their own a server takes one.
        let another =
            results.iter().any(|r| r.result.outcome == ContextOutcome::ACCEPTANCE && ours(r) == Some(interface));
        let offered = result.proposed.iter().flat_map(|p| &p.transfer_syntaxes);
        let known = offered.clone().find(|s| **s == SyntaxId::NDR || **s == SyntaxId::NDR64);
        if let (true, false, Some(syntax)) = (refused, another, known) {
            let name = if *syntax == SyntaxId::NDR { "NDR refused" } else { "NDR64 refused" };
            found.add(&BOTH_SYNTAXES, "p_result_list", name, "acceptance");
        }
    }
}

fn level(record: &Record<'_>) -> u8 {
    record.event.auth.as_ref().map_or(1, |auth| auth.trailer.auth_level)
}

/// Which version of ClusAPI a record belongs to.
fn clusapi(record: &Record<'_>) -> Option<u16> {
    let (interface, version) = record.interface?;
    let version = interface.versions.get(version)?;
    core::ptr::eq(interface, &idl::CLUSAPI).then_some(version.number.major())
}

fn request(association: &mut Association, record: &Record<'_>, found: &mut Report<'_, '_>) {
    let tcp = record.flow.transport == Transport::Tcp;
    if tcp && record.event.context.is_none() && association.ours && association.known() {
        let id = record.event.context_id.map(u64::from);
        found.add(&UNKNOWN_CONTEXT, "p_cont_id", id, "a context of a bind or alter_context");
    }
    if record.event.context.is_some_and(|c| c.state == ContextState::Rejected) {
        return;
    }
    let level = level(record);
    let service = record.event.auth.as_ref().map(|auth| auth.trailer.auth_type);
    let mut once = |rule: &'static Rule, field: &str, value: u8, expected: &'static str| {
        if association.first_time(rule) {
            found.add(rule, field, u64::from(value), expected);
        }
    };
    match clusapi(record) {
        Some(3) => {
            if level < 6 {
                once(&LEVEL_PRIVACY, "auth_level", level, "6 (PKT_PRIVACY)");
            }
            if let Some(service) = service.filter(|service| *service != 9) {
                once(&SERVICE_SPNEGO, "auth_type", service, "9 (SPNEGO)");
            }
            if !tcp {
                once(&V3_OVER_TCP, "transport", 17, "6 (TCP)");
            }
        }
        Some(2) => {
            if level < 2 {
                once(&LEVEL_CONNECT, "auth_level", level, "2 (CONNECT)");
            }
            if let Some(service) = service.filter(|service| *service != 10) {
                once(&SERVICE_NTLM, "auth_type", service, "10 (NTLM)");
            }
            if tcp {
                once(&V2_OVER_UDP, "transport", 6, "17 (UDP)");
            }
            if level < 6 && record.method().is_some_and(|method| method.id == ApiSetServiceAccountPassword::ID) {
                found.add(&PASSWORD_PRIVACY, "auth_level", u64::from(level), "6 (PKT_PRIVACY)");
            }
        }
        _ => {}
    }
}

fn response(association: &mut Association, record: &Record<'_>, found: &mut Report<'_, '_>) {
    let tcp = record.flow.transport == Transport::Tcp;
    if tcp && record.event.call.is_none() && association.ours && association.known() {
        found.add(&UNASKED, "call_id", record.event.call_id.map(u64::from), "a pending call");
    }
    let served = matches!(record.event.body, Body::Response { .. });
    let level = level(record);
    if served && clusapi(record) == Some(3) && level < 6 && association.first_time(&LEVEL_REFUSED) {
        found.add(&LEVEL_REFUSED, "auth_level", u64::from(level), "a fault or bind_nak");
    }
}
