//! What event traces of Windows tell beside packets, as lines of text.

use super::TextBuffer;
use crate::base::printable::Printable;
use crate::capture::etl::{PacketOrigin, RpcEvent};
use crate::consts::status;
use crate::render::json::traced::{Hint, names};
use std::fmt::Write;

/// Appends a line that tells where a packet comes from.
pub fn origin(out: &mut TextBuffer, origin: &PacketOrigin) {
    out.put("  ");
    out.display(Printable(&origin.to_string()));
    out.end_line();
}

/// Appends a block for an event of the RPC runtime.
pub fn rpc_event(out: &mut String, event: &RpcEvent, hint: Option<Hint>) {
    let _ = write!(out, "RPC runtime");
    if let Some(time) = event.time {
        let text = time.to_ascii();
        let _ = write!(out, "  {}", core::str::from_utf8(&text).unwrap_or_default());
    }
    let _ = writeln!(out, "  PID {} TID {}", event.process, event.thread);
    let _ = write!(out, "  {} call {}", event.side.name(), if event.status.is_none() { "starts" } else { "ends" });
    if let Some(call) = &event.call {
        let (interface, method) = names(event);
        match interface {
            Some(interface) => {
                let _ = write!(out, ": {interface}");
            }
            None => {
                let _ = write!(out, ": {}", call.interface);
            }
        }
        match method {
            Some(method) => {
                let _ = write!(out, " {method} (opnum {})", call.opnum);
            }
            None => {
                let _ = write!(out, " opnum {}", call.opnum);
            }
        }
        let (address, endpoint) = (Printable(&call.address), Printable(&call.endpoint));
        let _ = write!(out, ", {}:{address}[{endpoint}]", call.protocol_name().unwrap_or("protocol"));
    }
    if let Some(value) = event.status {
        let name = status::rpc_status_name(value).or_else(|| status::win32_name(value)).unwrap_or("status");
        let _ = write!(out, ", {name} ({value:#x})");
    }
    if let Some(hint) = hint {
        let _ = write!(out, "; perhaps the request of packet {}", hint.frame);
    }
    out.push('\n');
}
