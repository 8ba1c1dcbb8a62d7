//! What a file that is no capture is, by its first bytes, and what to do about it.

/// What a file that is no capture looks like by its first bytes.
pub(super) fn guess(start: &[u8]) -> Option<&'static str> {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"GMBU", "a Network Monitor 2 capture; convert it with editcap -F pcapng"),
        (b"RTSS", "a Network Monitor 1 capture; convert it with editcap -F pcapng"),
        (b"XCP\0", "a NetXRay or Sniffer (Windows) capture; convert it with editcap -F pcapng"),
        (b"TRSNIFF data", "a Sniffer (DOS) capture; convert it with editcap -F pcapng"),
        (b"snoop\0\0\0", "a snoop capture; convert it with editcap -F pcapng"),
        (b"\xaa\xaa\xaa\xaa", "an InfoVista 5View capture; convert it with editcap -F pcapng"),
        (b"\x01\x10\x4c\x00", "a Novell LANalyzer capture; convert it with editcap -F pcapng"),
        (b"\x05VNF", "a Visual Networks capture; convert it with editcap -F pcapng"),
        (b"\x7fver", "an EtherPeek, AiroPeek or OmniPeek capture; convert it with editcap -F pcapng"),
        (b"ObserverPktBuffe", "an Observer capture; convert it with editcap -F pcapng"),
        (b"\x54\x52\x00\x64", "an HP-UX nettl trace; convert it with editcap -F pcapng"),
        (b"iptrace ", "an AIX iptrace; convert it with editcap -F pcapng"),
        (b"btsnoop\0", "a Bluetooth HCI log; it holds no IP packets"),
        (b"\0\0\x02\0\x12\x05\0\x10", "a Tektronix K12 capture; convert it with editcap -F pcapng"),
        (b"+---------+---------------+", "a K12 text file; convert it with editcap -F pcapng"),
        (b"\x1f\x8b", "gzip-compressed; decompress it first"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed; decompress it first"),
        (b"\x04\x22\x4d\x18", "lz4-compressed; decompress it first"),
        (b"\xfd7zXZ\0", "xz-compressed; decompress it first"),
        (b"BZh", "bzip2-compressed; decompress it first"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
        (
            b"MSCF",
            "a cabinet archive, as netsh trace leaves one beside its .etl; unpack the .etl first: expand -F:*.etl IN.cab . (on \
             Windows), cabextract -F '*.etl' IN.cab (elsewhere)",
        ),
        (b"ElfFile\0", "a Windows event log (.evtx); it holds no packets"),
        (b"\x7fELF", "an executable"),
        (b"MZ", "a Windows executable"),
        (b"{", "JSON text"),
        (b"<?xml", "XML text"),
    ];
    if let Some((_, guess)) = KNOWN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(guess);
    }
    if is_etl(start) {
        return Some(
            "an ETW trace (.etl), as netsh trace and pktmon record it; convert it with etl2pcapng IN.etl OUT.pcapng, or \
             with pktmon etl2pcap IN.etl --out OUT.pcapng",
        );
    }
    if is_erf(start) {
        return Some("probably an Endace ERF capture; convert it with editcap -F pcapng");
    }
    if is_comm_view(start) {
        return Some("probably a CommView capture; convert it with editcap -F pcapng");
    }
    if !start.is_empty() && start.iter().all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')) {
        return Some("text");
    }
    None
}

/// Whether the bytes start as an ETW trace: a `WMI_BUFFER_HEADER`, whose first field is the buffer size (a power of two
/// multiple of 1 KiB), followed by the saved offset and the current offset, neither beyond that size.
fn is_etl(start: &[u8]) -> bool {
    let word = |at: usize| -> Option<u32> {
        let bytes = start.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    match (word(0), word(4), word(8)) {
        (Some(size), Some(saved), Some(current)) => {
            size % 1024 == 0 && (1 << 10..=16 << 20).contains(&size) && saved <= size && current <= size && saved >= 72
        }
        _ => false,
    }
}

/// Whether the bytes start as a record of Endace's format: a time whose seconds stand last, a type, flags, a length.
fn is_erf(start: &[u8]) -> bool {
    let Some(&[_, _, _, _, s0, s1, s2, s3, kind, flags, r0, r1, _, _, w0, w1]) = start.first_chunk::<16>() else {
        return false;
    };
    let seconds = u32::from_le_bytes([s0, s1, s2, s3]);
    let (record, wire) = (u16::from_be_bytes([r0, r1]), u16::from_be_bytes([w0, w1]));
    // From 1996 to 2039.
    (seconds == 0 || (820_454_400..2_208_988_800).contains(&seconds))
        && (1..=48).contains(&(kind & 0x7f))
        && flags & 0xc0 == 0
        && (16..=16_384).contains(&record)
        && wire <= 16_384
}

/// Whether the bytes start as a packet of CommView's formats: its length once or twice, then a date.
fn is_comm_view(start: &[u8]) -> bool {
    let date = |at: usize| {
        let Some(&[y0, y1, month, day]) = start.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
            return false;
        };
        let year = u16::from_le_bytes([y0, y1]);
        (1990..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
    };
    let twice = start.get(..2) == start.get(2..4) && start.get(..2).is_some_and(|length| length != [0, 0]);
    twice && date(5) || start.get(2..4) == Some(&[0, 0]) && date(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of files as editcap of Wireshark 4.0 writes them.
    #[test]
    fn foreign_captures_are_named() {
        for (start, name) in [
            ("aaaaaaaa2000000000000100180000000010001800000000", "5View"),
            ("3600360000ea070b120b062800000000000000000200000000", "CommView"),
            ("36000000ea070b120b062800000000000000000002000000", "CommView"),
            ("00000000000000009b0400800000006811000000000000", "ERF"),
            ("0110 4c00 0105 5472 6163 6520 4469 7370", "LANalyzer"),
            ("525453530101010 0ea070b000300120 0", "Network Monitor 1"),
            ("474d42550002010 0ea070b000300120 0", "Network Monitor 2"),
            ("5452006400000000000000802f746d70", "nettl"),
            ("5452534e4946462064617461202020201a01", "Sniffer (DOS)"),
            ("584350003030312e31303000c086fd6a", "Sniffer (Windows)"),
            ("4f6273657276 6572506b744275666665", "Observer"),
            ("736e6f6f70000000000000020000000 4", "snoop"),
            ("05564e4678000000c086fd6a0600ffff", "Visual Networks"),
        ] {
            let bytes = hex::decode(start.replace(' ', "")).unwrap();
            let guess = guess(&bytes).unwrap_or_default();
            assert!(guess.contains(name), "{name}: {guess}");
        }
    }
}
