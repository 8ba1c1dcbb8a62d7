/* What the parts of the plugin share.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef CLUSCOPE_MESSAGE_H
#define CLUSCOPE_MESSAGE_H

#include <epan/packet.h>
#include <epan/expert.h>
#include <epan/dissectors/packet-dcerpc.h>
#include <cluscope.h>

#include <stdbool.h>

/* plugin.c: protocols and preferences. */

/* A version of an interface that the plugin dissects. */
typedef struct {
    char *name;               /* `clusapi` */
    char *label;              /* `ClusAPI 2.0`: in the protocol column, and beside the UUID in binds */
    uint8_t uuid[16];         /* as in a little-endian PDU */
    e_guid_t guid;
    uint16_t major, minor;
    int proto;
    int opnum_hf;
    dcerpc_sub_dissector *methods;
    gboolean *wanted;         /* preference: take it over from Wireshark's own dissector */
    bool taken;
    /* Wireshark's own, to be put back. */
    dcerpc_sub_dissector *own_methods;
    int own_proto;
    int own_opnum_hf;
} speaks_t;

extern int proto_cluscope;
extern gboolean show_secrets;   /* preference */
extern gboolean show_overhead;  /* preference */

/* Whether this is the UUID of an interface that the plugin dissects. */
bool is_spoken(const uint8_t uuid[16]);

/* 16 bytes as they stand in a little-endian PDU. */
e_guid_t guid_of(const uint8_t bytes[16]);

/* fields.c: what the library declares, as fields of Wireshark. */

/* A registered field. */
typedef struct {
    int hf;
    enum ftenum type;
} field_t;

/* The field of a parameter (container: method) or member (container: structure). NULL if it was never declared: then one of
 * `fields` shows it. */
const field_t *field_of(struct cluscope_text container, struct cluscope_text name);

/* The bits of a mask that have a field of their own: calls `each` for those that are set in `value`. */
void each_flag(const struct cluscope_table *table, uint64_t value, void (*each)(int hf, void *user), void *user);

/* Fields beside those of declarations. */
extern struct fields {
    int method, object, object_kind, object_state, object_opened, status, control_code;
    int property_name, property_value, property_number, property_bytes;
    int list, null, secret, alias;
    int uint, integer, boolean, time, handle, guid, text, bytes, ipv4, ipv6, structure;
    int trailing, unread, opaque, padding, referent, maximum_count, offset, actual_count, syntax, length, end_mark;
} fields;

extern int ett_values;

void register_fields(int proto);

/* Methods of an interface for Wireshark's table, all dissected by `dissect`; ends with a NULL name. */
dcerpc_sub_dissector *methods_of(const uint8_t uuid[16], uint16_t major, uint16_t minor,
                                 dcerpc_dissect_fnct_t *request, dcerpc_dissect_fnct_t *response);

/* values.c: the values of a stub, gathered before anything is added to a tree: adding may end in an exception of Wireshark,
 * which must not pass through the library. */

typedef struct {
    uint8_t event;            /* a cluscope_event */
    uint8_t kind;             /* a cluscope_kind */
    uint8_t meaning;          /* a cluscope_meaning */
    uint8_t role;             /* a cluscope_role */
    uint8_t overhead;         /* a cluscope_overhead */
    bool secret;
    int64_t index;            /* -1 for what is no element */
    unsigned depth;
    unsigned offset, length;  /* in the stub, inside it */
    uint64_t number;
    const field_t *field;
    const struct cluscope_table *table;
    const char *label;        /* name of the parameter or member, or type of what a buffer holds */
    const char *path;
    const char *text;
    const char *name;
    const char *type;
    uint8_t bytes[16];        /* of a GUID, handle or address */
    uint8_t bytes_length;
} value_t;

/* A message, read. */
typedef struct {
    value_t *values;
    unsigned count;
    bool cut;                 /* more values than max_items */
    int32_t result;           /* what the library returned */
    struct cluscope_error error;
    bool has_status;
    uint32_t status;
    unsigned status_offset;
    const char *status_name;
} message_t;

/* Reads a stub. `limit` values are kept at most. All of it is in the scope of the packet. */
message_t *read_message(wmem_allocator_t *scope, struct cluscope_stub *stub, bool wanted, unsigned limit);

/* objects.c: what context handles stand for. */

typedef struct {
    uint8_t uuid[16];
    uint32_t attributes;
    bool used;                /* in the request, and not handed back by the response */
    bool has_opened;
    uint32_t opened;          /* frame */
    const char *field;
    const char *kind;
    const char *name;         /* NULL where nothing told it */
    const char *state;        /* NULL for an open handle */
} object_t;

typedef struct {
    unsigned count;
    object_t *objects;
} objects_t;

/* Those of a message: learnt when its packet is first seen, kept with the packet. */
const objects_t *objects_of(packet_info *pinfo, const dcerpc_info *di, uint32_t call_id, const struct cluscope_stub *stub);

/* What the handle of this parameter stands for; NULL if nothing is known. */
const object_t *object_at(const objects_t *objects, const char *field, const uint8_t uuid[16]);

/* tree.c: what was read, as items. */

typedef struct {
    tvbuff_t *tvb;
    int start;                /* of the stub */
    unsigned captured;        /* bytes of it that are there */
    unsigned reported;        /* bytes that were sent */
    packet_info *pinfo;
    proto_tree *tree;
} place_t;

/* What is told of a message beside its values. */
typedef struct {
    const char *method;
    bool response;
    uint32_t control_code;    /* 0 for none */
    const objects_t *objects; /* NULL for none */
} about_t;

void add_message(const place_t *place, const about_t *about, const message_t *message);

/* The name of a control code; NULL for one in no list. */
const char *control_code_name(uint32_t code);

void register_experts(int proto);

#endif
