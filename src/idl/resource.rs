//! ClusAPI methods: resources.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    8 ("3.1.4.1.9", "3.1.4.2.9")
    HRES_RPC ApiOpenResource(
        [in, tells, string] LPCWSTR lpszResourceName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    9 ("3.1.4.1.10", "3.1.4.2.10")
    HRES_RPC ApiCreateResource(
        [in] HGROUP_RPC hGroup,
        [in, tells, string] LPCWSTR lpszResourceName,
        [in, tells, string] LPCWSTR lpszResourceType,
        [in] DWORD dwFlags => enumeration(ClusterResourceCreateFlags),
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    10 ("3.1.4.1.11", "3.1.4.2.11")
    error_status_t ApiDeleteResource(
        [in] HRES_RPC hResource,
        [out, v3] error_status_t *rpc_status);

    11 ("3.1.4.1.12", "3.1.4.2.12")
    error_status_t ApiCloseResource(
        [in, out] HRES_RPC *Resource);

    12 ("3.1.4.1.13", "3.1.4.2.13")
    error_status_t ApiGetResourceState(
        [in] HRES_RPC hResource,
        [out] DWORD *State => enumeration(ClusterResourceState),
        [out, string] LPWSTR *NodeName,
        [out, string] LPWSTR *GroupName,
        [out, v3] error_status_t *rpc_status);

    13 ("3.1.4.1.14", "3.1.4.2.14")
    error_status_t ApiSetResourceName(
        [in] HRES_RPC hResource,
        [in, tells, string] LPCWSTR lpszResourceName,
        [out, v3] error_status_t *rpc_status);

    14 ("3.1.4.1.15", "3.1.4.2.15")
    error_status_t ApiGetResourceId(
        [in] HRES_RPC hResource,
        [out, string] LPWSTR *pGuid,
        [out, v3] error_status_t *rpc_status);

    15 ("3.1.4.1.16", "3.1.4.2.16")
    error_status_t ApiGetResourceType(
        [in] HRES_RPC hResource,
        [out, string] LPWSTR *lpszResourceType,
        [out, v3] error_status_t *rpc_status);

    16 ("3.1.4.1.17", "3.1.4.2.17")
    error_status_t ApiFailResource(
        [in] HRES_RPC hResource,
        [out, v3] error_status_t *rpc_status);

    17 ("3.1.4.1.18", "3.1.4.2.18")
    error_status_t ApiOnlineResource(
        [in] HRES_RPC hResource,
        [out, v3] error_status_t *rpc_status);

    18 ("3.1.4.1.19", "3.1.4.2.19")
    error_status_t ApiOfflineResource(
        [in] HRES_RPC hResource,
        [out, v3] error_status_t *rpc_status);

    19 ("3.1.4.1.20", "3.1.4.2.20")
    error_status_t ApiAddResourceDependency(
        [in] HRES_RPC hResource,
        [in] HRES_RPC hDependsOn,
        [out, v3] error_status_t *rpc_status);

    20 ("3.1.4.1.21", "3.1.4.2.21")
    error_status_t ApiRemoveResourceDependency(
        [in] HRES_RPC hResource,
        [in] HRES_RPC hDependsOn,
        [out, v3] error_status_t *rpc_status);

    21 ("3.1.4.1.22", "3.1.4.2.22")
    error_status_t ApiCanResourceBeDependent(
        [in] HRES_RPC hResource,
        [in] HRES_RPC hResourceDependent,
        [out, v3] error_status_t *rpc_status);

    22 ("3.1.4.1.23", "3.1.4.2.23")
    error_status_t ApiCreateResEnum(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwType => flags(ClusterResourceEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterResourceEnumType),
        [out, v3] error_status_t *rpc_status);

    23 ("3.1.4.1.24", "3.1.4.2.24")
    error_status_t ApiAddResourceNode(
        [in] HRES_RPC hResource,
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    24 ("3.1.4.1.25", "3.1.4.2.25")
    error_status_t ApiRemoveResourceNode(
        [in] HRES_RPC hResource,
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    25 ("3.1.4.1.26", "3.1.4.2.26")
    error_status_t ApiChangeResourceGroup(
        [in] HRES_RPC hResource,
        [in] HGROUP_RPC hGroup,
        [out, v3] error_status_t *rpc_status);

    72 ("3.1.4.1.73", "3.1.4.2.73")
    error_status_t ApiNodeResourceControl(
        [in] HRES_RPC hResource,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(Resource),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Resource),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Resource),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    73 ("3.1.4.1.74", "3.1.4.2.74")
    error_status_t ApiResourceControl(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwControlCode => control_code(Resource),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Resource),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Resource),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    109 ("", "3.1.4.2.109")
    error_status_t ApiSetResourceDependencyExpression(
        [in] HRES_RPC hResource,
        [in, tells, string, unique] LPCWSTR lpszDependencyExpression => DependencyExpression,
        [out] error_status_t *rpc_status);

    110 ("", "3.1.4.2.110")
    error_status_t ApiGetResourceDependencyExpression(
        [in] HRES_RPC hResource,
        [out, string] LPWSTR *lpszDependencyExpression => DependencyExpression,
        [out] error_status_t *rpc_status);

    112 ("", "3.1.4.2.111")
    error_status_t ApiGetResourceNetworkName(
        [in] HRES_RPC hResource,
        [out, string] LPWSTR *lpszName,
        [out] error_status_t *rpc_status);

    120 ("", "3.1.4.2.119")
    HRES_RPC ApiOpenResourceEx(
        [in, tells, string] LPCWSTR lpszResourceName,
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    123 ("", "3.1.4.2.122")
    error_status_t ApiChangeCsvState(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwState => enumeration(CsvState),
        [out] error_status_t *rpc_status);

    135 ("", "3.1.4.2.134")
    error_status_t ApiOnlineResourceEx(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwOnlineFlags => flags(ResourceOnlineFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    136 ("", "3.1.4.2.135")
    error_status_t ApiOfflineResourceEx(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwOfflineFlags => flags(ResourceOfflineFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    144 ("", "3.1.4.2.140")
    error_status_t ApiCreateResourceEnum(
        [in] HCLUSTER_RPC hCluster,
        [in, unique, size_is(cbProperties)] UCHAR *pProperties => MultiSz,
        [in] DWORD cbProperties => size(pProperties),
        [in, unique, size_is(cbRoProperties)] UCHAR *pRoProperties => MultiSz,
        [in] DWORD cbRoProperties => size(pRoProperties),
        [out] PRESOURCE_ENUM_LIST *ppResultList,
        [out] error_status_t *rpc_status);

    146 ("", "3.1.4.2.142")
    error_status_t ApiRestartResource(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwFlags => Reserved,
        [out] error_status_t *rpc_status);

    182 ("", "3.1.4.2.164")
    error_status_t ApiChangeCsvStateEx(
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwState => enumeration(CsvState),
        [in, tells, string] LPCWSTR lpszVolumeName,
        [out] error_status_t *rpc_status);

    184 ("", "newer than 34.0")
    error_status_t ApiChangeResourceGroupEx(
        [in] HRES_RPC hResource,
        [in] HGROUP_RPC hGroup,
        [in, tells] ULONGLONG flags => flags(ChangeResourceGroupFlags),
        [out] error_status_t *rpc_status);
}
