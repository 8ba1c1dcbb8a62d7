//! ClusAPI methods: notification ports.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    55 ("3.1.4.1.56", "3.1.4.2.56")
    HNOTIFY_RPC ApiCreateNotify(
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    56 ("3.1.4.1.57", "3.1.4.2.57")
    error_status_t ApiCloseNotify(
        [in, out, v2] HNOTIFY_RPC *hNotify,
        [in, out, v3] HNOTIFY_RPC *Notify);

    57 ("3.1.4.1.58", "3.1.4.2.58")
    error_status_t ApiAddNotifyCluster(
        [in] HNOTIFY_RPC hNotify,
        [in] HCLUSTER_RPC hCluster,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out, v3] error_status_t *rpc_status);

    58 ("3.1.4.1.59", "3.1.4.2.59")
    error_status_t ApiAddNotifyNode(
        [in] HNOTIFY_RPC hNotify,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out] DWORD *dwStateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    59 ("3.1.4.1.60", "3.1.4.2.60")
    error_status_t ApiAddNotifyGroup(
        [in] HNOTIFY_RPC hNotify,
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out] DWORD *dwStateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    60 ("3.1.4.1.61", "3.1.4.2.61")
    error_status_t ApiAddNotifyResource(
        [in] HNOTIFY_RPC hNotify,
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out] DWORD *dwStateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    61 ("3.1.4.1.62", "3.1.4.2.62")
    error_status_t ApiAddNotifyKey(
        [in] HNOTIFY_RPC hNotify,
        [in] HKEY_RPC hKey,
        [in] DWORD dwNotifyKey => Opaque,
        [in, tells, v2] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in, v3] DWORD Filter => flags(CLUSTER_CHANGE),
        [in] BOOL WatchSubTree => Bool,
        [out, v3] error_status_t *rpc_status);

    62 ("3.1.4.1.63", "3.1.4.2.63")
    error_status_t ApiReAddNotifyNode(
        [in] HNOTIFY_RPC hNotify,
        [in] HNODE_RPC hNode,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD StateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    63 ("3.1.4.1.64", "3.1.4.2.64")
    error_status_t ApiReAddNotifyGroup(
        [in] HNOTIFY_RPC hNotify,
        [in] HGROUP_RPC hGroup,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD StateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    64 ("3.1.4.1.65", "3.1.4.2.65")
    error_status_t ApiReAddNotifyResource(
        [in] HNOTIFY_RPC hNotify,
        [in] HRES_RPC hResource,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD StateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    65 ("3.1.4.1.66", "3.1.4.2.66")
    error_status_t ApiGetNotify(
        [in] HNOTIFY_RPC hNotify,
        [in, v2] DWORD Timeout => Milliseconds,
        [out] DWORD *dwNotifyKey => Opaque,
        [out] DWORD *dwFilter => flags(CLUSTER_CHANGE),
        [out] DWORD *dwStateSequence => Counter,
        [out, string] LPWSTR *Name,
        [out, v3] error_status_t *rpc_status);

    90 ("3.1.4.1.90", "3.1.4.2.90")
    error_status_t ApiAddNotifyNetwork(
        [in] HNOTIFY_RPC hNotify,
        [in] HNETWORK_RPC hNetwork,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out] DWORD *dwStateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    91 ("3.1.4.1.91", "3.1.4.2.91")
    error_status_t ApiReAddNotifyNetwork(
        [in] HNOTIFY_RPC hNotify,
        [in] HNETWORK_RPC hNetwork,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD StateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    99 ("3.1.4.1.99", "3.1.4.2.99")
    error_status_t ApiAddNotifyNetInterface(
        [in] HNOTIFY_RPC hNotify,
        [in] HNETINTERFACE_RPC hNetInterface,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [out] DWORD *dwStateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    100 ("3.1.4.1.100", "3.1.4.2.100")
    error_status_t ApiReAddNotifyNetInterface(
        [in] HNOTIFY_RPC hNotify,
        [in] HNETINTERFACE_RPC hNetInterface,
        [in, tells] DWORD dwFilter => flags(CLUSTER_CHANGE),
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD StateSequence => Counter,
        [out, v3] error_status_t *rpc_status);

    107 ("3.1.4.1.107", "3.1.4.2.107")
    error_status_t ApiUnblockGetNotifyCall(
        [in] HNOTIFY_RPC hNotify);

    137 ("", "3.1.4.2.136")
    HNOTIFY_RPC ApiCreateNotifyV2(
        [out] error_status_t *rpc_error,
        [out] error_status_t *rpc_status);

    138 ("", "3.1.4.2.137")
    error_status_t ApiAddNotifyV2(
        [in] HNOTIFY_RPC hNotify,
        [in] HGENERIC_RPC hObject,
        [in, tells] NOTIFY_FILTER_AND_TYPE_RPC filter,
        [in] DWORD dwNotifyKey => Opaque,
        [in] DWORD dwVersion => constant(2),
        [in] BOOL isTargetedAtObject => Bool,
        [out] error_status_t *rpc_status);

    139 ("", "3.1.4.2.138")
    error_status_t ApiGetNotifyV2(
        [in] HNOTIFY_RPC hNotify,
        [out, size_is(, *dwNumNotifications)] PNOTIFICATION_RPC *Notifications,
        [out] DWORD *dwNumNotifications => size(Notifications));

    147 ("", "3.1.4.2.143")
    error_status_t ApiGetNotifyAsync(
        [in] HNOTIFY_RPC hNotify,
        [out, size_is(, *dwNumNotifications)] PNOTIFICATION_DATA_ASYNC_RPC *Notifications,
        [out] DWORD *dwNumNotifications => size(Notifications));

    155 ("", "3.1.4.2.144")
    error_status_t ApiAddNotifyResourceTypeV2(
        [in] HNOTIFY_RPC hNotify,
        [in] LONGLONG filter => flags(CLUSTER_CHANGE_RESOURCE_TYPE_V2),
        [in] DWORD dwNotifyKey => Opaque,
        [in, tells] LPCWSTR resTypeName,
        [in] DWORD dwVersion => constant(2),
        [out] error_status_t *rpc_status);
}
