//! Rules that associations are seen to break without becoming unreadable.

use crate::base::diagnostic::rules;

rules! {
    NO_FIRST = "fragment-without-first", "C706 12.6.3.1", "a message's fragments begin with one that has PFC_FIRST_FRAG";
    FIRST_TWICE = "second-first-fragment", "C706 12.6.3.1", "a first fragment while the call's message is still open";
    OPNUM_CHANGED = "opnum-changed", "C706 12.6.4.9", "all fragments of a request have the same opnum";
    CONTEXT_CHANGED = "context-changed", "C706 12.6.4.9", "all fragments of a message have the same p_cont_id";
    REPRESENTATION_CHANGED = "representation-changed", "C706 12.6.3.1", "all fragments have the same data representation";
    PADDING = "padding-too-long", "MS-RPCE 2.2.2.11", "auth_pad_length is no longer than the stub data before it";
    DIRECTION = "wrong-direction", "C706 12.6.4.2", "PDU types of clients and servers don't mix in one direction";
    CALL_REUSED = "call-id-reused", "C706 12.6.3.1", "a call identifier isn't used again while the call is pending";
    RESPONSE_CONTEXT = "response-context", "C706 12.6.4.10", "a response has its request's p_cont_id";
    RESULTS_COUNT = "results-count", "C706 12.6.4.4", "the answer has one result for each proposed context";
    SYNTAX_NOT_PROPOSED = "syntax-not-proposed", "C706 12.6.3.1", "the accepted transfer syntax was proposed";
    REJECTED_CONTEXT = "rejected-context", "C706 12.6.3.1", "a rejected presentation context isn't used";
    AUTH_CHANGED = "auth-changed", "MS-RPCE 3.3.1.5.2.2", "all fragments of a message are protected alike";
}
