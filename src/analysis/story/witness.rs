//! What the Witness protocol tells clients: to move, or that something is gone.

use super::wording;
use super::{EventContext, Lines, Object};
use crate::analysis::object_kind::ObjectKind;
use crate::base::bounds;
use crate::consts::witness::{WitnessMessageType, WitnessResourceChangeType as Change};
use crate::idl::structures::RESP_ASYNC_NOTIFY;
use crate::idl::witness::WitnessrAsyncNotify;
use crate::ndr::Method;
use crate::ndr::types::Scalar;
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::Message;
use crate::session::Record;
use crate::structs;
use crate::structs::macros::member;
use crate::structs::records::witness::{IPADDR_INFO, IPADDR_INFO_LIST, RESOURCE_CHANGE};
use crate::structs::types::Record as Structure;

#[derive(Default)]
struct Answer<'a> {
    kind: u32,
    buffer: &'a [u8],
}

impl<'a> Visitor<'a> for Answer<'a> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        if at.field.id == RESP_ASYNC_NOTIFY::MessageType {
            self.kind = value as u32;
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if at.field.id == RESP_ASYNC_NOTIFY::MessageBuffer {
            self.buffer = bytes;
        }
    }
}

/// The lines of a response to WitnessrAsyncNotify.
pub(super) fn observe(method: &Method, record: &Record<'_>, scene: &EventContext<'_>, lines: &mut Lines) {
    let Some((kind, stub)) = record.stub().filter(|_| method.id == WitnessrAsyncNotify::ID) else { return };
    let Some(record_method) = record.method() else { return };
    let mut answer = Answer::default();
    let _ = Message::decode_with(record_method, kind, stub, &mut answer);
    if answer.buffer.is_empty() {
        return;
    }
    let registered = super::object(&scene.seen.objects, 0).and_then(|(_, name)| name);
    let of = registered.map(|name| format!(" of {}", wording::quoted(name))).unwrap_or_default();
    let (name, verb) = match WitnessMessageType(answer.kind) {
        WitnessMessageType::RESOURCE_CHANGE_NOTIFICATION => {
            for (resource, state) in changes(answer.buffer) {
                let text = format!("was told by the witness{of}: {} is {state}", wording::quoted(&resource));
                let mut event = scene.event("witness_resource_change", text);
                event.object = Some(Object { kind: ObjectKind::Generic, name: Some(resource.into()) });
                event.to = Some(state.to_string());
                lines.add(event, true);
            }
            return;
        }
        WitnessMessageType::CLIENT_MOVE_NOTIFICATION => ("witness_client_move", "was asked by the witness"),
        WitnessMessageType::SHARE_MOVE_NOTIFICATION => ("witness_share_move", "was asked by the witness"),
        WitnessMessageType::IP_CHANGE_NOTIFICATION => ("witness_ip_change", "was told by the witness"),
        _ => return,
    };
    let list = addresses(answer.buffer);
    let list = if list.is_empty() { "no address".to_string() } else { list.join(", ") };
    let text = match name {
        "witness_ip_change" => format!("{verb}{of}: addresses are now {list}"),
        "witness_share_move" => format!("{verb}{of} to move to {list} for its share"),
        _ => format!("{verb}{of} to move to {list}"),
    };
    let mut event = scene.event(name, text);
    event.object = registered.map(|name| Object { kind: ObjectKind::Witness, name: Some(name.into()) });
    event.to = Some(list);
    lines.add(event, true);
}

fn fields(structure: &'static Structure, bytes: &[u8]) -> Option<Fields> {
    if bytes.len() > bounds::STORY_VALUE {
        return None;
    }
    structs::decode_record(structure, bytes).0
}

/// RESOURCE_CHANGE messages, each with its length in front (MS-SWN 2.2.2.3).
fn changes(buffer: &[u8]) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut rest = buffer;
    while let Some(length) = rest.first_chunk::<4>().map(|b| u32::from_le_bytes(*b) as usize) {
        let Some((one, behind)) =
            rest.split_at_checked(length).filter(|_| length >= 4 && found.len() < bounds::STORY_CHANGES)
        else {
            break;
        };
        if let Some(fields) = fields(&RESOURCE_CHANGE, one)
            && let (Some(Value::Text(name)), Some(Value::Int(state))) =
                (fields.get(member!(RESOURCE_CHANGE.ResourceName)), fields.get(member!(RESOURCE_CHANGE.ChangeType)))
        {
            let state = match Change(*state as u32) {
                Change::RESOURCE_STATE_AVAILABLE => "available",
                Change::RESOURCE_STATE_UNAVAILABLE => "unavailable",
                _ => "in an unknown state",
            };
            found.push((name.clone(), state));
        }
        rest = behind;
    }
    found
}

/// Addresses of an IPADDR_INFO_LIST with their state (MS-SWN 2.2.2.2).
fn addresses(buffer: &[u8]) -> Vec<String> {
    let Some(Value::List(list)) =
        fields(&IPADDR_INFO_LIST, buffer).and_then(|f| f.get(member!(IPADDR_INFO_LIST.IPAddrInfo)).cloned())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for one in list.into_iter().take(bounds::STORY_CHANGES) {
        let Value::Map(one) = one else { continue };
        let Some(Value::Int(flags)) = one.get(member!(IPADDR_INFO.Flags)) else { continue };
        let member = if flags & 1 != 0 { member!(IPADDR_INFO.IPV4) } else { member!(IPADDR_INFO.IPV6) };
        if let Some(Value::Text(address)) = one.get(member) {
            let state = if flags & 0x10 != 0 { " (offline)" } else { "" };
            found.push(format!("{address}{state}"));
        }
    }
    found
}
