//! Status codes of the DCE runtime in fault and reject PDUs (C706 appendix E).

use super::codes;

codes! {
    Fault 0x1C000001 = nca_s_fault_int_div_by_zero,
    Fault 0x1C000002 = nca_s_fault_addr_error,
    Fault 0x1C000003 = nca_s_fault_fp_div_zero,
    Fault 0x1C000004 = nca_s_fault_fp_underflow,
    Fault 0x1C000005 = nca_s_fault_fp_overflow,
    Fault 0x1C000006 = nca_s_fault_invalid_tag,
    Fault 0x1C000007 = nca_s_fault_invalid_bound,
    Fault 0x1C000008 = nca_s_rpc_version_mismatch,
    Fault 0x1C000009 = nca_s_unspec_reject,
    Fault 0x1C00000A = nca_s_bad_actid,
    Fault 0x1C00000B = nca_s_who_are_you_failed,
    Fault 0x1C00000C = nca_s_manager_not_entered,
    Fault 0x1C00000D = nca_s_fault_cancel,
    Fault 0x1C00000E = nca_s_fault_ill_inst,
    Fault 0x1C00000F = nca_s_fault_fp_error,
    Fault 0x1C000010 = nca_s_fault_int_overflow,
    Fault 0x1C000012 = nca_s_fault_unspec,
    Fault 0x1C000013 = nca_s_fault_remote_comm_failure,
    Fault 0x1C000014 = nca_s_fault_pipe_empty,
    Fault 0x1C000015 = nca_s_fault_pipe_closed,
    Fault 0x1C000016 = nca_s_fault_pipe_order,
    Fault 0x1C000017 = nca_s_fault_pipe_discipline,
    Fault 0x1C000018 = nca_s_fault_pipe_comm_error,
    Fault 0x1C000019 = nca_s_fault_pipe_memory,
    /// unknown or closed context handle
    Fault 0x1C00001A = nca_s_fault_context_mismatch,
    Fault 0x1C00001B = nca_s_fault_remote_no_memory,
    /// presentation context was not accepted
    Fault 0x1C00001C = nca_s_invalid_pres_context_id,
    Fault 0x1C00001D = nca_s_unsupported_authn_level,
    Fault 0x1C00001F = nca_s_invalid_checksum,
    Fault 0x1C000020 = nca_s_invalid_crc,
    Fault 0x1C000021 = nca_s_fault_user_defined,
    Fault 0x1C000022 = nca_s_fault_tx_open_failed,
    Fault 0x1C000023 = nca_s_fault_codeset_conv_error,
    Fault 0x1C000024 = nca_s_fault_object_not_found,
    Fault 0x1C000025 = nca_s_fault_no_client_stub,
    Fault 0x1C010001 = nca_s_comm_failure,
    /// opnum the server does not have; also the answer to NotUsedOnWire opnums and to 3.0 methods on older servers
    Fault 0x1C010002 = nca_s_op_rng_error,
    /// interface or version not registered
    Fault 0x1C010003 = nca_s_unk_if,
    Fault 0x1C010006 = nca_s_wrong_boot_time,
    Fault 0x1C010009 = nca_s_you_crashed,
    /// PDU or security sequence wrong
    Fault 0x1C01000B = nca_s_proto_error,
    Fault 0x1C010013 = nca_s_out_args_too_big,
    /// retry
    Fault 0x1C010014 = nca_s_server_too_busy,
    Fault 0x1C010015 = nca_s_fault_string_too_long,
    Fault 0x1C010017 = nca_s_unsupported_type,
}
