//! Community ID v1: a hash of a flow's end points that other tools (Zeek, Suricata, Arkime) log too.
//!
//! <https://github.com/corelight/community-id-spec>

use super::Transport;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::net::{IpAddr, SocketAddr};

/// The Community ID of a flow with seed 0: `1:` and the base64 of a SHA-1. Both directions give the same.
///
/// The end point with the smaller address (as bytes in network order), or with the smaller port where the addresses are
/// equal, goes first.
#[must_use]
pub fn community_id(transport: Transport, src: SocketAddr, dst: SocketAddr) -> String {
    let protocol: u8 = match transport {
        Transport::Tcp => 6,
        Transport::Udp => 17,
    };
    let ends = (End::new(src), End::new(dst));
    let (low, high) = if ends.0 <= ends.1 { ends } else { (ends.1, ends.0) };
    let mut hash = Sha1::new();
    hash.update([0, 0]); // the seed
    hash.update(low.address());
    hash.update(high.address());
    hash.update([protocol, 0]);
    hash.update(low.port.to_be_bytes());
    hash.update(high.port.to_be_bytes());
    let mut id = String::with_capacity(30);
    id.push_str("1:");
    STANDARD.encode_string(hash.finalize(), &mut id);
    id
}

/// An end point; the order of the fields is the order of comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    bytes: [u8; 16],
    port: u16,
    length: usize,
}

impl End {
    fn new(end: SocketAddr) -> Self {
        let mut bytes = [0; 16];
        let length = match end.ip() {
            IpAddr::V4(ip) => {
                bytes.iter_mut().zip(ip.octets()).for_each(|(to, from)| *to = from);
                4
            }
            IpAddr::V6(ip) => {
                bytes = ip.octets();
                16
            }
        };
        End { bytes, port: end.port(), length }
    }

    fn address(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published vectors of the specification's repository (baseline with seed 0), both directions each.
    #[test]
    fn published_vectors() {
        for (transport, a, b, id) in [
            (Transport::Tcp, "128.232.110.120:34855", "66.35.250.204:80", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
            (Transport::Udp, "192.168.1.52:54585", "8.8.8.8:53", "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
            (
                Transport::Tcp,
                "[2001:470:e5bf:dead:4957:2174:e82c:4887]:63943",
                "[2607:f8b0:400c:c03::1a]:25",
                "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            ),
        ] {
            let (a, b) = (a.parse().unwrap(), b.parse().unwrap());
            assert_eq!(community_id(transport, a, b), id);
            assert_eq!(community_id(transport, b, a), id);
        }
    }
}
