//! ClusAPI methods: group sets.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    163 ("", "3.1.4.2.146")
    HGROUPSET_RPC ApiCreateGroupSet(
        [in, tells, string] LPCWSTR lpszGroupSetName,
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    164 ("", "3.1.4.2.147")
    HGROUPSET_RPC ApiOpenGroupSet(
        [in, tells, string] LPCWSTR lpszGroupSetName,
        [out] error_status_t *Status,
        [out] error_status_t *rpc_status);

    165 ("", "3.1.4.2.148")
    error_status_t ApiCloseGroupSet(
        [in, out] HGROUPSET_RPC *GroupSet);

    166 ("", "3.1.4.2.149")
    error_status_t ApiDeleteGroupSet(
        [in] HGROUPSET_RPC GroupSet,
        [out] error_status_t *rpc_status);

    167 ("", "3.1.4.2.150")
    error_status_t ApiAddGroupToGroupSet(
        [in] HGROUPSET_RPC GroupSet,
        [in] HGROUP_RPC Group,
        [out] error_status_t *rpc_status);

    168 ("", "3.1.4.2.151")
    error_status_t ApiRemoveGroupFromGroupSet(
        [in] HGROUP_RPC Group,
        [out] error_status_t *rpc_status);

    169 ("", "3.1.4.2.152")
    error_status_t ApiMoveGroupToGroupSet(
        [in] HGROUPSET_RPC GroupSet,
        [in] HGROUP_RPC Group,
        [out] error_status_t *rpc_status);

    171 ("", "3.1.4.2.153")
    error_status_t ApiAddGroupSetDependency(
        [in] HGROUPSET_RPC DependentGroupSet,
        [in] HGROUPSET_RPC ProviderGroupSet,
        [out] error_status_t *rpc_status);

    172 ("", "3.1.4.2.154")
    error_status_t ApiAddGroupToGroupSetDependency(
        [in] HGROUP_RPC DependentGroup,
        [in] HGROUPSET_RPC ProviderGroupSet,
        [out] error_status_t *rpc_status);

    173 ("", "3.1.4.2.155")
    error_status_t ApiNodeGroupSetControl(
        [in] HGROUPSET_RPC hGroupSet,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwControlCode => control_code(GroupSet),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(GroupSet),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(GroupSet),
        [in, range(0, 0x7FFFFFFF)] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out] error_status_t *rpc_status);

    174 ("", "3.1.4.2.156")
    error_status_t ApiGroupSetControl(
        [in] HGROUPSET_RPC hGroupSet,
        [in, tells] DWORD dwControlCode => control_code(GroupSet),
        [in, unique, size_is(nInBufferSize)] UCHAR *lpInBuffer => control_input(GroupSet),
        [in] DWORD nInBufferSize => size(lpInBuffer),
        [out, size_is(nOutBufferSize), length_is(*lpBytesReturned)] UCHAR *lpOutBuffer => control_output(GroupSet),
        [in, range(0, 0x7FFFFFFF)] DWORD nOutBufferSize => capacity(lpOutBuffer),
        [out] DWORD *lpBytesReturned => size(lpOutBuffer),
        [out] DWORD *lpcbRequired => required(lpOutBuffer),
        [out] error_status_t *rpc_status);

    177 ("", "3.1.4.2.159")
    error_status_t ApiSetGroupSetDependencyExpression(
        [in] HGROUPSET_RPC hGroupSet,
        [in, tells] LPCWSTR lpszDependencyExpression => DependencyExpression,
        [out] error_status_t *rpc_status);

    178 ("", "3.1.4.2.160")
    error_status_t ApiRemoveGroupSetDependency(
        [in] HGROUPSET_RPC hGroupSet,
        [in] HGROUPSET_RPC hDependsOn,
        [out] error_status_t *rpc_status);

    179 ("", "3.1.4.2.161")
    error_status_t ApiRemoveClusterGroupToGroupSetDependency(
        [in] HGROUP_RPC hGroup,
        [in] HGROUPSET_RPC hDependsOn,
        [out] error_status_t *rpc_status);

    180 ("", "3.1.4.2.162")
    error_status_t ApiCreateGroupSetEnum(
        [in] HCLUSTER_RPC hCluster,
        [out] PENUM_LIST *ReturnEnum,
        [out] error_status_t *rpc_status);

    183 ("", "newer than 34.0")
    error_status_t ApiAddGroupToGroupSetEx(
        [in] HGROUPSET_RPC GroupSet,
        [in] HGROUP_RPC Group,
        [in] DWORD FaultDomain,
        [in] DWORD UpdateDomain,
        [in, tells] BOOL UseDomains => Bool,
        [in] DWORD *Reserved => Reserved,
        [out] error_status_t *rpc_status);
}
