//! ClusAPI methods: opnums that are reserved for local use and are not sent by clients; their stubs are opaque.
//!
//! Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;

crate::interface! {
    80 ("3.1.4.1", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum80NotUsedOnWire();

    111 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum111NotUsedOnWire();

    140 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum140NotUsedOnWire();

    141 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum141NotUsedOnWire();

    142 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum142NotUsedOnWire();

    148 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum148NotUsedOnWire();

    149 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum149NotUsedOnWire();

    150 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum150NotUsedOnWire();

    151 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum151NotUsedOnWire();

    152 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum152NotUsedOnWire();

    153 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum153NotUsedOnWire();

    154 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum154NotUsedOnWire();

    156 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum156NotUsedOnWire();

    158 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum158NotUsedOnWire();

    159 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum159NotUsedOnWire();

    160 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum160NotUsedOnWire();

    161 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum161NotUsedOnWire();

    162 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum162NotUsedOnWire();

    170 ("", "3.1.4.2") #[NotUsedOnWire]
    error_status_t Opnum170NotUsedOnWire();
}
