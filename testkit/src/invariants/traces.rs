//! What must hold for event traces.

use super::printed;
use cluscope::internals::capture::etl::{PacketOrigins, TimeOrdered};
use cluscope::internals::capture::{CaptureLimits, Reader};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::text::TextBuffer;
use cluscope::internals::render::{self, json::traced};
use std::io::{Cursor, Read};

/// Small ones, so that running into them takes no time.
fn limits() -> CaptureLimits {
    CaptureLimits { trace_window: 1 << 16, trace_packets: 1 << 13, ..CaptureLimits::default() }
}

/// Hands out a few bytes at a time.
struct Slowly<'d>(&'d [u8]);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = 7.min(into.len());
        self.0.read(into.get_mut(..n).unwrap_or_default())
    }
}

/// Everything that a reader gives: packets with their frames and comments, calls of the RPC runtime, what ended it.
fn everything(input: impl Read, size: usize) -> Vec<String> {
    let mut found = Vec::new();
    let origins = PacketOrigins::default();
    let mut reader = match Reader::with_limits(input, limits()) {
        Ok(reader) => reader.noting(origins.clone()),
        Err(error) => return vec![error.to_string()],
    };
    let (mut frames, mut bytes) = (0, 0);
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                frames += 1;
                bytes += packet.data.len();
                assert_eq!(packet.frame, frames);
                assert!(packet.data.len() <= packet.original_len);
                if let Some(origin) = origins.get(packet.frame) {
                    let (mut json, mut text) = (Out::new(), TextBuffer::new());
                    json.begin();
                    traced::origin(&mut json, &origin);
                    json.end();
                    assert!(serde_json::from_slice::<serde::de::IgnoredAny>(json.as_bytes()).is_ok());
                    render::text::traced::origin(&mut text, &origin);
                    printed::check(text.as_bytes());
                    found.push(format!("{origin:?}"));
                }
                found.push(format!("{:?} {:?} {:?} {:?}", packet.time, packet.link, packet.data, packet.comments));
            }
            Ok(None) => break,
            Err(error) => {
                found.push(error.to_string());
                break;
            }
        }
        while let Some(event) = reader.next_rpc_event() {
            let (mut json, mut text) = (Out::new(), String::new());
            traced::rpc_event(&mut json, &event, None);
            render::text::traced::rpc_event(&mut text, &event, None);
            printed::check(text.as_bytes());
            assert!(serde_json::from_slice::<serde::de::IgnoredAny>(json.as_bytes()).is_ok());
            found.push(format!("{event:?}"));
        }
    }
    let counters = reader.trace_counters().unwrap_or_default();
    if reader.trace_header().is_some() {
        // A buffer gives as many bytes as the window holds at most, and takes 72 in the file.
        assert!(bytes as u64 <= counters.buffers * limits().trace_window as u64, "{bytes} bytes of {size}");
        assert!(counters.buffers <= size as u64 / 72 + 1);
        found.push(format!("{counters:?} {:?}", reader.problems()));
    }
    found
}

/// Reads a trace: whole, in small pieces, and in the order of time.
pub fn etl(data: &[u8]) {
    let whole = everything(data, data.len());
    assert_eq!(everything(Slowly(data), data.len()), whole, "in small pieces");
    let Ok(mut ordered) = TimeOrdered::new(Cursor::new(data)) else { return };
    let mut bytes = Vec::new();
    ordered.read_to_end(&mut bytes).expect("bytes in memory");
    assert_eq!(bytes.len(), data.len(), "the same buffers");
    if ordered.is_reordered() {
        let _ = everything(&bytes[..], bytes.len());
    } else {
        assert!(bytes == data);
    }
}
