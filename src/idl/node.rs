//! ClusAPI methods: nodes.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    48 ("3.1.4.1.49", "3.1.4.2.49")
    error_status_t ApiGetNodeId(
        [in] HNODE_RPC hNode,
        [out, string] LPWSTR *pGuid,
        [out, v3] error_status_t *rpc_status);

    66 ("3.1.4.1.67", "3.1.4.2.67")
    HNODE_RPC ApiOpenNode(
        [in, tells, string] LPCWSTR lpszNodeName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    67 ("3.1.4.1.68", "3.1.4.2.68")
    error_status_t ApiCloseNode(
        [in, out] HNODE_RPC *Node);

    68 ("3.1.4.1.69", "3.1.4.2.69")
    error_status_t ApiGetNodeState(
        [in] HNODE_RPC hNode,
        [out] DWORD *State => enumeration(ClusterNodeState),
        [out, v3] error_status_t *rpc_status);

    69 ("3.1.4.1.70", "3.1.4.2.70")
    error_status_t ApiPauseNode(
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    70 ("3.1.4.1.71", "3.1.4.2.71")
    error_status_t ApiResumeNode(
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    71 ("3.1.4.1.72", "3.1.4.2.72")
    error_status_t ApiEvictNode(
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    78 ("3.1.4.1.79", "3.1.4.2.79")
    error_status_t ApiNodeNodeControl(
        [in] HNODE_RPC hNode,
        [in] HNODE_RPC hHostNode,
        [in, tells] DWORD dwControlCode => control_code(Node),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Node),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Node),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    79 ("3.1.4.1.80", "3.1.4.2.80")
    error_status_t ApiNodeControl(
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(Node),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Node),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Node),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    101 ("3.1.4.1.101", "3.1.4.2.101")
    error_status_t ApiCreateNodeEnum(
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwType => flags(ClusterNodeEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterNodeEnumType),
        [out, v3] error_status_t *rpc_status);

    118 ("", "3.1.4.2.117")
    HNODE_RPC ApiOpenNodeEx(
        [in, tells, string] LPCWSTR lpszNodeName,
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    124 ("", "3.1.4.2.123")
    error_status_t ApiCreateNodeEnumEx(
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwType => flags(ClusterNodeEnumType),
        [in] DWORD dwOptions => constant(0),
        [out] PENUM_LIST *ReturnIdEnum => kinds(ClusterNodeEnumType),
        [out] PENUM_LIST *ReturnNameEnum => kinds(ClusterNodeEnumType),
        [out] error_status_t *rpc_status);

    126 ("", "3.1.4.2.125")
    error_status_t ApiPauseNodeEx(
        [in] HNODE_RPC hNode,
        [in, tells] BOOL bDrainNode => Bool,
        [in] DWORD dwPauseFlags => flags(NodePauseFlags),
        [out] error_status_t *rpc_status);

    127 ("", "3.1.4.2.126")
    error_status_t ApiPauseNodeWithDrainTarget(
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwPauseFlags => flags(NodePauseFlags),
        [in] HNODE_RPC hNodeDrainTarget,
        [out] error_status_t *rpc_status);

    128 ("", "3.1.4.2.127")
    error_status_t ApiResumeNodeEx(
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwResumeFailbackType => enumeration(NodeResumeFailbackType),
        [in] DWORD dwResumeFlagsReserved => Reserved,
        [out] error_status_t *rpc_status);
}
