//! The recorded captures, where they are at hand: every transport variant must give the streams and datagrams of its
//! base, stream numbers must be Wireshark's, and cutting a file anywhere must lose nothing before the cut.

use crate::data;
use cluscope::internals::capture::{CaptureError, Reader};
use cluscope::internals::net::{
    Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Side, Stats, Transport, Verdict,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of the recorded captures.
#[track_caller]
fn captures() -> Option<PathBuf> {
    data::shared("captures")
}

#[derive(Default)]
struct Collector {
    /// By transport, stream and side; `None` for gaps.
    tcp: BTreeMap<(u64, bool), Vec<u8>>,
    gaps: Vec<(u64, bool, Option<u64>, &'static str)>,
    ends: BTreeMap<(u64, bool), &'static str>,
    udp: Vec<(u64, bool, Vec<u8>, Vec<u64>)>,
    /// Whether the capture is damaged: datagrams may be cut, and connections look like new ones.
    loose: bool,
    /// First frame of each stream that the handler saw.
    tcp_frames: BTreeMap<u64, u64>,
}

impl Handler for Collector {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        assert_eq!(origin.transport, Transport::Tcp);
        let key = (origin.stream, origin.from == Side::A);
        assert!(self.loose || !self.ends.contains_key(&key), "something after the end of {key:?}");
        match chunk {
            Chunk::Data(data) => {
                assert!(!data.is_empty());
                self.tcp_frames.entry(origin.stream).or_insert(origin.frame);
                self.tcp.entry(key).or_default().extend_from_slice(data);
            }
            Chunk::Gap { lost, reason } => self.gaps.push((key.0, key.1, lost, reason)),
            Chunk::End { reason } => {
                self.ends.insert(key, reason);
            }
        }
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        assert!(self.loose || datagram.wire_len == datagram.data.len());
        assert!(!datagram.frames.is_empty());
        self.udp.push((origin.stream, origin.from == Side::A, datagram.data.to_vec(), datagram.frames.to_vec()));
        Verdict::Keep
    }
}

fn run(bytes: &[u8]) -> (Collector, Stats, u64, Option<CaptureError>) {
    run_into(Collector::default(), bytes)
}

fn run_loosely(bytes: &[u8]) -> (Collector, Stats, u64, Option<CaptureError>) {
    run_into(Collector { loose: true, ..Collector::default() }, bytes)
}

fn run_into(mut collector: Collector, bytes: &[u8]) -> (Collector, Stats, u64, Option<CaptureError>) {
    let mut network = Network::new(NetworkLimits::default());
    let mut reader = match Reader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (collector, *network.stats(), 0, Some(error)),
    };
    let error = loop {
        match reader.next() {
            Ok(Some(packet)) => network.input(&packet, &mut collector),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    network.finish(&mut collector);
    (collector, *network.stats(), reader.frames(), error)
}

fn streams(collector: &Collector) -> Vec<Vec<u8>> {
    let mut streams: Vec<Vec<u8>> = collector.tcp.values().cloned().collect();
    streams.sort();
    streams
}

#[test]
fn tcp_variants_give_the_streams_of_their_base() {
    let Some(dir) = captures() else { return };
    let base = run(&fs::read(dir.join("n-base.pcapng")).unwrap()).0;
    let sealed = run(&fs::read(dir.join("n-base-sealed.pcapng")).unwrap()).0;
    assert!(base.gaps.is_empty() && sealed.gaps.is_empty());
    let (base, sealed) = (streams(&base), streams(&sealed));
    assert!(base.len() > 2 && sealed.len() > 2);
    let different = ["n-dropped", "n-midstream", "n-oneway", "n-snaplen", "n-cutfile", "n-base", "n-udp"];
    let mut seen = 0;
    for path in files(&dir, "n-") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if different.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let (collector, stats, _, error) = run(&fs::read(&path).unwrap());
        assert!(error.is_none(), "{name}: {error:?}");
        assert!(collector.gaps.is_empty(), "{name}: {:?} {stats:?}", collector.gaps);
        let expected = if name.contains("sealed") { &sealed } else { &base };
        let found = streams(&collector);
        assert_eq!(found.len(), expected.len(), "{name}");
        assert!(found == *expected, "{name}: the bytes differ");
        seen += 1;
    }
    assert!(seen >= 20, "{seen} variants");
}

#[test]
fn incomplete_variants_lose_only_what_is_missing() {
    let Some(dir) = captures() else { return };
    let read = |name: &str| run(&fs::read(dir.join(name)).unwrap());
    let base = streams(&read("n-base.pcapng").0);
    let sealed = streams(&read("n-base-sealed.pcapng").0);
    let total = |streams: &[Vec<u8>]| streams.iter().map(Vec::len).sum::<usize>();

    let (dropped, ..) = read("n-dropped.pcap");
    assert_eq!(dropped.gaps.iter().map(|gap| gap.2).collect::<Vec<_>>(), [Some(90)]);
    assert_eq!(total(&streams(&dropped)), total(&base) - 90);
    let (dropped, ..) = read("n-dropped-sealed.pcap");
    assert_eq!(dropped.gaps.iter().map(|gap| gap.2).collect::<Vec<_>>(), [Some(80)]);
    assert_eq!(total(&streams(&dropped)), total(&sealed) - 80);

    // Cut packets: what is missing of each segment is told at once, so captured and lost add up to the whole.
    let (snapped, ..) = read("n-snaplen.pcap");
    let lost: u64 = snapped.gaps.iter().filter_map(|gap| gap.2).sum();
    assert!(snapped.gaps.iter().all(|gap| gap.3.contains("snapshot")));
    assert_eq!(total(&streams(&snapped)) as u64 + lost, total(&base) as u64);

    // One direction only: exactly the client's streams.
    let (oneway, ..) = read("n-oneway.pcap");
    assert!(oneway.gaps.is_empty(), "{:?}", oneway.gaps);
    let found = streams(&oneway);
    assert!(!found.is_empty() && found.iter().all(|stream| base.contains(stream)));
    assert_eq!(found.len() * 2, base.len());

    // The first connection starts late: its streams are tails of the base's.
    let (midstream, ..) = read("n-midstream.pcap");
    assert!(midstream.gaps.is_empty(), "{:?}", midstream.gaps);
    let found = streams(&midstream);
    assert_eq!(found.len(), base.len());
    assert!(found.iter().all(|stream| base.iter().any(|whole| whole.ends_with(stream))));
    assert_eq!(found.iter().filter(|stream| base.contains(stream)).count(), base.len() - 2);

    for name in ["n-cutfile.pcap", "n-cutfile.pcapng"] {
        let (cut, _, _, error) = read(name);
        assert!(error.is_some_and(|error| error.is_truncated()), "{name}");
        assert!(streams(&cut).iter().all(|stream| base.iter().any(|whole| whole.starts_with(stream))), "{name}");
    }
}

#[test]
fn ip_fragments_give_the_datagrams_of_the_base() {
    let Some(dir) = captures() else { return };
    let payloads =
        |collector: &Collector| -> Vec<Vec<u8>> { collector.udp.iter().map(|(_, _, data, _)| data.clone()).collect() };
    let base = run(&fs::read(dir.join("n-base-udp.pcapng")).unwrap()).0;
    assert!(!base.udp.is_empty());
    for name in ["n-udp-ipfragments.pcap", "n-udp-ipfragments-reversed.pcap"] {
        let (collector, stats, ..) = run(&fs::read(dir.join(name)).unwrap());
        assert!(payloads(&collector) == payloads(&base), "{name}");
        assert!(stats.reassembled > 0 && stats.fragment_timeouts == 0, "{name}: {stats:?}");
        assert!(collector.udp.iter().any(|(_, _, _, frames)| frames.len() > 1));
        for (_, _, _, frames) in &collector.udp {
            let rising = frames.windows(2).all(|pair| pair[0] < pair[1]);
            let falling = frames.windows(2).all(|pair| pair[0] > pair[1]);
            assert!(if name.contains("reversed") { falling } else { rising }, "{name}: {frames:?}");
        }
    }
}

#[test]
fn frame_counts_are_those_of_wireshark() {
    let Some(dir) = captures() else { return };
    let mut seen = 0;
    for path in files(&dir, "") {
        let Some(expected) = expectation(&path) else { continue };
        let Some(packets) =
            expected["tshark_4.0.17"]["packets"].as_u64().or(expected["tshark_4.0.17.packets"].as_u64())
        else {
            continue;
        };
        let (_, _, frames, error) = run(&fs::read(&path).unwrap());
        assert!(error.is_none_or(|error| error.is_truncated()), "{path:?}");
        assert_eq!(frames, packets, "{path:?}");
        seen += 1;
    }
    assert!(seen >= 60, "{seen} captures");
}

/// Damaged captures: no panic, and every direction that was seen ends.
#[test]
fn random_damage() {
    let Some(dir) = captures() else { return };
    let names = ["n-base.pcapng", "n-udp-ipfragments.pcap", "n-outoforder.pcap", "n-ipv6.pcap", "n-sections.pcapng"];
    let mut state = 0x0dd0_2026_1120_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for name in names {
        let original = fs::read(dir.join(name)).unwrap();
        for _ in 0..40 {
            let mut bytes = original.clone();
            for _ in 0..1 + random() % 400 {
                let at = 24 + random() % (bytes.len() - 24);
                bytes[at] = [random() as u8, 0, 0xff, bytes[at] ^ 1][random() % 4];
            }
            let (collector, ..) = run_loosely(&bytes);
            let ended = |key| collector.ends.contains_key(key);
            assert!(collector.tcp.keys().all(ended), "{name}");
        }
    }
}

/// What the usual programs make of a capture reads as the capture itself.
#[test]
#[cfg(feature = "compress")]
fn compressed_captures() {
    let Some(dir) = captures() else { return };
    let path = dir.join("h-bigfrag-ndr.pcapng");
    let plain = run(&fs::read(&path).unwrap());
    let commands: [&[&str]; 6] = [
        &["gzip", "-c", "-9"],
        &["zstd", "-c", "-q", "-19", "--long=27"],
        &["zstd", "-c", "-q", "-1", "--no-check"],
        &["lz4", "-c", "-q", "-9"],
        &["lz4", "-c", "-q", "-B4", "-BD", "-BX", "--content-size"],
        &["lz4", "-c", "-q", "--no-frame-crc"],
    ];
    for command in commands {
        if !data::installed(command[0]) {
            continue;
        }
        let output = Command::new(command[0]).args(&command[1..]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{command:?}");
        let (collector, stats, frames, error) = run(&output.stdout);
        assert!(error.is_none(), "{command:?}: {error:?}");
        assert_eq!((stats, frames), (plain.1, plain.2), "{command:?}");
        assert!(streams(&collector) == streams(&plain.0));
        let (_, _, _, error) = run(&output.stdout[..output.stdout.len() - 9]);
        assert!(error.is_some_and(|error| error.is_truncated()), "{command:?} cut");
    }
}

fn expectation(path: &Path) -> Option<serde_json::Value> {
    let beside = PathBuf::from(format!("{}.expected.json", path.display()));
    let instead = path.with_extension("expected.json");
    let text = fs::read(if beside.exists() { beside } else { instead }).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Compares stream numbers packet by packet with tshark, where it is installed.
#[test]
fn stream_numbers_are_those_of_wireshark() {
    let Some(dir) = captures() else { return };
    struct Numbers(Vec<(u64, Transport, u64)>);
    impl Handler for Numbers {
        fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
            if matches!(chunk, Chunk::Data(_)) {
                self.0.push((origin.frame, Transport::Tcp, origin.stream));
            }
            Verdict::Keep
        }
        fn udp(&mut self, origin: &Origin, _: Datagram<'_>) -> Verdict {
            self.0.push((origin.frame, Transport::Udp, origin.stream));
            Verdict::Keep
        }
    }
    if !data::installed("tshark") {
        return;
    }
    for path in files(&dir, "") {
        let output = Command::new("tshark")
            .args(["-n", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream", "-e", "udp.stream", "-r"])
            .arg(&path)
            .output()
            .unwrap();
        let mut expected = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
            let Some(frame) = number(0) else { continue };
            expected.insert((frame, false), number(1));
            expected.insert((frame, true), number(2));
        }
        let bytes = fs::read(&path).unwrap();
        let mut reader = Reader::new(&bytes[..]).unwrap();
        let mut network = Network::new(NetworkLimits::default());
        let mut numbers = Numbers(Vec::new());
        while let Ok(Some(packet)) = reader.next() {
            network.input(&packet, &mut numbers);
        }
        network.finish(&mut numbers);
        assert!(!numbers.0.is_empty(), "{path:?}");
        for (frame, transport, stream) in numbers.0 {
            let found = expected.get(&(frame, transport == Transport::Udp)).copied().flatten();
            assert_eq!(found, Some(stream), "{path:?} frame {frame} {transport:?}");
        }
    }
}

/// Whatever comes before a cut comes out, and a cut gives an error that says so.
#[test]
fn cut_anywhere() {
    let Some(dir) = captures() else { return };
    for name in
        ["n-base.pcapng", "n-interfaces-be.pcapng", "n-pcap-nano-be.pcap", "n-sections.pcapng", "n-blocks.pcapng"]
    {
        let bytes = fs::read(dir.join(name)).unwrap();
        // Where the file stands behind each packet.
        let mut positions = vec![];
        let mut reader = Reader::new(&bytes[..]).unwrap();
        while reader.next().unwrap().is_some() {
            positions.push(reader.position());
        }
        let mut state = 0x1234_5678_9abc_def1_u64;
        let mut cuts: Vec<usize> = positions.iter().map(|position| *position as usize).collect();
        for _ in 0..500 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            cuts.push((state % bytes.len() as u64) as usize);
        }
        for cut in cuts {
            let expected = positions.iter().filter(|position| **position <= cut as u64).count();
            let mut found = 0;
            match Reader::new(&bytes[..cut]) {
                Err(CaptureError::Empty) => assert_eq!(cut, 0),
                Err(error) => assert!(cut < 4 || error.is_truncated(), "{name} cut at {cut}: {error}"),
                Ok(mut reader) => loop {
                    match reader.next() {
                        Ok(Some(_)) => found += 1,
                        Ok(None) => break,
                        Err(error) => {
                            assert!(error.is_truncated(), "{name} cut at {cut}: {error}");
                            assert!(matches!(reader.next(), Ok(None)));
                            break;
                        }
                    }
                },
            }
            assert_eq!(found, expected, "{name} cut at {cut}");
        }
    }
}

/// The captures of the directory whose names start so.
fn files(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut files = data::captures(dir, 60);
    files.retain(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix)));
    files
}
