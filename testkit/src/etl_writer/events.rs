//! Events of the three providers.

/// An event with what stands in its header.
#[derive(Clone, Debug)]
pub struct Event {
    /// The provider.
    pub provider: [u8; 16],
    /// Number of the event.
    pub id: u16,
    /// Its version.
    pub version: u8,
    /// Its keyword.
    pub keyword: u64,
    /// The process.
    pub process: u32,
    /// The thread.
    pub thread: u32,
    /// The activity.
    pub activity: [u8; 16],
    /// Items of extended data: type and bytes.
    pub extended: Vec<(u16, Vec<u8>)>,
    /// The provider's own data.
    pub data: Vec<u8>,
}

impl Event {
    fn new(provider: &str, id: u16, version: u8, keyword: u64, data: Vec<u8>) -> Self {
        let mut bytes: Vec<u8> = hex::decode(provider.replace('-', "")).expect("hexadecimal digits");
        bytes[..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        let provider = bytes.try_into().expect("sixteen bytes");
        let (process, thread, activity, extended) = (4, 88, [0; 16], Vec::new());
        Event { provider, id, version, keyword, process, thread, activity, extended, data }
    }

    /// The event's bytes, without padding behind.
    pub fn bytes(&self, count: u64, wide: bool) -> Vec<u8> {
        let mut bytes = vec![0, 0, if wide { 0x13 } else { 0x12 }, 0xc0];
        let flags: u16 = if wide { 0x40 } else { 0x20 } | u16::from(!self.extended.is_empty());
        bytes.extend(flags.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(self.thread.to_le_bytes());
        bytes.extend(self.process.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(self.provider);
        bytes.extend(self.id.to_le_bytes());
        // Version, channel, level, operation, task.
        bytes.extend([self.version, 0, 4, 0, 0, 0]);
        bytes.extend(self.keyword.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(self.activity);
        for (at, (kind, data)) in self.extended.iter().enumerate() {
            bytes.extend([0, 0]);
            bytes.extend(kind.to_le_bytes());
            bytes.extend([u8::from(at + 1 < self.extended.len()), 0]);
            bytes.extend((data.len() as u16).to_le_bytes());
            bytes.extend(data);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        bytes.extend(&self.data);
        let size = u16::try_from(bytes.len()).expect("an event of 65535 bytes at most");
        bytes[..2].copy_from_slice(&size.to_le_bytes());
        bytes
    }
}

/// Bits of the keyword of a fragment: the first, the last; media.
pub const START: u64 = 0x4000_0000;
/// The last fragment of a packet.
pub const END: u64 = 0x8000_0000;

/// A packet as the NDIS packet capture tells it: interface, layer, whether it is sent, at most `most` bytes an event. `media`:
/// 1 Ethernet, 0x10000 IEEE 802.11, 0x200 wireless WAN.
pub fn ndis(interface: u32, layer: u32, sent: bool, media: u64, most: usize, data: &[u8]) -> Vec<Event> {
    let pieces: Vec<&[u8]> = if data.is_empty() { vec![data] } else { data.chunks(most).collect() };
    let last = pieces.len() - 1;
    let mut events = Vec::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        let mut keyword = media | if sent { 0x1_0000_0000 } else { 0x2_0000_0000 };
        keyword |= if at == 0 { START } else { 0 } | if at == last { END } else { 0 };
        let mut fields = interface.to_le_bytes().to_vec();
        fields.extend(layer.to_le_bytes());
        fields.extend((piece.len() as u32).to_le_bytes());
        fields.extend(piece);
        // GftFlowEntryId and GftOffloadInformation of newer versions.
        fields.extend([0; 16]);
        events.push(Event::new("2ed6006e-4729-4609-b423-3ee7bcd678ef", 1001, 0, keyword, fields));
    }
    events
}

/// A packet as the packet monitor tells it at a component: group, number, appearance; `kind`: 1 Ethernet, 2 IEEE 802.11,
/// 3 IP; a reason if it is dropped; the packet's length and as much of it as was logged.
#[allow(clippy::too_many_arguments, reason = "the fields of the event")]
pub fn pktmon(
    group: u64,
    number: u16,
    appearance: u16,
    kind: u16,
    component: u16,
    reason: u32,
    original: usize,
    logged: &[u8],
) -> Event {
    let mut fields = group.to_le_bytes().to_vec();
    // Direction: received.
    for value in [number, appearance, 3, kind, component, 1, 0] {
        fields.extend(value.to_le_bytes());
    }
    fields.extend(reason.to_le_bytes());
    fields.extend(0_u32.to_le_bytes());
    fields.extend((original as u16).to_le_bytes());
    fields.extend((logged.len() as u16).to_le_bytes());
    fields.extend(logged);
    Event::new("4d4f80d9-c8bd-4d73-bb5b-19c90402c5ac", 160, 0, 0x10, fields)
}

fn text(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes)
}

/// The names of a component of the packet monitor.
pub fn pktmon_component(component: u16, name: &str, description: &str) -> Event {
    let mut fields = component.to_le_bytes().to_vec();
    fields.extend([1, 0]);
    fields.extend(text(name));
    fields.extend(text(description));
    Event::new("4d4f80d9-c8bd-4d73-bb5b-19c90402c5ac", 20, 0, 2, fields)
}

const RPC: &str = "6ad52b32-d609-4be9-ae07-ce8dae937e39";

/// The start of a call of the RPC runtime over TCP, of a client or of a server.
pub fn rpc_start(client: bool, interface: [u8; 16], opnum: u32, endpoint: &str, activity: u8) -> Event {
    let mut fields = interface.to_vec();
    fields.extend(opnum.to_le_bytes());
    fields.extend(1_u32.to_le_bytes());
    fields.extend(text("192.0.2.20"));
    fields.extend(text(endpoint));
    fields.extend(text(""));
    for value in [6_u32, 9, 3] {
        fields.extend(value.to_le_bytes());
    }
    Event { activity: [activity; 16], ..Event::new(RPC, if client { 5 } else { 6 }, 1, 0, fields) }
}

/// Its end.
pub fn rpc_end(client: bool, status: u32, activity: u8) -> Event {
    let fields = status.to_le_bytes().to_vec();
    Event { activity: [activity; 16], ..Event::new(RPC, if client { 7 } else { 8 }, 1, 0, fields) }
}
