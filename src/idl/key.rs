//! ClusAPI methods: the cluster registry.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    28 ("3.1.4.1.29", "3.1.4.2.29")
    HKEY_RPC ApiGetRootKey(
        [in] DWORD samDesired => flags(REGSAM),
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    29 ("3.1.4.1.30", "3.1.4.2.30")
    HKEY_RPC ApiCreateKey(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpSubKey,
        [in] DWORD dwOptions => by_version(constant(0), Reserved),
        [in] DWORD samDesired => flags(REGSAM),
        [in, unique] PRPC_SECURITY_ATTRIBUTES lpSecurityAttributes,
        [out] LPDWORD lpdwDisposition => enumeration(RegistryDisposition),
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    30 ("3.1.4.1.31", "3.1.4.2.31")
    HKEY_RPC ApiOpenKey(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpSubKey,
        [in] DWORD samDesired => flags(REGSAM),
        [out] error_status_t *Status,
        [out, v3] error_status_t *rpc_status);

    31 ("3.1.4.1.32", "3.1.4.2.32")
    error_status_t ApiEnumKey(
        [in] HKEY_RPC hKey,
        [in, tells] DWORD dwIndex => Index,
        [out, string] LPWSTR *KeyName,
        [out] FILETIME *lpftLastWriteTime,
        [out, v3] error_status_t *rpc_status);

    32 ("3.1.4.1.33", "3.1.4.2.33")
    error_status_t ApiSetValue(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpValueName => ValueName,
        [in] DWORD dwType => enumeration(RegistryValueType),
        [in, size_is(cbData)] UCHAR *lpData => RegistryData,
        [in] DWORD cbData => size(lpData),
        [out, v3] error_status_t *rpc_status);

    33 ("3.1.4.1.34", "3.1.4.2.34")
    error_status_t ApiDeleteValue(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpValueName => ValueName,
        [out, v3] error_status_t *rpc_status);

    34 ("3.1.4.1.35", "3.1.4.2.35")
    error_status_t ApiQueryValue(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpValueName => ValueName,
        [out] DWORD *lpValueType => enumeration(RegistryValueType),
        [out, size_is(cbData)] UCHAR *lpData => RegistryData,
        [in] DWORD cbData => capacity(lpData),
        [out] LPDWORD lpcbRequired => required(lpData),
        [out, v3] error_status_t *rpc_status);

    35 ("3.1.4.1.36", "3.1.4.2.36")
    error_status_t ApiDeleteKey(
        [in] HKEY_RPC hKey,
        [in, tells, string] LPCWSTR lpSubKey,
        [out, v3] error_status_t *rpc_status);

    36 ("3.1.4.1.37", "3.1.4.2.37")
    error_status_t ApiEnumValue(
        [in] HKEY_RPC hKey,
        [in, tells] DWORD dwIndex => Index,
        [out, string] LPWSTR *lpValueName => ValueName,
        [out] LPDWORD lpType => enumeration(RegistryValueType),
        [out, size_is(*lpcbData)] UCHAR *lpData => RegistryData,
        [in, out] LPDWORD lpcbData => size(lpData),
        [out] LPDWORD TotalSize => required(lpData),
        [out, v3] error_status_t *rpc_status);

    37 ("3.1.4.1.38", "3.1.4.2.38")
    error_status_t ApiCloseKey(
        [in, out] HKEY_RPC *pKey);

    38 ("3.1.4.1.39", "3.1.4.2.39")
    error_status_t ApiQueryInfoKey(
        [in] HKEY_RPC hKey,
        [out] LPDWORD lpcSubKeys => Count,
        [out] LPDWORD lpcbMaxSubKeyLen => Length,
        [out] LPDWORD lpcValues => Count,
        [out] LPDWORD lpcbMaxValueNameLen => Length,
        [out] LPDWORD lpcbMaxValueLen => Length,
        [out] LPDWORD lpcbSecurityDescriptor => Length,
        [out] PFILETIME lpftLastWriteTime,
        [out, v3] error_status_t *rpc_status);

    39 ("3.1.4.1.40", "3.1.4.2.40")
    error_status_t ApiSetKeySecurity(
        [in] HKEY_RPC hKey,
        [in, tells] DWORD SecurityInformation => flags(SECURITY_INFORMATION),
        [in] PRPC_SECURITY_DESCRIPTOR pRpcSecurityDescriptor,
        [out, v3] error_status_t *rpc_status);

    40 ("3.1.4.1.41", "3.1.4.2.41")
    error_status_t ApiGetKeySecurity(
        [in] HKEY_RPC hKey,
        [in, tells] DWORD SecurityInformation => flags(SECURITY_INFORMATION),
        [in, out] PRPC_SECURITY_DESCRIPTOR pRpcSecurityDescriptor,
        [out, v3] error_status_t *rpc_status);
}
