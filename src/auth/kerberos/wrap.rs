//! The tokens that sign and seal: RFC 4121 4.2 (AES) and RFC 4757 7 (RC4), laid out as DCE style has them.
//!
//! In DCE style the body is encrypted in place and everything else travels in the token. With AES: the header's 16
//! bytes, then checksum-side trailer and confounder rotated by RRC plus EC (RRC 28 and EC 16 with AES-SHA1, 76 bytes
//! in all; MS-KILE 3.4.5.4.1 rotates by the sum). With RC4: the frame of RFC 2743, the header, sequence number, checksum
//! and confounder.
//!
//! What no checksum covers has to be what the session's tokens have there, so that a changed bit is never overlooked:
//! RRC, and the frame's length and mechanism ([`Framing`]).

use alloc::vec::Vec;

use super::etype::{Around, EncryptionKey, Etype};
use crate::auth::der;
use crate::auth::frame::Frame;
use crate::auth::keys::secret;
use crate::auth::ntlm::crypto::{hmac_md5, md5, rc4k};
use crate::auth::token::mechanism_name;
use crate::rpc::security::Sender;

/// A per-message token.
#[derive(Clone, Copy)]
pub(crate) enum Token<'a> {
    /// `05 04`: RFC 4121 4.2.6.2.
    Wrap(Header<'a>),
    /// `04 04`: RFC 4121 4.2.6.1.
    Mic(Header<'a>),
    /// `02 01` in the frame: RFC 4757 7.3.
    WrapRc4(Rc4Token<'a>),
    /// `01 01` in the frame: RFC 4757 7.2.
    MicRc4(Rc4Token<'a>),
}

/// A token of RFC 4121.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a> {
    flags: u8,
    /// The 16 bytes of the header.
    head: &'a [u8; 16],
    rest: &'a [u8],
}

/// How the tokens of a session are framed.
#[derive(Clone, Debug)]
pub(crate) struct Framing {
    /// Whether the context has DCE style, as DCE/RPC demands (MS-RPCE 2.2.1.1.7): tokens of RFC 4121 are rotated by RRC
    /// plus EC (MS-KILE 3.4.5.4.1) instead of RRC alone, and the frame of RFC 4757's tokens doesn't count the body.
    pub(crate) dce_style: bool,
    /// The object identifier in the frame of RFC 4757's tokens, its contents: that of the AP-REQ's frame.
    pub(crate) mechanism: Vec<u8>,
}

/// The contents of the object identifier of Kerberos, 1.2.840.113554.1.2.2.
const KRB5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];

impl Default for Framing {
    fn default() -> Self {
        Framing { dce_style: true, mechanism: KRB5.to_vec() }
    }
}

/// A token of RFC 4757.
#[derive(Clone, Copy)]
pub(crate) struct Rc4Token<'a> {
    /// Contents of the frame's object identifier.
    mechanism: &'a [u8],
    /// Bytes that the frame claims beyond those of the token.
    beyond: usize,
    /// Token identifier, algorithms, filler.
    head: &'a [u8; 8],
    sequence: &'a [u8; 8],
    checksum: &'a [u8; 8],
    /// The encrypted confounder of a wrap token; nothing else.
    confounder: &'a [u8],
}

const SENT_BY_ACCEPTOR: u8 = 1;
const SEALED: u8 = 2;
const ACCEPTOR_SUBKEY: u8 = 4;

impl<'a> Token<'a> {
    /// Reads a token; the error says what is wrong.
    pub(crate) fn parse(token: &'a [u8]) -> Result<Self, &'static str> {
        let header = || {
            let (head, rest) = token.split_first_chunk::<16>().ok_or("Kerberos token cut off")?;
            Ok(Header { flags: head[2], head, rest })
        };
        match token {
            [5, 4, ..] => header().map(Token::Wrap),
            [4, 4, ..] => header().map(Token::Mic),
            [0x60, ..] => {
                // The frame's length counts the token alone, or the body too.
                let (claimed, rest) = match token {
                    [_, length @ 0..=0x7f, rest @ ..] | [_, 0x81, length, rest @ ..] => (usize::from(*length), rest),
                    [_, 0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
                    _ => return Err("Kerberos token with a length of unknown form"),
                };
                let beyond = claimed.checked_sub(rest.len()).ok_or("Kerberos token longer than its frame")?;
                let (mechanism, rest) = der::expect(rest, der::OID).ok_or("Kerberos token without a mechanism")?;
                if !mechanism_name(&der::dotted(mechanism)).contains("krb5") {
                    return Err("token of another mechanism");
                }
                rc4_token(rest, mechanism, beyond)
            }
            [_, ..] => Err("not a Kerberos token"),
            [] => Err("empty Kerberos token"),
        }
    }

    /// Whether the token says that the acceptor's subkey protects it; RFC 4757's don't say.
    pub(crate) fn acceptor_subkey(&self) -> Option<bool> {
        match self {
            Token::Wrap(header) | Token::Mic(header) => Some(header.flags & ACCEPTOR_SUBKEY != 0),
            Token::WrapRc4(_) | Token::MicRc4(_) => None,
        }
    }

    /// The sender's number (SND_SEQ), once the checksum is right. Under RC4 it has 32 bits and is encrypted.
    pub(crate) fn number(&self, key: &EncryptionKey) -> Option<u64> {
        match self {
            Token::Wrap(header) | Token::Mic(header) => {
                header.head.last_chunk::<8>().map(|number| u64::from_be_bytes(*number))
            }
            Token::WrapRc4(token) | Token::MicRc4(token) => {
                let clear = clear_sequence(token, key);
                clear.first_chunk::<4>().map(|number| u64::from(u32::from_be_bytes(*number)))
            }
        }
    }

    /// Whether its checksum covers the sender's number: that of RFC 4757's checksum tokens can be changed unnoticed.
    pub(crate) fn covers_number(&self) -> bool {
        !matches!(self, Token::MicRc4(_))
    }

    /// Whether a key's type can have made it.
    pub(crate) fn fits(&self, etype: Etype) -> bool {
        match self {
            Token::Wrap(_) | Token::Mic(_) => etype != Etype::Rc4,
            Token::WrapRc4(_) | Token::MicRc4(_) => etype == Etype::Rc4,
        }
    }

    /// Verifies, and for sealed bodies decrypts into `out`; `false` if the checksum is wrong.
    pub(crate) fn open(
        &self,
        key: &EncryptionKey,
        sender: Sender,
        frame: &Frame<'_>,
        framing: &Framing,
        whole: bool,
        out: &mut Vec<u8>,
    ) -> bool {
        out.clear();
        let around = if whole { Around { head: frame.head, tail: frame.tail } } else { Around::default() };
        match self {
            Token::WrapRc4(token) | Token::MicRc4(token) if !token.is_framed(framing, frame) => false,
            Token::Wrap(header) if frame.sealed => {
                unwrap(header, key, sender, frame, framing.dce_style, around, out).is_some()
            }
            Token::Mic(header) if !frame.sealed => verify(header, key, sender, frame, around),
            Token::WrapRc4(token) if frame.sealed => unwrap_rc4(token, key, sender, frame, around, out).is_some(),
            Token::MicRc4(token) if !frame.sealed => verify_rc4(token, key, sender, frame, around).is_some(),
            _ => false,
        }
    }
}

/// Key usages of RFC 4121 2.
fn usage(sender: Sender, sealed: bool) -> u32 {
    match (sender, sealed) {
        (Sender::Server, true) => 22,
        (Sender::Server, false) => 23,
        (Sender::Client, true) => 24,
        (Sender::Client, false) => 25,
    }
}

fn sent_by(header: &Header<'_>, sender: Sender) -> bool {
    (header.flags & SENT_BY_ACCEPTOR != 0) == (sender == Sender::Server)
}

impl Rc4Token<'_> {
    /// Whether the frame is what the session's tokens have.
    fn is_framed(&self, framing: &Framing, frame: &Frame<'_>) -> bool {
        let counted = if frame.sealed && !framing.dce_style { frame.body.len() } else { 0 };
        self.beyond == counted && self.mechanism == framing.mechanism
    }
}

fn unwrap(
    header: &Header<'_>,
    key: &EncryptionKey,
    sender: Sender,
    frame: &Frame<'_>,
    dce_style: bool,
    around: Around<'_>,
    out: &mut Vec<u8>,
) -> Option<()> {
    if !sent_by(header, sender) || header.flags & SEALED == 0 || header.head.get(3) != Some(&0xff) {
        return None;
    }
    let &[_, _, _, _, ec0, ec1, rrc0, rrc1, ..] = header.head;
    let ec = usize::from(u16::from_be_bytes([ec0, ec1]));
    let rrc = usize::from(u16::from_be_bytes([rrc0, rrc1]));
    // The bytes moved from the end to the front.
    let moved = if dce_style { ec + rrc } else { rrc };
    let (end, confounder) = header.rest.split_at_checked(moved)?;
    let (tail, mac) = end.split_at(end.len().checked_sub(key.etype.mac_len())?);
    if confounder.len() != 16 || tail.len() != ec + 16 {
        return None;
    }
    key.decrypt_parts(usage(sender, true), confounder, frame.body, tail, mac, around, out)?;
    // The header's copy inside has no RRC yet.
    let mut inner = *header.head;
    inner[6] = 0;
    inner[7] = 0;
    if out.get(frame.body.len() + ec..) != Some(&inner[..]) {
        out.clear();
        return None;
    }
    out.truncate(frame.body.len());
    Some(())
}

fn verify(header: &Header<'_>, key: &EncryptionKey, sender: Sender, frame: &Frame<'_>, around: Around<'_>) -> bool {
    sent_by(header, sender)
        && header.head.get(3..8) == Some(&[0xff; 5])
        && key.is_checksum(usage(sender, false), &[around.head, frame.body, around.tail, header.head], header.rest)
}

fn rc4_token<'a>(input: &'a [u8], mechanism: &'a [u8], beyond: usize) -> Result<Token<'a>, &'static str> {
    let cut = "Kerberos token cut off";
    let (head, rest) = input.split_first_chunk::<8>().ok_or(cut)?;
    let (sequence, rest) = rest.split_first_chunk::<8>().ok_or(cut)?;
    let (checksum, confounder) = rest.split_first_chunk::<8>().ok_or(cut)?;
    let token = Rc4Token { mechanism, beyond, head, sequence, checksum, confounder };
    match head {
        // HMAC and RC4.
        [2, 1, 0x11, 0, 0x10, 0, 0xff, 0xff] if confounder.len() == 8 => Ok(Token::WrapRc4(token)),
        [1, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff] if confounder.is_empty() => Ok(Token::MicRc4(token)),
        [1 | 2, 1, ..] => Err("Kerberos token of an algorithm that isn't opened"),
        _ => Err("Kerberos token of unknown type"),
    }
}

fn clear_sequence(token: &Rc4Token<'_>, key: &EncryptionKey) -> [u8; 8] {
    let k = secret(hmac_md5(&hmac_md5(&key.key, &[&[0; 4]]), &[token.checksum]).to_vec());
    let mut sequence = *token.sequence;
    rc4k(&k, &mut sequence);
    sequence
}

/// The sequence number's bytes in the clear, if their direction is the sender's (RFC 4757 7.3).
fn sequence_rc4(token: &Rc4Token<'_>, key: &EncryptionKey, sender: Sender) -> Option<[u8; 8]> {
    let sequence = clear_sequence(token, key);
    let direction = if sender == Sender::Server { [0xff; 4] } else { [0; 4] };
    (sequence.last_chunk() == Some(&direction)).then_some(sequence)
}

fn checksum_rc4(token: &Rc4Token<'_>, key: &EncryptionKey, usage: u32, parts: &[&[u8]]) -> bool {
    let sign = secret(hmac_md5(&key.key, &[b"signaturekey\0"]).to_vec());
    let salt = usage.to_le_bytes();
    let mut covered: Vec<&[u8]> = alloc::vec![&salt, token.head];
    covered.extend_from_slice(parts);
    hmac_md5(&sign, &[&md5(&covered)]).first_chunk() == Some(token.checksum)
}

fn verify_rc4(
    token: &Rc4Token<'_>,
    key: &EncryptionKey,
    sender: Sender,
    frame: &Frame<'_>,
    around: Around<'_>,
) -> Option<()> {
    sequence_rc4(token, key, sender)?;
    checksum_rc4(token, key, 15, &[around.head, frame.body, around.tail]).then_some(())
}

fn unwrap_rc4(
    token: &Rc4Token<'_>,
    key: &EncryptionKey,
    sender: Sender,
    frame: &Frame<'_>,
    around: Around<'_>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let sequence = sequence_rc4(token, key, sender)?;
    let local = secret(key.key.iter().map(|b| b ^ 0xf0).collect());
    let seal = secret(hmac_md5(&hmac_md5(&local, &[&[0; 4]]), &[sequence.first_chunk::<4>()?]).to_vec());
    // Confounder and body are one stream.
    let mut plain = secret([token.confounder, frame.body].concat());
    rc4k(&seal, &mut plain);
    let (confounder, body) = plain.split_at_checked(8)?;
    if !checksum_rc4(token, key, 13, &[confounder, around.head, body, around.tail]) {
        return None;
    }
    out.extend_from_slice(body);
    Some(())
}
