//! Which pairs of hosts one session has to read together, so that reading group by group gives the records that one session
//! over everything gives.
//!
//! A session, a tracker of handles and a story know more than the connection at hand: which address serves which interface
//! (from anybody's bind, or the endpoint mapper's answer), which handshake was seen before, what a client did at another
//! node, the state in which somebody else has seen a resource. All of that is between hosts that speak the cluster's protocols
//! with each other, directly or by way of further hosts: a cluster and those who manage it. These make one group.

use super::split::{Bearing, Pair};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// How pairs are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Hosts that speak the cluster's protocols with each other, directly or by way of others, and whatever else they say.
    Cluster,
    /// Each pair alone: more groups, and each knows nothing of what others tell.
    Pair,
}

/// What is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Host(IpAddr),
    Pair(Pair),
}

/// Groups of pairs. They depend on what was added alone, not on its order.
#[derive(Debug)]
pub struct Groups {
    by: By,
    pairs: BTreeMap<Pair, Bearing>,
    links: Vec<(Pair, Pair)>,
}

/// A forest whose trees are the groups; the least member of each is its root.
#[derive(Default)]
struct Forest(BTreeMap<Node, Node>);

impl Forest {
    fn root(&mut self, node: Node) -> Node {
        let mut root = node;
        while let Some(above) = self.0.get(&root).copied() {
            root = above;
        }
        let mut at = node;
        while at != root {
            let above = self.0.insert(at, root);
            at = above.unwrap_or(root);
        }
        root
    }

    fn join(&mut self, one: Node, other: Node) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.0.insert(one.max(other), one.min(other));
        }
    }
}

impl Groups {
    /// No groups yet.
    #[must_use]
    pub fn new(by: By) -> Self {
        Groups { by, pairs: BTreeMap::new(), links: Vec::new() }
    }

    /// Takes note of a pair of some capture.
    pub fn add(&mut self, (a, b): Pair, bearing: Bearing) {
        let known = self.pairs.entry(super::pair(a, b)).or_insert(bearing);
        *known = bearing.max(*known);
    }

    /// Two pairs share a packet in some capture.
    pub fn link(&mut self, one: Pair, other: Pair) {
        self.add(one, Bearing::Nothing);
        self.add(other, Bearing::Nothing);
        self.links.push((one, other));
    }

    /// The name of each pair's group: the lowest address of its hosts that speak the cluster's protocols, or the two hosts of
    /// its lowest pair.
    #[must_use]
    pub fn names(&self) -> BTreeMap<Pair, String> {
        let mut forest = Forest::default();
        let mut speak = std::collections::BTreeSet::new();
        if self.by == By::Cluster {
            for ((a, b), _) in self.pairs.iter().filter(|(_, bearing)| **bearing == Bearing::Cluster) {
                forest.join(Node::Host(*a), Node::Host(*b));
                speak.extend([*a, *b]);
            }
        }
        for (pair, bearing) in &self.pairs {
            let hosts: Vec<IpAddr> = [pair.0, pair.1].into_iter().filter(|host| speak.contains(host)).collect();
            // Who says nothing that a session reads brings no two clusters together.
            let most = if *bearing == Bearing::Nothing { 1 } else { 2 };
            for host in hosts.into_iter().take(most) {
                forest.join(Node::Pair(*pair), Node::Host(host));
            }
        }
        for (one, other) in &self.links {
            forest.join(Node::Pair(*one), Node::Pair(*other));
        }
        let name = |root: Node| match root {
            Node::Host(host) => host.to_string(),
            Node::Pair((a, b)) => format!("{a}-{b}"),
        };
        self.pairs.keys().map(|pair| (*pair, name(forest.root(Node::Pair(*pair))))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(a: u8, b: u8) -> Pair {
        (IpAddr::from([10, 0, 0, a]), IpAddr::from([10, 0, 0, b]))
    }

    fn named(groups: &Groups, a: u8, b: u8) -> String {
        groups.names()[&hosts(a, b)].clone()
    }

    #[test]
    fn hosts_that_speak_the_protocols_are_one_group() {
        let mut groups = Groups::new(By::Cluster);
        // Two clusters, a domain controller 9 that all talk to, and two hosts without a cluster.
        groups.add(hosts(1, 2), Bearing::Cluster);
        groups.add(hosts(2, 3), Bearing::Cluster);
        groups.add(hosts(5, 6), Bearing::Cluster);
        for client in [1, 3, 5] {
            groups.add(hosts(client, 9), Bearing::Nothing);
        }
        groups.add(hosts(6, 9), Bearing::Rpc);
        groups.add(hosts(7, 8), Bearing::Rpc);
        groups.add(hosts(3, 5), Bearing::Nothing);
        for (a, b) in [(1, 2), (2, 3), (1, 9), (3, 9), (3, 5)] {
            assert_eq!(named(&groups, a, b), "10.0.0.1", "{a} {b}");
        }
        for (a, b) in [(5, 6), (5, 9), (6, 9)] {
            assert_eq!(named(&groups, a, b), "10.0.0.5", "{a} {b}");
        }
        assert_eq!(named(&groups, 7, 8), "10.0.0.7-10.0.0.8");
        // Two clusters of which one asks the other's endpoint mapper.
        groups.add(hosts(2, 6), Bearing::Rpc);
        assert_eq!(named(&groups, 5, 9), "10.0.0.1");
        // Whatever is said again, in whatever order, nothing changes.
        groups.add((hosts(1, 2).1, hosts(1, 2).0), Bearing::Nothing);
        assert_eq!(named(&groups, 1, 2), "10.0.0.1");
        assert_eq!(groups.names().len(), 10);
    }

    #[test]
    fn pairs_that_share_a_packet_stay_together() {
        let mut groups = Groups::new(By::Pair);
        groups.add(hosts(1, 2), Bearing::Cluster);
        groups.add(hosts(2, 3), Bearing::Cluster);
        groups.link(hosts(7, 8), hosts(2, 3));
        assert_eq!(named(&groups, 1, 2), "10.0.0.1-10.0.0.2");
        assert_eq!(named(&groups, 2, 3), "10.0.0.2-10.0.0.3");
        assert_eq!(named(&groups, 7, 8), "10.0.0.2-10.0.0.3");
    }
}
