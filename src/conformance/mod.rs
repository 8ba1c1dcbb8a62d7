//! Conformance: where a capture breaks the rules of the specification that a wire can show.
//!
//! [`Checker`] looks at the records of a [`crate::session::Session`] and hands out a [`Finding`] for each broken rule:
//! which rule, by whom, in which packet and field, what stands there and what was expected. [`rules`] lists them all.
//! Each area has a file with its table of rules on top and the checks below: `transport`, `opnums`, `handles`, `lists`,
//! `control`, `registry`, `notify`, `contents` (custom-marshalled structures), `witness`; `decoder_rules` gives grades to the
//! rules that the decoders report as diagnostics. `handle_table` is what is remembered, under [`CheckLimits`]; `fingerprint` tells
//! what the answers say about the server.
//!
//! ```no_run
//! use cluscope::conformance::{Checker, CheckLimits};
//! use cluscope::session::Session;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut reader = cluscope::capture::Reader::new(std::fs::File::open("trace.pcapng")?)?;
//! let mut session = Session::new(Default::default(), Default::default());
//! let mut checker = Checker::new(CheckLimits::default());
//! while let Some(packet) = reader.next()? {
//!     session.packet(&packet, &mut |record| checker.record(&record, &mut |finding| println!("{finding}")));
//! }
//! # Ok(())
//! # }
//! ```

mod arguments;
mod contents;
mod control;
mod decoder_rules;
mod finding;
mod fingerprint;
mod handle_table;
mod handles;
mod lists;
mod message;
mod notify;
mod opnums;
mod registry;
mod rule;
mod security;
mod transport;
mod values;
mod witness;

#[cfg(all(test, feature = "serde"))]
mod tests;

pub use finding::{Evidence, Finding};
pub use fingerprint::{Clue, Fingerprint, Range};
pub use rule::{Grade, Rule};

use crate::analysis::handles::Scope;
use crate::analysis::{self, Tracker};
use crate::base::bounded::Bounded;
use crate::ndr::wire::Message;
use crate::net::Transport;
use crate::rpc::event::Body;
use crate::session::Record;
use handle_table::Handles;
use message::{CheckedMessage, Report};
use std::collections::BTreeMap;
use transport::Association;
use values::{PendingRequest, Values};

/// Every limit of a checker. What is given up for one of them goes unchecked and is counted.
#[derive(Clone, Debug)]
pub struct CheckLimits {
    /// Connections and UDP flows that are remembered.
    pub associations: usize,
    /// Requests that wait for their answers.
    pub pending: usize,
    /// Context handles that are remembered, closed ones too.
    pub handles: usize,
    /// Values of one stub that are looked at; about 300 bytes each while the stub is being checked.
    pub values: usize,
    /// Servers of which is remembered what their answers tell.
    pub servers: usize,
    /// What handles stand for.
    pub analysis: analysis::AnalysisLimits,
}

impl Default for CheckLimits {
    /// 16384 associations, 4096 pending calls, 32768 handles, 16384 values, 1024 servers.
    fn default() -> Self {
        CheckLimits {
            associations: 1 << 14,
            pending: 1 << 12,
            handles: 1 << 15,
            values: 1 << 14,
            servers: 1024,
            analysis: analysis::AnalysisLimits::default(),
        }
    }
}

/// What was given up for a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Associations forgotten for [`CheckLimits::associations`].
    pub associations_evicted: u64,
    /// Requests forgotten for [`CheckLimits::pending`].
    pub pending_evicted: u64,
    /// Handles forgotten for [`CheckLimits::handles`].
    pub handles_evicted: u64,
    /// Values not looked at for [`CheckLimits::values`].
    pub values_omitted: u64,
    /// Servers forgotten for [`CheckLimits::servers`].
    pub servers_evicted: u64,
}

impl Counters {
    /// Names and values, for the `limits` record.
    pub fn all(&self) -> [(&'static str, u64); 5] {
        [
            ("check_associations_evicted", self.associations_evicted),
            ("check_pending_evicted", self.pending_evicted),
            ("check_handles_evicted", self.handles_evicted),
            ("check_values_omitted", self.values_omitted),
            ("check_servers_evicted", self.servers_evicted),
        ]
    }
}

/// All rules, by area.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        transport::RULES,
        security::RULES,
        decoder_rules::rpc::RULES,
        opnums::RULES,
        decoder_rules::ndr::RULES,
        handles::RULES,
        arguments::RULES,
        lists::RULES,
        control::RULES,
        registry::RULES,
        notify::RULES,
        contents::RULES,
        contents::properties::RULES,
        contents::value_lists::RULES,
        contents::batches::RULES,
        contents::members::RULES,
        decoder_rules::structs::RULES,
        witness::RULES,
        decoder_rules::witness::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// A connection or UDP flow: whether it is TCP, and its number.
type Stream = (bool, u64);

/// Looks at records and finds broken rules.
#[derive(Debug)]
pub struct Checker {
    limits: CheckLimits,
    associations: Bounded<Stream, Association>,
    pending: Bounded<(Stream, u32), PendingRequest>,
    handles: Handles,
    tracker: Tracker,
    fingerprints: fingerprint::Fingerprints,
    values_omitted: u64,
    records: u64,
    summary: BTreeMap<&'static str, u64>,
}

impl Default for Checker {
    fn default() -> Self {
        Checker::new(CheckLimits::default())
    }
}

impl Checker {
    /// A checker that has seen nothing.
    pub fn new(limits: CheckLimits) -> Self {
        Checker {
            associations: Bounded::new(limits.associations),
            pending: Bounded::new(limits.pending),
            handles: Handles(Bounded::new(limits.handles)),
            tracker: Tracker::new(limits.analysis),
            fingerprints: fingerprint::Fingerprints::new(limits.servers),
            values_omitted: 0,
            records: 0,
            summary: BTreeMap::new(),
            limits,
        }
    }

    /// Checks a record; `out` gets what is found. Records come in the order in which the session hands them out.
    pub fn record(&mut self, record: &Record<'_>, out: &mut dyn FnMut(Finding)) {
        let mut summary = core::mem::take(&mut self.summary);
        self.inspect(record, &mut |finding: Finding| {
            *summary.entry(finding.rule.name).or_default() += 1;
            out(finding);
        });
        self.summary = summary;
    }

    fn inspect(&mut self, record: &Record<'_>, out: &mut dyn FnMut(Finding)) {
        let known = self.tracker.feed(record);
        let stream = (record.flow.transport == Transport::Tcp, record.flow.stream);
        let (association, _) = self.associations.get_or_insert(stream, Association::default);
        association.observe(record);
        if !association.ours {
            return;
        }
        let mut found = Report::new(record, &known.objects, out);
        for diagnostic in &record.event.diagnostics {
            if let Some(rule) = decoder_rules::rpc::of(diagnostic.rule) {
                found.diagnostic(rule, diagnostic);
            }
        }
        transport::check(association, record, &mut found);
        security::check(association, record, &mut found);
        if record.interface.is_none() {
            return;
        }
        self.records += u64::from(matches!(record.event.body, Body::Request { .. } | Body::Response { .. }));
        opnums::check_opnum(record, &mut found);
        self.fingerprints.fault(record);
        self.stub(stream, record, known.scope, &mut found);
    }

    /// Checks the stub of a request or response.
    fn stub(&mut self, stream: Stream, record: &Record<'_>, scope: Scope, found: &mut Report<'_, '_>) {
        let call = record.event.call_id.map(|id| (stream, id));
        let request = match record.event.body {
            Body::Response { .. } | Body::Fault { .. } => call.and_then(|call| self.pending.remove(&call)),
            _ => None,
        };
        let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) else { return };
        if !method.on_wire {
            return;
        }
        let mut values = Values::new(self.limits.values);
        let outcome = Message::decode_with(method, kind, stub, &mut values);
        for diagnostic in &values.diagnostics {
            let rule = decoder_rules::ndr::of(diagnostic.rule).or_else(|| decoder_rules::witness::of(diagnostic.rule));
            if let Some(rule) = rule {
                found.diagnostic(rule, diagnostic);
            }
        }
        self.values_omitted += values.omitted;
        match outcome {
            Ok(message) => opnums::trailing(message.trailing().len(), record.event.verification.is_some(), found),
            Err(error) => return opnums::unreadable(&error, found),
        }
        // The answer is to this opnum, or what is kept is of another call.
        let request = request.filter(|kept| kept.opnum == method.opnum);
        let message = CheckedMessage { record, method, kind, values: &values, request: request.as_ref(), scope };
        opnums::check(&message, found);
        handles::check(&message, &mut self.handles, found);
        arguments::check(&message, found);
        lists::check(&message, found);
        control::check(&message, &self.handles, found);
        registry::check(&message, found);
        notify::check(&message, &mut self.handles, found);
        contents::check(&message, found);
        witness::check(&message, found);
        self.fingerprints.response(&message);
        if let (true, Some(call)) = (message.is_request(), call) {
            self.pending.insert(call, PendingRequest::of(&values, method.opnum));
        }
    }

    /// How often each rule was broken, by name.
    pub fn summary(&self) -> &BTreeMap<&'static str, u64> {
        &self.summary
    }

    /// Requests and responses that were checked.
    pub fn checked(&self) -> u64 {
        self.records
    }

    /// What the answers tell about the servers.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        self.fingerprints.all()
    }

    /// What followed the handles.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// What was given up for a limit.
    pub fn counters(&self) -> Counters {
        Counters {
            associations_evicted: self.associations.dropped(),
            pending_evicted: self.pending.dropped(),
            handles_evicted: self.handles.0.dropped(),
            values_omitted: self.values_omitted,
            servers_evicted: self.fingerprints.evicted(),
        }
    }
}
