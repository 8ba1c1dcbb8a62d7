//! Numbers that fit, and texts of flows.

use super::flows::FlowTexts;
use super::words::int;
use cluscope::internals::net::Transport;
use cluscope::internals::session::Flow;

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
