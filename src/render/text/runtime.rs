//! Text for what the RPC runtime says beside the stubs: connectionless headers and control PDUs.

use super::TextBuffer;
use crate::rpc::dg::{Body, Fack, Header};
use std::fmt::Write;

/// What a connectionless header says, in a few lines.
pub(super) fn header(out: &mut TextBuffer, header: &Header) {
    let _ = write!(out, "    activity {}  serial {}", header.activity, header.serial);
    if header.server_boot != 0 {
        let _ = write!(out, "  server boot {}", header.server_boot);
    }
    if header.is_fragment() {
        let _ = write!(out, "  fragment {}", header.fragment);
    }
    let flags = header.flag_names();
    if !flags.is_empty() {
        let _ = write!(out, "  {}", flags.join(", "));
    }
    out.end_line();
    if !header.object.is_nil() {
        let _ = writeln!(out, "    object {}", header.object);
    }
}

/// The body of a control PDU.
pub(super) fn control(out: &mut TextBuffer, body: &Body<&[u8]>, header: Option<&Header>) {
    let _ = match body {
        Body::Fack(Some(body)) | Body::Nocall(Some(body)) => fack(out, body, header),
        Body::Cancel(Some(cancel)) => writeln!(out, "    cancel {}", cancel.id),
        Body::CancelAck(Some(ack)) => {
            let word = if ack.accepting == 0 { "is not accepting cancels" } else { "is accepting cancels" };
            writeln!(out, "    cancel {}: the server {word}", ack.id)
        }
        Body::Sealed(bytes) => writeln!(out, "    {} bytes sealed", bytes.len()),
        _ => Ok(()),
    };
}

fn fack(out: &mut TextBuffer, fack: &Fack<&[u8]>, header: Option<&Header>) -> std::fmt::Result {
    write!(out, "    has")?;
    if let Some(header) = header {
        write!(out, " all up to fragment {},", header.fragment)?;
    }
    writeln!(
        out,
        " serial {}, window {}, takes {} bytes, fragments of {} bytes",
        fack.serial, fack.window_size, fack.max_tsdu, fack.max_frag_size
    )?;
    let mask: Vec<String> = fack.selack.words().map(|word| format!("{word:#010x}")).collect();
    if !mask.is_empty() {
        writeln!(out, "    and of those behind: {}", mask.join(" "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::dg::{Cancel, CancelAck};

    /// C706 12.5.3.1 and 12.5.3.2.
    #[test]
    fn cancels() {
        for (body, expected) in [
            (Body::Cancel(Some(Cancel { version: 0, id: 7 })), "    cancel 7\n"),
            (Body::Cancel(None), ""),
            (
                Body::CancelAck(Some(CancelAck { version: 0, id: 7, accepting: 1 })),
                "    cancel 7: the server is accepting cancels\n",
            ),
            (
                Body::CancelAck(Some(CancelAck { version: 0, id: 8, accepting: 0 })),
                "    cancel 8: the server is not accepting cancels\n",
            ),
        ] {
            let mut out = TextBuffer::new();
            control(&mut out, &body, None);
            assert_eq!(out.as_str(), expected);
        }
    }
}
