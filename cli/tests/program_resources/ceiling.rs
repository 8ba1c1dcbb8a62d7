//! The ceiling on memory, measured: streams that fill every table there is go through the program, and the most
//! resident memory that it ever had is held against `--memory-limit`. An ordinary run takes small streams and a small
//! ceiling; `CLUSCOPE_CEILING=full` takes millions of packets and several ceilings, and prints what it measured:
//!
//! ```text
//! CLUSCOPE_CEILING=full cargo test --release --test program_resources ceiling -- --nocapture --test-threads 1
//! ```

use crate::program;
use crate::wire::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{BufRead, BufReader, BufWriter, Result, Write};
use std::process::{ChildStdin, Stdio};
use std::time::Duration;

/// The program's own size without optimization and with debug assertions, beyond what `limits::BASE` reckons with.
const DEBUG: u64 = if cfg!(debug_assertions) { 17_000_000 } else { 0 };

type Input = BufWriter<ChildStdin>;

/// A stream: name, the commands that keep something of it, how often what repeats is repeated at full size, and the
/// counters of which at least one must show that a limit has bitten.
struct Stream {
    name: &'static str,
    commands: &'static [&'static str],
    full: u64,
    counters: &'static [&'static str],
    make: fn(&mut Input, u64) -> Result<()>,
}

const DISSECT: &[&str] = &["dissect"];
const ALL: &[&str] = &["dissect", "calls", "check", "stats", "story"];

static STREAMS: &[Stream] = &[
    Stream {
        name: "half-open connections",
        commands: DISSECT,
        full: 1_000_000,
        counters: &["tcp_evictions"],
        make: half_open,
    },
    Stream { name: "UDP flows", commands: DISSECT, full: 1_000_000, counters: &["udp_evictions"], make: udp_flows },
    Stream {
        name: "beginnings of headers",
        commands: DISSECT,
        full: 500_000,
        counters: &["tcp_evictions", "connections_evicted"],
        make: beginnings,
    },
    Stream { name: "binds", commands: ALL, full: 1_000_000, counters: &["connections_evicted"], make: binds },
    Stream {
        name: "binds of 255 contexts",
        commands: DISSECT,
        full: 40_000,
        counters: &["connections_evicted"],
        make: wide_binds,
    },
    Stream {
        name: "alter_contexts",
        commands: DISSECT,
        full: 100_000,
        counters: &["contexts_dropped"],
        make: alter_contexts,
    },
    Stream {
        name: "pending calls",
        commands: ALL,
        full: 2_000_000,
        counters: &["calls_evicted", "connections_evicted"],
        make: pending,
    },
    Stream {
        name: "first fragments",
        commands: DISSECT,
        full: 300_000,
        counters: &["messages_evicted", "connections_evicted"],
        make: first_fragments,
    },
    Stream {
        name: "messages without end",
        commands: DISSECT,
        full: 20_000,
        counters: &["messages_too_large", "connections_evicted"],
        make: endless,
    },
    Stream {
        name: "UDP activities",
        commands: DISSECT,
        full: 1_000_000,
        counters: &["activities_evicted", "conversations_evicted"],
        make: activities,
    },
    Stream {
        name: "UDP fragments",
        commands: DISSECT,
        full: 400_000,
        counters: &["conversations_evicted", "activities_evicted", "messages_too_large"],
        make: dg_fragments,
    },
    Stream {
        name: "IP fragments",
        commands: DISSECT,
        full: 500_000,
        counters: &["fragment_evictions"],
        make: ip_fragments,
    },
    Stream {
        name: "TCP disorder",
        commands: DISSECT,
        full: 1_000_000,
        counters: &["tcp_buffer_limits"],
        make: disorder,
    },
    Stream {
        name: "opens without closes",
        commands: ALL,
        full: 500_000,
        counters: &["handles_forgotten"],
        make: opens,
    },
    Stream {
        name: "calls of many addresses",
        commands: ALL,
        full: 300_000,
        counters: &["connections_evicted", "associations_forgotten"],
        make: addresses,
    },
    Stream {
        name: "users of 30000 letters",
        commands: ALL,
        full: 40_000,
        counters: &["connections_evicted", "associations_forgotten"],
        make: users,
    },
    Stream {
        name: "security contexts",
        commands: DISSECT,
        full: 40_000,
        counters: &["security_contexts_evicted"],
        make: security,
    },
    Stream {
        name: "records of many times their stub",
        commands: ALL,
        full: 12,
        counters: &["records_cut", "messages_too_large"],
        make: amplified,
    },
    Stream { name: "strings of control characters", commands: ALL, full: 12, counters: &[], make: controls },
    Stream {
        name: "settings of properties",
        commands: &["story", "check"],
        full: 20_000,
        counters: &[],
        make: settings,
    },
    Stream {
        name: "names, options, interfaces, secrets",
        commands: DISSECT,
        full: 400,
        counters: &["capture_problems", "capture_names_dropped"],
        make: blocks,
    },
    Stream { name: "gzip bomb", commands: DISSECT, full: 4000, counters: &[], make: gzip },
    Stream { name: "zstd bomb", commands: DISSECT, full: 4000, counters: &[], make: zstd },
    Stream { name: "everything", commands: ALL, full: 300_000, counters: &["tcp_evictions"], make: everything },
];

fn half_open(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [client, _] = connection(i);
        pcap.packet(&tcp(client.src, client.dst, 0, SYN, &[]))
    })
}

fn udp_flows(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [client, _] = connection(i);
        pcap.packet(&udp(client.src, client.dst, &datagram(0, 4, i, 1, 0, b"stub")))
    })
}

fn beginnings(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [mut client, _] = connection(i);
        pcap.packet(&tcp(client.src, client.dst, 0, SYN, &[]))?;
        pcap.packet(&client.send(&[5, 0, 11, 3, 0x10, 0, 0, 0, 0xff]))
    })
}

fn binds(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| pcap.packet(&connection(i)[0].send(&bind(1, 0..1, 1))))
}

fn wide_binds(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [mut client, _] = connection(i / 16);
        client.seq = 1 + (i % 16) as u32 * 60_000;
        let mut bind = bind(i as u32, (i % 256) as u16 * 255..(i % 256) as u16 * 255 + 255, 10);
        bind.truncate(60_000);
        bind[8..10].copy_from_slice(&60_000u16.to_le_bytes());
        bind[24] = 250;
        bind.chunks(20_000).try_for_each(|part| pcap.packet(&client.send(part)))
    })
}

fn alter_contexts(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let [mut client, mut server] = connection(1);
    pcap.packet(&client.send(&bind(0, 0..1, 1)))?;
    pcap.packet(&server.send(&bind_ack(0, 1)))?;
    (0..n).try_for_each(|i| {
        let from = (i * 7 % 65_000) as u16;
        pcap.packet(&client.send(&alter(i as u32, from..from + 20, 2)))
    })
}

/// Binds a connection and lets the server accept.
fn bound(pcap: &mut Pcap<&mut Input>, ends: &mut [End; 2]) -> Result<()> {
    let [client, server] = ends;
    pcap.packet(&client.send(&bind(0, 0..1, 1)))?;
    pcap.packet(&server.send(&bind_ack(0, 1)))
}

fn pending(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let name = "a name that goes on and on ".repeat(10);
    for of in 0..n.div_ceil(6000) {
        let mut ends = connection(of);
        bound(&mut pcap, &mut ends)?;
        for call in 0..6000 {
            // Whole requests, and first fragments of such.
            let flags = if call % 50 == 0 { FIRST } else { WHOLE };
            let stub = string(&format!("{name}{call} of {of}"));
            pcap.packet(&ends[0].send(&request(call, flags, 8, &stub)))?;
        }
    }
    Ok(())
}

fn first_fragments(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let stub = [0x41; 1200];
    for i in 0..n {
        let mut ends = connection(i / 1000);
        ends[0].seq = 1 + (i % 1000) as u32 * 1224;
        pcap.packet(&ends[0].send(&request(i as u32, FIRST, 8, &stub)))?;
    }
    Ok(())
}

fn endless(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let stub = vec![0x41; 60_000];
    let mut connections: Vec<_> = (0..40).map(connection).collect();
    for i in 0..n {
        let ends = &mut connections[(i % 40) as usize];
        let flags = if i < 40 { FIRST } else { 0 };
        pcap.packet(&ends[0].send(&request(7, flags, 8, &stub)))?;
    }
    Ok(())
}

fn activities(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [client, _] = connection(i / 4000);
        pcap.packet(&udp(client.src, client.dst, &datagram(0, 4, i, 1, 0, &[0x41; 64])))
    })
}

fn dg_fragments(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let [client, _] = connection(i % 37);
        pcap.packet(&udp(client.src, client.dst, &datagram(0, 4, i % 37, 1, 2 + (i / 37) as u16, &[0x41; 1300])))
    })
}

fn ip_fragments(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    (0..n).try_for_each(|i| {
        let payload = [0x41; 1480];
        let offset = 185 * (i % 40) as u16;
        pcap.packet(&ipv4(17, 0x0a00_0001 + (i / 2_000_000) as u32, 2, (i / 40) as u16, 0x2000 | offset, &payload))
    })
}

fn disorder(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let data = [0x41; 1400];
    for i in 0..n {
        let [client, _] = connection(i % 500);
        if i < 500 {
            pcap.packet(&tcp(client.src, client.dst, 0, SYN, &[]))?;
        }
        // Bytes alone, with a hole before each; in every other connection full segments.
        let round = (i / 500) as u32;
        let (seq, data) = if i % 2 == 0 { (10 + 2 * round, &data[..1]) } else { (10 + 1401 * round, &data[..]) };
        pcap.packet(&tcp(client.src, client.dst, seq, ACK, data))?;
    }
    Ok(())
}

/// A response of ApiOpenResource: Status, rpc_status, handle.
fn opened(n: u64) -> Vec<u8> {
    let mut stub = vec![0; 8];
    stub.extend([0; 4]);
    stub.extend([0x66; 8]);
    stub.extend(n.to_be_bytes());
    stub
}

fn opens(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    let name = "\u{4e00}".repeat(600);
    for i in 0..n {
        pcap.packet(&ends[0].send(&request(i as u32, WHOLE, 8, &string(&format!("{i} {name}")))))?;
        pcap.packet(&ends[1].send(&response(i as u32, WHOLE, &opened(i))))?;
    }
    Ok(())
}

fn addresses(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    for i in 0..n {
        let mut ends = connection(1);
        ends[0].src.0 = 0x0b00_0000 + i as u32;
        ends[1].dst.0 = ends[0].src.0;
        bound(&mut pcap, &mut ends)?;
        pcap.packet(&ends[0].send(&request(1, WHOLE, 8, &string(&format!("resource {i}")))))?;
        pcap.packet(&ends[1].send(&response(1, WHOLE, &opened(i))))?;
    }
    Ok(())
}

/// An NTLM AUTHENTICATE of this user in an auth3 PDU of this context.
fn auth3(context: u32, user: &str) -> Vec<u8> {
    let user: Vec<u8> = user.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut token = b"NTLMSSP\0\x03\0\0\0".to_vec();
    for field in 0..6 {
        let len = if field == 3 { user.len() as u16 } else { 0 };
        token.extend([len.to_le_bytes(), len.to_le_bytes()].concat());
        token.extend(64u32.to_le_bytes());
    }
    token.extend(1u32.to_le_bytes());
    token.extend(user);
    let auth = [&[10, 6, 0, 0][..], &context.to_le_bytes(), &token].concat();
    pdu(16, WHOLE, 1, &[0; 4], &auth)
}

fn users(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let user = "u".repeat(30_000);
    for i in 0..n {
        let mut ends = connection(i);
        bound(&mut pcap, &mut ends)?;
        let auth = auth3(0, &format!("{i}{user}"));
        auth.chunks(40_000).try_for_each(|part| pcap.packet(&ends[0].send(part)))?;
        pcap.packet(&ends[0].send(&request(1, WHOLE, 8, &string("x"))))?;
    }
    Ok(())
}

fn security(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    (0..n).try_for_each(|i| pcap.packet(&ends[0].send(&auth3(i as u32, &"u".repeat(3000)))))
}

/// A message in fragments of 60000 bytes.
fn fragmented(
    pcap: &mut Pcap<&mut Input>,
    end: &mut End,
    call: u32,
    stub: &[u8],
    reply: bool,
    opnum: u16,
) -> Result<()> {
    let count = stub.len().div_ceil(60_000);
    for (i, part) in stub.chunks(60_000).enumerate() {
        let flags = if i == 0 { FIRST } else { 0 } | if i + 1 == count { LAST } else { 0 };
        let pdu = if reply { response(call, flags, part) } else { request(call, flags, opnum, part) };
        pcap.packet(&end.send(&pdu))?;
    }
    Ok(())
}

/// Lists of entries that print as some hundred bytes for every eight.
fn amplified(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    for i in 0..n {
        let call = i as u32;
        pcap.packet(&ends[0].send(&request(call, WHOLE, 7, &0xffff_ffffu32.to_le_bytes())))?;
        // Under the limit of a message, whatever the ceiling; then just under it at the default one.
        let entries: u32 = if i % 2 == 0 { 7000 } else { 1_000_000 };
        let mut stub = [0x20000u32, entries, entries].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
        for _ in 0..entries {
            stub.extend([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        }
        stub.extend([0; 8]);
        fragmented(&mut pcap, &mut ends[1], call, &stub, true, 7)?;
    }
    Ok(())
}

fn controls(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    for i in 0..n {
        let units = if i % 2 == 0 { 60_000 } else { 4_000_000 };
        let stub = string(&"\u{1}".repeat(units));
        fragmented(&mut pcap, &mut ends[0], i as u32, &stub, false, 8)?;
    }
    Ok(())
}

/// ApiSetValue with long names and values, each for another key; never answered but now and then.
fn settings(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    let name = "\u{4e00}".repeat(300);
    for i in 0..n {
        let call = i as u32;
        pcap.packet(&ends[0].send(&request(call, WHOLE, 30, &[&opened(i)[8..], &string(&name), &[0; 4]].concat())))?;
        let mut stub = opened(i)[8..].to_vec();
        stub.extend(string(&format!("{i}{name}")));
        stub.extend(1u32.to_le_bytes());
        let data: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        stub.extend((data.len() as u32).to_le_bytes());
        stub.extend(&data);
        stub.extend((data.len() as u32).to_le_bytes());
        pcap.packet(&ends[0].send(&request(call + 0x4000_0000, WHOLE, 32, &stub)))?;
        if i % 2 == 0 {
            pcap.packet(&ends[1].send(&response(call + 0x4000_0000, WHOLE, &[0; 8])))?;
        }
    }
    Ok(())
}

fn blocks(input: &mut Input, n: u64) -> Result<()> {
    input.write_all(&section())?;
    let packet = tcp((1, 1), (2, 2), 0, SYN, &[]);
    for i in 0..n as u32 {
        for _ in 0..300 {
            input.write_all(&interface(&option(2, &[0x41; 200])))?;
        }
        // Names that are no UTF-8, each of another address.
        let mut names = Vec::new();
        for j in 0..400u32 {
            names.extend([1, 0, 4, 1]);
            names.extend((i * 400 + j).to_be_bytes());
            names.extend([0xff; 255]);
            names.push(0);
        }
        names.extend([0; 4]);
        input.write_all(&block(4, &names))?;
        // Empty options as many as fit, of a packet and of a section of its own; secrets and unknown blocks by the megabyte.
        input.write_all(&enhanced(0, &packet, &option(1, b"").repeat(60_000)))?;
        input.write_all(&enhanced(0, &packet, &option(1, &[0xff; 60_000]).repeat(4)))?;
        input.write_all(&block(10, &vec![0x41; 3 << 20]))?;
        input.write_all(&block(0x7777, &vec![0x41; 1 << 20]))?;
        input.write_all(&block(4, &vec![0x41; 1 << 20]))?;
    }
    Ok(())
}

/// A capture of one packet record after another of zeros, compressed.
fn zeros(out: &mut impl Write, megabytes: u64) -> Result<()> {
    let mut record = [[1; 4], [0; 4], 200_000u32.to_le_bytes(), 200_000u32.to_le_bytes()].concat();
    record.resize(16 + 200_000, 0);
    (0..megabytes * 5).try_for_each(|_| out.write_all(&record))
}

fn gzip(input: &mut Input, n: u64) -> Result<()> {
    let mut encoder = GzEncoder::new(input, Compression::best());
    Pcap::new(&mut encoder)?;
    zeros(&mut encoder, n / 4)
}

fn zstd(input: &mut Input, n: u64) -> Result<()> {
    let mut start = Vec::new();
    Pcap::new(&mut start)?;
    start.extend([[1u8; 4], [0; 4], [0, 0, 0x3f, 0], [0, 0, 0x3f, 0]].concat());
    // A frame with a window of 8 MiB (or, at a small ceiling, more than is allowed), a raw block, then blocks that
    // repeat one byte 128 KiB long.
    input.write_all(&[0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3])?;
    input.write_all(&((start.len() as u32) << 3).to_le_bytes()[..3])?;
    input.write_all(&start)?;
    (0..n * 8).try_for_each(|_| {
        input.write_all(&((128 << 10 << 3) | 2u32).to_le_bytes()[..3])?;
        input.write_all(&[0])
    })
}

/// All that goes into one capture, one after the other, so that every table is full at the same time.
fn everything(input: &mut Input, n: u64) -> Result<()> {
    let mut pcap = Pcap::new(input)?;
    let name = "\u{4e00}".repeat(300);
    let data = [0x41; 1400];
    let mut big: Vec<_> = (10..14).map(connection).collect();
    let mut ends = connection(1);
    bound(&mut pcap, &mut ends)?;
    for i in 0..n {
        let [client, _] = connection(1000 + i);
        pcap.packet(&tcp(client.src, client.dst, 0, SYN, &[]))?;
        pcap.packet(&udp(client.src, client.dst, &datagram(0, 4, i, 1, 0, &[0x41; 100])))?;
        pcap.packet(&ipv4(
            17,
            0x0a00_0001,
            3,
            (i / 40) as u16,
            0x2000 | (185 * (i % 40)) as u16,
            &data[..1400 / 8 * 8],
        ))?;
        let [client, _] = connection(100 + i % 500);
        pcap.packet(&tcp(client.src, client.dst, 10 + 1401 * (i / 500) as u32, ACK, &data))?;
        pcap.packet(&ends[0].send(&request(i as u32, WHOLE, 8, &string(&format!("{i} {name}")))))?;
        if i % 4 != 0 {
            pcap.packet(&ends[1].send(&response(i as u32, WHOLE, &opened(i))))?;
        }
        if i % 64 == 0 {
            let many = &mut big[(i / 64 % 4) as usize];
            pcap.packet(&many[0].send(&request(7, if i < 256 { FIRST } else { 0 }, 8, &[0x41; 60_000])))?;
        }
        let mut other = connection(2_000_000 + i);
        bound(&mut pcap, &mut other)?;
    }
    Ok(())
}

/// What a run took: the most resident memory in bytes, and the last line that it printed.
fn run(stream: &Stream, command: &str, limit: &str, n: u64) -> (u64, String) {
    let mut child = program::command(&[command, "--format", "jsonl", "--memory-limit", limit, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    let make = stream.make;
    // A reader that stops early (a bomb) closes the pipe.
    let writer = std::thread::spawn(move || {
        let mut input = BufWriter::with_capacity(1 << 18, stdin);
        let _ = make(&mut input, n);
        let _ = input.flush();
    });
    let status = format!("/proc/{}/status", child.id());
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while let Ok(text) = std::fs::read_to_string(&status) {
            let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(peak) = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok()) else { break };
            most = most.max(peak * 1024);
            std::thread::sleep(Duration::from_millis(2));
        }
        most
    });
    let mut last = String::new();
    let mut lines = BufReader::with_capacity(1 << 18, child.stdout.take().unwrap());
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).unwrap() == 0 {
            break;
        }
        if line.len() < 10_000 {
            last = String::from_utf8_lossy(&line).into_owned();
        }
    }
    let done = child.wait().unwrap();
    assert!(done.code().is_some_and(|code| code <= 1), "{} {command}: {done}", stream.name);
    writer.join().unwrap();
    (watch.join().unwrap(), last)
}

#[test]
fn memory_stays_below_the_ceiling() {
    let full = std::env::var("CLUSCOPE_CEILING").is_ok_and(|value| value == "full");
    let only = std::env::var("CLUSCOPE_CEILING_STREAM").ok();
    let ceilings: &[(&str, u64)] =
        if full { &[("256MB", 256_000_000), ("64M", 64 << 20), ("16M", 16 << 20)] } else { &[("16M", 16 << 20)] };
    let mut failed = Vec::new();
    for stream in STREAMS.iter().filter(|stream| only.as_deref().is_none_or(|only| stream.name.contains(only))) {
        // Without optimization one command will do, but for the stream that has it all.
        let few = cfg!(debug_assertions) && stream.name != "everything";
        for command in stream.commands.iter().take(if few { 1 } else { usize::MAX }) {
            for (limit, ceiling) in ceilings {
                // Tables are full long before the end; the first command at the default ceiling gets all of it.
                let share = match (full, *command, *limit) {
                    (true, "dissect", "256MB") => 1,
                    (true, _, "256MB") => 4,
                    (true, ..) => 10,
                    (false, ..) => 100,
                };
                let n = (stream.full / share).max(4);
                let (peak, last) = run(stream, command, limit, n);
                let short = last.trim().get(..last.trim().len().min(300)).unwrap_or_default().to_string();
                println!("{:36} {command:8} {limit:>6} {:7.1} MB  {short}", stream.name, peak as f64 / 1e6);
                if peak > ceiling + DEBUG {
                    failed.push(format!("{}, {command} at {limit}: {peak}", stream.name));
                }
                if full && *command == "dissect" && !stream.counters.is_empty() {
                    let shown = stream.counters.iter().any(|counter| last.contains(counter));
                    if !last.contains("\"type\":\"limits\"") || !shown {
                        failed.push(format!("{}, {command} at {limit}: none of {:?}", stream.name, stream.counters));
                    }
                }
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
