//! What a flow's rows have in common as text: messages of one flow come one after the other, and making it anew for each
//! would cost more than the rest of a row.

use cluscope::internals::net::{Transport, community_id};
use cluscope::internals::session::Flow;
use std::net::SocketAddr;

/// Flows that are remembered.
const PLACES: usize = 256;

/// Texts of a flow as one side sends.
#[derive(Debug)]
struct Texts {
    flow: Flow,
    src: String,
    dst: String,
    community_id: String,
}

/// The same, lent.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowText<'f> {
    pub(super) transport: &'static str,
    pub(super) src: &'f str,
    pub(super) dst: &'f str,
    pub(super) community_id: &'f str,
}

/// Texts of the flows met last.
#[derive(Debug, Default)]
pub(super) struct FlowTexts {
    places: Vec<Option<Box<Texts>>>,
}

impl FlowTexts {
    pub(super) fn of(&mut self, flow: &Flow) -> FlowText<'_> {
        if self.places.is_empty() {
            self.places.resize_with(PLACES, || None);
        }
        // Both directions of a flow have places of their own.
        let at = 2 * (flow.stream as usize % (PLACES / 2)) + usize::from(flow.src < flow.dst);
        let transport = if flow.transport == Transport::Tcp { "tcp" } else { "udp" };
        let Some(place) = self.places.get_mut(at) else {
            // Not met: the table has all places.
            return FlowText { transport, src: "", dst: "", community_id: "" };
        };
        if place.as_ref().is_none_or(|texts| texts.flow != *flow) {
            *place = Some(Box::new(Texts {
                flow: *flow,
                src: flow.src.ip().to_string(),
                dst: flow.dst.ip().to_string(),
                community_id: community_id(flow.transport, flow.src, flow.dst),
            }));
        }
        let texts = place.as_deref();
        let text = |of: fn(&Texts) -> &String| texts.map_or("", |texts| of(texts));
        FlowText {
            transport,
            src: text(|texts| &texts.src),
            dst: text(|texts| &texts.dst),
            community_id: text(|texts| &texts.community_id),
        }
    }

    pub(super) fn between(
        &mut self,
        transport: Transport,
        stream: u64,
        src: SocketAddr,
        dst: SocketAddr,
    ) -> FlowText<'_> {
        self.of(&Flow { transport, stream, src, dst })
    }
}
