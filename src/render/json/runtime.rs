//! What the RPC runtime says beside the stubs: towers of the endpoint mapper, the header and the control PDUs of
//! connectionless conversations.

use super::out::Out;
use crate::idl;
use crate::rpc::dg::{Body, Fack, Flags1, Header};
use crate::rpc::syntax::{SyntaxId, TransferSyntax};
use crate::rpc::tower::{Meaning, Tower};

/// `"decoded":{…}` of a tower's bytes: what it leads to, then its floors.
pub(super) fn tower(out: &mut Out, bytes: &[u8]) {
    let tower = Tower::parse(bytes);
    out.key("decoded");
    out.begin();
    if let Some(id) = tower.interface() {
        interface(out, &id);
    }
    if let Some(id) = tower.transfer_syntax() {
        out.key("syntax");
        match TransferSyntax::from(id).name() {
            Some(name) => out.text(name),
            None => out.display(id),
        }
    }
    if let Some(name) = tower.protocol_sequence() {
        out.key("protocol");
        out.text(name);
    }
    if let Some(port) = tower.port() {
        out.key("port");
        out.uint(u64::from(port));
    }
    if let Some(address) = tower.address() {
        out.key("address");
        out.display(address);
    }
    if let Some(pipe) = tower.pipe() {
        out.key("endpoint");
        out.text(&String::from_utf8_lossy(pipe));
    }
    out.key("floors");
    out.begin_list();
    for floor in &tower.floors {
        out.begin();
        out.key("protocol");
        match floor.name() {
            Some(name) => out.text(name),
            None => out.display(format_args!("{:#04x}", floor.protocol)),
        }
        match floor.meaning() {
            Meaning::Syntax(id) => {
                out.key("uuid");
                out.guid(id.uuid);
                out.key("version");
                out.display(format_args!("{}.{}", id.major, id.minor));
            }
            Meaning::Rpc(minor) => {
                out.key("minor_version");
                out.uint(u64::from(minor));
            }
            Meaning::Port(port) => {
                out.key("port");
                out.uint(u64::from(port));
            }
            Meaning::Address(address) => {
                out.key("address");
                out.display(address);
            }
            Meaning::Name(name) => {
                out.key("name");
                out.text(&String::from_utf8_lossy(name));
            }
            Meaning::Other => {
                out.key("lhs");
                out.hex(floor.left);
                out.key("rhs");
                out.hex(floor.right);
            }
        }
        out.end();
    }
    out.end_list();
    if !tower.rest.is_empty() {
        out.key("rest");
        out.hex(tower.rest);
    }
    out.end();
}

fn interface(out: &mut Out, id: &SyntaxId) {
    out.key("interface_uuid");
    out.guid(id.uuid);
    out.key("version");
    out.display(format_args!("{}.{}", id.major, id.minor));
    if let Some(interface) = idl::interface_by_uuid(&id.uuid.0) {
        out.key("interface");
        out.text(interface.name);
    }
}

/// `"text":…` of bytes that hold text with a terminator.
pub(super) fn text(out: &mut Out, bytes: &[u8]) {
    let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
    out.key("text");
    out.text(&String::from_utf8_lossy(text));
}

/// What a connectionless header says beyond what every record has.
pub(super) fn header(out: &mut Out, header: &Header, object_shown: bool) {
    out.key("activity");
    out.display(header.activity);
    out.key("server_boot");
    out.uint(u64::from(header.server_boot));
    if !object_shown && !header.object.is_nil() {
        out.key("object_uuid");
        out.display(header.object);
    }
    out.key("serial");
    out.uint(u64::from(header.serial));
    let flags = header.flag_names();
    if !flags.is_empty() {
        out.key("pdu_flags");
        out.begin_list();
        for flag in flags {
            out.text(flag);
        }
        out.end_list();
    }
    for (key, flag) in [("idempotent", Flags1::IDEMPOTENT), ("broadcast", Flags1::BROADCAST)] {
        if header.flags1.contains(flag) {
            out.key(key);
            out.bool(true);
        }
    }
    if header.fragment != 0 {
        out.key("fragment");
        out.uint(u64::from(header.fragment));
    }
    for (key, hint) in [("interface_hint", header.interface_hint), ("activity_hint", header.activity_hint)] {
        if hint != 0xffff {
            out.key(key);
            out.uint(u64::from(hint));
        }
    }
}

/// The body of a connectionless PDU that is no part of a message.
pub(super) fn control(out: &mut Out, body: &Body<&[u8]>) {
    match body {
        Body::Fack(Some(body)) | Body::Nocall(Some(body)) => fack(out, body),
        Body::Cancel(Some(cancel)) => {
            out.key("cancel_id");
            out.uint(u64::from(cancel.id));
        }
        Body::CancelAck(Some(ack)) => {
            out.key("cancel_id");
            out.uint(u64::from(ack.id));
            out.key("server_is_accepting");
            out.bool(ack.accepting != 0);
        }
        Body::Sealed(bytes) => {
            out.key("body");
            out.hex(bytes);
        }
        _ => {}
    }
}

fn fack(out: &mut Out, fack: &Fack<&[u8]>) {
    out.key("fack");
    out.begin();
    for (key, value) in [
        ("version", u32::from(fack.version)),
        ("window_size", u32::from(fack.window_size)),
        ("max_tsdu", fack.max_tsdu),
        ("max_frag_size", fack.max_frag_size),
        ("serial", u32::from(fack.serial)),
    ] {
        out.key(key);
        out.uint(u64::from(value));
    }
    let mut words = fack.selack.words().peekable();
    if words.peek().is_some() {
        out.key("selack");
        out.begin_list();
        for word in words {
            out.uint(u64::from(word));
        }
        out.end_list();
    }
    out.end();
}
