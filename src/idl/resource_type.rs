//! ClusAPI methods: resource types.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    26 ("3.1.4.1.27", "3.1.4.2.27")
    error_status_t ApiCreateResourceType(
        [in, tells, string] LPCWSTR lpszTypeName,
        [in, string] LPCWSTR lpszDisplayName,
        [in, string] LPCWSTR lpszDllName,
        [in] DWORD dwLooksAlive => Milliseconds,
        [in] DWORD dwIsAlive => Milliseconds,
        [out, v3] error_status_t *rpc_status);

    27 ("3.1.4.1.28", "3.1.4.2.28")
    error_status_t ApiDeleteResourceType(
        [in, tells, string] LPCWSTR lpszTypeName,
        [out, v3] error_status_t *rpc_status);

    74 ("3.1.4.1.75", "3.1.4.2.75")
    error_status_t ApiNodeResourceTypeControl(
        [in] HCLUSTER_RPC hCluster,
        [in, string] LPCWSTR lpszResourceTypeName,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(ResourceType),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(ResourceType),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(ResourceType),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    75 ("3.1.4.1.76", "3.1.4.2.76")
    error_status_t ApiResourceTypeControl(
        [in] HCLUSTER_RPC hCluster,
        [in, string] LPCWSTR lpszResourceTypeName,
        [in, tells] DWORD dwControlCode => control_code(ResourceType),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(ResourceType),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(ResourceType),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    103 ("3.1.4.1.103", "3.1.4.2.103")
    error_status_t ApiCreateResTypeEnum(
        [in, tells, string] LPCWSTR lpszTypeName,
        [in] DWORD dwType => flags(ClusterResTypeEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterResTypeEnumType),
        [out, v3] error_status_t *rpc_status);
}
