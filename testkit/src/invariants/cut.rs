//! What must hold for captures that are cut to what is about clusters, and for captures that are divided among sessions.

use super::packets::{Dissected, Owned, dissected, input, packets, same};
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{Packet, Reader, Writer};
use cluscope::internals::limits;
use cluscope::internals::net::{DecodeAs, NetworkLimits};
use cluscope::internals::select::{By, Groups, Sorter, Splitter, Survey, Wanted};
use cluscope::internals::session::{SelectionLimits, Session, SessionLimits};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What cutting changes of records.
const NUMBERS: &[&str] = &["frame", "frames", "request_frame", "response_frame", "opened", "closed", "stream"];

/// What is kept of a capture, and how many flows had no room.
fn cut(file: &[u8], limits: limits::Select) -> (Vec<u8>, u64) {
    let chosen = SelectionLimits { held: 1 << 10, held_bytes: 1 << 20, chosen: 1 << 10 };
    let mut wanted = Wanted::new(limits, chosen);
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    let each = |each: &mut dyn FnMut(&Packet<'_>)| {
        let mut reader = Reader::new(file).expect("a capture");
        while let Ok(Some(packet)) = reader.next() {
            each(&packet);
        }
    };
    each(&mut |packet| wanted.packet(&mut session, packet));
    wanted.finish(&mut session);
    let mut writer = Writer::new(Vec::new(), None, "cut");
    let mut sorter = Sorter::new(&wanted, NetworkLimits::default(), DecodeAs::default());
    let mut write = |packet: &Packet<'_>| writer.packet(packet, None, None);
    let mut all = 0;
    each(&mut |packet| {
        all += 1;
        sorter.packet(packet, &mut write).expect("bytes in memory");
    });
    sorter.finish(&mut write).expect("bytes in memory");
    let (kept, dropped) = sorter.counts();
    assert_eq!(kept + dropped, all, "each packet is kept or left out");
    writer.flush().expect("bytes in memory");
    let out = writer.into_inner();
    let mut reader = Reader::new(out.as_slice()).expect("what is written is a capture");
    while reader.next().expect("what is written can be read").is_some() {}
    assert_eq!((reader.frames(), reader.problem_count()), (kept, 0));
    (out, wanted.left_out())
}

/// A packet without its number. A time that no file of ours has room for is the beginning of time, comments need one.
fn contents(mut packet: Owned) -> Owned {
    packet.frame = 0;
    if packet.time.is_none() {
        packet.comments.clear();
    }
    if let Some(time) = &mut packet.time {
        time.0 = time.0.max(0);
    }
    packet
}

/// Cuts a capture. What comes out is a capture of some of the packets, in their order; its records are those of the whole
/// but for numbers of frames and streams, with keys and without; cutting it again leaves nothing out. Sessions that read a
/// group of hosts each find together what one session finds.
///
/// The lowest bit of the first byte says that there is room for hardly anything.
pub fn select(data: &[u8]) {
    let Some(input) = input(data) else { return };
    let narrow = input.bits & 1 != 0;
    let small = limits::Select { flows: 1, hosts: 2, waiting: 400 };
    let limits = if narrow { small } else { limits::Select { flows: 256, hosts: 256, waiting: 1 << 16 } };
    let all: Vec<Owned> = packets(&input.file).into_iter().map(contents).collect();
    let (out, left_out) = cut(&input.file, limits);
    let kept: Vec<Owned> = packets(&out).into_iter().map(contents).collect();
    let mut rest = all.iter();
    for packet in &kept {
        assert!(rest.any(|other| other == packet), "{packet:?} is none of the capture's, or came too late");
    }
    if left_out > 0 {
        return;
    }
    let survey = survey(&input.file, &input.keys, limits);
    for keys in [&input.keys, &Arc::<KeyStore>::default()] {
        same(&dissected(&out, keys, NUMBERS), &dissected(&input.file, keys, NUMBERS), "what is kept of a capture");
    }
    if !narrow {
        let (again, _) = cut(&out, limits);
        assert_eq!(packets(&again).len(), kept.len(), "cut again");
        groups(&input.file, &input.keys, limits, &survey);
    }
}

/// Which hosts a capture has.
fn survey(file: &[u8], keys: &Arc<KeyStore>, limits: limits::Select) -> Survey {
    let mut survey = Survey::new(limits, SessionLimits::default().network, DecodeAs::default());
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut reader = Reader::new(file).expect("a capture");
    while let Ok(Some(packet)) = reader.next() {
        survey.packet(&mut session, &packet);
    }
    survey.finish(&mut session);
    survey
}

/// Reads a capture by as many sessions as there are groups of hosts.
fn groups(file: &[u8], keys: &Arc<KeyStore>, limits: limits::Select, survey: &Survey) {
    for by in [By::Pair, By::Cluster] {
        let mut groups = Groups::new(by);
        survey.pairs().for_each(|(pair, bearing)| groups.add(pair, bearing));
        survey.links().for_each(|(one, other)| groups.link(one, other));
        let names = groups.names();
        let mut sessions: BTreeMap<&str, Dissected> = BTreeMap::new();
        let mut splitter = Splitter::new(limits, SessionLimits::default().network, DecodeAs::default());
        let mut reader = Reader::new(file).expect("a capture");
        while let Ok(Some(packet)) = reader.next() {
            let Some(pair) = splitter.packet(&packet) else { continue };
            let name = names.get(&pair).expect("a pair of the survey").as_str();
            sessions.entry(name).or_insert_with(|| Dissected::new(keys)).packet(&packet);
        }
        assert!(by == By::Cluster || sessions.len() <= names.len());
        if by == By::Cluster && survey.left_out() == 0 {
            let lines = |records: Vec<serde_json::Value>| {
                let mut lines: Vec<_> = records.into_iter().map(|line| line.to_string()).collect();
                lines.sort();
                lines
            };
            let parts = lines(sessions.into_values().flat_map(|session| session.finish(&["stream"])).collect());
            let whole = lines(dissected(file, keys, &["stream"]));
            for (part, whole) in parts.iter().zip(&whole) {
                assert_eq!(part, whole, "of a group, and of the whole");
            }
            assert_eq!(parts.len(), whole.len(), "records of groups, and of the whole");
        }
    }
}
