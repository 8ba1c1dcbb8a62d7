//! Which interface a connection carries whose bind was not captured.
//!
//! Every candidate (an interface's version in a transfer syntax) is held against each message: a message fits when its
//! stub decodes to its end, breaks no rule and holds known values. Bayes' rule makes a probability of it, which is the
//! confidence that records carry. What else the capture tells counts too: what other connections bound to at the same
//! address, and what the endpoint mapper said of it. What the user said counts most: see [`Assumption`].
//!
//! [`InterfaceInference`] is plugged into [`Connection::with_resolver`](crate::rpc::connection::Connection::with_resolver);
//! [`Knowledge`] is what all of a session's guessers share.

mod learn;

pub(crate) use learn::{learn, served};

use crate::base::bounds;
use crate::base::diagnostic::Diagnostic;
use crate::base::guid::Guid;
use crate::consts::status;
use crate::idl;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::At;
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{self, Direction, Endian, Interface, Syntax};
use crate::net::{Side, Transport};
use crate::rpc::event::{AssumedContext, Resolver, Unbound};
use crate::rpc::header::Endian as ByteOrder;
use crate::rpc::security::Sender;
use crate::rpc::syntax::{SyntaxId, TransferSyntax};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Servers of which something is remembered; further ones are not.
pub(crate) const SERVERS: usize = crate::base::bounds::SERVERS;

/// What a context may be.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    interface: &'static Interface,
    version: usize,
    syntax: Syntax,
    /// Before anything is known.
    prior: f64,
}

const COUNT: usize = 8;

/// Connection-oriented traffic is 3.0 nearly always: 2.0 runs over UDP by the specification.
static CANDIDATES: [Candidate; COUNT] = [
    Candidate { interface: &idl::CLUSAPI, version: 1, syntax: Syntax::Ndr, prior: 0.32 },
    Candidate { interface: &idl::CLUSAPI, version: 1, syntax: Syntax::Ndr64, prior: 0.22 },
    Candidate { interface: &idl::CLUSAPI, version: 0, syntax: Syntax::Ndr, prior: 0.06 },
    Candidate { interface: &idl::CLUSAPI, version: 0, syntax: Syntax::Ndr64, prior: 0.02 },
    Candidate { interface: &idl::WITNESS, version: 0, syntax: Syntax::Ndr, prior: 0.08 },
    Candidate { interface: &idl::WITNESS, version: 0, syntax: Syntax::Ndr64, prior: 0.07 },
    Candidate { interface: &idl::EPM, version: 0, syntax: Syntax::Ndr, prior: 0.04 },
    Candidate { interface: &idl::EPM, version: 0, syntax: Syntax::Ndr64, prior: 0.01 },
];

/// Something else altogether.
const NONE_PRIOR: f64 = 0.18;

impl Candidate {
    fn id(&self) -> Option<SyntaxId> {
        let version = self.interface.versions.get(self.version)?;
        Some(SyntaxId::new(Guid(self.interface.uuid_bytes), version.number.major(), version.number.minor()))
    }

    fn transfer(&self) -> TransferSyntax {
        match self.syntax {
            Syntax::Ndr => TransferSyntax::Ndr,
            Syntax::Ndr64 => TransferSyntax::Ndr64,
        }
    }

    fn is(&self, id: &SyntaxId) -> bool {
        self.id() == Some(*id)
    }
}

/// What the user says that connections without a bind carry: `clusapi:3.0:ndr64`, for one server only with
/// `@192.0.2.20:49664` behind it. Where several hold for a connection, the one that fits best is taken.
#[derive(Clone, Copy, Debug)]
pub struct Assumption {
    /// The interface.
    pub interface: &'static Interface,
    /// The version's place in [`Interface::versions`].
    pub version: usize,
    /// The transfer syntax.
    pub syntax: Syntax,
    /// The server.
    pub server: Option<SocketAddr>,
}

impl FromStr for Assumption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (what, server) = match text.split_once('@') {
            Some((what, server)) => {
                let parsed = server.parse().map_err(|_| format!("{server:?} is no address and port"))?;
                (what, Some(parsed))
            }
            None => (text, None),
        };
        let mut parts = what.split(':');
        let (Some(interface), Some(version), Some(syntax), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("INTERFACE:VERSION:SYNTAX, for instance clusapi:3.0:ndr64".into());
        };
        let found = idl::interface(interface).ok_or_else(|| format!("unknown interface {interface:?}"))?;
        let place = found.versions.iter().position(|v| v.number.text() == version);
        let version = place.ok_or_else(|| format!("{interface} has no version {version:?}"))?;
        let syntax = match syntax {
            "ndr" => Syntax::Ndr,
            "ndr64" => Syntax::Ndr64,
            other => return Err(format!("unknown syntax {other:?}: ndr or ndr64")),
        };
        Ok(Assumption { interface: found, version, syntax, server })
    }
}

/// An interface that is served somewhere, with the transfer syntax where that is known.
type Served = (SyntaxId, Option<TransferSyntax>);

/// What a capture and its reader tell about servers, bounded.
#[derive(Debug, Default)]
pub struct Knowledge {
    servers: HashMap<(Transport, SocketAddr), Vec<Served>>,
    assumptions: Vec<Assumption>,
    /// What was not remembered because there was too much of it.
    pub dropped: u64,
}

impl Knowledge {
    /// Something serves this interface at that address; with the transfer syntax where it is known.
    pub fn serves(
        &mut self,
        transport: Transport,
        server: SocketAddr,
        interface: SyntaxId,
        syntax: Option<TransferSyntax>,
    ) {
        if self.servers.len() >= SERVERS && !self.servers.contains_key(&(transport, server)) {
            self.dropped += 1;
            return;
        }
        let known = self.servers.entry((transport, server)).or_default();
        if known.contains(&(interface, syntax)) {
            return;
        }
        if known.len() >= bounds::SERVER_INTERFACES {
            self.dropped += 1;
            return;
        }
        known.push((interface, syntax));
    }

    /// The user's word.
    pub fn assume(&mut self, assumption: Assumption) {
        self.assumptions.push(assumption);
    }

    /// What is served at an address, as far as the capture told.
    #[must_use]
    pub fn of(&self, transport: Transport, server: SocketAddr) -> &[(SyntaxId, Option<TransferSyntax>)] {
        self.servers.get(&(transport, server)).map_or(&[], Vec::as_slice)
    }
}

/// [`Knowledge`] that a session and its connections share.
pub type Shared = Arc<Mutex<Knowledge>>;

/// Locks it; what a panicking holder left behind is still bounded and readable.
pub fn lock(shared: &Shared) -> MutexGuard<'_, Knowledge> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Guesses for one connection.
#[derive(Debug)]
pub struct InterfaceInference {
    shared: Shared,
    ends: [SocketAddr; 2],
    contexts: HashMap<u16, Scores>,
}

/// Logarithms of how well each candidate explains what was seen so far; the last one is none of them.
#[derive(Clone, Copy, Debug, Default)]
struct Scores([f64; COUNT + 1]);

impl InterfaceInference {
    /// For a connection between side A and side B.
    #[must_use]
    pub fn new(shared: Shared, ends: [SocketAddr; 2]) -> Self {
        InterfaceInference { shared, ends, contexts: HashMap::new() }
    }

    fn server(&self, message: &Unbound<'_>) -> SocketAddr {
        let [a, b] = self.ends;
        match (message.side, message.sender) {
            (Side::A, Sender::Server) | (Side::B, Sender::Client) => a,
            _ => b,
        }
    }

    /// Weights of the candidates by what is known about the server, and whether anything is.
    fn priors(&self, server: SocketAddr) -> ([f64; COUNT + 1], bool) {
        let shared = lock(&self.shared);
        let mut weights = [0.0; COUNT + 1];
        for (weight, candidate) in weights.iter_mut().zip(&CANDIDATES) {
            *weight = candidate.prior;
        }
        weights[COUNT] = NONE_PRIOR;
        let named: Vec<&Assumption> =
            shared.assumptions.iter().filter(|a| a.server.is_none_or(|s| s == server)).collect();
        // Those that name the server leave those that name none without a say.
        let exact = named.iter().any(|a| a.server.is_some());
        if !named.is_empty() {
            for (weight, candidate) in weights.iter_mut().zip(&CANDIDATES) {
                let meant = named.iter().any(|a| {
                    core::ptr::eq(a.interface, candidate.interface)
                        && (a.version, a.syntax) == (candidate.version, candidate.syntax)
                        && a.server.is_some() == exact
                });
                if !meant {
                    *weight = 0.0;
                }
            }
            weights[COUNT] = 0.0;
            return (weights, true);
        }
        let known = shared.of(Transport::Tcp, server);
        for (interface, syntax) in known {
            for (weight, candidate) in weights.iter_mut().zip(&CANDIDATES) {
                if candidate.is(interface) {
                    *weight *= 40.0;
                    if *syntax == Some(candidate.transfer()) {
                        *weight *= 3.0;
                    }
                }
            }
        }
        (weights, !known.is_empty())
    }
}

impl Resolver for InterfaceInference {
    fn cost(&self) -> usize {
        size_of::<InterfaceInference>() + (self.contexts.capacity() * 8).div_ceil(7) * (size_of::<(u16, Scores)>() + 1)
    }

    fn resolve(&mut self, message: &Unbound<'_>) -> Option<AssumedContext> {
        let (mut priors, mut told) = self.priors(self.server(message));
        if let Some(accepted) = message.accepted {
            told = true;
            for (weight, candidate) in priors.iter_mut().zip(&CANDIDATES) {
                if candidate.transfer() == accepted {
                    *weight *= 20.0;
                }
            }
        }
        if self.contexts.len() >= bounds::GUESSED_CONTEXTS && !self.contexts.contains_key(&message.context_id) {
            lock(&self.shared).dropped += 1;
            return None;
        }
        let scores = self.contexts.entry(message.context_id).or_default();
        if let (Some(stub), Some(opnum), true) = (message.stub, message.opnum, message.whole) {
            scores.weigh(message, opnum, stub);
        } else if !told && scores.0.iter().all(|s| *s == 0.0) {
            return None;
        }
        let (best, confidence) = scores.best(&priors)?;
        let candidate = CANDIDATES.get(best)?;
        let id = candidate.id()?;
        Some(AssumedContext {
            interface: id.uuid,
            version: (id.major, id.minor),
            syntax: candidate.transfer(),
            // Never certain: nobody said so.
            confidence: (confidence * 1000.0).clamp(1.0, 999.0) as u16,
        })
    }
}

impl Scores {
    fn weigh(&mut self, message: &Unbound<'_>, opnum: u16, stub: &[u8]) {
        let direction = match message.sender {
            Sender::Client => Direction::Request,
            Sender::Server => Direction::Response,
        };
        let endian = match message.representation.endian {
            ByteOrder::Little => Endian::Little,
            ByteOrder::Big => Endian::Big,
        };
        for (score, candidate) in self.0.iter_mut().zip(&CANDIDATES) {
            *score += likelihood(candidate, direction, endian, opnum, stub).ln();
        }
        // A short stub fits much by chance, a long one hardly anything.
        if let Some(none) = self.0.last_mut() {
            *none += if stub.len() <= 24 { 0.2_f64.ln() } else { 0.02_f64.ln() };
        }
        // Only differences matter; keep them small enough that later messages can still change the order.
        let top = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for score in &mut self.0 {
            *score = (*score - top).max(-60.0);
        }
    }

    /// The candidate most likely and its probability; `None` when it is none of them.
    fn best(&self, priors: &[f64; COUNT + 1]) -> Option<(usize, f64)> {
        let posterior: Vec<f64> = self.0.iter().zip(priors).map(|(score, prior)| score.exp() * prior).collect();
        let total: f64 = posterior.iter().sum();
        let (best, weight) = posterior
            .iter()
            .enumerate()
            .fold((COUNT, 0.0), |best, (i, weight)| if *weight > best.1 { (i, *weight) } else { best });
        // Where one is best its weight is not 0, so the total isn't either.
        (best < COUNT).then(|| (best, weight / total))
    }
}

/// How likely it is that this candidate's stub looks like that.
fn likelihood(candidate: &Candidate, direction: Direction, endian: Endian, opnum: u16, stub: &[u8]) -> f64 {
    const MISFIT: f64 = 0.001;
    let Candidate { interface, version, syntax, .. } = *candidate;
    let Some(method) = interface.method(version, opnum) else { return MISFIT };
    if !method.on_wire {
        return 0.01;
    }
    let kind = Kind { interface, version, direction, syntax, endian };
    let mut evidence = Evidence { version, odd: 1.0 };
    match Message::decode_with(method, kind, stub, &mut evidence) {
        Err(_) => MISFIT,
        // Senders pad at most to 4 bytes.
        Ok(message) if message.trailing().len() > 3 => MISFIT * 3.0,
        Ok(message) if !message.trailing().is_empty() => (0.2 * evidence.odd).max(MISFIT),
        Ok(_) => evidence.odd.max(MISFIT),
    }
}

/// Collects what speaks against a reading.
struct Evidence {
    version: usize,
    odd: f64,
}

impl ndr::Visitor<'_> for Evidence {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        let odd = match at.field.semantics.in_version(self.version) {
            Semantics::Win32 | Semantics::RpcStatus => status::StatusName::of(value as u32).is_none(),
            Semantics::Enum(table) => table.name_of(value).is_none(),
            Semantics::Flags(table) => table.flags_of(value).unknown() != 0,
            Semantics::ControlCode(family) => ndr::names::control_code(family, value as u32).is_none(),
            _ => false,
        };
        if odd {
            self.odd *= 0.1;
        }
    }

    fn diagnostic(&mut self, _: Diagnostic) {
        self.odd *= 0.05;
    }
}

#[cfg(test)]
mod tests;
