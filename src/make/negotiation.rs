//! What lines say of binds and their answers: contexts, syntaxes, results.

use super::members::{self, code, wrong};
use crate::ndr::EncodeError;
use crate::rpc::pdu::{Bind, ContextElement, ContextResult};
use crate::rpc::syntax::{ContextOutcome, ProviderReason, SyntaxId};
use serde_json::{Map, Value as Json};

/// A number of a member that has to be there.
pub(super) fn number<T: TryFrom<u64>>(map: &Map<String, Json>, key: &str) -> Result<T, EncodeError> {
    let json = map.get(key).ok_or_else(|| wrong(key, "missing"))?;
    let number = json.as_u64().or_else(|| json.as_str().and_then(crate::ndr::number::integer));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| wrong(key, format_args!("not a number of {} bits", 8 * size_of::<T>())))
}

/// Interface or other abstract syntax: `uuid` and `version`.
fn abstract_syntax(map: &Map<String, Json>) -> Result<SyntaxId, EncodeError> {
    let text = |key: &str| map.get(key).and_then(Json::as_str).unwrap_or_default();
    members::syntax_id(&format!("{} {}", text("uuid"), text("version"))).map_err(|e| e.within("uuid"))
}

/// What is made of each object of a list of 255 at most.
fn list<T>(
    map: &Map<String, Json>,
    key: &str,
    make: impl Fn(&Map<String, Json>) -> Result<T, EncodeError>,
) -> Result<Vec<T>, EncodeError> {
    let Some(Json::Array(items)) = map.get(key) else { return Err(wrong(key, "not a list")) };
    if items.len() > 255 {
        return Err(wrong(key, "more than 255 entries"));
    }
    let one = |(i, item): (usize, &Json)| {
        let made = item.as_object().ok_or_else(|| EncodeError::new("not an object")).and_then(&make);
        made.map_err(|e| e.within(format_args!("[{i}]")).within(key))
    };
    items.iter().enumerate().map(one).collect()
}

/// What a bind or alter_context asks for.
pub(super) fn proposal(map: &Map<String, Json>) -> Result<Bind, EncodeError> {
    let element = |map: &Map<String, Json>| {
        let Some(Json::Array(names)) = map.get("transfer_syntaxes") else {
            return Err(wrong("transfer_syntaxes", "not a list"));
        };
        let syntaxes = names.iter().enumerate().map(|(i, name)| {
            let syntax = members::transfer(name.as_str().unwrap_or_default());
            syntax.map_err(|e| e.within(format_args!("[{i}]")).within("transfer_syntaxes"))
        });
        Ok(ContextElement {
            id: number(map, "id")?,
            abstract_syntax: abstract_syntax(map)?,
            transfer_syntaxes: syntaxes.collect::<Result<_, _>>()?,
        })
    };
    Ok(Bind {
        max_xmit_frag: number(map, "max_xmit_frag")?,
        max_recv_frag: number(map, "max_recv_frag")?,
        assoc_group_id: number(map, "assoc_group_id")?,
        contexts: list(map, "contexts", element)?,
    })
}

/// A [`BindAck`] that owns its address.
pub(super) struct Answered {
    pub(super) max_xmit_frag: u16,
    pub(super) max_recv_frag: u16,
    pub(super) assoc_group_id: u32,
    pub(super) secondary_address: Vec<u8>,
    pub(super) results: Vec<ContextResult>,
}

/// What a bind_ack or alter_context_resp says.
pub(super) fn answer(map: &Map<String, Json>) -> Result<Answered, EncodeError> {
    let code = |map: &Map<String, Json>, key: &str| code(map.get(key).unwrap_or(&Json::Null), key);
    let result = |map: &Map<String, Json>| {
        let outcome = ContextOutcome(code(map, "result")?);
        let (mut reason, mut syntax) = (ProviderReason::default(), SyntaxId::default());
        if map.contains_key("features") {
            reason = ProviderReason(code(map, "features")?);
        } else if let Some(name) = map.get("syntax").and_then(Json::as_str) {
            syntax = members::transfer(name).map_err(|e| e.within("syntax"))?;
        } else if map.contains_key("reason") {
            reason = ProviderReason(code(map, "reason")?);
        }
        Ok::<_, EncodeError>(ContextResult { outcome, reason, transfer_syntax: syntax })
    };
    let secondary = match map.get("secondary_address") {
        None => Vec::new(),
        Some(Json::String(text)) => [text.as_bytes(), &[0]].concat(),
        Some(_) => return Err(wrong("secondary_address", "not text")),
    };
    Ok(Answered {
        max_xmit_frag: number(map, "max_xmit_frag")?,
        max_recv_frag: number(map, "max_recv_frag")?,
        assoc_group_id: number(map, "assoc_group_id")?,
        secondary_address: secondary,
        results: list(map, "results", result)?,
    })
}
