use super::wire::{Wire, cases};
use crate::rpc::security::{Doubt, Opened, Verified};
use serde_json::json;

fn call(w: &mut Wire, verified: Verified) {
    w.opened = Some(Opened::Clear { verified, decrypted: true });
    w.call("ApiSetClusterName", json!({"NewClusterName": "C"}), json!({"rpc_status": 0, "return": 0}));
}

fn doubted(w: &mut Wire, doubt: Doubt) {
    call(w, Verified::Wrong(doubt));
}

fn right(w: &mut Wire) {
    call(w, Verified::Right);
}

fn unchecked(w: &mut Wire) {
    call(w, Verified::Unchecked);
}

cases! {
    "signature-wrong" => |w| {
        let reason = String::from("signature mismatch");
        w.opened = Some(Opened::Failed { reason, doubt: Doubt::Signature });
        w.call("ApiSetClusterName", json!({"NewClusterName": "C"}), json!({"rpc_status": 0, "return": 0}));
    }, unchecked;
    "unprotected-pdu" => |w| doubted(w, Doubt::Unprotected { negotiated: 6 }), right;
    "level-changed" => |w| doubted(w, Doubt::LevelChanged { stated: 5, negotiated: 6 }), right;
    "message-repeated" => |w| doubted(w, Doubt::Repeated { number: 7 }), right;
    "message-out-of-order" => |w| doubted(w, Doubt::OutOfOrder { number: 7 }), right;
    "messages-missing" => |w| doubted(w, Doubt::Missing { count: 1 }), right;
    "empty-password" => |w| doubted(w, Doubt::EmptyPassword), right;
    "anonymous-session" => |w| doubted(w, Doubt::Anonymous), right;
    "guest-session" => |w| doubted(w, Doubt::Guest), right;
    "handshake-changed" => |w| doubted(w, Doubt::Handshake), right;
    "session-repeated" => |w| doubted(w, Doubt::SessionRepeated), right;
    "header-changed" => |w| doubted(w, Doubt::Header { field: "opnum" }), right;
    "empty-signature" => |w| doubted(w, Doubt::EmptySignature), right;
    "session-repeated" => |w| doubted(w, Doubt::SessionRepeated), right;
}

/// What a session is as a whole is told once, what a message is each time.
#[test]
fn sessions_once_messages_each_time() {
    let mut w = Wire::new();
    for _ in 0..3 {
        doubted(&mut w, Doubt::Anonymous);
        doubted(&mut w, Doubt::Repeated { number: 1 });
    }
    let count = |name| w.findings.iter().filter(|f| f.rule.name == name).count();
    assert_eq!((count("anonymous-session"), count("message-repeated")), (1, 6));
}
