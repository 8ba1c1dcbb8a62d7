//! Security of DCE/RPC: NTLM, SPNEGO and Kerberos, seen by a bystander.
//!
//! * [`describe`] says what a token of the handshake tells without any secret (`token.rs`, and the parsers in
//!   [`ntlm`], [`spnego`], [`kerberos`]).
//! * [`KeyStore`] holds the secrets (`keys/`).
//! * [`Association`] follows the contexts of an association and opens signed and sealed PDUs (`association.rs`, then
//!   `context.rs`); it implements [`crate::rpc::security::Security`].
//!
//! Every PDU that is opened has had its signature verified: a wrong key is found out before a byte is handed out. With
//! the feature `decrypt` off, the parsers remain and nothing opens.

mod association;
#[cfg(feature = "decrypt")]
mod budget;
#[cfg(all(test, feature = "decrypt"))]
mod capture_tests;
mod channels;
mod context;
mod der;
#[cfg(all(test, feature = "decrypt"))]
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "reads the project's own captures")]
mod extract;
mod frame;
pub mod kerberos;
mod keys;
mod negoex;
pub mod ntlm;
#[cfg(feature = "decrypt")]
mod order;
#[cfg(all(test, feature = "decrypt"))]
mod random_tests;
mod run;
pub mod spnego;
#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "lengths of a test's own making")]
mod test_der;
mod text;
mod token;
#[cfg(test)]
mod token_tests;
mod token_text;
#[cfg(all(test, feature = "decrypt"))]
mod trust_tests;
mod uncovered;
#[cfg(all(test, feature = "decrypt", feature = "work-counter"))]
mod work_tests;

pub use association::{Association, Counters, SecurityLimits};
pub use channels::{NetlogonInfo, TlsInfo};
pub use keys::{KeyCounters, KeyError, KeyErrorKind, KeyStore};
pub use negoex::NegoExInfo;
pub use run::Run;
pub use token::{TokenInfo, describe};
