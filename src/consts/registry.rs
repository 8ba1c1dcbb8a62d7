//! The cluster registry: values, keys and batches.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Command of a batch of registry updates or reads.
    enumeration CLUSTER_REG_BATCH_COMMAND: u32, "2.2.2.8", "BATCH_UPDATE_COMMAND.CommandType" {
        CLUSREG_SET_VALUE = 1,
        CLUSREG_CREATE_KEY = 2,
        CLUSREG_DELETE_KEY = 3,
        CLUSREG_DELETE_VALUE = 4,
        /// only in batch notifications
        CLUSREG_VALUE_DELETED = 6,
        CLUSREG_READ_KEY = 7,
        CLUSREG_READ_VALUE = 8,
        /// server reply only; ValueType then holds the status code
        CLUSREG_READ_ERROR = 9,
        /// data is RegBatchControlValue
        CLUSREG_CONTROL_COMMAND = 10,
        CLUSREG_CONDITION_EXISTS = 11 since W2016,
        CLUSREG_CONDITION_NOT_EXISTS = 12 since W2016,
        CLUSREG_CONDITION_IS_EQUAL = 13 since W2016,
        CLUSREG_CONDITION_IS_NOT_EQUAL = 14 since W2016,
        CLUSREG_CONDITION_IS_GREATER_THAN = 15 since W2016,
        CLUSREG_CONDITION_IS_LESS_THAN = 16 since W2016,
        CLUSREG_CONDITION_KEY_EXISTS = 17 since W2016,
        /// text speaks of a value; it is the key
        CLUSREG_CONDITION_KEY_NOT_EXISTS = 18 since W2016,
        [sdk] {
            CLUSREG_COMMAND_NONE = 0,
            CLUSREG_SET_KEY_SECURITY = 5,
        }
    }

    /// Type of a cluster registry value.
    enumeration RegistryValueType: u32, "3.1.4.1.33; 3.1.4.2.33",
        "dwType of ApiSetValue; lpValueType of ApiQueryValue; lpType of ApiEnumValue; BATCH_UPDATE_COMMAND.ValueType" {
        /// Windows refuses it over 3.0 (notes 24 and 51)
        REG_NONE = 0,
        REG_SZ = 1,
        REG_EXPAND_SZ = 2,
        REG_BINARY = 3,
        /// little-endian
        REG_DWORD = 4,
        REG_MULTI_SZ = 7,
        /// 3.0 only; little-endian
        REG_QWORD = 11,
    }

    /// Whether a key was made or opened.
    enumeration RegistryDisposition: u32, "3.1.4.1.30; 3.1.4.2.30", "lpdwDisposition of ApiCreateKey" {
        REG_CREATED_NEW_KEY = 1,
        REG_OPENED_EXISTING_KEY = 2,
    }

    /// How a batch of registry reads is carried out.
    bitmask ReadBatchFlags: u32, "3.1.4.2.145", "flags of ApiExecuteReadBatchEx" {
        CLUSREG_DATABASE_ISOLATE_READ = 0x00000002 since W2016,
        [sdk] {
            CLUSREG_DATABASE_SYNC_WRITE_TO_ALL_NODES = 1,
        }
    }

    /// What a control command in a batch of registry updates asks for.
    enumeration RegBatchControlValue: u32, "2.2.2.8", "Data of a CLUSREG_CONTROL_COMMAND command" {
        /// not named in the specification
        SynchronizeAllNodes = 1,
        /// not named in the specification
        Isolated = 2,
    }
}
