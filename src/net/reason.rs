//! Why bytes of a connection are missing, and why a direction of it ends.

/// Why a hole is given up, or why a direction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A host with a TCP of its own says so and no more.
    Host,
    /// The receiver acknowledged the bytes, the capture does not have them.
    NotCaptured,
    /// The capture cut packets to a length.
    Cut,
    /// Nothing came any more.
    Silent,
    /// Too much was waiting behind the hole.
    TooMuchWaiting,
    /// The sender ended the direction.
    Fin,
    /// The sender broke the connection off.
    Reset,
    /// The receiver broke it off.
    ResetOfOther,
    /// A new connection has begun between the same ports.
    PortReuse,
    /// The capture is over.
    EndOfCapture,
    /// There was no room for so many connections.
    Evicted,
}

impl Reason {
    /// In words, as records have it.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::Host => "missing",
            Reason::NotCaptured => "acknowledged by the receiver but not captured",
            Reason::Cut => "cut by the capture's snapshot length",
            Reason::Silent => "not captured, and the connection went silent",
            Reason::TooMuchWaiting => "too much is waiting behind it",
            Reason::Fin => "FIN",
            Reason::Reset => "RST",
            Reason::ResetOfOther => "RST of the other side",
            Reason::PortReuse => "port reuse",
            Reason::EndOfCapture => "end of capture",
            Reason::Evicted => "evicted: too many connections",
        }
    }
}
