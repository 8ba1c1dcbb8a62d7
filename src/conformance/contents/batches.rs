//! Batches of registry commands (2.2.3.17), as clients send them and servers answer them.

use super::super::message::{CheckedMessage, Report};
use super::super::rule::Rule;
use crate::base::bounds;
use crate::base::diagnostic::rules;
use crate::consts::Constant;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as Command, RegistryValueType};
use crate::idl::batch::{ApiExecuteBatch, ApiExecuteReadBatch, ApiExecuteReadBatchEx};
use crate::structs::batch::{Batch, COMMAND_TYPE, COMMANDS, NAME, VALUE_TYPE};

rules! { "structures", Rule:
    BATCH_EMPTY = "batch-empty", "MS-CMRP 2.2.3.17", "a batch has one or more commands", Must;
    BATCH_COMMAND = "batch-command", "MS-CMRP 2.2.2.8", "CommandType is one of the listed values", Must;
    BATCH_TYPE = "batch-value-type", "MS-CMRP 2.2.3.17.1",
        "ValueType of a SET_VALUE or READ_VALUE command is a registry type", Must;
    BATCH_REPLY = "batch-reply-command", "MS-CMRP 2.2.2.8",
        "a client does not send READ_ERROR or VALUE_DELETED, which only servers do", Must;
    BATCH_LENGTH = "batch-same-length", "MS-CMRP 3.1.4",
        "a batch of reads is answered with one command for each command, in order", Must;
    BATCH_ORDER = "batch-order", "MS-CMRP 3.1.4",
        "a command that answers a READ_VALUE has the name of the one in its place", Must;
    BATCH_NO_KEY = "batch-no-key", "MS-CMRP 3.1.4.2.112",
        "behind a DELETE_KEY a CREATE_KEY stands before the next SET_VALUE or DELETE_VALUE", Must;
}

/// What a batch of reads asks for: how many commands it has, and digests of the first ones' names.
pub(in super::super) fn batch_asked(bytes: &[u8]) -> (u64, Vec<u64>) {
    let Ok(batch) = Batch::new(bytes) else { return (0, Vec::new()) };
    let commands = || batch.commands().map_while(Result::ok);
    (
        commands().count() as u64,
        commands().take(bounds::BATCH_NAMES).map(|command| digest(command.name().as_bytes())).collect(),
    )
}

/// A name without its case, as far as it is ASCII.
fn digest(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Checks the commands of a batch.
pub(super) fn check(message: &CheckedMessage<'_, '_>, path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let Ok(batch) = Batch::new(bytes) else { return };
    let mut count = 0u64;
    let mut key_deleted = false;
    let executed = message.is_request() && message.method.id == ApiExecuteBatch::ID;
    let reads = matches!(message.response_to(), Some(ApiExecuteReadBatch::ID | ApiExecuteReadBatchEx::ID));
    let asked = message.request.filter(|_| reads);
    for (index, command) in batch.commands().map_while(Result::ok).enumerate() {
        count += 1;
        let field = |name: &str| format!("{path}.{}[{index}].{name}", COMMANDS.name);
        let wanted = asked.and_then(|request| request.names.get(index));
        if wanted.is_some_and(|wanted| *wanted != digest(command.name().as_bytes())) {
            found.add(&BATCH_ORDER, field(NAME.name), command.name().to_string(), "the name asked for");
        }
        match command.command {
            Command::CLUSREG_DELETE_KEY => key_deleted = true,
            Command::CLUSREG_CREATE_KEY => key_deleted = false,
            Command::CLUSREG_SET_VALUE | Command::CLUSREG_DELETE_VALUE if key_deleted && executed => {
                found.add(&BATCH_NO_KEY, field(COMMAND_TYPE.name), command.command.0, "CREATE_KEY first");
            }
            _ => {}
        }
        if Command::TABLE.member(command.command.value()).is_none() {
            found.add(&BATCH_COMMAND, field(COMMAND_TYPE.name), command.command.0, "a listed command");
            continue;
        }
        let typed = match command.command {
            Command::CLUSREG_SET_VALUE => true,
            // What a client asks to be read has its type in the answer.
            Command::CLUSREG_READ_VALUE => !message.is_request(),
            _ => false,
        };
        if typed && RegistryValueType::TABLE.member(u64::from(command.value_type)).is_none() {
            found.add(&BATCH_TYPE, field(VALUE_TYPE.name), command.value_type, "0 to 4, 7 or 11");
        }
        let reply = matches!(command.command, Command::CLUSREG_READ_ERROR | Command::CLUSREG_VALUE_DELETED);
        if reply && message.is_request() {
            found.add(&BATCH_REPLY, field(COMMAND_TYPE.name), command.command.0, "a command for a server");
        }
    }
    if count == 0 && bytes.len() <= 4 {
        found.add(&BATCH_EMPTY, path, 0u64, "one command or more");
    }
    if let Some(asked) = asked.and_then(|r| r.commands).filter(|asked| *asked != count) {
        found.add(&BATCH_LENGTH, path, count, asked);
    }
}
