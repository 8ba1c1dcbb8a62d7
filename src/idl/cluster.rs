//! ClusAPI methods: the cluster itself: open and close, name, version, quorum, enumerations of its objects, control codes.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    0 ("3.1.4.1.1", "3.1.4.2.1")
    HCLUSTER_RPC ApiOpenCluster(
        [out] error_status_t *Status);

    1 ("3.1.4.1.2", "3.1.4.2.2")
    error_status_t ApiCloseCluster(
        [in, out] HCLUSTER_RPC *Cluster);

    2 ("3.1.4.1.3", "3.1.4.2.3")
    error_status_t ApiSetClusterName(
        [in, tells, string] LPCWSTR NewClusterName,
        [out, v3] error_status_t *rpc_status);

    3 ("3.1.4.1.4", "3.1.4.2.4")
    error_status_t ApiGetClusterName(
        [out, string] LPWSTR *ClusterName,
        [out, string] LPWSTR *NodeName);

    4 ("3.1.4.1.5", "3.1.4.2.5")
    error_status_t ApiGetClusterVersion(
        [out] WORD *lpwMajorVersion,
        [out] WORD *lpwMinorVersion,
        [out] WORD *lpwBuildNumber,
        [out, string] LPWSTR *lpszVendorId,
        [out, string] LPWSTR *lpszCSDVersion);

    5 ("3.1.4.1.6", "3.1.4.2.6")
    error_status_t ApiGetQuorumResource(
        [out, string] LPWSTR *lpszResourceName,
        [out, string] LPWSTR *lpszDeviceName,
        [out] DWORD *pdwMaxQuorumLogSize => by_version(Bytes, enumeration(QuorumConfiguration)),
        [out, v3] error_status_t *rpc_status);

    6 ("3.1.4.1.7", "3.1.4.2.7")
    error_status_t ApiSetQuorumResource(
        [in] HRES_RPC hResource,
        [in, tells, string] LPCWSTR lpszDeviceName,
        [in] DWORD dwMaxQuorumLogSize => by_version(Bytes, enumeration(QuorumConfiguration)),
        [out, v3] error_status_t *rpc_status);

    7 ("3.1.4.1.8", "3.1.4.2.8")
    error_status_t ApiCreateEnum(
        [in, tells] DWORD dwType => flags(ClusterEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterEnumType),
        [out, v3] error_status_t *rpc_status);

    102 ("3.1.4.1.102", "3.1.4.2.102")
    error_status_t ApiGetClusterVersion2(
        [out] WORD *lpwMajorVersion,
        [out] WORD *lpwMinorVersion,
        [out] WORD *lpwBuildNumber,
        [out, string] LPWSTR *lpszVendorId,
        [out, string] LPWSTR *lpszCSDVersion,
        [out] PCLUSTER_OPERATIONAL_VERSION_INFO *ppClusterOpVerInfo,
        [out, v3] error_status_t *rpc_status);

    104 ("3.1.4.1.104", "3.1.4.2.104")
    error_status_t ApiBackupClusterDatabase(
        [in, tells, string] LPCWSTR lpszPathName,
        [out, v3] error_status_t *rpc_status);

    105 ("3.1.4.1.105", "3.1.4.2.105")
    error_status_t ApiNodeClusterControl(
        [in] HCLUSTER_RPC hCluster,
        [in] HNODE_RPC hHostNode,
        [in, tells] DWORD dwControlCode => control_code(Cluster),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Cluster),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Cluster),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    106 ("3.1.4.1.106", "3.1.4.2.106")
    error_status_t ApiClusterControl(
        [in] HCLUSTER_RPC hCluster,
        [in, tells] DWORD dwControlCode => control_code(Cluster),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Cluster),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Cluster),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    108 ("3.1.4.1.108", "3.1.4.2.108")
    error_status_t ApiSetServiceAccountPassword(
        [in, string] LPWSTR lpszNewPassword => Secret,
        [in, tells] IDL_CLUSTER_SET_PASSWORD_FLAGS dwFlags => enumeration(IDL_CLUSTER_SET_PASSWORD_FLAGS),
        [out, size_is(ReturnStatusBufferSize), length_is(*SizeReturned)] IDL_CLUSTER_SET_PASSWORD_STATUS ReturnStatusBufferPtr[*],
        [in, v3_range(0, 65536)] DWORD ReturnStatusBufferSize => capacity(ReturnStatusBufferPtr),
        [out] DWORD *SizeReturned => size(ReturnStatusBufferPtr),
        [out] DWORD *ExpectedBufferSize => required(ReturnStatusBufferPtr));

    117 ("", "3.1.4.2.116")
    HCLUSTER_RPC ApiOpenClusterEx(
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status);

    125 ("", "3.1.4.2.124")
    error_status_t ApiCreateEnumEx(
        [in] HCLUSTER_RPC hCluster,
        [in, tells] DWORD dwType => flags(ClusterEnumType),
        [in] DWORD dwOptions => constant(0),
        [out] PENUM_LIST *ReturnIdEnum => kinds(ClusterEnumType),
        [out] PENUM_LIST *ReturnNameEnum => kinds(ClusterEnumType),
        [out] error_status_t *rpc_status);

    185 ("", "newer than 34.0")
    error_status_t ApiClusterNativeUpdateControl(
        [in] handle_t IDL_handle,
        [in, unique, size_is(inBufferSize)] UCHAR *inBuffer => Bytes,
        [in] DWORD inBufferSize => size(inBuffer),
        [out, size_is(outBufferSize), length_is(*lpBytesReturned)] UCHAR *outBuffer => Bytes,
        [in] DWORD outBufferSize => capacity(outBuffer),
        [out] LPDWORD lpBytesReturned => size(outBuffer),
        [out] LPDWORD lpBytesNeeded => required(outBuffer),
        [out] error_status_t *rpc_status);
}
