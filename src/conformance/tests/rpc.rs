//! Rules of the connection-oriented protocol, over bytes: Witness, which asks for no protection.

use super::wire::{Wire, cases};
use crate::idl;
use crate::rpc::security::Sender;

const FIRST: u8 = 1;
const LAST: u8 = 2;
const WHOLE: u8 = 3;
const NDR: &str = "045d888aeb1cc9119fe808002b10486002000000";
const NDR64: &str = "33057171babe37498319b5dbef9ccc3601000000";

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn pdu(kind: u8, flags: u8, call: u32, body: &[u8], auth: &[u8]) -> Vec<u8> {
    let mut pdu = vec![5, 0, kind, flags, 0x10, 0, 0, 0];
    let trailer = if auth.is_empty() { 0 } else { 8 };
    pdu.extend(((16 + body.len() + auth.len()) as u16).to_le_bytes());
    pdu.extend(((auth.len() - trailer) as u16).to_le_bytes());
    pdu.extend(call.to_le_bytes());
    pdu.extend(body);
    pdu.extend(auth);
    pdu
}

fn bind(w: &mut Wire) {
    let mut body = bytes("b810b81000000000");
    body.extend([1, 0, 0, 0, 0, 0, 1, 0]);
    body.extend(idl::WITNESS.uuid_bytes);
    body.extend([1, 0, 1, 0]);
    body.extend(bytes(NDR));
    w.bytes(Sender::Client, &pdu(11, WHOLE, 1, &body, &[]));
}

fn ack(w: &mut Wire, results: &[(u16, &str)]) {
    let mut body = bytes("b810b8100100000000000000");
    body.extend([results.len() as u8, 0, 0, 0]);
    for (result, syntax) in results {
        body.extend(result.to_le_bytes());
        body.extend(result.to_le_bytes());
        body.extend(bytes(syntax));
    }
    w.bytes(Sender::Server, &pdu(12, WHOLE, 1, &body, &[]));
}

fn bound(w: &mut Wire) {
    bind(w);
    ack(w, &[(0, NDR)]);
}

fn request(w: &mut Wire, flags: u8, call: u32, context: u16, opnum: u16, auth: &[u8]) {
    let mut body = vec![0; 4];
    body.extend(context.to_le_bytes());
    body.extend(opnum.to_le_bytes());
    w.bytes(Sender::Client, &pdu(0, flags, call, &body, auth));
}

fn response(w: &mut Wire, call: u32, context: u16) {
    let mut body = vec![8, 0, 0, 0];
    body.extend(context.to_le_bytes());
    body.extend([0, 0]);
    body.extend([0, 0, 0, 0, 3, 1, 0, 0]);
    w.bytes(Sender::Server, &pdu(2, WHOLE, call, &body, &[]));
}

fn exchange(w: &mut Wire) {
    bound(w);
    request(w, FIRST, 2, 0, 0, &[]);
    request(w, LAST, 2, 0, 0, &[]);
    response(w, 2, 0);
    request(w, WHOLE, 2, 0, 0, &[]);
    response(w, 2, 0);
}

/// A trailer at level CONNECT, with so many bytes of padding before it.
fn trailer(padding: u8) -> [u8; 12] {
    [10, 2, padding, 0, 0, 0, 0, 0, 1, 0, 0, 0]
}

cases! {
    "results-count" => |w| { bind(w); ack(w, &[(0, NDR), (0, NDR)]); }, exchange;
    "syntax-not-proposed" => |w| { bind(w); ack(w, &[(0, NDR64)]); }, exchange;
    "rejected-context" => |w| { bind(w); ack(w, &[(2, NDR)]); request(w, WHOLE, 2, 0, 0, &[]); }, exchange;
    "call-id-reused" => |w| { bound(w); request(w, WHOLE, 2, 0, 0, &[]); request(w, WHOLE, 2, 0, 0, &[]); }, exchange;
    "response-context" => |w| { bound(w); request(w, WHOLE, 2, 0, 0, &[]); response(w, 2, 1); }, exchange;
    "fragment-without-first" => |w| { bound(w); request(w, LAST, 2, 0, 0, &[]); }, exchange;
    "second-first-fragment" => |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &[]);
        request(w, FIRST, 2, 0, 0, &[]);
        request(w, LAST, 2, 0, 0, &[]);
    }, exchange;
    "opnum-changed" => |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &[]);
        request(w, LAST, 2, 0, 1, &[]);
    }, exchange;
    "context-changed" => |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &[]);
        request(w, LAST, 2, 1, 0, &[]);
    }, exchange;
    "representation-changed" => |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &[]);
        w.bytes(Sender::Client, &bytes("050000020000000000180000000000020000000000000000"));
    }, exchange;
    "padding-too-long" => |w| { bound(w); request(w, WHOLE, 2, 0, 0, &trailer(200)); },
        |w| { bound(w); request(w, WHOLE, 2, 0, 0, &trailer(0)); };
    "wrong-direction" => |w| {
        bound(w);
        w.bytes(Sender::Server, &pdu(0, WHOLE, 2, &[0; 8], &[]));
    }, exchange;
    "auth-changed" => |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &[]);
        request(w, LAST, 2, 0, 0, &trailer(0));
    }, |w| {
        bound(w);
        request(w, FIRST, 2, 0, 0, &trailer(0));
        request(w, LAST, 2, 0, 0, &trailer(0));
    };
}
