//! ClusAPI methods: registry batches and their ports.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    113 ("", "3.1.4.2.112")
    error_status_t ApiExecuteBatch(
        [in] HKEY_RPC hKey,
        [in] DWORD cbData => size(lpData),
        [in, size_is(cbData)] UCHAR *lpData => custom(CLUSTER_REG_BATCH_UPDATE),
        [out] int *pdwFailedCommand => Index,
        [out] error_status_t *rpc_status);

    114 ("", "3.1.4.2.113")
    error_status_t ApiCreateBatchPort(
        [in] HKEY_RPC hKey,
        [out] HBATCH_PORT_RPC *phBatchPort,
        [out] error_status_t *rpc_status);

    115 ("", "3.1.4.2.114")
    error_status_t ApiGetBatchNotification(
        [in] HBATCH_PORT_RPC hBatchNotify,
        [out] DWORD *cbData => size(lpData),
        [out, size_is(, *cbData)] UCHAR **lpData => custom(CLUSTER_REG_BATCH_UPDATE));

    116 ("", "3.1.4.2.115")
    error_status_t ApiCloseBatchPort(
        [in, out] HBATCH_PORT_RPC *phBatchPort);

    145 ("", "3.1.4.2.141")
    error_status_t ApiExecuteReadBatch(
        [in] HKEY_RPC hKey,
        [in] DWORD cbInData => size(lpInData),
        [in, size_is(cbInData)] UCHAR *lpInData => custom(CLUSTER_REG_BATCH_UPDATE),
        [out] DWORD *cbOutData => size(lpOutData),
        [out, size_is(, *cbOutData)] UCHAR **lpOutData => custom(CLUSTER_REG_BATCH_UPDATE),
        [out] error_status_t *rpc_status);

    157 ("", "3.1.4.2.145")
    error_status_t ApiExecuteReadBatchEx(
        [in] HKEY_RPC hKey,
        [in] DWORD cbInData => size(lpInData),
        [in, size_is(cbInData)] UCHAR *lpInData => custom(CLUSTER_REG_BATCH_UPDATE),
        [in] DWORD flags => flags(ReadBatchFlags),
        [out] DWORD *cbOutData => size(lpOutData),
        [out, size_is(, *cbOutData)] UCHAR **lpOutData => custom(CLUSTER_REG_BATCH_UPDATE),
        [out] error_status_t *rpc_status);
}
