//! What is taken out of a stub's values, and their flows' texts.

use super::flows::FlowTexts;
use super::{Decoded, count, int};
use cluscope::internals::net::Transport;
use cluscope::internals::session::Flow;

#[test]
fn only_the_objects_of_the_list_itself_count() {
    for (list, objects) in [
        (&br"[]"[..], 0),
        (br#"[{"rule":"a"}]"#, 1),
        (br#"[{"a":[{},{}]},{"b":{"c":{}}},{}]"#, 3),
        // Brackets and quotes within texts are none.
        (br#"[{"a":"}]{[{"},{"b":"\"{\\"},{"c":"\\"}]"#, 3),
    ] {
        assert_eq!(count(list), objects, "{}", String::from_utf8_lossy(list));
    }
}

#[test]
fn parts_of_what_the_printer_made() {
    let text =
        br#"{"params":{"a":1},"return":{"value":5},"diagnostics":[{"rule":"x"},{"rule":"y"}],"trailing":"0a0b0c"}"#;
    let decoded = Decoded::of(text);
    assert_eq!((decoded.params, decoded.returned, decoded.error), (Some(r#"{"a":1}"#), Some(r#"{"value":5}"#), None));
    assert_eq!((decoded.diagnostics, decoded.trailing), (2, 3));
    assert_eq!(Decoded::of(br#"{"diagnostics":[{}],"diagnostics_omitted":3}"#).diagnostics, 4);
    let decoded = Decoded::of(br#"{"error":"cut","partial":{}}"#);
    assert_eq!((decoded.params, decoded.returned, decoded.error), (Some("{}"), None, Some(r#""cut""#)));
    assert_eq!((decoded.diagnostics, decoded.trailing), (0, 0));
}

#[test]
fn numbers_beyond_63_bits_are_none() {
    assert_eq!((int(u64::MAX), int(u64::MAX / 2), int(0_u8)), (None, Some(i64::MAX), Some(0)));
}

/// Flows share places; none gets another one's texts.
#[test]
fn flows_keep_their_own_texts() {
    let mut texts = FlowTexts::default();
    let end = |octet: u8, port| std::net::SocketAddr::from(([192, 0, 2, octet], port));
    for round in 0..2 {
        for stream in [0, 1, 127, 128, 129, u64::MAX] {
            let (a, b) = (end(stream as u8, 1000), end(77, 2000));
            for (src, dst) in [(a, b), (b, a)] {
                let flow = Flow { transport: Transport::Tcp, stream, src, dst };
                let text = texts.of(&flow);
                let ends = [src, dst].map(|end| end.ip().to_string());
                assert_eq!(
                    (text.transport, [text.src, text.dst].map(str::to_owned)),
                    ("tcp", ends),
                    "{round} {stream}"
                );
            }
        }
    }
    assert_eq!(texts.between(Transport::Udp, 0, end(1, 1), end(2, 2)).transport, "udp");
}
