//! What bind, alter_context and their answers say, and what protects a message.

use super::{level_name, named_code};
use crate::idl;
use crate::render::json::out::Out;
use crate::rpc::event::{Answer, Auth, Proposal};
use crate::rpc::security::{Opened, Verified};
use crate::rpc::syntax::{SyntaxId, TransferSyntax};

fn syntax_id(out: &mut Out, id: &SyntaxId) {
    out.key("uuid");
    out.guid(id.uuid);
    out.key("version");
    out.display(format_args!("{}.{}", id.major, id.minor));
    if let Some(interface) = idl::interface_by_uuid(&id.uuid.0) {
        out.key("name");
        out.name(interface.name);
    }
}

fn transfer_syntax(out: &mut Out, id: &SyntaxId) {
    match TransferSyntax::from(*id) {
        TransferSyntax::Other(id) => match id.features() {
            Some(features) => out.display(format_args!("bind-time features {:#x}", features.bits())),
            None => out.display(id),
        },
        syntax => out.name(syntax.name().unwrap_or_default()),
    }
}

pub(super) fn proposal(out: &mut Out, proposal: &Proposal) {
    association(out, proposal.max_xmit_frag, proposal.max_recv_frag, proposal.assoc_group_id);
    out.key("contexts");
    out.begin_list();
    for context in &proposal.contexts {
        out.begin();
        out.key("id");
        out.uint(u64::from(context.id));
        syntax_id(out, &context.abstract_syntax);
        out.key("transfer_syntaxes");
        out.begin_list();
        for id in &context.transfer_syntaxes {
            transfer_syntax(out, id);
        }
        out.end_list();
        out.end();
    }
    out.end_list();
}

pub(super) fn answer(out: &mut Out, answer: &Answer<&[u8]>) {
    association(out, answer.max_xmit_frag, answer.max_recv_frag, answer.assoc_group_id);
    if !answer.secondary_address.is_empty() {
        out.key("secondary_address");
        out.text(&String::from_utf8_lossy(answer.secondary_address));
    }
    out.key("results");
    out.begin_list();
    for one in &answer.results {
        out.begin();
        if let Some(proposed) = &one.proposed {
            out.key("id");
            out.uint(u64::from(proposed.id));
            syntax_id(out, &proposed.abstract_syntax);
        }
        named_code(out, "result", u64::from(one.result.outcome.0), one.result.outcome.name());
        match one.result.features() {
            Some(features) => {
                out.key("features");
                out.uint(u64::from(features.bits()));
            }
            None if one.result.outcome.0 == 0 => {
                out.key("syntax");
                transfer_syntax(out, &one.result.transfer_syntax);
            }
            None => named_code(out, "reason", u64::from(one.result.reason.0), one.result.reason.name()),
        }
        out.end();
    }
    out.end_list();
}

fn association(out: &mut Out, xmit: u16, recv: u16, group: u32) {
    out.key("max_xmit_frag");
    out.uint(u64::from(xmit));
    out.key("max_recv_frag");
    out.uint(u64::from(recv));
    out.key("assoc_group_id");
    out.uint(u64::from(group));
}

pub(super) fn auth(out: &mut Out, auth: &Auth) {
    let level = level_name(auth.trailer.auth_level);
    out.key("auth");
    out.begin();
    out.key("type");
    out.text(&auth.identity.mechanism);
    out.key("level");
    out.name(level);
    out.key("context_id");
    out.uint(u64::from(auth.trailer.auth_context_id));
    if let Some(user) = &auth.identity.user {
        out.key("user");
        out.text(user);
    }
    match auth.opened.as_ref().map(|opened| (opened, opened.doubt())) {
        Some((Opened::Clear { verified: Verified::Right, .. }, _)) => {
            out.key("verified");
            out.bool(true);
            if auth.stub_only {
                out.key("covers");
                out.name("stub");
            }
            if auth.malleable {
                out.key("signature");
                out.name("crc");
            }
        }
        Some((_, Some(doubt))) => {
            out.key("verified");
            out.bool(false);
            out.key("reason");
            out.display(doubt);
        }
        _ => {}
    }
    out.end();
    let failed = match &auth.opened {
        Some(Opened::Sealed { reason, .. } | Opened::Failed { reason, .. }) => reason,
        _ => return,
    };
    out.key("encrypted");
    out.begin();
    out.key("auth_type");
    out.text(&auth.identity.mechanism);
    out.key("auth_level");
    out.name(level);
    out.key("reason");
    out.text(failed);
    out.key("stub_bytes");
    out.uint(auth.sizes.stub);
    out.key("auth_bytes");
    out.uint(auth.sizes.auth);
    out.end();
}
