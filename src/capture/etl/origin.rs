//! Where the packets of a trace come from: process, interface, and where they were dropped.

use super::drop_reason;
use std::fmt;
use std::sync::Arc;

/// Which way a packet went, as seen from the recording machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketDirection {
    /// It was sent.
    Sent,
    /// It was received.
    Received,
}

impl PacketDirection {
    /// `sent` or `received`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            PacketDirection::Sent => "sent",
            PacketDirection::Received => "received",
        }
    }
}

/// A component that dropped a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedAt {
    /// Number of the component.
    pub component: u16,
    /// Its name, where the trace had told it before.
    pub name: Option<Arc<str>>,
    /// Why (`PKTMON_DROP_REASON`).
    pub reason: u32,
    /// Where in the component (`PKTMON_DROP_LOCATION`).
    pub location: u32,
}

impl DroppedAt {
    /// The reason's name without its prefix, such as `INET_EndpointNotFound`.
    #[must_use]
    pub fn reason_name(&self) -> Option<&'static str> {
        drop_reason::name(self.reason)
    }
}

/// Where a packet of a trace comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketOrigin {
    /// The process in whose context the packet was seen. For what is sent, mostly the sender; what is received is seen in
    /// whatever process ran just then, 0 being none.
    pub process: u32,
    /// The thread.
    pub thread: u32,
    /// Index of the network interface; of a packet monitor's trace the number of the component.
    pub interface: u32,
    /// Index of the layer at which the packet was seen, where it is another one.
    pub layer: Option<u32>,
    /// The component's name, where the trace had told it before.
    pub name: Option<Arc<str>>,
    /// Whether it was sent or received, where the trace tells.
    pub direction: Option<PacketDirection>,
    /// Components that dropped it.
    pub dropped: Vec<DroppedAt>,
}

impl fmt::Display for PacketOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PID={} TID={} interface={}", self.process, self.thread, self.interface)?;
        if let Some(layer) = self.layer {
            write!(f, " layer={layer}")?;
        }
        if let Some(name) = &self.name {
            write!(f, " ({name})")?;
        }
        if let Some(direction) = self.direction {
            write!(f, " {}", direction.name())?;
        }
        for at in &self.dropped {
            write!(f, "; dropped at component {}", at.component)?;
            if let Some(name) = &at.name {
                write!(f, " ({name})")?;
            }
            match at.reason_name() {
                Some(reason) => write!(f, ": {reason}")?,
                None => write!(f, ": reason {}", at.reason)?,
            }
        }
        Ok(())
    }
}
