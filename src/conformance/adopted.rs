//! Rules that the decoders check already and report as diagnostics: of DCE/RPC, of NDR and the IDL, of the
//! custom-marshalled structures. Here they only get their grade, and a name of their own where two areas share one.

use super::rule::{Grade, Rule, rules};
use crate::diagnostic;

/// Rules that [`crate::rpc`] reports, by name.
pub(crate) mod rpc {
    super::rules! { "rpc":
        NO_FIRST = "fragment-without-first", "C706 12.6.3.1",
            "a message's fragments begin with one that has PFC_FIRST_FRAG", Must;
        FIRST_TWICE = "second-first-fragment", "C706 12.6.3.1",
            "a first fragment does not come while the call's message is still open", Must;
        OPNUM_CHANGED = "opnum-changed", "C706 12.6.4.9", "all fragments of a request have the same opnum", Must;
        CONTEXT_CHANGED = "context-changed", "C706 12.6.4.9",
            "all fragments of a message have the same p_cont_id", Must;
        REPRESENTATION_CHANGED = "representation-changed", "C706 12.6.3.1",
            "all fragments have the same data representation", Must;
        PADDING = "padding-too-long", "MS-RPCE 2.2.2.11",
            "auth_pad_length is no longer than the stub data before it", Must;
        DIRECTION = "wrong-direction", "C706 12.6.4.2",
            "PDU types of clients and servers don't mix in one direction", Must;
        CALL_REUSED = "call-id-reused", "C706 12.6.3.1",
            "a call identifier isn't used again while the call is pending", Must;
        RESPONSE_CONTEXT = "response-context", "C706 12.6.4.10", "a response has its request's p_cont_id", Must;
        RESULTS_COUNT = "results-count", "C706 12.6.4.4",
            "the answer has one result for each proposed context", Must;
        SYNTAX_NOT_PROPOSED = "syntax-not-proposed", "C706 12.6.3.1",
            "the accepted transfer syntax was proposed", Must;
        REJECTED_CONTEXT = "rejected-context", "C706 12.6.3.1", "a rejected presentation context isn't used", Must;
        AUTH_CHANGED = "auth-changed", "MS-RPCE 3.3.1.5.2.2",
            "all fragments of a message are protected alike", Must;
    }

    /// The rule of ours for a diagnostic's.
    pub(crate) fn of(rule: &crate::diagnostic::Rule) -> Option<&'static super::Rule> {
        RULES.iter().copied().find(|ours| ours.name == rule.name)
    }
}

macro_rules! adopt {
    ($area:literal, $source:ident: $($id:ident = $name:literal, $grade:ident;)*) => {
        $(pub(crate) static $id: Rule = Rule::adopted(&$source::$id, $name, $area, Grade::$grade);)*
        pub(crate) static RULES: &[&Rule] = &[$(&$id),*];
        static PAIRS: &[(&diagnostic::Rule, &Rule)] = &[$((&$source::$id, &$id)),*];

        /// The rule of ours for a diagnostic's; `None` for what is no finding.
        pub(crate) fn of(rule: &diagnostic::Rule) -> Option<&'static Rule> {
            PAIRS.iter().find(|(theirs, _)| core::ptr::eq(*theirs, rule)).map(|(_, ours)| *ours)
        }
    };
}

/// Rules of NDR and of the IDL.
pub(crate) mod ndr {
    use super::{Grade, Rule, diagnostic};
    use crate::ndr::rules as theirs;

    // COUNT_ALIGNMENT is missing: both readings are C706's. ILL_FORMED_UTF16 has a section of its own in MS-CMRP.
    adopt! { "ndr", theirs:
        COUNT_MISMATCH = "count-mismatch", Must;
        LENGTH_MISMATCH = "length-mismatch", Must;
        OFFSET_NOT_ZERO = "offset-not-zero", Must;
        ACTUAL_EXCEEDS_MAXIMUM = "actual-exceeds-maximum", Must;
        TERMINATOR_MISSING = "terminator-missing", Must;
        OUT_OF_RANGE = "out-of-range", Must;
        NOT_THE_CONSTANT = "not-the-constant", Must;
        NOT_A_BOOLEAN = "not-a-boolean", Must;
        HANDLE_ATTRIBUTES = "handle-attributes", Must;
        NULL_HANDLE_IN = "null-handle-in", Must;
        ENUM_HIGH_BITS = "enum-high-bits", Must;
    }
}

/// Rules of the custom-marshalled structures.
pub(crate) mod structs {
    use super::{Grade, Rule, diagnostic};
    use crate::structs::rules as theirs;

    // OTHER_READING and DISK_ID_NUMBERING are missing: the text is in doubt there, not the sender. What stands behind a
    // terminator is left over from earlier in many a fixed field of Windows.
    adopt! { "structures", theirs:
        NOT_THE_CONSTANT = "member-not-the-constant", Must;
        TERMINATOR_MISSING = "text-not-terminated", Must;
        SIZE_COUNTS_PADDING = "size-counts-padding", Must;
        SIZE_OF_FORMAT = "size-of-format", Must;
        NOT_OF_FORMAT = "not-of-format", Must;
        LIST_NOT_ENDED = "list-not-ended", Must;
        NO_VALUE = "property-without-value", Must;
        EXPANDED_WITHOUT_EXPAND = "expanded-without-expand", Must;
        NAME_LENGTH = "batch-name-length", Must;
        PADDING_MISSING = "batch-padding", Must;
        BEHIND_MEMBERS = "behind-members", Should;
    }
}
