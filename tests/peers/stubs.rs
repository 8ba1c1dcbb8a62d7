//! Generated stubs through Samba's `ndrdump` and Wireshark's `tshark`, where those are installed: what they show has to
//! be what we read, value by value. Where it is not, the reason is in `peer/known.rs`. The same at scale:
//! `examples/differential.rs`; what came out of that: `docs/differential.md`.

use crate::data;
use crate::peer::known::{self, Peer};
use crate::peer::subject::{Subject, Use, sorts, subject};
use crate::peer::tally::Tally;
use crate::peer::{Scratch, ndrdump, tshark};
use std::time::{Duration, Instant};

/// Stubs that always run: each kind once.
const SAMPLE: u64 = 1000;

fn check(tally: &Tally, start: Instant) {
    println!("{} stubs, {} values, {} equal in {:.1?}", tally.stubs, tally.values, tally.equal, start.elapsed());
    assert!(tally.wrong.is_empty(), "{:#?}\n{}", tally.wrong, tally.told.join("\n\n"));
}

#[test]
fn samba() {
    if !data::installed("ndrdump") {
        return;
    }
    let (start, scratch, sorts) = (Instant::now(), Scratch::new("samba"), sorts(Use::Ndrdump));
    let mut tally = Tally::default();
    // The first ones as anybody would run it, the others the fast way.
    let mut runner = ndrdump::Runner::Once;
    for number in 0..SAMPLE {
        if number == 100 {
            runner = ndrdump::Runner::fast(&scratch.0);
        }
        // A slow machine looks at fewer.
        if start.elapsed() > Duration::from_secs(50) {
            eprintln!("stopped after {number} of {SAMPLE} stubs");
            break;
        }
        let subject = subject(&sorts, Use::Ndrdump, number);
        tally.add(Peer::Samba, &subject, ndrdump::compare(&subject, &scratch.0, &mut runner));
    }
    check(&tally, start);
}

#[test]
fn wireshark() {
    if !data::installed("tshark") {
        return;
    }
    let (start, scratch, sorts) = (Instant::now(), Scratch::new("wireshark"), sorts(Use::Tshark));
    let mut tally = Tally::default();
    let subjects: Vec<Subject> = (0..SAMPLE).map(|n| subject(&sorts, Use::Tshark, n)).collect();
    tshark::compare(&subjects, &scratch.0, |subject, outcome| tally.add(Peer::Wireshark, subject, outcome));
    check(&tally, start);
}

/// Every known difference names a method that exists, and has a row in the document.
#[test]
fn the_list_of_differences() {
    let document = data::text("docs/differential.md");
    for known in known::ALL {
        let interface = cluscope::internals::idl::interface(known.interface).unwrap();
        let method = interface.method(interface.versions.len() - 1, known.opnum).unwrap();
        let row = format!("| {} {} {} |", known.interface, known.opnum, method.name);
        assert!(document.lines().any(|line| line.starts_with(&row)), "no row {row}");
        assert!(known.why.len() > 20);
    }
}
