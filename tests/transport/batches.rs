//! Records that outlive their packets: a batch gives back what was put into it, and says when it is time to hand it over.

use crate::support::*;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::{Batch, Record, Session, SessionLimits};
use std::sync::Arc;

/// Puts the records of a capture into batches of so many; prints them before and afterwards.
fn compare(packets: &[Owned], size: usize) -> usize {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut out, mut first, mut second) = (Out::new(), Records::default(), Records::default());
    let mut batch: Batch<u64> = Batch::default();
    let mut take_out = |batch: &mut Batch<u64>| {
        assert!(!batch.is_empty());
        let mut out = Out::new();
        let done: Result<(), ()> = batch.drain(|record, known| {
            second.print(&mut out, record);
            after.push((String::from_utf8(out.as_bytes().to_vec()).expect("UTF-8"), *known));
            Ok(())
        });
        assert_eq!((done, batch.is_empty()), (Ok(()), true));
    };
    let mut held = 0;
    let mut take = |mut record: Record<'_>| {
        first.print(&mut out, &record);
        let number = before.len() as u64;
        before.push((String::from_utf8(out.as_bytes().to_vec()).expect("UTF-8"), number));
        batch.push(&mut record, |_, known| *known = number);
        held += 1;
        if held == size {
            held = 0;
            take_out(&mut batch);
        }
    };
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    for packet in packets {
        session.packet(&packet.packet(), &mut take);
    }
    session.finish(&mut take);
    if held > 0 {
        take_out(&mut batch);
    }
    assert!(before == after);
    before.len()
}

#[test]
fn a_batch_gives_back_its_records() {
    for name in ["tour.pcapng", "faults.pcapng", "sealed.pcapng", "fragments.pcapng", "bigendian.pcapng"] {
        let packets = ours(name);
        for size in [1, 7, 1000] {
            assert!(compare(&packets, size) > 20, "{name}");
        }
    }
    for name in ["k-v2-udp.pcapng", "l-faults.pcapng", "n-snaplen.pcap", "n-dropped.pcap"] {
        let Some(packets) = recorded(name) else { return };
        assert!(compare(&packets, 100) > 20, "{name}");
    }
}

/// A long stub.
static LONG: [u8; 60 << 10] = [0; 60 << 10];

#[test]
fn a_batch_is_full_with_256_records_or_128_kib() {
    let packets = ours("tour.pcapng");
    let mut batch: Batch<()> = Batch::default();
    let mut pushed = 0_usize;
    let mut take = |mut record: Record<'_>| {
        // Of those that own nothing: 256 of them are less than the bytes of a batch.
        if record.stub().is_some_and(|(_, stub)| stub.len() < 100) {
            batch.push(&mut record, |_, ()| {});
            pushed += 1;
            assert_eq!(batch.is_full(), pushed >= 256, "{pushed}");
            assert!(!batch.is_large());
        }
    };
    for _ in 0..2 {
        let mut session = Session::new(SessionLimits::default(), Arc::default());
        for packet in &packets {
            session.packet(&packet.packet(), &mut take);
        }
        session.finish(&mut take);
    }
    assert!(pushed > 256, "{pushed}");

    // Requests whose stubs are made longer: 128 KiB and more are full, 256 KiB and more are large.
    let mut batch: Batch<()> = Batch::default();
    let mut sizes = Vec::new();
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    let mut take = |mut record: Record<'_>| {
        if let Body::Request { stub: Some(stub), .. } = &mut record.event.body {
            *stub = &LONG;
            batch.push(&mut record, |_, ()| {});
            sizes.push((batch.is_full(), batch.is_large()));
        }
    };
    for packet in &packets {
        session.packet(&packet.packet(), &mut take);
    }
    assert_eq!(sizes[..5], [(false, false), (false, false), (true, false), (true, false), (true, true)]);
}
