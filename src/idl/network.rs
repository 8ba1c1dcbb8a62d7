//! ClusAPI methods: networks.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    81 ("3.1.4.1.81", "3.1.4.2.81")
    HNETWORK_RPC ApiOpenNetwork(
        [in, tells, string] LPCWSTR lpszNetworkName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    82 ("3.1.4.1.82", "3.1.4.2.82")
    error_status_t ApiCloseNetwork(
        [in, out] HNETWORK_RPC *Network);

    83 ("3.1.4.1.83", "3.1.4.2.83")
    error_status_t ApiGetNetworkState(
        [in] HNETWORK_RPC hNetwork,
        [out] DWORD *State => enumeration(ClusterNetworkState),
        [out, v3] error_status_t *rpc_status);

    84 ("3.1.4.1.84", "3.1.4.2.84")
    error_status_t ApiSetNetworkName(
        [in] HNETWORK_RPC hNetwork,
        [in, tells, string] LPCWSTR lpszNetworkName,
        [out, v3] error_status_t *rpc_status);

    85 ("3.1.4.1.85", "3.1.4.2.85")
    error_status_t ApiCreateNetworkEnum(
        [in] HNETWORK_RPC hNetwork,
        [in, tells] DWORD dwType => flags(ClusterNetworkEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterNetworkEnumType),
        [out, v3] error_status_t *rpc_status);

    86 ("3.1.4.1.86", "3.1.4.2.86")
    error_status_t ApiGetNetworkId(
        [in] HNETWORK_RPC hNetwork,
        [out, string] LPWSTR *pGuid,
        [out, v3] error_status_t *rpc_status);

    87 ("3.1.4.1.87", "3.1.4.2.87")
    error_status_t ApiSetNetworkPriorityOrder(
        [in, range(0, 1000)] DWORD NetworkCount => size(NetworkIdList),
        [in, string, size_is(NetworkCount)] LPWSTR NetworkIdList[*],
        [out, v3] error_status_t *rpc_status);

    88 ("3.1.4.1.88", "3.1.4.2.88")
    error_status_t ApiNodeNetworkControl(
        [in] HNETWORK_RPC hNetwork,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(Network),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Network),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Network),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    89 ("3.1.4.1.89", "3.1.4.2.89")
    error_status_t ApiNetworkControl(
        [in] HNETWORK_RPC hNetwork,
        [in, tells] DWORD dwControlCode => control_code(Network),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Network),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Network),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    121 ("", "3.1.4.2.120")
    HNETWORK_RPC ApiOpenNetworkEx(
        [in, tells, string] LPCWSTR lpszNetworkName,
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);
}
