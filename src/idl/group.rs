//! ClusAPI methods: groups.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    41 ("3.1.4.1.42", "3.1.4.2.42")
    HGROUP_RPC ApiOpenGroup(
        [in, tells, string] LPCWSTR lpszGroupName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    42 ("3.1.4.1.43", "3.1.4.2.43")
    HGROUP_RPC ApiCreateGroup(
        [in, tells, string] LPCWSTR lpszGroupName,
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    43 ("3.1.4.1.44", "3.1.4.2.44")
    error_status_t ApiDeleteGroup(
        [in] HGROUP_RPC Group,
        [in, tells, v3] BOOL force => Bool,
        [out, v3] error_status_t *rpc_status);

    44 ("3.1.4.1.45", "3.1.4.2.45")
    error_status_t ApiCloseGroup(
        [in, out] HGROUP_RPC *Group);

    45 ("3.1.4.1.46", "3.1.4.2.46")
    error_status_t ApiGetGroupState(
        [in] HGROUP_RPC hGroup,
        [out] DWORD *State => enumeration(ClusterGroupState),
        [out, string] LPWSTR *NodeName,
        [out, v3] error_status_t *rpc_status);

    46 ("3.1.4.1.47", "3.1.4.2.47")
    error_status_t ApiSetGroupName(
        [in] HGROUP_RPC hGroup,
        [in, tells, string] LPCWSTR lpszGroupName,
        [out, v3] error_status_t *rpc_status);

    47 ("3.1.4.1.48", "3.1.4.2.48")
    error_status_t ApiGetGroupId(
        [in] HGROUP_RPC hGroup,
        [out, string] LPWSTR *pGuid,
        [out, v3] error_status_t *rpc_status);

    49 ("3.1.4.1.50", "3.1.4.2.50")
    error_status_t ApiOnlineGroup(
        [in] HGROUP_RPC hGroup,
        [out, v3] error_status_t *rpc_status);

    50 ("3.1.4.1.51", "3.1.4.2.51")
    error_status_t ApiOfflineGroup(
        [in] HGROUP_RPC hGroup,
        [out, v3] error_status_t *rpc_status);

    51 ("3.1.4.1.52", "3.1.4.2.52")
    error_status_t ApiMoveGroup(
        [in] HGROUP_RPC hGroup,
        [out, v3] error_status_t *rpc_status);

    52 ("3.1.4.1.53", "3.1.4.2.53")
    error_status_t ApiMoveGroupToNode(
        [in] HGROUP_RPC hGroup,
        [in] HNODE_RPC hNode,
        [out, v3] error_status_t *rpc_status);

    53 ("3.1.4.1.54", "3.1.4.2.54")
    error_status_t ApiCreateGroupResourceEnum(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwType => flags(ClusterGroupEnumType),
        [out] PENUM_LIST *ReturnEnum => kinds(ClusterGroupEnumType),
        [out, v3] error_status_t *rpc_status);

    54 ("3.1.4.1.55", "3.1.4.2.55")
    error_status_t ApiSetGroupNodeList(
        [in] HGROUP_RPC hGroup,
        [in, unique, size_is(cbListSize), v2] UCHAR *lpNodeList => MultiSz,
        [in, v2] DWORD cbListSize => size(lpNodeList),
        [in, unique, size_is(cchListSize), v3] wchar_t *multiSzNodeList => MultiSz,
        [in, v3] DWORD cchListSize => size(multiSzNodeList),
        [out, v3] error_status_t *rpc_status);

    76 ("3.1.4.1.77", "3.1.4.2.77")
    error_status_t ApiNodeGroupControl(
        [in] HGROUP_RPC hGroup,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(Group),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Group),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Group),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    77 ("3.1.4.1.78", "3.1.4.2.78")
    error_status_t ApiGroupControl(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwControlCode => control_code(Group),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(Group),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(Group),
        [in] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out, v3] error_status_t *rpc_status);

    119 ("", "3.1.4.2.118")
    HGROUP_RPC ApiOpenGroupEx(
        [in, tells, string] LPCWSTR lpszGroupName,
        [in] DWORD dwDesiredAccess => flags(ClusterDesiredAccess),
        [out] DWORD *lpdwGrantedAccess => enumeration(ClusterGrantedAccess),
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    129 ("", "3.1.4.2.128")
    HGROUP_RPC ApiCreateGroupEx(
        [in, tells, string] LPCWSTR lpszGroupName,
        [in, unique] PCLUSTER_CREATE_GROUP_INFO_RPC pGroupInfo,
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    130 ("", "3.1.4.2.129")
    error_status_t ApiOnlineGroupEx(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwOnlineFlags => flags(GroupOnlineFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    131 ("", "3.1.4.2.130")
    error_status_t ApiOfflineGroupEx(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwOfflineFlags => flags(GroupOfflineFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    132 ("", "3.1.4.2.131")
    error_status_t ApiMoveGroupEx(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwMoveFlags => flags(GroupMoveFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    133 ("", "3.1.4.2.132")
    error_status_t ApiMoveGroupToNodeEx(
        [in] HGROUP_RPC hGroup,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwMoveFlags => flags(GroupMoveFlags),
        [in, size_is(cbInBufferSize)] BYTE *lpInBuffer => PropertyList,
        [in] DWORD cbInBufferSize => size(lpInBuffer),
        [out] error_status_t *rpc_status);

    134 ("", "3.1.4.2.133")
    error_status_t ApiCancelClusterGroupOperation(
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwCancelFlags => constant(0),
        [out] error_status_t *rpc_status);

    143 ("", "3.1.4.2.139")
    error_status_t ApiCreateGroupEnum(
        [in] HCLUSTER_RPC hCluster,
        [in, unique, size_is(cbProperties)] UCHAR *pProperties => MultiSz,
        [in] DWORD cbProperties => size(pProperties),
        [in, unique, size_is(cbRoProperties)] UCHAR *pRoProperties => MultiSz,
        [in] DWORD cbRoProperties => size(pRoProperties),
        [out] PGROUP_ENUM_LIST *ppResultList,
        [out] error_status_t *rpc_status);

    175 ("", "3.1.4.2.157")
    error_status_t ApiSetGroupDependencyExpression(
        [in] HGROUP_RPC hGroup,
        [in, tells] LPCWSTR lpszDependencyExpression => DependencyExpression,
        [out] error_status_t *rpc_status);

    176 ("", "3.1.4.2.158")
    error_status_t ApiRemoveClusterGroupDependency(
        [in] HGROUP_RPC hGroup,
        [in] HGROUP_RPC hDependsOn,
        [out] error_status_t *rpc_status);
}
