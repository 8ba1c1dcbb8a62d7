//! [`Interfaces`]: which DCE/RPC interfaces were bound in a capture, for a run that found none of ours.

use super::packets::Flow;
use crate::base::bounds;
use crate::base::guid::Guid;
use crate::rpc::event::{Body, Event, Proposal};
use std::collections::BTreeMap;

/// An interface that was bound.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BoundInterface {
    /// Its UUID.
    pub uuid: Guid,
    /// Major and minor version, those of the first bind.
    pub version: (u16, u16),
    /// Its usual name, where it is known.
    pub name: Option<&'static str>,
    /// Presentation contexts that proposed it.
    pub proposed: u64,
    /// The ports of the servers, the first few.
    pub ports: Vec<u16>,
}

/// Interfaces that were bound, at most [`SessionLimits::interfaces`](super::SessionLimits::interfaces).
#[derive(Clone, Debug, Default)]
pub struct Interfaces {
    found: BTreeMap<[u8; 16], BoundInterface>,
    dropped: u64,
}

impl Interfaces {
    /// Takes note of what a bind proposes.
    #[inline(always)]
    pub(super) fn note<C>(&mut self, event: &Event<'_, C>, flow: &Flow, limit: usize) {
        if let Body::Bind(proposal) | Body::AlterContext(proposal) = &event.body {
            self.note_all(proposal, flow.dst.port(), limit);
        }
    }

    #[inline(never)]
    fn note_all(&mut self, proposal: &Proposal, port: u16, limit: usize) {
        for context in &proposal.contexts {
            let syntax = &context.abstract_syntax;
            self.propose(syntax.uuid, (syntax.major, syntax.minor), port, limit);
        }
    }

    fn propose(&mut self, uuid: Guid, version: (u16, u16), port: u16, limit: usize) {
        if self.found.len() >= limit && !self.found.contains_key(&uuid.0) {
            self.dropped += 1;
            return;
        }
        let interface = self.found.entry(uuid.0).or_insert_with(|| BoundInterface {
            uuid,
            version,
            name: name(&uuid),
            proposed: 0,
            ports: Vec::new(),
        });
        interface.proposed += 1;
        if interface.ports.len() < bounds::INTERFACE_PORTS && !interface.ports.contains(&port) {
            interface.ports.push(port);
        }
    }

    /// The interfaces, by UUID.
    pub fn iter(&self) -> impl Iterator<Item = &BoundInterface> {
        self.found.values()
    }

    /// Proposals of further interfaces.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Names of interfaces that are common where clusters are, as their specifications or Wireshark have them.
fn name(uuid: &Guid) -> Option<&'static str> {
    const NAMES: &[(&str, &str)] = &[
        ("e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epm"),
        ("afa8bd80-7d8a-11c9-bef4-08002b102989", "mgmt"),
        ("b97db8b2-4c63-11cf-bff6-08002be23f2f", "clusapi"),
        ("ccd8c074-d0e5-4a40-92b4-d074faa6ba28", "witness"),
        ("12345778-1234-abcd-ef00-0123456789ab", "lsarpc"),
        ("12345778-1234-abcd-ef00-0123456789ac", "samr"),
        ("12345678-1234-abcd-ef00-01234567cffb", "netlogon"),
        ("12345678-1234-abcd-ef00-0123456789ab", "spoolss"),
        ("4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc"),
        ("6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc"),
        ("6bffd098-a112-3610-9833-012892020162", "browser"),
        ("367abb81-9844-35f1-ad32-98f038001003", "svcctl"),
        ("338cd001-2244-31f1-aaaa-900038001003", "winreg"),
        ("e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi"),
        ("99fcfec4-5260-101b-bbcb-00aa0021347a", "IObjectExporter"),
        ("000001a0-0000-0000-c000-000000000046", "IRemoteSCMActivator"),
        ("00000143-0000-0000-c000-000000000046", "IRemUnknown2"),
        ("9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices"),
        ("82273fdc-e32a-18c3-3f78-827929dc23ea", "eventlog"),
        ("f6beaff7-1e19-4fbb-9f8f-b89e2018337c", "even6"),
        ("1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc"),
        ("86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService"),
        ("50abc2a4-574d-40b3-9d66-ee4fd5fba076", "dnsserver"),
        ("4fc742e0-4a10-11cf-8273-00aa004ae673", "netdfs"),
        ("8fb6d884-2388-11d0-8c35-00c04fda2795", "w32time"),
        ("3919286a-b10c-11d0-9ba8-00c04fd92ef5", "dssetup"),
    ];
    let text = uuid.to_string();
    NAMES.iter().find(|(known, _)| *known == text).map(|(_, name)| *name)
}
