//! Messages that stay sealed: why, and what would open them, told once on standard error.

use super::output::tell;
use cluscope::internals::base::bounds;
use cluscope::internals::rpc::security::{Opened, Remedy};
use cluscope::internals::session::Record;
use std::collections::BTreeMap;

/// Counts messages that stay sealed, by reason.
#[derive(Default)]
pub(super) struct Sealed {
    reasons: BTreeMap<String, (u64, Remedy)>,
    /// Messages that stay sealed for further reasons.
    others: u64,
}

impl Sealed {
    /// Looks at a record.
    pub(super) fn see(&mut self, record: &Record<'_>) {
        let Some(auth) = &record.event.auth else { return };
        let (reason, remedy) = match &auth.opened {
            Some(Opened::Sealed { reason, remedy }) => (reason, *remedy),
            Some(Opened::Failed { reason, .. }) => (reason, Remedy::Unknown),
            _ => return,
        };
        // What is known to be another interface's is not what was asked for.
        if record.event.context.is_some() && record.interface.is_none() {
            return;
        }
        if let Some((count, _)) = self.reasons.get_mut(reason) {
            *count += 1;
        } else if self.reasons.len() < bounds::SEALED_REASONS {
            self.reasons.insert(reason.clone(), (1, remedy));
        } else {
            self.others += 1;
        }
    }

    /// How many messages stayed sealed, why, and what would open them; what is known of no reason last.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &str, &'static str)> {
        let reasons = self.reasons.iter().map(|(reason, (count, remedy))| (*count, reason.as_str(), remedy.text()));
        reasons.chain((self.others > 0).then_some((self.others, "other reasons", "")))
    }

    /// Tells what stayed sealed.
    pub(super) fn tell(&self) {
        for (reason, (count, remedy)) in &self.reasons {
            let (messages, stay) = if *count == 1 { ("message", "stays") } else { ("messages", "stay") };
            let remedy = remedy.text();
            let between = if remedy.is_empty() { "" } else { "; " };
            tell!("{count} {messages} {stay} sealed: {reason}{between}{remedy}");
        }
        if self.others > 0 {
            tell!("{} messages stay sealed for other reasons", self.others);
        }
    }
}
