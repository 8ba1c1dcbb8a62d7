//! The two ends of a flow.

/// Transport protocol of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP: chunks of two byte streams.
    Tcp,
    /// UDP: datagrams.
    Udp,
}

/// Which of a flow's two directions: the side that sent the first packet seen is `A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The side that sent the first packet seen of the flow.
    A,
    /// The other one.
    B,
}

impl Side {
    /// The opposite side.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}
