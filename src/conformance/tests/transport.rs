use super::wire::{Wire, cases, handle};
use crate::base::guid::Guid;
use crate::idl;
use crate::net::Transport;
use crate::rpc::event::{Answer, AnswerResult, Body, Proposal};
use crate::rpc::pdu::{ContextElement, ContextResult};
use crate::rpc::security::Sender;
use crate::rpc::syntax::{ContextOutcome, ProviderReason, SyntaxId};
use serde_json::json;

fn name(w: &mut Wire) {
    w.call(
        "ApiSetClusterName",
        json!({"NewClusterName": "C"}),
        if w.version == 2 { json!({"return": 0}) } else { json!({"rpc_status": 0, "return": 0}) },
    );
}

fn bind(w: &mut Wire, major: u16, minor: u16) {
    let contexts = [element(major, minor)];
    w.feed(
        Body::Bind(Proposal {
            max_xmit_frag: 4280,
            max_recv_frag: 4280,
            assoc_group_id: 0,
            contexts: contexts.to_vec(),
        }),
        Sender::Client,
        None,
    );
}

fn element(major: u16, minor: u16) -> ContextElement {
    ContextElement {
        id: 0,
        abstract_syntax: SyntaxId::new(Guid(idl::CLUSAPI.uuid_bytes), major, minor),
        transfer_syntaxes: vec![SyntaxId::NDR64],
    }
}

fn answer(w: &mut Wire, outcomes: &[ContextOutcome]) {
    let results = outcomes
        .iter()
        .map(|outcome| AnswerResult {
            result: ContextResult {
                outcome: *outcome,
                reason: ProviderReason::TRANSFER_SYNTAXES_NOT_SUPPORTED,
                transfer_syntax: SyntaxId::default(),
            },
            proposed: Some(element(3, 0)),
        })
        .collect();
    let answer =
        Answer { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: 1, secondary_address: &b""[..], results };
    w.feed(Body::BindAck(answer), Sender::Server, None);
}

/// A request without stub protection that is too old to be a MUST: the level of version 2.0.
fn at_level(w: &mut Wire, level: u8, service: u8) {
    w.auth = Some((level, service));
    name(w);
}

cases! {
    "v3-over-tcp" => |w| { w.transport = Transport::Udp; name(w); }, name;
    "v2-over-udp" => |w| { w.second(); w.transport = Transport::Tcp; name(w); }, |w| { w.second(); name(w); };
    "auth-level-privacy" => |w| { at_level(w, 5, 9); name(w); }, |w| at_level(w, 6, 9);
    "auth-level-refused" => |w| { w.auth = None; name(w); }, name;
    "auth-level-connect" => |w| { w.second(); w.auth = None; name(w); }, |w| { w.second(); at_level(w, 2, 10); };
    "password-privacy" => |w| {
        w.second();
        w.request("ApiSetServiceAccountPassword",
            &json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 0}));
    }, |w| {
        w.second();
        w.auth = Some((6, 10));
        w.request("ApiSetServiceAccountPassword",
            &json!({"lpszNewPassword": "x", "dwFlags": 1, "ReturnStatusBufferSize": 0}));
    };
    "auth-service-spnego" => |w| at_level(w, 6, 10), |w| at_level(w, 6, 9);
    "auth-service-ntlm" => |w| { w.second(); at_level(w, 5, 9); }, |w| { w.second(); at_level(w, 5, 10); };
    "interface-version" => |w| bind(w, 1, 0), |w| { bind(w, 3, 0); bind(w, 2, 0); };
    "both-syntaxes" => |w| {
        bind(w, 3, 0);
        answer(w, &[ContextOutcome::PROVIDER_REJECTION]);
    }, |w| {
        bind(w, 3, 0);
        answer(w, &[ContextOutcome::PROVIDER_REJECTION, ContextOutcome::ACCEPTANCE]);
    };
    // Without the bind nobody knows what was proposed.
    "both-syntaxes" => |w| {
        bind(w, 3, 0);
        answer(w, &[ContextOutcome::PROVIDER_REJECTION, ContextOutcome::PROVIDER_REJECTION]);
    }, |w| answer(w, &[ContextOutcome::PROVIDER_REJECTION]);
    "context-not-negotiated" => |w| { bind(w, 3, 0); w.context = false; name(w); },
        |w| { bind(w, 3, 0); name(w); };
    "answer-without-request" => |w| { bind(w, 3, 0); w.answered = false; name(w); },
        |w| { bind(w, 3, 0); name(w); };
    // Nor what was proposed and asked before the first packet, or in packets that were lost.
    "context-not-negotiated" => |w| { bind(w, 3, 0); w.context = false; name(w); },
        |w| { name(w); w.context = false; name(w); };
    "answer-without-request" => |w| { bind(w, 3, 0); w.answered = false; name(w); },
        |w| {
            bind(w, 3, 0);
            w.feed(Body::Skipped { bytes: 8, lost: None, reason: "" }, Sender::Client, None);
            w.answered = false;
            name(w);
        };
    "reserved-opnum" => |w| w.opnum(80), |w| w.request("ApiOpenCluster", &json!({}));
    "unknown-opnum" => |w| w.opnum(300), |w| w.request("ApiOpenClusterEx", &json!({"dwDesiredAccess": 1}));
    "stub-unreadable" => |w| w.raw_request("ApiOpenResource", &[4, 0, 0, 0, 0, 0]),
        |w| w.request("ApiOpenResource", &json!({"lpszResourceName": "R"}));
    "trailing-bytes" => |w| w.raw_request("ApiGetRootKey", &[0, 0, 0, 0x20, 9, 9]),
        |w| w.raw_request("ApiGetRootKey", &[0, 0, 0, 0x20]);
    "null-with-size" => |w| {
        w.request("ApiClusterControl", &json!({"hCluster": handle(1), "dwControlCode": 0x0700_0059,
            "lpInBuffer": null, "nInBufferSize": 8, "nOutBufferSize": 0}));
    }, |w| {
        w.request("ApiClusterControl", &json!({"hCluster": handle(1), "dwControlCode": 0x0700_0059,
            "lpInBuffer": null, "nInBufferSize": 0, "nOutBufferSize": 0}));
    };
    "rpc-status" => |w| w.call("ApiSetClusterName", json!({"NewClusterName": "C"}),
        json!({"rpc_status": 1726, "return": 0})), name;
}

#[test]
fn associations_are_blamed_once() {
    let mut w = Wire::new();
    w.auth = None;
    for _ in 0..5 {
        name(&mut w);
    }
    assert_eq!(w.names(), ["auth-level-privacy", "auth-level-refused"]);
    w.stream = 1;
    name(&mut w);
    assert_eq!(w.findings.len(), 4);
}
