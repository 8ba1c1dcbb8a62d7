//! Clients that come: the first time that one opens the cluster at a server. And what they find closed: opens that fail,
//! and calls that are refused for want of access.

use super::operations::object_of;
use super::wording;
use super::{EventContext, Lines, Object, Outcome};
use crate::analysis::Bounded;
use crate::analysis::calls::{is_error, status_name};
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::types::{Flow, MethodId, Type};
use smol_str::SmolStr;
use std::net::{IpAddr, SocketAddr};

/// ERROR_ACCESS_DENIED
const DENIED: u32 = 5;

/// A client's address, a server, a user.
type Visit = (IpAddr, SocketAddr, Option<SmolStr>);

/// What a server says of itself.
#[derive(Clone, Debug, Default)]
struct Server {
    cluster: Option<String>,
    node: Option<String>,
    version: Option<String>,
}

/// The clients that were seen to come, and what the servers are called.
#[derive(Debug)]
pub(super) struct Openings {
    met: Bounded<Visit, ()>,
    servers: Bounded<SocketAddr, Server>,
}

impl Openings {
    pub(super) fn new(limit: usize) -> Self {
        Openings { met: Bounded::new(limit), servers: Bounded::new(limit) }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.met.dropped() + self.servers.dropped()
    }

    /// The name of the cluster that a server belongs to.
    pub(super) fn cluster(&self, server: SocketAddr) -> Option<&str> {
        self.servers.peek(&server)?.cluster.as_deref()
    }

    fn server(&mut self, address: SocketAddr) -> Option<&mut Server> {
        if self.servers.peek(&address).is_none() {
            self.servers.insert(address, Server::default());
        }
        self.servers.get(&address)
    }

    /// What a response shows. `told` says that another line has told it: that of a reconnect, or of a change that was
    /// refused.
    pub(super) fn observe(
        &mut self,
        method: &Method,
        top_level: &TopLevelValues<'_>,
        scene: &EventContext<'_>,
        told: bool,
        lines: &mut Lines,
    ) {
        let address = scene.seen.server;
        let status = scene.seen.status.unwrap_or(0);
        match (method.id, status) {
            (ApiGetClusterName::ID, 0) => {
                let text = |id| top_level.text(id).map(wording::plain);
                if let Some(server) = self.server(address) {
                    (server.cluster, server.node) =
                        (text(ApiGetClusterName::params::ClusterName), text(ApiGetClusterName::params::NodeName));
                }
            }
            (ApiGetClusterVersion::ID | ApiGetClusterVersion2::ID, 0) => {
                use ApiGetClusterVersion2::params as version;
                let parts = (
                    top_level.number(version::lpwMajorVersion),
                    top_level.number(version::lpwMinorVersion),
                    top_level.number(version::lpwBuildNumber),
                );
                if let ((Some(major), Some(minor), Some(build)), Some(server)) = (parts, self.server(address)) {
                    server.version = Some(format!("{major}.{minor} build {build}"));
                }
            }
            (ApiOpenCluster::ID | ApiOpenClusterEx::ID, 0) => {
                let visit = (scene.seen.client.ip(), address, scene.seen.user.clone());
                if self.met.peek(&visit).is_none() {
                    self.met.insert(visit, ());
                    if !told {
                        let cluster = self.cluster(address).map(SmolStr::from);
                        let mut event = scene.called("cluster_opened", self.opened(address));
                        event.object = Some(Object { kind: ObjectKind::Cluster, name: cluster });
                        lines.add(event, true);
                    }
                }
            }
            (_, status) if !told && is_error(status) => {
                if let Some((text, object)) = refused(method, scene, status) {
                    let name = if status == DENIED { "access_denied" } else { "open_failed" };
                    let mut event = scene.called(name, format!("{text}: {}", status_name(status)));
                    (event.outcome, event.object) = (Outcome::Failed, object);
                    lines.add(event, true);
                }
            }
            _ => {}
        }
    }

    fn opened(&self, address: SocketAddr) -> String {
        let Server { cluster, node, version } = self.servers.peek(&address).cloned().unwrap_or_default();
        let mut text = match cluster {
            Some(name) => format!("opened cluster {} at {address}", wording::quoted(&name)),
            None => format!("opened the cluster at {address}"),
        };
        if let Some(node) = node {
            text.push_str(&format!(", node {}", wording::quoted(&node)));
        }
        if let Some(version) = version {
            text.push_str(&format!(", version {version}"));
        }
        text
    }
}

/// Whether a method opens an object that is there.
fn opens(method: MethodId) -> bool {
    matches!(
        method,
        ApiOpenCluster::ID
            | ApiOpenClusterEx::ID
            | ApiOpenGroup::ID
            | ApiOpenGroupEx::ID
            | ApiOpenGroupSet::ID
            | ApiOpenKey::ID
            | ApiOpenNetInterface::ID
            | ApiOpenNetInterfaceEx::ID
            | ApiOpenNetwork::ID
            | ApiOpenNetworkEx::ID
            | ApiOpenNode::ID
            | ApiOpenNodeEx::ID
            | ApiOpenResource::ID
            | ApiOpenResourceEx::ID
    )
}

/// What could not be opened, or was refused for want of access. That a registry key is not there is asked for all the
/// time.
fn refused(method: &Method, scene: &EventContext<'_>, status: u32) -> Option<(String, Option<Object>)> {
    let request = scene.seen.request.as_ref();
    let opened = method.fields.iter().find(|f| matches!((f.flow, f.ty), (Flow::Out | Flow::Return, Type::Handle)));
    let kind = opened.map(|field| ObjectKind::of_idl(field.idl));
    match kind {
        Some(kind) if opens(method.id) && (kind != ObjectKind::Key || status == DENIED) => {
            let name = request.and_then(|request| request.opens.clone());
            let text = match (kind, name.as_deref()) {
                (ObjectKind::Cluster, _) => format!("could not open the cluster at {}", scene.seen.server),
                (_, None) => format!("could not open a {} without a name", kind.name()),
                (kind, name) => format!("could not open {}", wording::object(kind, name)),
            };
            Some((text, Some(Object { kind, name })))
        }
        _ if status == DENIED => Some(match object_of(scene, 0) {
            Some(object) => {
                let text = wording::object(object.kind, object.name.as_deref());
                (format!("was refused {} on {text}", method.name), Some(object))
            }
            None => (format!("was refused {}", method.name), None),
        }),
        _ => None,
    }
}
