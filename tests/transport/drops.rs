//! A lost packet costs the messages it carried and no other.

use crate::data;
use cluscope_testkit::drops::{Capture, Figures};

#[test]
fn messages_whose_bytes_are_all_there() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut pick = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut figures = Figures::default();
    let mut captures = 0;
    for name in
        ["n-base.pcapng", "n-outoforder.pcap", "n-retransmitted.pcap", "n-base-udp.pcapng", "i-witness-ndr.pcapng"]
    {
        let Some(file) = data::shared(&format!("captures/{name}")).and_then(|path| std::fs::read(path).ok()) else {
            continue;
        };
        captures += 1;
        Capture::read(&file).unwrap().lose(12, &mut pick, &mut figures);
    }
    assert_eq!((figures.missing, figures.repeated, figures.before), (0, 0, 0), "{figures:?}");
    assert!(captures == 0 || figures.expected > 1000, "{figures:?}");
}
