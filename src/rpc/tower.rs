//! Protocol towers (C706 appendix L, MS-RPCE 2.2.1.2.2): how to reach an interface, as the endpoint mapper tells it.
//!
//! A tower is a list of floors, each a protocol identifier with its data on the left side and an address on the right.
//! All integers of it are little-endian whatever the PDU around it says, but for ports and IP addresses, which are
//! big-endian.

use super::header::Endian;
use super::parse::{Res, bytes, u16_, uuid};
use super::syntax::SyntaxId;
use alloc::vec::Vec;
use core::fmt;
use core::net::Ipv4Addr;

/// Floors read of one tower; more than any protocol has.
pub const MAX_FLOORS: usize = crate::base::bounds::TOWER_FLOORS;

/// A floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor<'a> {
    /// Protocol identifier (C706 appendix I).
    pub protocol: u8,
    /// What follows the identifier on the left side.
    pub left: &'a [u8],
    /// The right side.
    pub right: &'a [u8],
}

/// What a floor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// An interface or a transfer syntax.
    Syntax(SyntaxId),
    /// The RPC protocol, with its minor version.
    Rpc(u16),
    /// A port.
    Port(u16),
    /// An IPv4 address.
    Address(Ipv4Addr),
    /// A name: a pipe, a host.
    Name(&'a [u8]),
    /// Anything else.
    Other,
}

/// A tower, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tower<'a> {
    /// The floors, topmost first.
    pub floors: Vec<Floor<'a>>,
    /// Bytes that belong to no whole floor.
    pub rest: &'a [u8],
}

impl<'a> Floor<'a> {
    /// The protocol's name.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.protocol {
            0x02 => "dna_session_control",
            0x03 => "dna_session_control_v3",
            0x04 => "dna_nsp",
            0x05 => "osi_tp4",
            0x06 => "osi_clns",
            0x07 => "tcp",
            0x08 => "udp",
            0x09 => "ip",
            0x0a => "ncadg",
            0x0b => "ncacn",
            0x0c => "ncalrpc",
            0x0d => "uuid",
            0x0e => "ipx",
            0x0f => "smb",
            0x10 => "named_pipe",
            0x11 => "netbios",
            0x12 => "netbeui",
            0x13 => "spx",
            0x14 => "nb_ipx",
            0x16 => "dsp",
            0x17 => "ddp",
            0x18 => "appletalk",
            0x1a => "vines_spp",
            0x1b => "vines_ipc",
            0x1c => "streettalk",
            0x1f => "http",
            0x20 => "unix_ds",
            0x21 => "null",
            _ => return None,
        })
    }

    /// What it says.
    #[must_use]
    pub fn meaning(&self) -> Meaning<'a> {
        let port = || self.right.first_chunk::<2>().map(|b| Meaning::Port(u16::from_be_bytes(*b)));
        let found = match self.protocol {
            0x0d => syntax(self.left, self.right).map(Meaning::Syntax),
            0x0a..=0x0c => self.right.first_chunk::<2>().map(|b| Meaning::Rpc(u16::from_le_bytes(*b))),
            0x07 | 0x08 | 0x1f => port(),
            0x09 => self.right.first_chunk::<4>().map(|b| Meaning::Address(Ipv4Addr::from(*b))),
            0x0f..=0x12 | 0x20 => {
                let end = self.right.iter().position(|b| *b == 0).unwrap_or(self.right.len());
                self.right.get(..end).map(Meaning::Name)
            }
            _ => None,
        };
        found.unwrap_or(Meaning::Other)
    }
}

fn syntax(left: &[u8], right: &[u8]) -> Option<SyntaxId> {
    let read = |left| -> Res<'_, SyntaxId> {
        let (left, id) = uuid(left, Endian::Little, "uuid")?;
        let (left, major) = u16_(left, Endian::Little, "version")?;
        Ok((left, SyntaxId::new(id, major, 0)))
    };
    let (_, id) = read(left).ok()?;
    let minor = right.first_chunk::<2>().map_or(0, |b| u16::from_le_bytes(*b));
    Some(SyntaxId { minor, ..id })
}

fn floor(input: &[u8]) -> Res<'_, Floor<'_>> {
    let (input, length) = u16_(input, Endian::Little, "left side")?;
    let (input, left) = bytes(input, usize::from(length), "left side")?;
    let (input, length) = u16_(input, Endian::Little, "right side")?;
    let (input, right) = bytes(input, usize::from(length), "right side")?;
    let (protocol, left) = left.split_first().unwrap_or((&0, &[]));
    Ok((input, Floor { protocol: *protocol, left, right }))
}

impl<'a> Tower<'a> {
    /// Reads the bytes of a `twr_t`: whatever floors are whole in it, [`MAX_FLOORS`] at the most.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Tower<'a> {
        let mut floors = Vec::new();
        let (Some(count), Some(mut rest)) = (bytes.first_chunk::<2>(), bytes.get(2..)) else {
            return Tower { floors, rest: bytes };
        };
        for _ in 0..usize::from(u16::from_le_bytes(*count)).min(MAX_FLOORS) {
            let Ok((next, floor)) = floor(rest) else { break };
            floors.push(floor);
            rest = next;
        }
        Tower { floors, rest }
    }

    fn syntaxes(&self) -> impl Iterator<Item = SyntaxId> + '_ {
        self.floors.iter().filter_map(|f| match f.meaning() {
            Meaning::Syntax(id) => Some(id),
            _ => None,
        })
    }

    /// The interface.
    #[must_use]
    pub fn interface(&self) -> Option<SyntaxId> {
        self.syntaxes().next()
    }

    /// The transfer syntax.
    #[must_use]
    pub fn transfer_syntax(&self) -> Option<SyntaxId> {
        self.syntaxes().nth(1)
    }

    /// TCP or UDP port, 0 where the tower asks for it.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.floors.iter().find_map(|f| match f.meaning() {
            Meaning::Port(port) => Some(port),
            _ => None,
        })
    }

    /// Host address, `0.0.0.0` where the tower asks for it.
    #[must_use]
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.floors.iter().find_map(|f| match f.meaning() {
            Meaning::Address(address) => Some(address),
            _ => None,
        })
    }

    /// The name of a pipe.
    #[must_use]
    pub fn pipe(&self) -> Option<&'a [u8]> {
        self.floors.iter().find(|f| matches!(f.protocol, 0x0f | 0x10)).and_then(|f| match f.meaning() {
            Meaning::Name(name) => Some(name),
            _ => None,
        })
    }

    /// The protocol sequence as binding strings call it.
    #[must_use]
    pub fn protocol_sequence(&self) -> Option<&'static str> {
        let protocols: Vec<u8> = self.floors.iter().map(|f| f.protocol).filter(|p| *p != 0x0d).collect();
        Some(match protocols.get(..2)? {
            [0x0b, 0x07] => "ncacn_ip_tcp",
            [0x0a, 0x08] => "ncadg_ip_udp",
            [0x0b, 0x0f] => "ncacn_np",
            [0x0b, 0x1f] => "ncacn_http",
            [0x0b, 0x12] => "ncacn_nb_nb",
            [0x0b, 0x13] => "ncacn_spx",
            [0x0a, 0x0e] => "ncadg_ipx",
            [0x0c, ..] => "ncalrpc",
            _ => return None,
        })
    }
}

impl fmt::Display for Tower<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interface() {
            Some(id) => match crate::idl::interface_by_uuid(&id.uuid.0) {
                Some(interface) => write!(f, "{} {}.{}", interface.name, id.major, id.minor)?,
                None => write!(f, "{id}")?,
            },
            None => f.write_str("no interface")?,
        }
        write!(f, " at {}", self.protocol_sequence().unwrap_or("an unknown protocol"))?;
        if let Some(pipe) = self.pipe() {
            write!(f, " {}", pipe.escape_ascii())?;
        }
        if let Some(address) = self.address() {
            write!(f, " {address}")?;
        }
        match self.port() {
            Some(0) => f.write_str(", any port"),
            Some(port) => write!(f, " port {port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "tower_tests.rs"]
mod tests;
