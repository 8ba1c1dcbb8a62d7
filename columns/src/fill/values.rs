//! Rows for what stands in lists inside buffers: values of property lists, commands of registry batches.
//!
//! They are taken out of the parameters as JSON lines have them, by the names of their declarations.

use crate::tables::{commands, properties};
use cluscope::internals::structs::{batch, property_list};
use serde_json::{Map, Value};

/// How deep parameters are looked into; those declared are less deep.
const LEVELS: usize = 24;

/// The message that the lists stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) time: Option<i64>,
    pub(super) time_ns: Option<i64>,
    pub(super) frame: Option<i64>,
    pub(super) stream: Option<i64>,
    pub(super) client: Option<&'a str>,
    pub(super) server: Option<&'a str>,
    pub(super) user: Option<&'a str>,
    pub(super) call_id: Option<i64>,
    pub(super) r#type: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) control_code_name: Option<&'a str>,
    pub(super) object_kind: Option<&'a str>,
    pub(super) object_name: Option<&'a str>,
}

/// Rows of both tables.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) properties: properties::Builder,
    pub(super) commands: commands::Builder,
}

/// Whether a text has another one in it.
fn has(text: &str, key: &str) -> bool {
    text.match_indices(key).any(|(at, _)| text.get(..at).is_some_and(|before| before.ends_with('"')))
}

/// A value by kind: its number, its text.
fn typed(value: &Value) -> (Option<i64>, Option<&str>) {
    match value {
        Value::Number(number) => (number.as_i64(), None),
        Value::String(text) => (None, Some(text)),
        // A number with its name or its time.
        Value::Object(members) => {
            let number = members.get("value").and_then(Value::as_i64);
            let text = ["name", "time", "sddl"].into_iter().find_map(|key| members.get(key)?.as_str());
            (number, text)
        }
        _ => (None, None),
    }
}

impl Listed {
    /// Reads the parameters of a message; `[properties, commands]` are wanted.
    pub(super) fn read(&mut self, params: &str, subject: &Subject<'_>, [properties, commands]: [bool; 2]) {
        let lists = properties && has(params, property_list::PROPERTIES.name);
        let batches = commands && has(params, batch::COMMANDS.name);
        if !lists && !batches {
            return;
        }
        // It was printed a moment ago; text that is not JSON there is none.
        let Ok(value) = serde_json::from_str(params) else { return };
        self.walk(&value, subject, [lists, batches], 0);
    }

    fn walk(&mut self, value: &Value, subject: &Subject<'_>, wanted: [bool; 2], level: usize) {
        if level > LEVELS {
            return;
        }
        match value {
            Value::Array(list) => list.iter().for_each(|value| self.walk(value, subject, wanted, level + 1)),
            Value::Object(members) => {
                if let (true, Some(Value::Array(list))) = (wanted[0], members.get(property_list::PROPERTIES.name)) {
                    list.iter().filter_map(Value::as_object).for_each(|property| self.property(property, subject));
                }
                if let (true, Some(Value::Array(list))) = (wanted[1], members.get(batch::COMMANDS.name)) {
                    let all = (0..).zip(list).filter_map(|(at, command)| Some((at, command.as_object()?)));
                    all.for_each(|(at, command)| self.command(at, command, subject));
                }
                members.values().for_each(|value| self.walk(value, subject, wanted, level + 1));
            }
            _ => {}
        }
    }

    fn property(&mut self, property: &Map<String, Value>, subject: &Subject<'_>) {
        let name = property.get(property_list::NAME.name).and_then(Value::as_str);
        let Subject { time, time_ns, frame, stream, client, server, user, call_id, r#type, method, .. } = *subject;
        let row = properties::Row {
            time,
            time_ns,
            frame,
            stream,
            client,
            server,
            user,
            call_id,
            r#type,
            method,
            control_code_name: subject.control_code_name,
            object_kind: subject.object_kind,
            object_name: subject.object_name,
            name,
            ..properties::Row::default()
        };
        let values = property.get(property_list::VALUES.name).and_then(Value::as_array);
        let Some(values) = values.filter(|values| !values.is_empty()) else {
            // Only its name, or none of its values could be read.
            return self.properties.push(&row);
        };
        for (value_index, value) in (0..).zip(values) {
            let member = |field: &cluscope::internals::ndr::types::Field| value.get(field.name);
            let (syntax, syntax_name) = member(&property_list::SYNTAX).map_or((None, None), typed);
            let value = member(&property_list::VALUE);
            let (value_int, value_text) = value.map_or((None, None), typed);
            let text = value.map(Value::to_string);
            let value_index = Some(value_index);
            let value = text.as_deref();
            self.properties.push(&properties::Row {
                value_index,
                syntax,
                syntax_name,
                value_int,
                value_text,
                value,
                ..row
            });
        }
    }

    fn command(&mut self, position: i64, members: &Map<String, Value>, subject: &Subject<'_>) {
        let member = |field: &cluscope::internals::ndr::types::Field| members.get(field.name);
        let (command, command_name) = member(&batch::COMMAND_TYPE).map_or((None, None), typed);
        let (value_type, value_type_name) = member(&batch::VALUE_TYPE).map_or((None, None), typed);
        let data = member(&batch::DATA);
        // What the bytes hold stands beside them; a structure has its name there, which is no text of the value.
        let inner = data.and_then(|data| data.get("decoded")).filter(|decoded| decoded.get("type").is_none());
        let (value_int, value_text) = inner.map_or((None, None), typed);
        let text = data.map(Value::to_string);
        let Subject { time, time_ns, frame, stream, client, server, user, call_id, r#type, method, .. } = *subject;
        self.commands.push(&commands::Row {
            time,
            time_ns,
            frame,
            stream,
            client,
            server,
            user,
            call_id,
            r#type,
            method,
            object_name: subject.object_name,
            position: Some(position),
            command,
            command_name,
            name: member(&batch::NAME).and_then(Value::as_str),
            value_type,
            value_type_name,
            value_int,
            value_text,
            value: text.as_deref(),
        });
    }
}
