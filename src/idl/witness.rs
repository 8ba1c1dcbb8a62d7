//! The methods of the Service Witness protocol (MS-SWN 3.1.4), version 1.1.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    0 ("3.1.4.1", "")
    DWORD WitnessrGetInterfaceList(
        [in] handle_t Handle,
        [out] PWITNESS_INTERFACE_LIST *InterfaceList);

    1 ("3.1.4.2", "")
    DWORD WitnessrRegister(
        [in] handle_t Handle,
        [out] PPCONTEXT_HANDLE ppContext,
        [in] ULONG Version => enumeration(WitnessVersion),
        [in, string, unique] LPWSTR NetName,
        [in, tells, string, unique] LPWSTR IpAddress,
        [in, tells, string, unique] LPWSTR ClientComputerName);

    2 ("3.1.4.3", "")
    DWORD WitnessrUnRegister(
        [in] handle_t Handle,
        [in] PCONTEXT_HANDLE pContext);

    3 ("3.1.4.4", "")
    DWORD WitnessrAsyncNotify(
        [in] handle_t Handle,
        [in] PCONTEXT_HANDLE_SHARED pContext,
        [out] PRESP_ASYNC_NOTIFY *pResp);

    4 ("3.1.4.5", "")
    DWORD WitnessrRegisterEx(
        [in] handle_t Handle,
        [out] PPCONTEXT_HANDLE ppContext,
        [in] ULONG Version => enumeration(WitnessVersion),
        [in, string, unique] LPWSTR NetName,
        [in, tells, string, unique] LPWSTR ShareName,
        [in, tells, string, unique] LPWSTR IpAddress,
        [in, tells, string, unique] LPWSTR ClientComputerName,
        [in] ULONG Flags => flags(WitnessRegisterFlags),
        [in] ULONG KeepAliveTimeout => Seconds);

    5 ("3.1.4.6", "")
    DWORD WitnessrUnRegisterEx(
        [in] handle_t Handle,
        [in, out] PPCONTEXT_HANDLE ppContext);
}
