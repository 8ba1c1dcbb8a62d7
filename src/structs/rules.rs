//! The rules of custom-marshalled buffers that the readers see broken without having to stop.

use crate::base::diagnostic::{Diagnostic, Rule, rules};
use crate::base::error::Error;
use crate::ndr::visitor::FieldPath;

rules! {
    NOT_THE_CONSTANT = "not-the-constant", "MS-CMRP 2.2.3", "the member has the value that its section gives";
    TERMINATOR_MISSING = "terminator-missing", "MS-CMRP 2.2.3", "text ends with a terminator inside its field";
    BEHIND_TERMINATOR = "behind-terminator", "MS-CMRP 2.2.3", "nothing but zeros stands behind the terminator of a text";
    LENGTH_OF_TEXT = "length-of-text", "MS-CMRP 2.2.3.43", "the size of a text counts its characters";
    LONGER_THAN_TEXT = "longer-than-text", "MS-CMRP 2.2.3", "the bytes of a text end with its terminator";
    SIZE_COUNTS_PADDING = "size-counts-padding", "MS-CMRP 2.2.3.10.1", "the size of a value does not count its padding";
    SIZE_OF_FORMAT = "size-of-format", "MS-CMRP 2.2.2.2", "the size of a value is that of its format";
    NOT_OF_FORMAT = "not-of-format", "MS-CMRP 2.2.2.2", "the bytes of a value are of its format";
    LIST_NOT_ENDED = "list-not-ended", "MS-CMRP 2.2.3.10.1", "an end mark stands behind the last value of a property";
    NO_VALUE = "no-value", "MS-CMRP 2.2.3.10.1", "a property has at least one value";
    EXPANDED_WITHOUT_EXPAND = "expanded-without-expand", "MS-CMRP 2.2.2.3",
        "an EXPANDED_SZ value stands behind an EXPAND_SZ value";
    NAME_LENGTH = "name-length", "MS-CMRP 2.2.3.17.1", "NameLength is at least 2, for the terminator";
    PADDING_MISSING = "padding-missing", "MS-CMRP 2.2.3.17.1", "a command ends on a 16-bit boundary";
    DISK_ID_NUMBERING = "disk-id-numbering", "MS-CMRP 2.2.2.22",
        "DiskIdType is 1, 2 or 0x1388; some systems number the signature 0 and the GUID 1";
    BEHIND_MEMBERS = "behind-members", "MS-CMRP 2.2.3", "nothing stands behind the last member";
    OTHER_READING = "other-reading", "MS-CMRP 2.2.3", "the text can be read in several ways, and only another one than usual fits";
}

pub(crate) fn broken(
    path: &FieldPath<'_>,
    offset: usize,
    rule: &'static Rule,
    value: u64,
    expected: Option<u64>,
) -> Diagnostic {
    Diagnostic { offset, path: path.to_path(), rule, value, expected }
}

/// Gives an error the path of the member it arose in, if it has none.
pub(crate) fn in_path(error: Error, path: &FieldPath<'_>) -> Error {
    if error.path.segments().is_empty() { Error { path: path.to_path(), ..error } } else { error }
}
