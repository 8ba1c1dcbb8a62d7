//! Secrets in what can't be read: neither text nor `--hide-secrets` shows what may hold one.

use crate::program::{self, stdout};
use crate::wire;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::session::call_context::CallContext;

/// `P@ssw0rd` in UTF-16, often enough that a line of a dump has it whole.
fn password() -> Vec<u8> {
    "P@ssw0rd".repeat(16).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn shows(output: &str) -> bool {
    ["P.@.s", "P@ssw", "50 00 40 00", "5000400073"].iter().any(|secret| output.contains(secret))
}

fn run(arguments: &[&str], input: &[u8]) -> String {
    stdout(&program::run(arguments, input))
}

/// ApiResourceControl with CLUSCTL_RESOURCE_NETNAME_SET_PWD_INFO, whose buffer claims more than there is.
fn control() -> Vec<u8> {
    [&[1; 20][..], &0x0100_017a_u32.to_le_bytes(), &[0, 0, 2, 0], &[0xff; 4], &password()].concat()
}

/// The answer to ApiResourceControl: a buffer of 256 bytes, then lpBytesReturned, lpcbRequired, rpc_status, status.
fn answer() -> Vec<u8> {
    let counts = [256_u32, 0, 256].map(u32::to_le_bytes).concat();
    [&counts[..], &password(), &256_u32.to_le_bytes(), &[0; 12]].concat()
}

/// ApiSetServiceAccountPassword with more behind it: "x", no flags, no room for the answer.
fn trailing() -> Vec<u8> {
    let text = [2_u32, 0, 2, u32::from(b'x'), 0, 0].map(u32::to_le_bytes).concat();
    [&text[..], &password()].concat()
}

fn capture() -> Vec<u8> {
    let mut out = wire::Pcap::new(Vec::new()).unwrap();
    let [mut client, mut server] = wire::connection(1);
    let mut never = wire::request(5, wire::WHOLE, 73, &control());
    never[20] = 7;
    let mut broken = wire::request(6, wire::WHOLE, 73, &control());
    broken[10..12].copy_from_slice(&0x7fff_u16.to_le_bytes());
    for (from_client, pdu) in [
        (true, wire::bind(1, 0..1, 1)),
        (false, wire::bind_ack(1, 1)),
        (true, wire::request(2, wire::WHOLE, 73, &control())),
        // Nobody asked.
        (false, wire::response(3, wire::WHOLE, &answer())),
        (true, wire::request(4, wire::WHOLE, 108, &trailing())),
        (true, never),
        (true, broken),
    ] {
        let packet = if from_client { client.send(&pdu) } else { server.send(&pdu) };
        out.packet(&packet).unwrap();
    }
    out.into_inner()
}

#[test]
fn captures() {
    let capture = capture();
    let text = run(&["dissect", "--format", "text", "-"], &capture);
    assert!(!shows(&text), "{text}");
    let hidden = |bytes: usize| format!("{bytes} bytes not shown: they may hold a secret");
    // The request that can't be decoded, the answer without a request, what is left over, the unknown context.
    assert_eq!(text.matches(&hidden(control().len())).count(), 2, "{text}");
    assert_eq!(text.matches(&hidden(answer().len())).count(), 1, "{text}");
    assert_eq!(text.matches(&hidden(password().len())).count(), 1, "{text}");
    assert!(!shows(&run(&["calls", "--format", "text", "--full", "-"], &capture)));

    let json = run(&["dissect", "--format", "jsonl", "-"], &capture);
    let lines: Vec<&str> = json.lines().filter(|line| shows(line)).collect();
    assert_eq!(lines.len(), 4, "the answer, what is left over, the unknown context, the broken one: {json}");
    let masked = run(&["dissect", "--format", "jsonl", "--hide-secrets", "-"], &capture);
    assert!(!shows(&masked), "{masked}");
    assert_eq!(masked.matches(r#"00","secret":true"#).count(), 4, "{masked}");
    // The header is no secret.
    assert!(masked.contains(r#""bytes":"0500000310000000"#), "{masked}");
    assert!(!shows(&run(&["calls", "--format", "jsonl", "--hide-secrets", "-"], &capture)));
}

#[test]
fn stubs() {
    let decode = |opnum: &str, direction: &str, stub: &[u8]| {
        let arguments = ["stub", "decode", "--interface", "clusapi", "--version", "3.0", "--opnum", opnum];
        run(&[&arguments[..], &["--direction", direction, "--format", "text"]].concat(), hex::encode(stub).as_bytes())
    };
    let answer = answer();
    let text = decode("73", "response", &answer);
    assert!(!shows(&text) && text.contains("256 bytes\n"), "{text}");
    assert!(text.contains("not shown: may hold a secret (its control code is not known)"), "{text}");
    let text = decode("73", "request", &control());
    assert!(!shows(&text) && text.contains("288 bytes not shown"), "{text}");
    // Properties of resources, in a list in a list (ApiCreateResourceEnum, ApiCreateGroupEnum).
    for opnum in ["143", "144"] {
        let text = decode(opnum, "response", &password());
        assert!(!shows(&text) && text.contains("256 bytes not shown"), "{opnum}: {text}");
    }
    // What holds no secret is shown as before, of the same methods too.
    assert!(shows(&decode("8", "request", &password())));
    assert!(shows(&decode("108", "response", &password())));

    let identity = Identity::new("clusapi", "3.0", 73, "response", "ndr", "little").unwrap();
    for hide in [false, true] {
        let mut out = Out::new();
        if hide {
            out.hide_secrets();
        }
        assert!(stub::decode(&mut out, &identity, &CallContext::default(), &answer));
        let json = String::from_utf8(out.as_bytes().to_vec()).unwrap();
        assert_eq!(shows(&json), !hide, "{json}");
        assert_eq!(json.contains(&format!(r#"{{"hex":"{}","secret":true"#, "00".repeat(256))), hide, "{json}");
    }
}
