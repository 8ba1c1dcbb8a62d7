//! What a user says that connections without a bind carry, and what is remembered of servers.

use cluscope::internals::base::{Guid, bounds};
use cluscope::internals::ndr::Syntax;
use cluscope::internals::net::Transport;
use cluscope::internals::rpc::syntax::SyntaxId;
use cluscope::internals::session::inference::{Assumption, Knowledge};
use std::net::SocketAddr;

#[test]
fn what_the_user_assumes() {
    let found: Assumption = "clusapi:3.0:ndr64@192.0.2.20:49664".parse().unwrap();
    assert_eq!((found.interface.name, found.interface.versions[found.version].number.text()), ("clusapi", "3.0"));
    assert_eq!((found.syntax, found.server), (Syntax::Ndr64, Some("192.0.2.20:49664".parse().unwrap())));
    let found: Assumption = "clusapi:2.0:ndr".parse().unwrap();
    assert_eq!((found.interface.versions[found.version].number.text(), found.syntax), ("2.0", Syntax::Ndr));
    assert_eq!(found.server, None);
    for (wrong, said) in [
        ("clusapi:3.0", "for instance"),
        ("clusapi:3.0:ndr:x", "for instance"),
        ("clusapi:4.0:ndr", "no version"),
        ("cluster:3.0:ndr", "unknown interface"),
        ("clusapi:3.0:NDR", "unknown syntax"),
        ("clusapi:3.0:ndr@192.0.2.20", "no address and port"),
    ] {
        let error = wrong.parse::<Assumption>().unwrap_err();
        assert!(error.contains(said), "{wrong}: {error}");
    }
}

/// Servers and what each serves are bounded; what finds no room is counted, what is known already is not.
#[test]
fn what_is_served_is_bounded() {
    let mut known = Knowledge::default();
    let server = |n: usize| SocketAddr::from(([10, 0, (n >> 8) as u8, n as u8], 49664));
    let interface = |n: u8| SyntaxId::new(Guid([n; 16]), 1, 0);
    for n in 0..=bounds::SERVER_INTERFACES as u8 {
        for _ in 0..2 {
            known.serves(Transport::Tcp, server(0), interface(n), None);
        }
    }
    assert_eq!((known.of(Transport::Tcp, server(0)).len(), known.dropped), (bounds::SERVER_INTERFACES, 2));
    assert_eq!(known.of(Transport::Tcp, server(0))[1], (interface(1), None));
    assert!(known.of(Transport::Udp, server(0)).is_empty());
    for n in 1..bounds::SERVERS + 3 {
        known.serves(Transport::Tcp, server(n), interface(1), None);
    }
    assert_eq!(known.dropped, 2 + 3);
    assert!(known.of(Transport::Tcp, server(bounds::SERVERS)).is_empty());
    // One that is there already still learns.
    known.serves(Transport::Tcp, server(1), interface(2), None);
    assert_eq!((known.of(Transport::Tcp, server(1)).len(), known.dropped), (2, 5));
}
