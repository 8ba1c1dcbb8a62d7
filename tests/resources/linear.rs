//! Twice the input takes twice the work. Work is counted, not timed: the steps of the inner loops with the bytes that
//! they copy or look through (feature `work-counter`), and the bytes that are asked of the allocator. Each case is made
//! three times, each time twice as long; neither count may grow by more than [`MOST`].

use crate::wire::*;
use crate::{COUNTING, alone};
use cluscope::internals::analysis::story::Story;
use cluscope::internals::analysis::{HandleAnnotations, Tracker, stats::Stats};
use cluscope::internals::base::work;
use cluscope::internals::capture::{LinkType, Packet, Reader};
use cluscope::internals::conformance::Checker;
use cluscope::internals::filter::{Filter, Subject};
use cluscope::internals::ndr::wire::{Kind, Message};
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::{Session, SessionLimits};
use cluscope::internals::structs::{self, dependency};
use stats_alloc::Region;
use std::hint::black_box;

/// By how much work may grow when the input doubles.
const MOST: f64 = 2.2;

/// What does not grow with the input: tables made when first needed, buffers of a fixed size. Counts below it say nothing.
const LITTLE: u64 = 200_000;

/// Makes a text of a size.
type Make = fn(usize) -> String;

#[track_caller]
fn linear(name: &str, n: usize, make: impl Fn(usize) -> Vec<Vec<u8>>, run: impl Fn(&[Vec<u8>])) {
    let _alone = alone();
    // What is made once for all is made here.
    run(&make(2));
    let mut before: Option<(u64, u64)> = None;
    for n in [n, 2 * n, 4 * n] {
        let input = make(n);
        let input_bytes: usize = input.iter().map(Vec::len).sum();
        let region = Region::new(COUNTING);
        work::taken();
        run(black_box(&input));
        let steps = work::taken();
        let change = region.change();
        let bytes = change.bytes_allocated as u64;
        println!("{name:36} {n:7}: {input_bytes:9} bytes, {steps:9} steps, {bytes:10} bytes allocated");
        assert!(steps > 0 || bytes > 0, "{name}: nothing counted");
        if let Some((earlier_steps, earlier_bytes)) = before {
            let ratio = steps as f64 / earlier_steps.max(1) as f64;
            assert!(ratio < MOST || steps < 1000, "{name}: {earlier_steps} to {steps} steps, {ratio:.2} times");
            let ratio = bytes as f64 / earlier_bytes.max(1) as f64;
            let grown = bytes.saturating_sub(earlier_bytes);
            assert!(ratio < MOST || grown < LITTLE, "{name}: {earlier_bytes} to {bytes} bytes, {ratio:.2} times");
        }
        before = Some((steps, bytes));
    }
}

/// Through a session and everything that reads records.
fn session(packets: &[Vec<u8>]) {
    let mut limits = SessionLimits::default();
    limits.network.fragment_pieces = 1 << 16;
    limits.network.tcp_segments = 1 << 16;
    limits.network.tcp_buffer_unacknowledged = limits.network.tcp_buffer_total;
    limits.network.tcp_buffer = limits.network.tcp_buffer_total;
    let mut session = Session::new(limits, Default::default());
    let mut tracker = Tracker::default();
    let mut checker = Checker::default();
    let (mut story, mut stats) = (Story::default(), Stats::default());
    let mut records = Records::default();
    let mut out = Out::with_limit(16 << 20);
    let filter = Filter::parse("object == \"none\" or text ~ \"nothing\" or text contains \"no\"").unwrap();
    let mut each = |record: cluscope::internals::session::Record<'_>| {
        let seen = tracker.feed(&record);
        black_box(filter.matches(&Subject::of(&record, &seen)));
        records.print_with(&mut out, &record, Some(&HandleAnnotations::of(&seen)));
        work_of(out.len());
        checker.record(&record, &mut |finding| drop(black_box(finding)));
        story.feed(&record, &seen, 0, &mut |event| drop(black_box(event)));
        if let Some(call) = cluscope::internals::analysis::calls::Call::completed(&record, &seen) {
            stats.add(&call);
        }
    };
    for (frame, data) in (1u64..).zip(packets) {
        let (original_len, comments) = (data.len(), Vec::new());
        session.packet(&Packet { frame, time: None, link: LinkType::RAW, data, original_len, comments }, &mut each);
    }
    session.finish(&mut each);
}

/// Bytes of output count as work, too; an allocation stands for them.
fn work_of(bytes: usize) {
    black_box(Vec::<u8>::with_capacity(bytes));
}

fn kind(direction: Direction) -> Kind {
    let interface = cluscope::internals::idl::interface("clusapi").unwrap();
    Kind { interface, version: 1, direction, syntax: Syntax::Ndr, endian: Endian::Little }
}

/// A connection that is bound, and what is said on it.
fn bound(say: impl FnOnce(&mut Vec<Vec<u8>>, &mut [End; 2])) -> Vec<Vec<u8>> {
    let mut ends = connection(1);
    let mut packets = vec![ends[0].send(&bind(0, 0..1, 1)), ends[1].send(&bind_ack(0, 1))];
    say(&mut packets, &mut ends);
    packets
}

/// A response of ApiCreateEnum with so many names.
fn names(n: usize) -> Vec<u8> {
    let n = n as u32;
    let mut stub: Vec<u8> = [0x20000u32, n, n].iter().flat_map(|n| n.to_le_bytes()).collect();
    for i in 0..n {
        stub.extend(1u32.to_le_bytes());
        stub.extend((0x20008 + 4 * i).to_le_bytes());
    }
    (0..n).for_each(|i| stub.extend(string(&format!("resource {i:06}"))));
    stub.extend([0; 8]);
    stub
}

#[test]
fn stubs_with_lists_of_names() {
    let method = kind(Direction::Response).interface.method(1, 7).unwrap();
    linear(
        "list of names, decoded",
        1000,
        |n| vec![names(n)],
        |input| {
            Message::decode(method, kind(Direction::Response), &input[0]).unwrap();
        },
    );
    linear(
        "list of names, views",
        1000,
        |n| vec![names(n)],
        |input| {
            let message = Message::decode(method, kind(Direction::Response), &input[0]).unwrap();
            let list =
                cluscope::internals::idl::cluster::ApiCreateEnum::Response::of(message).unwrap().ReturnEnum().unwrap();
            assert!(list.Entry().filter_map(|entry| entry.Name()).map(|name| name.len()).sum::<usize>() > 0);
        },
    );
    linear(
        "list of names, not terminated",
        1000,
        |n| {
            let mut stub = names(n);
            stub.truncate(stub.len() - 12);
            vec![stub]
        },
        |input| {
            assert!(Message::decode(method, kind(Direction::Response), &input[0]).is_err());
        },
    );
}

/// Every method's largest list: bytes of ones, which every count and pointer takes for something.
#[test]
fn stubs_of_every_method() {
    for method in kind(Direction::Response).interface.versions[1].methods.iter().filter(|method| method.on_wire) {
        for direction in [Direction::Request, Direction::Response] {
            linear(
                method.name,
                2000,
                |n| {
                    // A count of as many elements as there are words, and words behind it.
                    let words =
                        [0x20000, n as u32 / 4, 0x20004, n as u32 / 4].into_iter().chain((0..n as u32).map(|_| 1));
                    vec![words.flat_map(u32::to_le_bytes).collect()]
                },
                |input| {
                    let _ = Message::decode(method, kind(direction), &input[0]);
                    black_box(vec![0u8]);
                },
            );
        }
    }
}

#[test]
fn fragments() {
    linear(
        "fragments of a message",
        500,
        |n| {
            bound(|packets, ends| {
                let stub = string(&"x".repeat(n * 50));
                let parts: Vec<_> = stub.chunks(100).collect();
                for (i, part) in parts.iter().enumerate() {
                    let flags = if i == 0 { FIRST } else { 0 } | if i + 1 == parts.len() { LAST } else { 0 };
                    packets.push(ends[0].send(&request(1, flags, 8, part)));
                }
            })
        },
        session,
    );
    linear(
        "fragments of many messages",
        500,
        |n| {
            bound(|packets, ends| {
                for i in 0..n as u32 {
                    packets.push(ends[0].send(&request(i % 60, if i < 60 { FIRST } else { 0 }, 8, &[0x41; 100])));
                }
            })
        },
        session,
    );
    linear(
        "first fragments",
        500,
        |n| {
            bound(|packets, ends| {
                (0..n as u32).for_each(|i| packets.push(ends[0].send(&request(i, FIRST, 8, &[0x41; 100]))))
            })
        },
        session,
    );
    linear(
        "a message in segments of a byte",
        500,
        |n| {
            bound(|packets, ends| {
                let pdu = request(1, WHOLE, 8, &string(&"x".repeat(n)));
                pdu.iter().for_each(|byte| packets.push(ends[0].send(&[*byte])));
            })
        },
        session,
    );
}

#[test]
fn connectionless_fragments() {
    for (name, reversed) in [("datagram fragments", false), ("datagram fragments, reversed", true)] {
        linear(
            name,
            400,
            |n| {
                let [client, _] = connection(1);
                let stub = string(&"x".repeat(n * 50));
                let parts: Vec<_> = stub.chunks(100).enumerate().collect();
                let count = parts.len();
                let packet = |(i, part): &(usize, &[u8])| {
                    let flags = 4 | if i + 1 == count { 2 } else { 0 };
                    udp(client.src, client.dst, &datagram(0, flags, 1, 1, *i as u16, part))
                };
                if reversed { parts.iter().rev().map(packet).collect() } else { parts.iter().map(packet).collect() }
            },
            session,
        );
    }
    linear(
        "datagrams repeated",
        400,
        |n| {
            let [client, _] = connection(1);
            (0..n).map(|i| udp(client.src, client.dst, &datagram(0, 4, 1, 1, (i % 3) as u16, &[0x41; 64]))).collect()
        },
        session,
    );
}

#[test]
fn disorder() {
    let segments = |n: usize, step: u32, len: usize| -> Vec<Vec<u8>> {
        let [client, _] = connection(1);
        let mut packets = vec![tcp(client.src, client.dst, 0, SYN, &[])];
        packets.push(tcp(client.src, client.dst, 1, ACK, &bind(0, 0..1, 1)));
        let start = 1 + bind(0, 0..1, 1).len() as u32;
        let stream: Vec<u8> = request(1, WHOLE, 8, &string("x")).repeat(n);
        for i in (0..n as u32).rev() {
            let at = (i * step) as usize;
            let data = stream.get(at..(at + len).min(stream.len())).unwrap_or(&[]);
            packets.push(tcp(client.src, client.dst, start + i * step, ACK, data));
        }
        packets
    };
    linear("segments reversed", 500, |n| segments(n, 40, 40), session);
    linear("segments reversed, overlapping", 500, |n| segments(n, 20, 40), session);
    linear("segments reversed, with holes", 500, |n| segments(n, 40, 39), session);
    linear(
        "a message in segments reversed",
        500,
        |n| {
            let [client, _] = connection(1);
            let mut packets = vec![tcp(client.src, client.dst, 0, SYN, &[])];
            let stub = string(&"x".repeat(20_000));
            let stream = request(1, WHOLE, 8, &stub[..n * 20]);
            for (i, part) in stream.chunks(20).enumerate().rev() {
                packets.push(tcp(client.src, client.dst, 1 + i as u32 * 20, ACK, part));
            }
            packets
        },
        session,
    );
    linear("segments of a byte, with holes", 500, |n| segments(n, 2, 1), session);
    linear(
        "segments again and again",
        500,
        |n| {
            let mut packets = segments(50, 40, 39);
            let again: Vec<_> = packets[2..].to_vec();
            (0..n / 50).for_each(|_| packets.extend(again.clone()));
            packets
        },
        session,
    );
}

/// A segment that acknowledges what it likes.
fn acknowledging(end: &End, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = tcp(end.src, end.dst, seq, flags, payload);
    packet[28..32].copy_from_slice(&ack.to_be_bytes());
    packet
}

/// Many connections that end, each with a hole on both sides: closed by both, reset, or left as they are.
#[test]
fn connections_that_end_with_holes() {
    const FIN: u8 = 1;
    const RST: u8 = 4;
    for (name, end) in [("closed", FIN), ("reset", RST), ("left", 0)] {
        let make = |n: usize| -> Vec<Vec<u8>> {
            let mut packets = Vec::new();
            for number in 0..n {
                let [client, server] = connection(number as u64);
                let asked = request(1, WHOLE, 8, &string("a resource"));
                let len = asked.len() as u32;
                packets.push(acknowledging(&client, 0, 0, SYN, &[]));
                packets.push(acknowledging(&server, 0, 1, SYN | ACK, &[]));
                // A hundred bytes are missing before each.
                packets.push(acknowledging(&client, 101, 1, ACK, &asked));
                packets.push(acknowledging(&server, 101, 101 + len, ACK, &asked));
                if end != 0 {
                    packets.push(acknowledging(&client, 101 + len, 101 + len, end | ACK, &[]));
                    packets.push(acknowledging(&server, 101 + len, 102 + len, end | ACK, &[]));
                    packets.push(acknowledging(&client, 102 + len, 102 + len, ACK, &[]));
                }
            }
            packets
        };
        linear(&format!("connections with holes, {name}"), 1000, make, session);
    }
}

/// Acknowledgements that run ahead, run back, and jump, in both directions, while bytes wait behind a hole.
#[test]
fn hostile_acknowledgements() {
    type Step = (&'static str, fn(u32) -> u32);
    let steps: [Step; 4] = [
        ("ahead", |n| 1 + n * 1000),
        ("back", |n| 0x1000_0000 - n * 1000),
        ("to and fro", |n| if n % 2 == 0 { 1 } else { 0x7000_0000 }),
        ("anywhere", |n| n.wrapping_mul(2_654_435_761)),
    ];
    for (name, ack) in steps {
        let make = |n: usize| -> Vec<Vec<u8>> {
            let [client, server] = connection(1);
            let mut packets =
                vec![acknowledging(&client, 0, 0, SYN, &[]), acknowledging(&server, 0, 1, SYN | ACK, &[])];
            for number in 0..n as u32 {
                let at = 101 + number * 50;
                packets.push(acknowledging(&client, at, ack(number), ACK, &[0x41; 40]));
                packets.push(acknowledging(&server, at, ack(number), ACK, &[0x41; 40]));
            }
            packets
        };
        linear(&format!("acknowledgements {name}"), 500, make, session);
    }
}

#[test]
fn fragments_of_ip() {
    let parts = |n: usize, step: usize, len: usize| -> Vec<Vec<u8>> {
        let datagram = udp((1, 1), (2, 2), &datagram(0, 4 | 2, 1, 1, 0, &vec![0x41; n * step]))[20..].to_vec();
        let count = datagram.len().div_ceil(step);
        let part = |i: usize| {
            let end = (i * step + len).min(datagram.len());
            let more = if end < datagram.len() { 0x2000 } else { 0 };
            ipv4(17, 1, 2, 1, more | (i * step / 8) as u16, &datagram[i * step..end])
        };
        (0..count).rev().map(part).collect()
    };
    linear("IP fragments reversed", 500, |n| parts(n, 16, 16), session);
    linear("IP fragments reversed, overlapping", 500, |n| parts(n, 16, 24), session);
    linear(
        "IP fragments repeated",
        300,
        |n| {
            let mut packets = parts(400, 16, 16);
            packets.truncate(399);
            let again = packets.clone();
            (0..n).for_each(|i| packets.push(again[i % again.len()].clone()));
            packets
        },
        session,
    );
}

#[test]
fn structures() {
    let word = |n: usize| (n as u32).to_le_bytes();
    let text = |text: &str| -> Vec<u8> { text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() };
    let property = |i: usize| {
        let name = text(&format!("Name{i:07}"));
        [&[3, 0, 4, 0][..], &word(name.len()), &name, &[2, 0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0], &[0; 4]].concat()
    };
    let read = |name: &'static str| move |input: &[Vec<u8>]| drop(black_box(structs::decode(name, &input[0]).unwrap()));
    linear(
        "properties",
        500,
        |n| {
            let mut list = word(n).to_vec();
            (0..n).for_each(|i| list.extend(property(i)));
            vec![list]
        },
        read("PROPERTY_LIST"),
    );
    linear(
        "values of a property",
        500,
        |n| {
            let mut list = [&word(1)[..], &[3, 0, 4, 0, 4, 0, 0, 0, b'N', 0, 0, 0]].concat();
            (0..n).for_each(|_| list.extend([2, 0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0]));
            list.extend([0; 4]);
            vec![list]
        },
        read("PROPERTY_LIST"),
    );
    linear(
        "strings of a property",
        500,
        |n| {
            let strings = [text("item").repeat(n), vec![0, 0]].concat();
            let mut list =
                [&word(1)[..], &[3, 0, 4, 0, 4, 0, 0, 0, b'N', 0, 0, 0, 5, 0, 1, 0], &word(strings.len())].concat();
            list.extend(&strings);
            list.resize(list.len().next_multiple_of(4), 0);
            list.extend([0; 4]);
            vec![list]
        },
        read("PROPERTY_LIST"),
    );
    linear(
        "batch",
        500,
        |n| {
            let mut batch = word(1).to_vec();
            for i in 0..n {
                let name = text(&format!("Value{i:07}"));
                batch.extend([&word(1)[..], &word(4), &word(name.len()), &name, &word(4), &word(i)].concat());
            }
            vec![batch]
        },
        read("CLUSTER_REG_BATCH_UPDATE"),
    );
}

#[test]
fn expressions() {
    let parse = |input: &[Vec<u8>]| drop(black_box(dependency::parse(std::str::from_utf8(&input[0]).unwrap())));
    let cases: [(&str, Make); 8] = [
        ("expression", |n| vec!["[name]"; n].join(" or ")),
        ("expression, nested", |n| format!("{}{}{}", "(".repeat(30), vec!["[name]"; n].join(" and "), ")".repeat(30))),
        ("expression without end", |n| "[name] or ".repeat(n)),
        ("expression without brackets closed", |n| "[name or ".repeat(n)),
        ("expression of blanks", |n| format!("{}[a]{}", "(".repeat(30), " ".repeat(n))),
        ("expression, not closed", |n| format!("{}{}", "(".repeat(30), vec!["[name]"; n].join(" or "))),
        ("expression of groups", |n| vec!["([a] or [b])"; n].join(" and ")),
        ("expression of broken groups", |n| format!("{} and ([a] or [b]", vec!["([a] or [b])"; n].join(" and "))),
    ];
    for (name, make) in cases {
        linear(name, 500, |n| vec![make(n).into_bytes()], parse);
    }
}

#[test]
fn captures() {
    let read = |input: &[Vec<u8>]| {
        let mut reader = Reader::new(&input[0][..]).unwrap();
        while let Ok(Some(packet)) = reader.next() {
            black_box(packet.comments.len());
        }
    };
    let start = || [section(), interface(&[])].concat();
    linear(
        "options of a packet",
        2000,
        |n| vec![[start(), enhanced(0, &[0; 40], &option(1, b"comment").repeat(n))].concat()],
        read,
    );
    linear(
        "unknown options of a packet",
        2000,
        |n| vec![[start(), enhanced(0, &[0; 40], &option(99, b"").repeat(n))].concat()],
        read,
    );
    linear(
        "options of an interface",
        2000,
        |n| vec![[section(), interface(&option(9, &[6]).repeat(n))].concat()],
        read,
    );
    linear(
        "comments of a section",
        2000,
        |n| {
            let body = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8], &option(1, b"comment").repeat(n)]
                .concat();
            vec![block(0x0a0d_0d0a, &body)]
        },
        read,
    );
    linear(
        "names",
        1000,
        |n| {
            let names: Vec<u8> =
                (0..n as u32).flat_map(|i| [&[1, 0, 6, 0][..], &i.to_be_bytes(), b"a\0\0\0"].concat()).collect();
            vec![[start(), block(4, &[names, vec![0; 4]].concat())].concat()]
        },
        read,
    );
    linear("interfaces", 1000, |n| vec![[section(), interface(&[]).repeat(n)].concat()], read);
    linear("packets", 4000, |n| vec![[start(), enhanced(0, &[0; 100], &[]).repeat(n)].concat()], read);
    linear("large blocks", 10, |n| vec![[start(), enhanced(0, &vec![0; 300_000], &[]).repeat(n)].concat()], read);
}

#[test]
fn binds() {
    linear(
        "contexts",
        50,
        |n| {
            bound(|packets, ends| {
                for i in 0..n {
                    let from = (i * 20 % 60_000) as u16;
                    packets.push(ends[0].send(&alter(i as u32, from..from + 20, 3)));
                    packets.push(ends[1].send(&bind_ack(i as u32, 20)));
                }
            })
        },
        session,
    );
    linear(
        "binds without answer",
        100,
        |n| bound(|packets, ends| (0..n).for_each(|i| packets.push(ends[0].send(&alter(i as u32, 0..200, 3))))),
        session,
    );
}

#[test]
fn calls() {
    linear(
        "calls answered in reverse",
        500,
        |n| {
            bound(|packets, ends| {
                (0..n as u32)
                    .for_each(|i| packets.push(ends[0].send(&request(i, WHOLE, 8, &string(&format!("{i:07}"))))));
                for i in (0..n as u32).rev() {
                    let handle = [&[0; 12][..], &[0x66; 12], &i.to_be_bytes()].concat();
                    packets.push(ends[1].send(&response(i, WHOLE, &handle)));
                }
            })
        },
        session,
    );
    linear(
        "answers with lists",
        200,
        |n| {
            bound(|packets, ends| {
                for i in 0..n as u32 / 20 {
                    packets.push(ends[0].send(&request(i, WHOLE, 7, &[1, 0, 0, 0])));
                    packets.push(ends[1].send(&response(i, WHOLE, &names(200))));
                }
            })
        },
        session,
    );
    linear(
        "an answer with a long list",
        200,
        |n| {
            bound(|packets, ends| {
                packets.push(ends[0].send(&request(1, WHOLE, 7, &[1, 0, 0, 0])));
                let stub = names(n * 4);
                let parts: Vec<_> = stub.chunks(4000).collect();
                for (i, part) in parts.iter().enumerate() {
                    let flags = if i == 0 { FIRST } else { 0 } | if i + 1 == parts.len() { LAST } else { 0 };
                    packets.push(ends[1].send(&response(1, flags, part)));
                }
            })
        },
        session,
    );
}

/// Verification trailers are looked for at the end of requests with an authentication trailer.
#[test]
fn trailers() {
    let signature = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];
    linear(
        "signatures of trailers",
        200,
        |n| {
            bound(|packets, ends| {
                for i in 0..n as u32 / 10 {
                    let mut body = [&[0xff; 4][..], &[0, 0, 8, 0]].concat();
                    body.extend(signature.repeat(400));
                    let auth = [10, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
                    packets.push(ends[0].send(&pdu(0, WHOLE, i, &body, &auth)));
                }
            })
        },
        session,
    );
    linear(
        "a stub of signatures",
        200,
        |n| {
            bound(|packets, ends| {
                let body = [&[0xff; 4][..], &[0, 0, 8, 0], &signature.repeat(n)].concat();
                packets.push(ends[0].send(&pdu(0, WHOLE, 1, &body, &[10, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])));
            })
        },
        session,
    );
}

/// Bytes that are no PDU, in the middle of a connection.
#[test]
fn nonsense() {
    for (name, bytes) in [("bytes that are no PDU", [5, 0, 0, 3]), ("bytes that are none, other ones", [5, 5, 5, 5])] {
        linear(
            name,
            100,
            |n| {
                bound(|packets, ends| {
                    (0..n).for_each(|_| packets.push(ends[0].send(&bytes.repeat(250))));
                    packets.push(ends[0].send(&request(1, WHOLE, 8, &string("x"))));
                })
            },
            session,
        );
    }
}

#[test]
fn filters() {
    let parse = |input: &[Vec<u8>]| {
        let text = std::str::from_utf8(&input[0]).unwrap();
        if let Ok(filter) = Filter::parse(text) {
            black_box(filter.decide(u64::MAX));
        }
        black_box(text.to_string());
    };
    let cases: [(&str, usize, Make); 5] = [
        ("filter", 16, |n| vec!["opnum == 8"; n].join(" and ")),
        ("filter with not", 14, |n| format!("{}opnum == 8", "not ".repeat(n))),
        ("filter with parentheses", 14, |n| format!("{}opnum == 8{}", "(".repeat(n), ")".repeat(n))),
        ("filter, not closed", 14, |n| format!("{}opnum == 8", "(".repeat(n))),
        ("filter of blanks", 900, |n| format!("opnum{}== 8", " ".repeat(n))),
    ];
    for (name, n, make) in cases {
        linear(name, n, |n| vec![make(n).into_bytes()], parse);
    }
}
