//! ClusAPI methods: network interfaces.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    92 ("3.1.4.1.92", "3.1.4.2.92")
    HNETINTERFACE_RPC ApiOpenNetInterface(
        [in, tells, string] LPCWSTR lpszNetInterfaceName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    93 ("3.1.4.1.93", "3.1.4.2.93")
    error_status_t ApiCloseNetInterface(
        [in, out] HNETINTERFACE_RPC *NetInterface);

    94 ("3.1.4.1.94", "3.1.4.2.94")
    error_status_t ApiGetNetInterfaceState(
        [in] HNETINTERFACE_RPC hNetInterface,
        [out] DWORD *State => enumeration(ClusterNetInterfaceState),
        [out, v3] error_status_t *rpc_status);

    95 ("3.1.4.1.95", "3.1.4.2.95")
    error_status_t ApiGetNetInterface(
        [in, tells, string] LPCWSTR lpszNodeName,
        [in, string] LPCWSTR lpszNetworkName,
        [out, string] LPWSTR *lppszInterfaceName,
        [out, v3] error_status_t *rpc_status);

    96 ("3.1.4.1.96", "3.1.4.2.96")
    error_status_t ApiGetNetInterfaceId(
        [in] HNETINTERFACE_RPC hNetInterface,
        [out, string] LPWSTR *pGuid,
        [out, v3] error_status_t *rpc_status);

    97 ("3.1.4.1.97", "3.1.4.2.97")
    error_status_t ApiNodeNetInterfaceControl(
        [in] HNETINTERFACE_RPC hNetInterface,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(NetInterface),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(NetInterface),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(NetInterface),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    98 ("3.1.4.1.98", "3.1.4.2.98")
    error_status_t ApiNetInterfaceControl(
        [in] HNETINTERFACE_RPC hNetInterface,
        [in, tells] DWORD dwControlCode => control_code(NetInterface),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(NetInterface),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(NetInterface),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    122 ("", "3.1.4.2.121")
    HNETINTERFACE_RPC ApiOpenNetInterfaceEx(
        [in, tells, string] LPCWSTR lpszNetInterfaceName,
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    181 ("", "3.1.4.2.163")
    error_status_t ApiCreateNetInterfaceEnum(
        [in] HCLUSTER_RPC hCluster,
        [in, tells] LPCWSTR lpszNodeName,
        [in] LPCWSTR lpszNetworkName,
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterEnumType),
        [out] error_status_t *rpc_status);
}
