//! The conversation manager's interface (C706 appendix P), version 3.0: a connectionless server asks its client back
//! before it executes a call that must not run twice. [`crate::rpc::dg::conv`] reads what security needs of it.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::epm::uuid_t;
use super::words::*;

crate::interface! {
    0 ("C706 P", "")
    void conv_who_are_you(
        [in] handle_t h,
        [in] uuid_t *actuid,
        [in] ULONG boot_time,
        [out] ULONG *seq,
        [out] error_status_t *st);

    1 ("C706 P", "")
    void conv_who_are_you2(
        [in] handle_t h,
        [in] uuid_t *actuid,
        [in] ULONG boot_time,
        [out] ULONG *seq,
        [out] uuid_t *cas_uuid,
        [out] error_status_t *st);

    2 ("C706 P", "")
    void conv_are_you_there(
        [in] handle_t h,
        [in] uuid_t *actuid,
        [in] ULONG boot_time,
        [out] error_status_t *st);

    3 ("C706 P", "")
    void conv_who_are_you_auth(
        [in] handle_t h,
        [in] uuid_t *actuid,
        [in] ULONG boot_time,
        [in, size_is(in_len)] BYTE *in_data,
        [in] long in_len => size(in_data),
        [in] long out_max_len => capacity(out_data),
        [out] ULONG *seq,
        [out] uuid_t *cas_uuid,
        [out, size_is(out_max_len), length_is(*out_len)] BYTE *out_data,
        [out] long *out_len => size(out_data),
        [out] error_status_t *st);

    4 ("C706 P", "")
    void conv_who_are_you_auth_more(
        [in] handle_t h,
        [in] uuid_t *actuid,
        [in] long index => Index,
        [in] long out_max_len => capacity(out_data),
        [out, size_is(out_max_len), length_is(*out_len)] BYTE *out_data,
        [out] long *out_len => size(out_data),
        [out] error_status_t *st);
}
