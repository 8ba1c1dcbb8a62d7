//! The words of the IDL: base types, pointer types, handle types, and the structures of section 2.2.3 that travel as
//! NDR. The methods' files import all of this.

pub use super::structures::*;
pub use crate::consts::access::*;
pub use crate::consts::change::*;
pub use crate::consts::endpoint::{EptInquiryType, EptVersionOption};
pub use crate::consts::methods::*;
pub use crate::consts::registry::*;
pub use crate::consts::states::*;
pub use crate::consts::storage::*;
pub use crate::consts::syntax::*;
pub use crate::consts::versions::*;
pub use crate::consts::witness::*;
use crate::ndr::types::Semantics;
use crate::ndr::wire::{self, Idl, Unique};

macro_rules! words {
    ($($name:ident: $zero:ty, $one:ty, $semantics:ident;)*) => {
        $(
            #[doc = concat!("The IDL's `", stringify!($name), "`.")]
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl $crate::ndr::wire::Idl for $name {
                type Zero = $zero;
                type One = $one;
                const SEMANTICS: $crate::ndr::types::Semantics = $crate::ndr::types::Semantics::$semantics;
            }
        )*
    };
}

pub(super) use words;

words! {
    UCHAR: wire::U8, wire::U8, Number;
    BYTE: wire::U8, wire::U8, Number;
    BOOLEAN: wire::U8, wire::U8, Bool;
    WORD: wire::U16, wire::U16, Number;
    USHORT: wire::U16, wire::U16, Number;
    WCHAR: wire::U16, wire::U16, Number;
    wchar_t: wire::U16, wire::U16, Number;
    DWORD: wire::U32, wire::U32, Number;
    ULONG: wire::U32, wire::U32, Number;
    UINT: wire::U32, wire::U32, Number;
    // MS-DTYP 2.2.3: four bytes; other stacks read one (errata E-08).
    BOOL: wire::U32, wire::U32, Bool;
    error_status_t: wire::U32, wire::U32, Win32;
    long: wire::I32, wire::I32, Number;
    int: wire::I32, wire::I32, Number;
    LONGLONG: wire::I64, wire::I64, Number;
    ULONGLONG: wire::U64, wire::U64, Number;
    DWORD_PTR: wire::UintPtr, wire::UintPtr, Number;
    FILETIME: wire::FileTime, wire::FileTime, FileTime;
    LPDWORD: wire::U32, wire::U32, Number;
    PFILETIME: wire::FileTime, wire::FileTime, FileTime;
    // Four parameters lack the [string] attribute; strings all the same (errata E-05).
    LPCWSTR: wire::Text, Unique<wire::Text>, Text;
    LPWSTR: wire::Text, Unique<wire::Text>, Text;
    handle_t: wire::Nothing, wire::Nothing, Binding;
    void: wire::Nothing, wire::Nothing, Binding;

    HCLUSTER_RPC: wire::Handle, wire::Handle, Handle;
    HNODE_RPC: wire::Handle, wire::Handle, Handle;
    HGROUP_RPC: wire::Handle, wire::Handle, Handle;
    HRES_RPC: wire::Handle, wire::Handle, Handle;
    HKEY_RPC: wire::Handle, wire::Handle, Handle;
    HNOTIFY_RPC: wire::Handle, wire::Handle, Handle;
    HNETWORK_RPC: wire::Handle, wire::Handle, Handle;
    HNETINTERFACE_RPC: wire::Handle, wire::Handle, Handle;
    HBATCH_PORT_RPC: wire::Handle, wire::Handle, Handle;
    HGROUPSET_RPC: wire::Handle, wire::Handle, Handle;
    HGENERIC_RPC: wire::Handle, wire::Handle, Handle;
    PCONTEXT_HANDLE: wire::Handle, wire::Handle, Handle;
    PCONTEXT_HANDLE_SHARED: wire::Handle, wire::Handle, Handle;
    PPCONTEXT_HANDLE: wire::Handle, wire::Handle, Handle;

    PRPC_SECURITY_ATTRIBUTES: RPC_SECURITY_ATTRIBUTES, Unique<RPC_SECURITY_ATTRIBUTES>, Structure;
    PRPC_SECURITY_DESCRIPTOR: RPC_SECURITY_DESCRIPTOR, Unique<RPC_SECURITY_DESCRIPTOR>, Structure;
    PCLUSTER_OPERATIONAL_VERSION_INFO:
        CLUSTER_OPERATIONAL_VERSION_INFO, Unique<CLUSTER_OPERATIONAL_VERSION_INFO>, Structure;
    PCLUSTER_CREATE_GROUP_INFO_RPC:
        CLUSTER_CREATE_GROUP_INFO_RPC, Unique<CLUSTER_CREATE_GROUP_INFO_RPC>, Structure;
    PENUM_LIST: ENUM_LIST, Unique<ENUM_LIST>, Structure;
    PGROUP_ENUM_LIST: GROUP_ENUM_LIST, Unique<GROUP_ENUM_LIST>, Structure;
    PRESOURCE_ENUM_LIST: RESOURCE_ENUM_LIST, Unique<RESOURCE_ENUM_LIST>, Structure;
    PNOTIFICATION_RPC: NOTIFICATION_RPC, Unique<NOTIFICATION_RPC>, Structure;
    PNOTIFICATION_DATA_ASYNC_RPC:
        NOTIFICATION_DATA_ASYNC_RPC, Unique<NOTIFICATION_DATA_ASYNC_RPC>, Structure;
    PWITNESS_INTERFACE_LIST: WITNESS_INTERFACE_LIST, Unique<WITNESS_INTERFACE_LIST>, Structure;
    PWITNESS_INTERFACE_INFO: WITNESS_INTERFACE_INFO, Unique<WITNESS_INTERFACE_INFO>, Structure;
    PRESP_ASYNC_NOTIFY: RESP_ASYNC_NOTIFY, Unique<RESP_ASYNC_NOTIFY>, Structure;
}

// 16 bits in NDR, whatever the prose says (errata E-06). The word is the enumeration itself.
impl Idl for IDL_CLUSTER_SET_PASSWORD_FLAGS {
    type Zero = wire::Enum16;
    type One = wire::Enum16;
    const SEMANTICS: Semantics = Semantics::Enum(<Self as crate::consts::Constant>::TABLE);
}
