//! The rules of NDR and of the IDL that the reader sees broken without having to stop.

use crate::base::diagnostic::rules;

rules! {
    /// `size_is` against the array.
    COUNT_MISMATCH = "count-mismatch", "C706 14.3.3.2",
        "the maximum count differs from the field that size_is names";
    /// `length_is` against the array.
    LENGTH_MISMATCH = "length-mismatch", "C706 14.3.3.3",
        "the actual count differs from the field that length_is names";
    /// Offset of a varying array.
    OFFSET_NOT_ZERO = "offset-not-zero", "C706 14.3.3.3",
        "no array of these interfaces is sent from the middle: the offset is 0";
    /// Offset and actual count against the maximum.
    ACTUAL_EXCEEDS_MAXIMUM = "actual-exceeds-maximum", "C706 14.3.3.4",
        "offset and actual count together don't exceed the maximum count";
    /// Strings.
    TERMINATOR_MISSING = "terminator-missing", "C706 14.3.4",
        "a string ends with a terminator, which its counts include";
    /// ApiGetNotifyV2 in NDR.
    COUNT_ALIGNMENT = "count-alignment", "C706 14.3.3.2",
        "Windows aligns a maximum count to its own width; here it is aligned to the elements";
    /// Surrogates.
    ILL_FORMED_UTF16 = "ill-formed-utf16", "MS-DTYP 2.2.36",
        "a surrogate code unit stands in a pair";
    /// `range`.
    OUT_OF_RANGE = "out-of-range", "MS-RPCE 2.2.4.9",
        "the value lies in the range that the IDL gives";
    /// Constants.
    NOT_THE_CONSTANT = "not-the-constant", "MS-CMRP 3.1.4",
        "the parameter has one permitted value";
    /// `BOOL`, `BOOLEAN`.
    NOT_A_BOOLEAN = "not-a-boolean", "MS-DTYP 2.2.3",
        "a boolean is 0 or 1";
    /// Context handles.
    HANDLE_ATTRIBUTES = "handle-attributes", "MS-RPCE 2.2.4.15",
        "the attributes of a context handle are 0";
    /// Handle of zeroes going in.
    NULL_HANDLE_IN = "null-handle-in", "C706 4.2.16.6",
        "a context handle that goes in is not the null handle";
    /// Enumerations in NDR64.
    ENUM_HIGH_BITS = "enum-high-bits", "C706 14.2.6",
        "an enumeration's value fits into 15 bits";
}
