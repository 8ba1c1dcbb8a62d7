//! Control codes of affinity rules. The specification has none, and no method of the published interfaces takes them.

use super::control_codes;
use crate::consts::content::BufferFormat;

control_codes! { AffinityRule:
    [sdk] {
        CLUSCTL_AFFINITYRULE_GET_ID = 0x09000039 since W2022, Header, BufferFormat::Nothing => BufferFormat::Sz;
        CLUSCTL_AFFINITYRULE_GET_RO_COMMON_PROPERTIES = 0x09000055 since W2022, Header, BufferFormat::Nothing => BufferFormat::PropertyList;
        CLUSCTL_AFFINITYRULE_GET_COMMON_PROPERTIES = 0x09000059 since W2022, Header, BufferFormat::Nothing => BufferFormat::PropertyList;
        /// group names
        CLUSCTL_AFFINITYRULE_GET_GROUPNAMES = 0x09002D71 since W2022, Guess, BufferFormat::Nothing => BufferFormat::MultiSz;
        CLUSCTL_AFFINITYRULE_SET_COMMON_PROPERTIES = 0x0940005E since W2022, Header, BufferFormat::PropertyList => BufferFormat::Nothing;
    }
}
