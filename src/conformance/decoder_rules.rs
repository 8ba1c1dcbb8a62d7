//! Rules that the decoders check already and report as diagnostics: of DCE/RPC, of NDR and the IDL, of the
//! custom-marshalled structures. Here they only get their grade, and a name of their own where two areas share one.

use super::rule::{Grade, Rule};
use crate::base::diagnostic;

macro_rules! adopt {
    ($area:literal, $source:ident: $($id:ident = $name:literal, $grade:ident;)*) => {
        $(pub(crate) static $id: Rule = Rule::of_decoder(&$source::$id, $name, $area, Grade::$grade);)*
        pub(crate) static RULES: &[&Rule] = &[$(&$id),*];
        static PAIRS: &[(&diagnostic::Rule, &Rule)] = &[$((&$source::$id, &$id)),*];

        /// The rule of ours for a diagnostic's; `None` for what is no finding.
        pub(crate) fn of(rule: &diagnostic::Rule) -> Option<&'static Rule> {
            PAIRS.iter().find(|(theirs, _)| core::ptr::eq(*theirs, rule)).map(|(_, ours)| *ours)
        }
    };
}

/// Rules of DCE/RPC.
pub(crate) mod rpc {
    use super::{Grade, Rule, diagnostic};
    use crate::rpc::connection::rules as theirs;

    adopt! { "rpc", theirs:
        NO_FIRST = "fragment-without-first", Must;
        FIRST_TWICE = "second-first-fragment", Must;
        OPNUM_CHANGED = "opnum-changed", Must;
        CONTEXT_CHANGED = "context-changed", Must;
        REPRESENTATION_CHANGED = "representation-changed", Must;
        PADDING = "padding-too-long", Must;
        DIRECTION = "wrong-direction", Must;
        CALL_REUSED = "call-id-reused", Must;
        RESPONSE_CONTEXT = "response-context", Must;
        RESULTS_COUNT = "results-count", Must;
        SYNTAX_NOT_PROPOSED = "syntax-not-proposed", Must;
        REJECTED_CONTEXT = "rejected-context", Must;
        AUTH_CHANGED = "auth-changed", Must;
    }
}

/// Rules of NDR and of the IDL.
pub(crate) mod ndr {
    use super::{Grade, Rule, diagnostic};
    use crate::ndr::rules as theirs;

    // COUNT_ALIGNMENT is missing: both readings are C706's.
    adopt! { "ndr", theirs:
        COUNT_MISMATCH = "count-mismatch", Must;
        LENGTH_MISMATCH = "length-mismatch", Must;
        OFFSET_NOT_ZERO = "offset-not-zero", Must;
        ACTUAL_EXCEEDS_MAXIMUM = "actual-exceeds-maximum", Must;
        TERMINATOR_MISSING = "terminator-missing", Must;
        ILL_FORMED_UTF16 = "ill-formed-utf16", Must;
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

/// Rules of MS-SWN.
pub(crate) mod witness {
    use super::{Grade, Rule, diagnostic};
    use crate::idl::rules as theirs;

    // The others say again what areas of ours say with more to show. That a string is empty breaks no MUST.
    adopt! { "witness", theirs:
        VERSION_1 = "witness-register-version", Must;
        VERSION_2 = "witness-register-ex-version", Must;
        FLAGS = "witness-flags", Must;
        STRING_NULL = "witness-string-null", Should;
        STRING_INSIDE = "witness-string-terminator", Must;
        ADDRESS = "witness-address", Should;
    }
}
