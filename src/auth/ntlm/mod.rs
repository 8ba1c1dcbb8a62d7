//! NTLM (MS-NLMP): the three messages of the handshake, and behind feature `decrypt` the keys and the signing and
//! sealing that follow.
//!
//! `message.rs` parses, `flags.rs` names the flags, `crypto.rs` derives the keys (`upcase.rs`: of which letters),
//! `handshake.rs` joins the three messages to a session, `session.rs` verifies and unseals with it.

#[cfg(feature = "decrypt")]
mod check;
#[cfg(feature = "decrypt")]
pub(crate) mod crypto;
mod flags;
#[cfg(feature = "decrypt")]
pub(crate) mod handshake;
mod message;
#[cfg(feature = "decrypt")]
mod search;
#[cfg(feature = "decrypt")]
pub(crate) mod session;
#[cfg(feature = "decrypt")]
mod shared;
#[cfg(feature = "decrypt")]
mod stream;
#[cfg(all(test, feature = "decrypt"))]
pub(crate) mod test_peer;
#[cfg(all(test, feature = "decrypt"))]
mod tests;
#[cfg(feature = "decrypt")]
pub(crate) mod upcase;
#[cfg(all(test, feature = "decrypt"))]
mod vector_tests;

pub use flags::Flags;
#[cfg(feature = "decrypt")]
pub(crate) use message::{Authenticate, Challenge};
pub use message::{AuthenticateInfo, AvPair, AvValue, ChallengeInfo, NegotiateInfo, Version};
pub(crate) use message::{Message, SIGNATURE, parse};
