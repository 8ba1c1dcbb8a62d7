//! Abstract and transfer syntaxes of presentation contexts, and the codes that accept or refuse them
//! (C706 12.6.3.1, MS-RPCE 2.2.2.4, 2.2.4.12 and 3.3.1.5.3).

use super::parse::{Res, u32_, uuid};
use super::write::Writer;
use crate::base::guid::Guid;
use crate::rpc::header::Endian;
use bitflags::bitflags;
use core::fmt;

/// `p_syntax_id_t`: an interface or a transfer syntax with its version.
///
/// On the wire the version is one 32-bit integer with the major number in its low half: in big-endian data the minor
/// number stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SyntaxId {
    /// The UUID.
    pub uuid: Guid,
    /// Major version.
    pub major: u16,
    /// Minor version.
    pub minor: u16,
}

impl SyntaxId {
    /// NDR 2.0.
    pub const NDR: SyntaxId = SyntaxId::new(Guid::constant("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2, 0);
    /// NDR64 1.0 (MS-RPCE 2.2.5).
    pub const NDR64: SyntaxId = SyntaxId::new(Guid::constant("71710533-beba-4937-8319-b5dbef9ccc36"), 1, 0);

    /// A syntax with its version.
    #[must_use]
    pub const fn new(uuid: Guid, major: u16, minor: u16) -> SyntaxId {
        SyntaxId { uuid, major, minor }
    }

    /// The pseudo transfer syntax that offers these features (MS-RPCE 3.3.1.5.3).
    #[must_use]
    pub const fn bind_time_features(features: BindTimeFeatures) -> SyntaxId {
        let bits = features.bits().to_le_bytes();
        let mut bytes = Guid::constant("6cb71c2c-9812-4540-0000-000000000000").0;
        bytes[8] = bits[0];
        bytes[9] = bits[1];
        SyntaxId::new(Guid(bytes), 1, 0)
    }

    /// The features, where this is a bind-time feature negotiation rather than a transfer syntax.
    #[must_use]
    pub fn features(&self) -> Option<BindTimeFeatures> {
        let [prefix @ .., a, b, _, _, _, _, _, _] = &self.uuid.0;
        let expected = &Guid::constant("6cb71c2c-9812-4540-0000-000000000000").0;
        (expected.get(..8) == Some(prefix)).then(|| BindTimeFeatures::from_bits_retain(u16::from_le_bytes([*a, *b])))
    }

    pub(super) fn read<'a>(input: &'a [u8], endian: Endian, name: &'static str) -> Res<'a, SyntaxId> {
        let (input, uuid) = uuid(input, endian, name)?;
        let (input, version) = u32_(input, endian, name)?;
        Ok((input, SyntaxId { uuid, major: version as u16, minor: (version >> 16) as u16 }))
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.uuid(self.uuid);
        w.u32(u32::from(self.minor) << 16 | u32::from(self.major));
    }
}

impl fmt::Display for SyntaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{}", self.uuid, self.major, self.minor)
    }
}

bitflags! {
    /// Bits of a bind-time feature negotiation (MS-RPCE 2.2.2.14).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct BindTimeFeatures: u16 {
        /// `SecurityContextMultiplexingSupported`.
        const SECURITY_CONTEXT_MULTIPLEXING = 0x0001;
        /// `KeepConnectionOnOrphanSupported`.
        const KEEP_CONNECTION_ON_ORPHAN = 0x0002;
    }
}

/// The transfer syntax that stubs of a context are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferSyntax {
    /// NDR 2.0.
    Ndr,
    /// NDR64 1.0.
    Ndr64,
    /// Anything else, bind-time feature negotiation included.
    Other(SyntaxId),
}

impl TransferSyntax {
    /// `ndr`, `ndr64`, or `None` for others.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            TransferSyntax::Ndr => Some("ndr"),
            TransferSyntax::Ndr64 => Some("ndr64"),
            TransferSyntax::Other(_) => None,
        }
    }
}

impl From<SyntaxId> for TransferSyntax {
    fn from(id: SyntaxId) -> Self {
        match id {
            SyntaxId::NDR => TransferSyntax::Ndr,
            SyntaxId::NDR64 => TransferSyntax::Ndr64,
            other => TransferSyntax::Other(other),
        }
    }
}

impl From<TransferSyntax> for SyntaxId {
    fn from(syntax: TransferSyntax) -> Self {
        match syntax {
            TransferSyntax::Ndr => SyntaxId::NDR,
            TransferSyntax::Ndr64 => SyntaxId::NDR64,
            TransferSyntax::Other(id) => id,
        }
    }
}

macro_rules! codes {
    ($(#[$meta:meta])* $type:ident { $($const:ident = $value:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $type(pub u16);

        impl $type {
            $(#[doc = concat!("`", $text, "`")] pub const $const: $type = $type($value);)*

            /// The name in the specification, where the value has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() { Some(name) => f.write_str(name), None => write!(f, "{}", self.0) }
            }
        }
    };
}

codes! {
    /// `p_cont_def_result_t`: what became of a proposed context.
    ContextOutcome {
        ACCEPTANCE = 0, "acceptance";
        USER_REJECTION = 1, "user_rejection";
        PROVIDER_REJECTION = 2, "provider_rejection";
        NEGOTIATE_ACK = 3, "negotiate_ack";
    }
}

codes! {
    /// `p_provider_reason_t`: why a context was rejected. For [`ContextOutcome::NEGOTIATE_ACK`] the field holds
    /// [`BindTimeFeatures`] instead.
    ProviderReason {
        NOT_SPECIFIED = 0, "reason_not_specified";
        ABSTRACT_SYNTAX_NOT_SUPPORTED = 1, "abstract_syntax_not_supported";
        TRANSFER_SYNTAXES_NOT_SUPPORTED = 2, "proposed_transfer_syntaxes_not_supported";
        LOCAL_LIMIT_EXCEEDED = 3, "local_limit_exceeded";
    }
}

codes! {
    /// `p_reject_reason_t`: why a bind was refused (C706 12.6.3.1, MS-RPCE 2.2.2.5).
    RejectReason {
        NOT_SPECIFIED = 0, "reason_not_specified";
        TEMPORARY_CONGESTION = 1, "temporary_congestion";
        LOCAL_LIMIT_EXCEEDED = 2, "local_limit_exceeded";
        CALLED_PADDR_UNKNOWN = 3, "called_paddr_unknown";
        PROTOCOL_VERSION_NOT_SUPPORTED = 4, "protocol_version_not_supported";
        DEFAULT_CONTEXT_NOT_SUPPORTED = 5, "default_context_not_supported";
        USER_DATA_NOT_READABLE = 6, "user_data_not_readable";
        NO_PSAP_AVAILABLE = 7, "no_psap_available";
        AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8, "authentication_type_not_recognized";
        INVALID_CHECKSUM = 9, "invalid_checksum";
    }
}
