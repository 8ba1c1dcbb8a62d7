//! Every link type, tag and tunnel, in captures made by scapy, against what tshark reads of them.

use cluscope::internals::capture::{LinkType, Reader};
use cluscope::internals::net::{Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Transport, Verdict};
use std::fs;
use std::path::{Path, PathBuf};

/// Payloads with their frame, transport and source port.
#[derive(Default)]
struct Payloads(Vec<(u64, &'static str, u16, String)>);

impl Handler for Payloads {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        if let Chunk::Data(data) = chunk {
            self.0.push((origin.frame, "tcp", origin.src.port(), hex::encode(data)));
        }
        Verdict::Keep
    }
    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        assert_eq!(origin.transport, Transport::Udp);
        self.0.push((origin.frame, "udp", origin.src.port(), hex::encode(datagram.data)));
        Verdict::Keep
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/links")
}

fn captures() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcap"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() >= 59, "{}", found.len());
    found
}

/// Each packet of a capture, with its link type.
fn packets(file: &[u8]) -> Vec<(LinkType, Vec<u8>)> {
    let mut reader = Reader::new(file).unwrap();
    let mut packets = Vec::new();
    while let Some(packet) = reader.next().unwrap() {
        packets.push((packet.link, packet.data.to_vec()));
    }
    packets
}

fn read(packets: &[(LinkType, Vec<u8>)]) -> (Payloads, Network) {
    let (mut network, mut found) = (Network::new(NetworkLimits::default()), Payloads::default());
    for (frame, (link, data)) in (1..).zip(packets) {
        network.frame(frame, None, *link, data, data.len(), &mut found);
    }
    network.finish(&mut found);
    found.0.sort();
    (found, network)
}

#[test]
fn as_tshark_reads_them() {
    let table = fs::read_to_string(folder().join("tshark.tsv")).unwrap();
    let mut compared = 0;
    for (name, file) in captures() {
        // Variants of the file format hold the packets of one of the others.
        let like = if name.starts_with("file-") { "vxlan" } else { &name };
        let expected: Vec<(u64, &str, u16, String)> = table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|row| row[0] == like)
            .map(|row| (row[1].parse().unwrap(), row[2], row[3].parse().unwrap(), row[4].to_string()))
            .collect();
        assert_eq!(expected.len(), 3, "{name}");
        let (found, network) = read(&packets(&file));
        assert_eq!(found.0, expected, "{name}");
        assert!(network.unread().is_empty(), "{name}: {:?}", network.unread());
        compared += found.0.len();
    }
    assert!(compared >= 3 * 59, "{compared}");
}

/// The variants of classic pcap, as editcap writes them, are named.
#[test]
fn variants_of_pcap() {
    for (name, format) in [
        ("file-modpcap", "modified pcap (Kuznetzov)"),
        ("file-nokiapcap", "Nokia pcap"),
        ("file-nsecpcap", "pcap with nanoseconds"),
        ("file-rh6_1pcap", "modified pcap (Red Hat 6.1)"),
        ("file-suse6_3pcap", "modified pcap (SuSE 6.3)"),
    ] {
        let file = fs::read(folder().join(format!("{name}.pcap"))).unwrap();
        let mut reader = Reader::new(&file[..]).unwrap();
        while reader.next().unwrap().is_some() {}
        assert_eq!((reader.format_name(), reader.frames(), reader.problem_count()), (format, 5, 0), "{name}");
    }
}

/// Each packet cut at every byte, and each byte at its extremes: an end, and nothing that was not there.
#[test]
fn cut_and_changed_headers() {
    let mut tried = 0_u64;
    for (name, file) in captures() {
        let packets = packets(&file);
        let (link, data) = &packets[2];
        for len in 0..data.len() {
            for original_len in [len, data.len()] {
                let (mut network, mut found) = (Network::new(NetworkLimits::default()), Payloads::default());
                network.frame(1, None, *link, &data[..len], original_len, &mut found);
                network.finish(&mut found);
                assert!(
                    found
                        .0
                        .iter()
                        .all(|(.., data)| "61736b2061207468696e67".starts_with(data.as_str()) || data.len() <= 2 * len),
                    "{name}"
                );
                tried += 1;
            }
        }
        for at in 0..data.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = data.clone();
                changed[at] = value;
                let (found, network) = read(&[(*link, changed)]);
                assert!(found.0.len() <= 2, "{name}: {:?}", found.0);
                assert_eq!(network.stats().packets, 1);
                tried += 1;
            }
        }
    }
    assert!(tried > 20_000, "{tried}");
}
