/* cluscope: ClusAPI (MS-CMRP) and Witness (MS-SWN) for programs in C and C++.
 *
 * Made from the sources in bindings/c/src; do not edit.
 *
 * Functions return 0 or an error of enum cluscope_status, which is negative. Structures that a program fills begin with
 * their size. What a callback is handed is lent until it returns. Nothing is global: whatever is not stated to be in use
 * by one thread at a time may be called by any number of them. docs/embedding.md says more.
 */

#ifndef CLUSCOPE_H
#define CLUSCOPE_H

#include <stddef.h>
#include <stdint.h>

/**
 * `cluscope_field.flags`: the field stands in requests.
 */
#define CLUSCOPE_FIELD_IN 1

/**
 * It stands in responses.
 */
#define CLUSCOPE_FIELD_OUT 2

/**
 * It is the return value.
 */
#define CLUSCOPE_FIELD_RETURN 4

/**
 * It is a member of a structure of a buffer.
 */
#define CLUSCOPE_FIELD_BUFFER 8

/**
 * It stands behind a pointer that may be null.
 */
#define CLUSCOPE_FIELD_POINTER 16

/**
 * The time of a packet that has none.
 */
#define CLUSCOPE_NO_TIME INT64_MIN

/**
 * `cluscope_object.flags`: the handle came with the request, and was not handed back.
 */
#define CLUSCOPE_OBJECT_USED 1

/**
 * `frame` of the opening is known.
 */
#define CLUSCOPE_OBJECT_OPENED 2

/**
 * `access` is known.
 */
#define CLUSCOPE_OBJECT_ACCESS 4

/**
 * Include counts, referents, gaps and what can't be read, so that every byte is accounted for.
 */
#define CLUSCOPE_OPTION_OVERHEAD 1

/**
 * Include broken rules of the specification.
 */
#define CLUSCOPE_OPTION_DIAGNOSTICS 2

/**
 * Leave out passwords, tokens and what may be such: text and bytes of them, and the bytes of buffers around them. In JSON as
 * `cluscope dissect --hide-secrets` does.
 */
#define CLUSCOPE_OPTION_HIDE_SECRETS 4

/**
 * The version of the binary interface that this header describes. It grows when something is added; what was there stays as
 * it is, or the library gets another file name.
 */
#define CLUSCOPE_ABI_VERSION 1

/**
 * What every function returns: 0 is success, errors are negative; 1 is no error but says something.
 */
enum cluscope_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    CLUSCOPE_OK = 0,
    /**
     * Done; and the connection or flow carries no DCE/RPC: nothing more of it is of use.
     */
    CLUSCOPE_NOT_WANTED = 1,
    /**
     * A pointer that must not be null is null.
     */
    CLUSCOPE_ERROR_NULL = -1,
    /**
     * The `size` of a structure is none that it ever had, or a length is larger than memory can be.
     */
    CLUSCOPE_ERROR_SIZE = -2,
    /**
     * A number is none of those that it may be, or a pointer is not aligned.
     */
    CLUSCOPE_ERROR_ARGUMENT = -3,
    /**
     * Text is not UTF-8.
     */
    CLUSCOPE_ERROR_UTF8 = -4,
    /**
     * No interface has this UUID and version.
     */
    CLUSCOPE_ERROR_INTERFACE = -5,
    /**
     * No method has this opnum, or none that is sent.
     */
    CLUSCOPE_ERROR_METHOD = -6,
    /**
     * The bytes are not what they are said to be. What stood before the error was handed out.
     */
    CLUSCOPE_ERROR_MALFORMED = -7,
    /**
     * The JSON is none, or can't be encoded.
     */
    CLUSCOPE_ERROR_JSON = -8,
    /**
     * A callback asked to stop.
     */
    CLUSCOPE_ERROR_STOPPED = -9,
    /**
     * The handle is in use: by another thread, or by the function whose callback this is called from.
     */
    CLUSCOPE_ERROR_BUSY = -10,
    /**
     * The handle is of another kind, or none.
     */
    CLUSCOPE_ERROR_HANDLE = -11,
    /**
     * The stream, connection or session was finished before.
     */
    CLUSCOPE_ERROR_FINISHED = -12,
    /**
     * A line of keys, or a keytab, can't be read.
     */
    CLUSCOPE_ERROR_KEYS = -13,
    /**
     * A filter expression can't be read.
     */
    CLUSCOPE_ERROR_FILTER = -14,
    /**
     * There is no such thing at this place.
     */
    CLUSCOPE_ERROR_NOT_FOUND = -15,
    /**
     * A limit was reached.
     */
    CLUSCOPE_ERROR_LIMIT = -16,
    /**
     * A defect of the library. It went no further, but what it worked on is not to be used again, only freed.
     */
    CLUSCOPE_ERROR_INTERNAL = -17,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_status cluscope_status;
#else
typedef int32_t cluscope_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a `cluscope_value` tells of.
 */
enum cluscope_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A value.
     */
    CLUSCOPE_EVENT_VALUE = 1,
    /**
     * Something begins that holds others; they follow, one deeper, up to its end.
     */
    CLUSCOPE_EVENT_BEGIN = 2,
    /**
     * It ends. Each beginning has its end, also where an error ends the stub.
     */
    CLUSCOPE_EVENT_END = 3,
    /**
     * Bytes that are no values; told only with `CLUSCOPE_OPTION_OVERHEAD`.
     */
    CLUSCOPE_EVENT_OVERHEAD = 4,
    /**
     * What could be read but breaks a rule of the specification: `name` is the rule's, `text` says it, `section` is where it
     * is written, `number` the value in question.
     */
    CLUSCOPE_EVENT_DIAGNOSTIC = 5,
    /**
     * What a buffer holds can't be read to its end: `text` says why, `offset` where. What stood before it was told.
     */
    CLUSCOPE_EVENT_BUFFER_ERROR = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_event cluscope_event;
#else
typedef uint32_t cluscope_event;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Of which kind a value is, or what it is that begins or ends.
 */
enum cluscope_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * No value.
     */
    CLUSCOPE_KIND_NONE = 0,
    /**
     * An unsigned integer, in `number`.
     */
    CLUSCOPE_KIND_UINT = 1,
    /**
     * A signed integer: `number` as an `int64_t`.
     */
    CLUSCOPE_KIND_INT = 2,
    /**
     * 0 or 1 in `number`: whether a mark is there.
     */
    CLUSCOPE_KIND_BOOL = 3,
    /**
     * Intervals of 100 ns since 1601-01-01 UTC in `number`; the time as text.
     */
    CLUSCOPE_KIND_FILETIME = 4,
    /**
     * A context handle: its attributes in `number`, its UUID as 16 bytes and as text.
     */
    CLUSCOPE_KIND_HANDLE = 5,
    /**
     * A GUID: 16 bytes as in a little-endian stub, and text.
     */
    CLUSCOPE_KIND_GUID = 6,
    /**
     * Text, as UTF-8 and as its bytes in the stub without the terminator.
     */
    CLUSCOPE_KIND_TEXT = 7,
    /**
     * 16-bit units, as bytes. Where they are a text, `text` is what stands before the first null unit; where they are a
     * MULTI_SZ, its strings, each but the last followed by a null byte.
     */
    CLUSCOPE_KIND_UNITS = 8,
    /**
     * Bytes; of a security descriptor also, as text in the Security Descriptor Definition Language, what can be read of it.
     */
    CLUSCOPE_KIND_BYTES = 9,
    /**
     * An IPv4 address: 4 bytes in network order, and text.
     */
    CLUSCOPE_KIND_IPV4 = 10,
    /**
     * An IPv6 address: 16 bytes in network order, and text.
     */
    CLUSCOPE_KIND_IPV6 = 11,
    /**
     * A null pointer.
     */
    CLUSCOPE_KIND_NULL = 12,
    /**
     * A full pointer to what was told before; its referent identifier in `number`.
     */
    CLUSCOPE_KIND_ALIAS = 13,
    /**
     * A structure of a stub; its name in `type`.
     */
    CLUSCOPE_KIND_STRUCT = 14,
    /**
     * A structure of a buffer; its name in `type`.
     */
    CLUSCOPE_KIND_RECORD = 15,
    /**
     * An array or list.
     */
    CLUSCOPE_KIND_LIST = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_kind cluscope_kind;
#else
typedef uint32_t cluscope_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a value means beyond its kind; the words are those of the specification's tables.
 */
enum cluscope_meaning
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A plain number.
     */
    CLUSCOPE_MEANING_NUMBER = 0,
    /**
     * A number of objects or units.
     */
    CLUSCOPE_MEANING_COUNT = 1,
    /**
     * Grows by one with each change.
     */
    CLUSCOPE_MEANING_COUNTER = 2,
    /**
     * A length in characters or bytes.
     */
    CLUSCOPE_MEANING_LENGTH = 3,
    /**
     * A position in a list, from 0.
     */
    CLUSCOPE_MEANING_INDEX = 4,
    /**
     * Bytes, or a number of bytes.
     */
    CLUSCOPE_MEANING_BYTES = 5,
    /**
     * Milliseconds.
     */
    CLUSCOPE_MEANING_MILLISECONDS = 6,
    /**
     * Seconds.
     */
    CLUSCOPE_MEANING_SECONDS = 7,
    /**
     * Minutes.
     */
    CLUSCOPE_MEANING_MINUTES = 8,
    /**
     * Hours.
     */
    CLUSCOPE_MEANING_HOURS = 9,
    /**
     * Hundredths.
     */
    CLUSCOPE_MEANING_PERCENT = 10,
    /**
     * Seconds since 1970-01-01 UTC.
     */
    CLUSCOPE_MEANING_UNIX_TIME = 11,
    /**
     * 0 or 1.
     */
    CLUSCOPE_MEANING_BOOL = 12,
    /**
     * Must be one certain value.
     */
    CLUSCOPE_MEANING_CONST = 13,
    /**
     * Must be 0 or is ignored.
     */
    CLUSCOPE_MEANING_RESERVED = 14,
    /**
     * A value of the caller's own; of text and bytes: a secret, or what may be one.
     */
    CLUSCOPE_MEANING_OPAQUE = 15,
    /**
     * One of the values of `table`.
     */
    CLUSCOPE_MEANING_ENUM = 16,
    /**
     * A combination of the bits of `table`.
     */
    CLUSCOPE_MEANING_FLAGS = 17,
    /**
     * A combination of bits whose names depend on an object type that is not known here.
     */
    CLUSCOPE_MEANING_NOTIFY_FLAGS = 18,
    /**
     * A Win32 error code or an HRESULT.
     */
    CLUSCOPE_MEANING_STATUS = 19,
    /**
     * Status of the call itself, set by the RPC runtime.
     */
    CLUSCOPE_MEANING_RPC_STATUS = 20,
    /**
     * A context handle; its type in `type`.
     */
    CLUSCOPE_MEANING_HANDLE = 21,
    /**
     * Text.
     */
    CLUSCOPE_MEANING_TEXT = 22,
    /**
     * Text that is a secret: a password.
     */
    CLUSCOPE_MEANING_SECRET = 23,
    /**
     * Text that is a dependency expression (3.1.4.2.109).
     */
    CLUSCOPE_MEANING_DEPENDENCY_EXPRESSION = 24,
    /**
     * Text: the name of a registry value.
     */
    CLUSCOPE_MEANING_VALUE_NAME = 25,
    /**
     * Strings, each with its terminator, and a terminator behind them.
     */
    CLUSCOPE_MEANING_MULTI_SZ = 26,
    /**
     * 100 ns since 1601.
     */
    CLUSCOPE_MEANING_FILETIME = 27,
    /**
     * How many bytes or elements another field has.
     */
    CLUSCOPE_MEANING_SIZE = 28,
    /**
     * How many the caller can take in another field.
     */
    CLUSCOPE_MEANING_CAPACITY = 29,
    /**
     * How many another field would have needed.
     */
    CLUSCOPE_MEANING_REQUIRED = 30,
    /**
     * A structure whose declaration says the rest.
     */
    CLUSCOPE_MEANING_STRUCTURE = 31,
    /**
     * PROPERTY_LIST (2.2.3.10).
     */
    CLUSCOPE_MEANING_PROPERTY_LIST = 32,
    /**
     * Bytes of a registry value of the type given beside it.
     */
    CLUSCOPE_MEANING_REGISTRY_DATA = 33,
    /**
     * A custom-marshalled structure.
     */
    CLUSCOPE_MEANING_CUSTOM = 34,
    /**
     * A self-relative security descriptor (MS-DTYP 2.4.6).
     */
    CLUSCOPE_MEANING_SECURITY_DESCRIPTOR = 35,
    /**
     * A control code.
     */
    CLUSCOPE_MEANING_CONTROL_CODE = 36,
    /**
     * The input buffer of a control code.
     */
    CLUSCOPE_MEANING_CONTROL_INPUT = 37,
    /**
     * The output buffer of a control code.
     */
    CLUSCOPE_MEANING_CONTROL_OUTPUT = 38,
    /**
     * The buffer of a notification.
     */
    CLUSCOPE_MEANING_NOTIFICATION_BUFFER = 39,
    /**
     * IPv4 address, bytes in network order.
     */
    CLUSCOPE_MEANING_IPV4 = 40,
    /**
     * IPv6 address, bytes in network order.
     */
    CLUSCOPE_MEANING_IPV6 = 41,
    /**
     * The messages of WitnessrAsyncNotify.
     */
    CLUSCOPE_MEANING_WITNESS_MESSAGES = 42,
    /**
     * The explicit binding handle.
     */
    CLUSCOPE_MEANING_BINDING = 43,
    /**
     * A list of objects whose kinds are bits of a mask.
     */
    CLUSCOPE_MEANING_KINDS = 44,
    /**
     * The kind of an object of such a list, where the mask is not known.
     */
    CLUSCOPE_MEANING_OBJECT_KIND = 45,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_meaning cluscope_meaning;
#else
typedef uint32_t cluscope_meaning;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What part a value has in a list of properties or values.
 */
enum cluscope_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None of these.
     */
    CLUSCOPE_ROLE_NONE = 0,
    /**
     * The name of a property.
     */
    CLUSCOPE_ROLE_PROPERTY_NAME = 1,
    /**
     * The type that stands before a value.
     */
    CLUSCOPE_ROLE_PROPERTY_SYNTAX = 2,
    /**
     * A value, or what begins or ends is one.
     */
    CLUSCOPE_ROLE_PROPERTY_VALUE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_role cluscope_role;
#else
typedef uint32_t cluscope_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What bytes are that are no values.
 */
enum cluscope_overhead
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None: the event is another one.
     */
    CLUSCOPE_OVERHEAD_NONE = 0,
    /**
     * An alignment gap, or the padding behind a structure or value.
     */
    CLUSCOPE_OVERHEAD_PADDING = 1,
    /**
     * The referent identifier of a pointer that is not null, in `number`.
     */
    CLUSCOPE_OVERHEAD_REFERENT = 2,
    /**
     * The maximum count of an array or string, in `number`.
     */
    CLUSCOPE_OVERHEAD_MAXIMUM_COUNT = 3,
    /**
     * The offset of a varying array or string, in `number`.
     */
    CLUSCOPE_OVERHEAD_OFFSET = 4,
    /**
     * The actual count of a varying array or string, in `number`.
     */
    CLUSCOPE_OVERHEAD_ACTUAL_COUNT = 5,
    /**
     * The type that stands before a value of a property or value list, in `number`.
     */
    CLUSCOPE_OVERHEAD_SYNTAX = 6,
    /**
     * The length in bytes of the value behind it, in `number`.
     */
    CLUSCOPE_OVERHEAD_LENGTH = 7,
    /**
     * The mark that ends a list.
     */
    CLUSCOPE_OVERHEAD_END_MARK = 8,
    /**
     * Bytes behind a structure or a stub that nothing declares.
     */
    CLUSCOPE_OVERHEAD_TRAILING = 9,
    /**
     * Bytes that could not be read because of an error before them.
     */
    CLUSCOPE_OVERHEAD_UNREAD = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_overhead cluscope_overhead;
#else
typedef uint32_t cluscope_overhead;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Direction of a stub.
 */
enum cluscope_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Client to server.
     */
    CLUSCOPE_REQUEST = 0,
    /**
     * Server to client.
     */
    CLUSCOPE_RESPONSE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_direction cluscope_direction;
#else
typedef uint32_t cluscope_direction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Transfer syntax of a stub.
 */
enum cluscope_syntax
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * NDR, 8a885d04-1ceb-11c9-9fe8-08002b104860 2.0.
     */
    CLUSCOPE_NDR = 0,
    /**
     * NDR64, 71710533-beba-4937-8319-b5dbef9ccc36 1.0.
     */
    CLUSCOPE_NDR64 = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_syntax cluscope_syntax;
#else
typedef uint32_t cluscope_syntax;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Byte order of a stub, by the data representation of its PDU.
 */
enum cluscope_byte_order
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Least significant byte first.
     */
    CLUSCOPE_LITTLE_ENDIAN = 0,
    /**
     * Most significant byte first.
     */
    CLUSCOPE_BIG_ENDIAN = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_byte_order cluscope_byte_order;
#else
typedef uint32_t cluscope_byte_order;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A side of a connection or flow.
 */
enum cluscope_side
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The one that opened the connection, or sent the first datagram.
     */
    CLUSCOPE_CLIENT = 0,
    /**
     * The other one.
     */
    CLUSCOPE_SERVER = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_side cluscope_side;
#else
typedef uint32_t cluscope_side;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why bytes are missing, or why a direction ends. It stands in messages that are incomplete for it.
 */
enum cluscope_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The host says no more.
     */
    CLUSCOPE_REASON_HOST = 0,
    /**
     * The receiver acknowledged the bytes, the capture does not have them.
     */
    CLUSCOPE_REASON_NOT_CAPTURED = 1,
    /**
     * The capture cut packets to a length.
     */
    CLUSCOPE_REASON_CUT = 2,
    /**
     * Nothing came any more.
     */
    CLUSCOPE_REASON_SILENT = 3,
    /**
     * Too much was waiting behind the hole.
     */
    CLUSCOPE_REASON_TOO_MUCH_WAITING = 4,
    /**
     * The sender ended the direction.
     */
    CLUSCOPE_REASON_FIN = 5,
    /**
     * The sender broke the connection off.
     */
    CLUSCOPE_REASON_RESET = 6,
    /**
     * The receiver broke it off.
     */
    CLUSCOPE_REASON_RESET_OF_OTHER = 7,
    /**
     * A new connection has begun between the same ports.
     */
    CLUSCOPE_REASON_PORT_REUSE = 8,
    /**
     * The capture is over.
     */
    CLUSCOPE_REASON_END_OF_CAPTURE = 9,
    /**
     * There was no room for so many connections.
     */
    CLUSCOPE_REASON_EVICTED = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cluscope_reason cluscope_reason;
#else
typedef uint32_t cluscope_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A connection of a session. It belongs to the thread that uses the session.
 */
typedef struct cluscope_connection cluscope_connection;

/**
 * What a request tells of its response: made by `cluscope_context_new`. It holds no part of the stub and is a few bytes
 * large. It never changes, so several threads may use one.
 */
typedef struct cluscope_context cluscope_context;

/**
 * Keys. One thread at a time; any number of sessions may use them, and none may be added from then on. They are wiped from
 * memory when the last of those and the handle itself are freed.
 */
typedef struct cluscope_keys cluscope_keys;

/**
 * The context handles of any number of associations: made by `cluscope_objects_new`, used by one thread at a time. What it
 * keeps is bounded: of too many handles those used least recently are forgotten.
 */
typedef struct cluscope_objects cluscope_objects;

/**
 * A session: what is known of the associations of a capture, or of all connections of a host. One thread at a time,
 * together with its connections; another one, or a callback, that calls meanwhile gets `CLUSCOPE_ERROR_BUSY`.
 */
typedef struct cluscope_session cluscope_session;

/**
 * An enumeration, bit mask or list of codes with its names: see `cluscope_tables`. It lives as long as the program.
 */
typedef struct cluscope_table cluscope_table;

/**
 * UTF-8 text that is lent. It has no terminator; print it with `"%.*s"`.
 */
typedef struct cluscope_text {
    /**
     * The first byte; never null when handed out. Where the caller gives text, null is an empty one.
     */
    const char *data;
    /**
     * Bytes.
     */
    size_t length;
} cluscope_text;

/**
 * A version of an interface.
 */
typedef struct cluscope_interface {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Opnums from 0 to one less than this are methods' or reserved between them.
     */
    uint32_t opnums;
    /**
     * The UUID, as it stands in a little-endian PDU.
     */
    uint8_t uuid[16];
    /**
     * Version number.
     */
    uint16_t version_major;
    /**
     * Its minor number.
     */
    uint16_t version_minor;
    /**
     * Not 0 for the interfaces of the RPC runtime (endpoint mapper, conversation manager), which stand behind the others.
     */
    uint32_t runtime;
    /**
     * Short name: `clusapi`, `witness`.
     */
    struct cluscope_text name;
    /**
     * What it is, in a line.
     */
    struct cluscope_text title;
    /**
     * The UUID as text.
     */
    struct cluscope_text uuid_text;
} cluscope_interface;

/**
 * Takes an interface; returns 0 to go on.
 */
typedef int32_t (*cluscope_interface_fn)(void *user, const struct cluscope_interface *entry);

/**
 * A method of a version of an interface.
 */
typedef struct cluscope_method {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Operation number.
     */
    uint16_t opnum;
    /**
     * Not 0 where a client may send it; nobody says what stubs of the others hold.
     */
    uint16_t on_wire;
    /**
     * The section of the specification.
     */
    struct cluscope_text section;
    /**
     * Name in the specification.
     */
    struct cluscope_text name;
} cluscope_method;

/**
 * Takes a method; returns 0 to go on.
 */
typedef int32_t (*cluscope_method_fn)(void *user, const struct cluscope_method *entry);

/**
 * A parameter of a method or a member of a structure. `container` and `field` are those of the `cluscope_value`s of it.
 */
typedef struct cluscope_field {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Or of `CLUSCOPE_FIELD_` values.
     */
    uint32_t flags;
    /**
     * The kind of its values; `CLUSCOPE_KIND_NONE` where it can be any. A null pointer is told as `CLUSCOPE_KIND_NULL`.
     */
    uint32_t kind;
    /**
     * Of an array or list the kind of its elements.
     */
    uint32_t element_kind;
    /**
     * A `cluscope_meaning`.
     */
    uint32_t meaning;
    /**
     * Bits of an integer; where NDR and NDR64 differ the wider one.
     */
    uint32_t bits;
    /**
     * The method, with its interface, that it is a parameter of: as in `cluscope_interface`. Zeros for a member.
     */
    uint8_t interface_uuid[16];
    /**
     * Version number.
     */
    uint16_t version_major;
    /**
     * Its minor number.
     */
    uint16_t version_minor;
    /**
     * Operation number.
     */
    uint16_t opnum;
    /**
     * 0.
     */
    uint16_t reserved;
    /**
     * The method or structure.
     */
    struct cluscope_text container;
    /**
     * Name in the specification; `return` for the return value.
     */
    struct cluscope_text field;
    /**
     * The type in the IDL; empty for a member of a structure of a buffer.
     */
    struct cluscope_text type;
    /**
     * Of a structure, or of an array or list of such, its name.
     */
    struct cluscope_text structure;
    /**
     * The wire type in words, lent for the callback.
     */
    struct cluscope_text wire_type;
    /**
     * The names of the numbers; null where there are none.
     */
    const struct cluscope_table *table;
} cluscope_field;

/**
 * Takes a field; returns 0 to go on.
 */
typedef int32_t (*cluscope_field_fn)(void *user, const struct cluscope_field *entry);

/**
 * A number with its name.
 */
typedef struct cluscope_name {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Not 0 where numbers are combinations of the list's, each a bit or several.
     */
    uint32_t flags;
    /**
     * Bits of the number where it is used: 16, 32 or 64.
     */
    uint32_t bits;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The number.
     */
    uint64_t number;
    /**
     * Its name.
     */
    struct cluscope_text name;
    /**
     * The name of the list; of a control code the kind of object (`resource`, `cluster`), of a status empty.
     */
    struct cluscope_text list;
    /**
     * What `cluscope_value.table` and `cluscope_field.table` are of the list; null for control codes and statuses.
     */
    const struct cluscope_table *table;
} cluscope_name;

/**
 * Takes a name; returns 0 to go on.
 */
typedef int32_t (*cluscope_name_fn)(void *user, const struct cluscope_name *entry);

/**
 * More about an error. Whoever wants it sets `size` to `sizeof(struct cluscope_error)` and hands a pointer to a function;
 * null means that nobody wants it. It is written when the function returns something else than 0, and holds copies: it is
 * valid as long as its owner likes.
 */
typedef struct cluscope_error {
    /**
     * Set by the caller to the size of this structure.
     */
    uint32_t size;
    /**
     * What the function returned.
     */
    int32_t status;
    /**
     * Byte of the stub or structure at which it went wrong, from 0; `UINT64_MAX` where it is none in particular.
     */
    uint64_t offset;
    /**
     * The path to the field (`ReturnEnum.Entry[3].Name`), with its terminator; empty where it is none in particular.
     */
    char field[200];
    /**
     * What went wrong, in English, with its terminator.
     */
    char message[300];
} cluscope_error;

/**
 * Bytes that are lent.
 */
typedef struct cluscope_bytes {
    /**
     * The first byte; null where there are none.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t length;
} cluscope_bytes;

/**
 * An address and port.
 */
typedef struct cluscope_endpoint {
    /**
     * 4 or 6: which version of IP.
     */
    uint8_t family;
    /**
     * 0.
     */
    uint8_t reserved;
    /**
     * Port.
     */
    uint16_t port;
    /**
     * The address in network order; of IPv4 the first four bytes.
     */
    uint8_t address[16];
} cluscope_endpoint;

/**
 * A message, or what stands in its place (`malformed`, `skipped`, `incomplete`). All of it is lent until the callback
 * returns, and so is the pointer itself.
 */
typedef struct cluscope_message {
    /**
     * Bytes of this structure; a library that is newer than the header has more of them.
     */
    uint32_t size;
    /**
     * 6 for TCP, 17 for UDP.
     */
    uint32_t transport;
    /**
     * The packet that completed it; 0 where none is known.
     */
    uint64_t frame;
    /**
     * When that was: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
     */
    int64_t time;
    /**
     * Number of the connection or UDP flow.
     */
    uint64_t stream;
    /**
     * Sender.
     */
    struct cluscope_endpoint source;
    /**
     * Receiver.
     */
    struct cluscope_endpoint destination;
    /**
     * The PDU's type: `request`, `response`, `fault`, `bind` …
     */
    struct cluscope_text type;
    /**
     * `clusapi` or `witness`; empty where it is none of ours or not known.
     */
    struct cluscope_text interface;
    /**
     * Name of the method; empty where it is not known.
     */
    struct cluscope_text method;
    /**
     * Version of the interface, where that is known.
     */
    uint16_t version_major;
    /**
     * Its minor number.
     */
    uint16_t version_minor;
    /**
     * Operation number, -1 where there is none.
     */
    int32_t opnum;
    /**
     * `call_id`, of connectionless PDUs the sequence number; -1 where no header was readable.
     */
    int64_t call_id;
    /**
     * Of a response or fault the packet that completed its request; 0 where that was not seen.
     */
    uint64_t request_frame;
    /**
     * Nanoseconds from that to this; -1 where either time is not known.
     */
    int64_t latency;
    /**
     * What a response or fault came to; -1 where that is not known.
     */
    int64_t status;
    /**
     * Its name.
     */
    struct cluscope_text status_name;
    /**
     * The object that the call is about, where it is known what its handle stands for: `resource`, `group`, `key` …
     */
    struct cluscope_text object_kind;
    /**
     * Its name or path.
     */
    struct cluscope_text object;
    /**
     * The user of the association, where a token told it.
     */
    struct cluscope_text user;
    /**
     * The stub of a request or response, opened where it was sealed and there are keys; none where it is another
     * interface's or sealed.
     */
    struct cluscope_bytes stub;
    /**
     * A `cluscope_direction` of the stub.
     */
    uint32_t direction;
    /**
     * Its `cluscope_syntax`.
     */
    uint32_t syntax;
    /**
     * Its `cluscope_byte_order`.
     */
    uint32_t byte_order;
    /**
     * Not 0 where the bind was not captured and the interface is guessed from the stubs.
     */
    uint32_t assumed;
    /**
     * The library's own.
     */
    const void *internal;
} cluscope_message;

/**
 * Takes text or bytes, all at once; returns 0 unless something is wrong with them. It must not throw, nor leave by
 * `longjmp`.
 */
typedef int32_t (*cluscope_write_fn)(void *user, const char *data, size_t length);

/**
 * A value of a stub, or where something begins or ends. All of it is lent: it may be used until the callback returns,
 * `bytes` as long as the stub. A field that says nothing about an event is 0, empty or null.
 */
typedef struct cluscope_value {
    /**
     * Bytes of this structure; a library that is newer than the header has more of them.
     */
    uint32_t size;
    /**
     * A `cluscope_event`.
     */
    uint32_t event;
    /**
     * A `cluscope_kind`.
     */
    uint32_t kind;
    /**
     * A `cluscope_meaning`.
     */
    uint32_t meaning;
    /**
     * A `cluscope_role`.
     */
    uint32_t role;
    /**
     * A `cluscope_overhead`.
     */
    uint32_t overhead;
    /**
     * How deep the value stands: 1 for a parameter.
     */
    uint32_t depth;
    /**
     * Bits of an integer as it was sent: 8, 16, 32 or 64.
     */
    uint32_t bits;
    /**
     * Place in its array or list, from 0; -1 for what is no element.
     */
    int64_t index;
    /**
     * First byte in the stub; inside buffers too.
     */
    size_t offset;
    /**
     * Bytes of the value itself: a string's terminator is included; counts, and what a pointer leads to, are not.
     */
    size_t length;
    /**
     * An integer or time, or what the event says.
     */
    uint64_t number;
    /**
     * The path: `ReturnEnum.Entry[3].Name`.
     */
    struct cluscope_text path;
    /**
     * Name of the parameter or member in the specification; of an element that of its array.
     */
    struct cluscope_text field;
    /**
     * Where that is declared: the name of the structure, or of the method for a parameter.
     */
    struct cluscope_text container;
    /**
     * The type in the IDL (`DWORD`, `HRES_RPC`); of a structure its name.
     */
    struct cluscope_text type;
    /**
     * Text as UTF-8. An unpaired surrogate is shown as U+FFFD, and `ill_formed` says so.
     */
    struct cluscope_text text;
    /**
     * The name of an integer, or the names of its bits with ` | ` between them; bits without one as a hexadecimal number.
     */
    struct cluscope_text name;
    /**
     * The name of the property that this is in.
     */
    struct cluscope_text property;
    /**
     * The section of a broken rule.
     */
    struct cluscope_text section;
    /**
     * The bytes of text, units, bytes, GUIDs and addresses, or of the buffer that begins.
     */
    struct cluscope_bytes bytes;
    /**
     * The names that the integer can have; null where there are none.
     */
    const struct cluscope_table *table;
    /**
     * Not 0 for a secret, or what may be one. With `CLUSCOPE_OPTION_HIDE_SECRETS` text and bytes are left out of it.
     */
    uint8_t secret;
    /**
     * Not 0 for text that is no well-formed UTF-16.
     */
    uint8_t ill_formed;
    /**
     * 0.
     */
    uint8_t reserved[6];
} cluscope_value;

/**
 * Takes a value; returns 0 to go on, anything else to stop. It must not throw, nor leave by `longjmp`.
 */
typedef int32_t (*cluscope_value_fn)(void *user, const struct cluscope_value *value);

/**
 * A stub and what is known of it. Set all of it to zero, then `size` to `sizeof(struct cluscope_stub)`, then what there is.
 */
typedef struct cluscope_stub {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Or of `CLUSCOPE_OPTION_` values.
     */
    uint32_t options;
    /**
     * UUID of the interface, as it stands in a little-endian PDU (the first three fields little-endian).
     */
    uint8_t interface_uuid[16];
    /**
     * Version of the interface, as the presentation context names it.
     */
    uint16_t version_major;
    /**
     * Its minor number.
     */
    uint16_t version_minor;
    /**
     * Operation number.
     */
    uint16_t opnum;
    /**
     * 0.
     */
    uint16_t reserved;
    /**
     * A `cluscope_direction`.
     */
    uint32_t direction;
    /**
     * A `cluscope_syntax`.
     */
    uint32_t syntax;
    /**
     * A `cluscope_byte_order`.
     */
    uint32_t byte_order;
    /**
     * The byte order of `request`.
     */
    uint32_t request_byte_order;
    /**
     * The stub: without the PDU's header, object UUID, verification trailer and security trailer, all fragments together.
     */
    struct cluscope_bytes data;
    /**
     * Of a response: the stub of its request, whose control code tells what the response's buffer holds. Without it (and
     * without `context` and `control_code`) such buffers are bytes.
     */
    struct cluscope_bytes request;
    /**
     * The same, kept by `cluscope_context_new`; goes before `request`.
     */
    const struct cluscope_context *context;
    /**
     * The same as a number; counts if there is neither of the two, and if it is not 0.
     */
    uint32_t control_code;
    /**
     * 0.
     */
    uint32_t reserved2;
} cluscope_stub;

/**
 * Where a message stands in its association. Set all of it to zero, then `size` to `sizeof(struct cluscope_message_place)`,
 * then what there is.
 */
typedef struct cluscope_message_place {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Number of the call in its association, `call_id`; of connectionless calls the sequence number.
     */
    uint32_t call_id;
    /**
     * Number of the association, whatever the host counts: handles are good within it.
     */
    uint64_t association;
    /**
     * Number of the packet that completed the message, or any other number that grows.
     */
    uint64_t frame;
    /**
     * Of a response: that of its request; 0 where it was not seen.
     */
    uint64_t request_frame;
} cluscope_message_place;

/**
 * What a context handle of a message stands for. All of it is lent: it may be used until the callback returns.
 */
typedef struct cluscope_object {
    /**
     * Bytes of this structure; a library that is newer than the header has more of them.
     */
    uint32_t size;
    /**
     * Or of `CLUSCOPE_OBJECT_` values.
     */
    uint32_t flags;
    /**
     * `context_handle_attributes` of the handle.
     */
    uint32_t attributes;
    /**
     * Access granted.
     */
    uint32_t access;
    /**
     * `context_handle_uuid`, as in a little-endian stub.
     */
    uint8_t uuid[16];
    /**
     * Number of the request's packet that opened it.
     */
    uint64_t opened;
    /**
     * The parameter.
     */
    struct cluscope_text field;
    /**
     * Kind of object: `resource`, `group`, `key`.
     */
    struct cluscope_text kind;
    /**
     * Its name, or path; empty where nothing told it.
     */
    struct cluscope_text name;
    /**
     * Empty for an open handle; else `closed`, `other_association`, `before_capture`, `unknown` or `wrong_kind`.
     */
    struct cluscope_text state;
} cluscope_object;

/**
 * Takes an object; returns 0 to go on.
 */
typedef int32_t (*cluscope_object_fn)(void *user, const struct cluscope_object *object);

/**
 * Takes a message; returns 0 to go on, anything else to stop. It must not throw, nor leave by `longjmp`. What
 * a message costs beyond its decoding is what is asked of it.
 */
typedef int32_t (*cluscope_message_fn)(void *user, const struct cluscope_message *message);

/**
 * How a session works. Set all of it to zero, then `size` to `sizeof(struct cluscope_session_options)`, then what there is.
 */
typedef struct cluscope_session_options {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * Or of `CLUSCOPE_OPTION_` values; of those only `CLUSCOPE_OPTION_HIDE_SECRETS` counts here.
     */
    uint32_t options;
    /**
     * Bytes of memory that the session stays below, whatever comes: at least 16 MiB; 0 for 256 MB.
     */
    uint64_t memory_limit;
    /**
     * Keys that open what is sealed; null for none.
     */
    const struct cluscope_keys *keys;
    /**
     * Only messages that this expression holds for are handed out; empty for all. docs/views.md describes it.
     */
    struct cluscope_text filter;
    /**
     * What connections without a bind carry, as `--assume` has it: `clusapi:3.0:ndr64`; empty for what the stubs tell.
     */
    struct cluscope_text assume;
    /**
     * Takes each message.
     */
    cluscope_message_fn message;
    /**
     * Handed to it.
     */
    void *user;
} cluscope_session_options;

/**
 * A captured packet.
 */
typedef struct cluscope_packet {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * What the bytes begin with: a number of the list of link-layer header types of tcpdump.org, 1 for Ethernet.
     */
    uint32_t link_type;
    /**
     * Number of the packet, growing; 0 for one more than that of the packet before.
     */
    uint64_t frame;
    /**
     * When it was captured: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
     */
    int64_t time;
    /**
     * The captured bytes.
     */
    struct cluscope_bytes data;
    /**
     * The packet's length on the wire; less than that of the bytes counts as theirs.
     */
    size_t original_length;
} cluscope_packet;

/**
 * Takes a counter; returns 0 to go on.
 */
typedef int32_t (*cluscope_counter_fn)(void *user, struct cluscope_text name, uint64_t count);

/**
 * A connection: its two ends, and the number by which messages name it.
 */
typedef struct cluscope_ends {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * A number of the host's choice, one for each connection while it lasts.
     */
    uint64_t stream;
    /**
     * The end that opened it.
     */
    struct cluscope_endpoint client;
    /**
     * The other one.
     */
    struct cluscope_endpoint server;
} cluscope_ends;

/**
 * The payload of a datagram.
 */
typedef struct cluscope_datagram {
    /**
     * Bytes of this structure.
     */
    uint32_t size;
    /**
     * A `cluscope_side`: who sent it.
     */
    uint32_t side;
    /**
     * A number of the host's choice, one for each pair of addresses and ports.
     */
    uint64_t stream;
    /**
     * Sender.
     */
    struct cluscope_endpoint source;
    /**
     * Receiver.
     */
    struct cluscope_endpoint destination;
    /**
     * The packet that completed it; 0 where the host counts none.
     */
    uint64_t frame;
    /**
     * When that was: nanoseconds since 1970-01-01 UTC, or `CLUSCOPE_NO_TIME`.
     */
    int64_t time;
    /**
     * The payload, as far as it was captured.
     */
    struct cluscope_bytes data;
    /**
     * Its length on the wire; less than that of the bytes counts as theirs.
     */
    size_t wire_length;
    /**
     * All packets that carried it, where IP has cut it; null for `frame` alone.
     */
    const uint64_t *frames;
    /**
     * How many those are.
     */
    size_t frame_count;
    /**
     * The identification of the IPv4 packet, which a copy has in common with it; -1 where it is not known.
     */
    int32_t identification;
    /**
     * 0.
     */
    uint32_t reserved;
} cluscope_datagram;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Hands each version of each interface to `visit`.
 *
 * # Safety
 * The callback does as it is said of it.
 */
int32_t cluscope_interfaces(cluscope_interface_fn visit, void *user);

/**
 * Hands each method of a version of an interface to `visit`, by opnum.
 *
 * # Safety
 * `interface_uuid` points to 16 bytes.
 */
int32_t cluscope_methods(const uint8_t *interface_uuid,
                         uint16_t version_major,
                         uint16_t version_minor,
                         cluscope_method_fn visit,
                         void *user);

/**
 * Hands each parameter of each method and each member of each structure to `visit`: of each version of the interfaces its
 * methods', then the structures' that travel as NDR, then those of buffers.
 *
 * # Safety
 * The callback does as it is said of it.
 */
int32_t cluscope_fields(cluscope_field_fn visit,
                        void *user);

/**
 * Hands each name of each enumeration and bit mask to `visit`, list after list.
 *
 * # Safety
 * The callback does as it is said of it.
 */
int32_t cluscope_tables(cluscope_name_fn visit, void *user);

/**
 * Hands each control code to `visit`, by kind of object.
 *
 * # Safety
 * The callback does as it is said of it.
 */
int32_t cluscope_control_codes(cluscope_name_fn visit, void *user);

/**
 * Hands each status code to `visit`, by number: Win32 errors, those of the RPC runtime, faults and HRESULTs.
 *
 * # Safety
 * The callback does as it is said of it.
 */
int32_t cluscope_statuses(cluscope_name_fn visit, void *user);

/**
 * Makes an empty set of keys; `keys` gets a handle, to be freed by `cluscope_keys_free`.
 *
 * # Safety
 * `keys` can be written to.
 */
int32_t cluscope_keys_new(struct cluscope_keys **keys, struct cluscope_error *error);

/**
 * Adds the text of a keys file: a line for each password, NT hash or session key. Returns `CLUSCOPE_ERROR_KEYS` for a line
 * that is none; those before it were added.
 *
 * # Safety
 * `keys` is null or not freed; the bytes can be read until the function returns.
 */
int32_t cluscope_keys_add_text(struct cluscope_keys *keys,
                               struct cluscope_bytes text,
                               struct cluscope_error *error);

/**
 * Adds an MIT keytab, its bytes.
 *
 * # Safety
 * As for `cluscope_keys_add_text`.
 */
int32_t cluscope_keys_add_keytab(struct cluscope_keys *keys,
                                 struct cluscope_bytes keytab,
                                 struct cluscope_error *error);

/**
 * Adds an MIT credential cache or a kirbi file, its bytes.
 *
 * # Safety
 * As for `cluscope_keys_add_text`.
 */
int32_t cluscope_keys_add_ccache(struct cluscope_keys *keys,
                                 struct cluscope_bytes ccache,
                                 struct cluscope_error *error);

/**
 * Frees keys; null is none. Sessions that were made with them keep them.
 *
 * # Safety
 * `keys` is null or not freed before.
 */
int32_t cluscope_keys_free(struct cluscope_keys *keys);

/**
 * Hands out the JSON object of a message, the line that `cluscope dissect` prints for it. To be called from the callback
 * that was handed the message.
 *
 * # Safety
 * `message` is null, or what a callback was handed that has not returned.
 */
int32_t cluscope_message_json(const struct cluscope_message *message,
                              cluscope_write_fn write,
                              void *user,
                              struct cluscope_error *error);

/**
 * Hands each value of a message's stub to `visit`, as `cluscope_stub_visit` does; `options` are `CLUSCOPE_OPTION_` values,
 * beside those of the session. What a context handle stands for is its value's `name`. Returns
 * `CLUSCOPE_ERROR_NOT_FOUND` for a message without a stub that can be read.
 *
 * # Safety
 * As for `cluscope_message_json`.
 */
int32_t cluscope_message_visit(const struct cluscope_message *message,
                               uint32_t options,
                               cluscope_value_fn visit,
                               void *user,
                               struct cluscope_error *error);

/**
 * Makes an empty table of context handles: `objects` gets a handle, to be freed by `cluscope_objects_free`.
 *
 * # Safety
 * `objects` can be written to.
 */
int32_t cluscope_objects_new(struct cluscope_objects **objects, struct cluscope_error *error);

/**
 * Frees a table; null is none. Returns `CLUSCOPE_ERROR_BUSY` from its own callback, and frees nothing.
 *
 * # Safety
 * `objects` was made by `cluscope_objects_new`, was not freed before and is not used by another thread.
 */
int32_t cluscope_objects_free(struct cluscope_objects *objects);

/**
 * Takes in a message and hands what each of its context handles stands for to `visit`, which may be null. Messages are to
 * be shown in their order, each once; requests before their responses, for names come from the requests that open. Of a
 * response those handles come first that it hands back, then those of its request. Null handles are left out.
 *
 * A stub that can't be read to its end tells what stands before the error.
 *
 * # Safety
 * `objects` was made by `cluscope_objects_new`, `stub` and what it points to can be read until the function returns.
 */
int32_t cluscope_objects_message(struct cluscope_objects *objects,
                                 const struct cluscope_stub *stub,
                                 const struct cluscope_message_place *place,
                                 cluscope_object_fn visit,
                                 void *user,
                                 struct cluscope_error *error);

/**
 * Makes a session; `session` gets a handle, to be freed by `cluscope_session_free`. Returns `CLUSCOPE_ERROR_FILTER` where
 * the filter or what is assumed can't be read.
 *
 * # Safety
 * `options` and what it points to can be read until the function returns, `session` can be written to. What `message` and
 * `user` point to is there as long as the session.
 */
int32_t cluscope_session_new(const struct cluscope_session_options *options,
                             struct cluscope_session **session,
                             struct cluscope_error *error);

/**
 * Works on the next packet; messages that it completes go to the callback before the function returns.
 *
 * Where the callback asks to stop, the packet was taken nevertheless and the function returns `CLUSCOPE_ERROR_STOPPED`;
 * what was still to be handed out of it comes at the beginning of the next call.
 *
 * # Safety
 * `session` is null or not freed; `packet` and its bytes can be read until the function returns.
 */
int32_t cluscope_session_packet(struct cluscope_session *session,
                                const struct cluscope_packet *packet,
                                struct cluscope_error *error);

/**
 * The capture is over, or all connections are: hands out what was still waiting. Nothing can be brought afterwards
 * (`CLUSCOPE_ERROR_FINISHED`). Where the callback asks to stop, call this again for what is left.
 *
 * # Safety
 * `session` is null or not freed.
 */
int32_t cluscope_session_finish(struct cluscope_session *session, struct cluscope_error *error);

/**
 * Hands out what was given up for a limit, by the names that stand in the last record of `cluscope dissect`; only counts
 * that are not 0. docs/limits.md describes them.
 *
 * # Safety
 * `session` is null or not freed.
 */
int32_t cluscope_session_counters(struct cluscope_session *session,
                                  cluscope_counter_fn visit,
                                  void *user);

/**
 * Hands out how many packets could not be read down to IP, by what stood in the way; only what is not 0.
 *
 * # Safety
 * `session` is null or not freed.
 */
int32_t cluscope_session_unread(struct cluscope_session *session, cluscope_counter_fn visit, void *user);

/**
 * Frees a session; null is none. What waits in it is not handed out: `cluscope_session_finish` does that. Its connections
 * stay what they are, handles to be freed, and bring nothing any more. Returns `CLUSCOPE_ERROR_BUSY`, and frees nothing,
 * from a callback of its own.
 *
 * # Safety
 * `session` is null or not freed before.
 */
int32_t cluscope_session_free(struct cluscope_session *session);

/**
 * Makes a connection of a session; `connection` gets a handle, to be freed by `cluscope_connection_free`.
 *
 * # Safety
 * `session` is null or not freed, `ends` can be read, `connection` can be written to.
 */
int32_t cluscope_connection_new(struct cluscope_session *session,
                                const struct cluscope_ends *ends,
                                struct cluscope_connection **connection,
                                struct cluscope_error *error);

/**
 * The next bytes of a direction. `side` is the `cluscope_side` that sent them, `frame` the packet that carried them (0 where
 * the host counts none), `time` when that was. Returns `CLUSCOPE_NOT_WANTED`, which is no error, where the connection
 * carries no DCE/RPC and nothing more of it is of use. For callbacks that stop see `cluscope_session_packet`.
 *
 * # Safety
 * `connection` is null or not freed; the bytes can be read until the function returns.
 */
int32_t cluscope_connection_data(struct cluscope_connection *connection,
                                 uint32_t side,
                                 uint64_t frame,
                                 int64_t time,
                                 struct cluscope_bytes data,
                                 struct cluscope_error *error);

/**
 * Bytes of a direction are missing and won't come any more: `lost` of them, 0 where nobody knows how many. `reason` is a
 * `cluscope_reason`. What comes next stands behind the hole.
 *
 * # Safety
 * `connection` is null or not freed.
 */
int32_t cluscope_connection_gap(struct cluscope_connection *connection,
                                uint32_t side,
                                uint64_t frame,
                                int64_t time,
                                uint64_t lost,
                                uint32_t reason,
                                struct cluscope_error *error);

/**
 * A direction ends; what comes of it afterwards is refused with `CLUSCOPE_ERROR_FINISHED`. `reason` is a `cluscope_reason`.
 *
 * # Safety
 * `connection` is null or not freed.
 */
int32_t cluscope_connection_end(struct cluscope_connection *connection,
                                uint32_t side,
                                uint64_t frame,
                                int64_t time,
                                uint32_t reason,
                                struct cluscope_error *error);

/**
 * Frees a connection; null is none. Directions that have not ended end here, unless the session is finished or freed.
 * Returns `CLUSCOPE_ERROR_BUSY`, and frees nothing, from a callback of the session.
 *
 * # Safety
 * `connection` is null or not freed before.
 */
int32_t cluscope_connection_free(struct cluscope_connection *connection);

/**
 * The payload of a datagram of a host with an IP and UDP of its own. Returns `CLUSCOPE_NOT_WANTED`, which is no error, where
 * the flow carries no DCE/RPC. For callbacks that stop see `cluscope_session_packet`.
 *
 * # Safety
 * `session` is null or not freed; `datagram` and what it points to can be read until the function returns.
 */
int32_t cluscope_session_datagram(struct cluscope_session *session,
                                  const struct cluscope_datagram *datagram,
                                  struct cluscope_error *error);

/**
 * Reads a stub and hands each value to `visit`, in the order of the declaration: those inside buffers too, each with the
 * range of its bytes in the stub.
 *
 * Returns `CLUSCOPE_ERROR_MALFORMED` where the stub can't be read to its end; what stands before the error was handed out,
 * and what had begun was ended. `CLUSCOPE_ERROR_METHOD` where nobody says what the stub holds: the opnum is reserved.
 * `error` may be null.
 *
 * # Safety
 * `stub` and what it points to can be read until the function returns.
 */
int32_t cluscope_stub_visit(const struct cluscope_stub *stub,
                            cluscope_value_fn visit,
                            void *user,
                            struct cluscope_error *error);

/**
 * Hands out the JSON object of a stub, as `cluscope stub decode` prints it: identity, `params`, `return` and what is wrong
 * with it. Where it can't be read to its end the object has `error` and `partial`, it is handed out just so, and the
 * function returns `CLUSCOPE_ERROR_MALFORMED`.
 *
 * # Safety
 * As for `cluscope_stub_visit`.
 */
int32_t cluscope_stub_json(const struct cluscope_stub *stub,
                           cluscope_write_fn write,
                           void *user,
                           struct cluscope_error *error);

/**
 * Encodes a JSON object as `cluscope_stub_json` hands it out, and hands out the stub. Members that contradict each other,
 * or that nothing knows, are errors.
 *
 * # Safety
 * `json` can be read until the function returns.
 */
int32_t cluscope_stub_encode(struct cluscope_text json,
                             cluscope_write_fn write,
                             void *user,
                             struct cluscope_error *error);

/**
 * Keeps what a request tells of its response, for hosts that do not keep the request's stub: `context` gets a handle, to
 * be freed by `cluscope_context_free`. A request that tells nothing gives one too.
 *
 * # Safety
 * As for `cluscope_stub_visit`; `context` can be written to.
 */
int32_t cluscope_context_new(const struct cluscope_stub *request,
                             struct cluscope_context **context,
                             struct cluscope_error *error);

/**
 * Frees a context; null is none.
 *
 * # Safety
 * `context` was made by `cluscope_context_new`, was not freed before and is not used by another thread.
 */
void cluscope_context_free(struct cluscope_context *context);

/**
 * The control code of a request, and 0 where it has none or none was read.
 *
 * # Safety
 * `context` is null, or one that is not freed; `code` can be written to.
 */
int32_t cluscope_context_control_code(const struct cluscope_context *context, uint32_t *code);

/**
 * The name of a method, which lives as long as the program. Returns `CLUSCOPE_ERROR_INTERFACE` or `CLUSCOPE_ERROR_METHOD`
 * where there is none.
 *
 * # Safety
 * `interface_uuid` points to 16 bytes, `name` can be written to.
 */
int32_t cluscope_method_name(const uint8_t *interface_uuid,
                             uint16_t version_major,
                             uint16_t version_minor,
                             uint16_t opnum,
                             struct cluscope_text *name);

/**
 * The version of the binary interface that the library has: at least `CLUSCOPE_ABI_VERSION` of the header that a program
 * was built with, or the program wants more than there is.
 */
uint32_t cluscope_abi_version(void);

/**
 * The version of the library, `0.2.0`, with its terminator.
 */
const char *cluscope_version(void);

/**
 * The name of what a function returned, `CLUSCOPE_ERROR_NULL`, with its terminator. Of a number that none returns
 * `CLUSCOPE_ERROR_UNKNOWN`.
 */
const char *cluscope_status_name(int32_t status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CLUSCOPE_H */
