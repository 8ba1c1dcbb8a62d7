/* Fields of Wireshark for what the library declares: nothing of the protocols is named here.
 *
 * A parameter is `cluscope.METHOD.PARAMETER`, a member `cluscope.STRUCTURE.MEMBER`, a bit of a mask `cluscope.MASK.BIT`.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "message.h"

#include <string.h>

struct fields fields;
int ett_values = -1;

/* All of it is made once and lives as long as the program. */

typedef struct {
    struct cluscope_text container, name;
} field_key_t;

static GHashTable *declared;   /* field_key_t -> field_t */
static GHashTable *tables;     /* struct cluscope_table -> table_t */
static GArray *registering;    /* hf_register_info */

typedef struct {
    GArray *names;             /* val64_string, ends with a zero one */
    GArray *names32;           /* value_string, likewise */
    GArray *bits;              /* bit_t */
} table_t;

typedef struct {
    uint64_t mask;
    int hf;
} bit_t;

static table_t *status_names, *control_code_names;

static unsigned hash_text(unsigned hash, struct cluscope_text text)
{
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
    return hash;
}

static unsigned hash_key(const void *key)
{
    const field_key_t *field = (const field_key_t *)key;

    return hash_text(hash_text(2166136261u, field->container) * 31u, field->name);
}

static bool same_text(struct cluscope_text a, struct cluscope_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static gboolean same_key(const void *a, const void *b)
{
    const field_key_t *one = (const field_key_t *)a, *other = (const field_key_t *)b;

    return same_text(one->name, other->name) && same_text(one->container, other->container);
}

const field_t *field_of(struct cluscope_text container, struct cluscope_text name)
{
    field_key_t key = {container, name};

    return (const field_t *)g_hash_table_lookup(declared, &key);
}

static char *text_of(struct cluscope_text text)
{
    return g_strndup(text.data, text.length);
}

/* A filter name: letters, digits, `-`, `_` and the dots between its parts. */
static char *filter_of(struct cluscope_text container, struct cluscope_text name)
{
    char *filter = g_strdup_printf("cluscope.%.*s.%.*s", (int)container.length, container.data, (int)name.length,
                                   name.data);

    for (char *c = filter; *c != 0; c++)
        if (!g_ascii_isalnum(*c) && *c != '.' && *c != '-' && *c != '_')
            *c = '_';
    return filter;
}

static void add_field(int *hf, const char *name, const char *filter, enum ftenum type, int display, const void *strings,
                      uint64_t bitmask, const char *blurb)
{
    hf_register_info info = {hf, {name, filter, type, display, strings, bitmask, blurb, HFILL}};

    *hf = -1;
    g_array_append_val(registering, info);
}

static table_t *new_table(void)
{
    table_t *table = g_new0(table_t, 1);

    table->names = g_array_new(TRUE, TRUE, sizeof(val64_string));
    table->names32 = g_array_new(TRUE, TRUE, sizeof(value_string));
    table->bits = g_array_new(FALSE, TRUE, sizeof(bit_t));
    return table;
}

static bool has_number(const table_t *table, uint64_t number)
{
    for (unsigned i = 0; i < table->names->len; i++)
        if (g_array_index(table->names, val64_string, i).value == number)
            return true;
    return false;
}

/* Of numbers with several names the first one counts. */
static void put_name(table_t *table, const struct cluscope_name *name)
{
    val64_string wide = {name->number, NULL};

    if (has_number(table, name->number))
        return;
    wide.strptr = text_of(name->name);
    g_array_append_val(table->names, wide);
    if (name->number <= 0xffffffff) {
        value_string narrow = {(uint32_t)name->number, wide.strptr};

        g_array_append_val(table->names32, narrow);
    }
}

static int32_t take_name(void *user _U_, const struct cluscope_name *name)
{
    table_t *table = (table_t *)g_hash_table_lookup(tables, name->table);
    bool single = name->number != 0 && (name->number & (name->number - 1)) == 0;

    if (table == NULL) {
        table = new_table();
        g_hash_table_insert(tables, (void *)name->table, table);
    }
    if (name->flags != 0 && single && !has_number(table, name->number)) {
        bit_t bit = {name->number, -1};

        g_array_append_val(table->bits, bit);
    }
    put_name(table, name);
    return 0;
}

/* The bits of the masks: after all of them are known, since the arrays move while they grow. */
static int32_t take_bit(void *user _U_, const struct cluscope_name *name)
{
    table_t *table = (table_t *)g_hash_table_lookup(tables, name->table);
    unsigned i;

    if (name->flags == 0)
        return 0;
    for (i = 0; i < table->bits->len; i++) {
        bit_t *bit = &g_array_index(table->bits, bit_t, i);

        if (bit->mask == name->number && bit->hf == -1) {
            char *label = text_of(name->name);

            add_field(&bit->hf, label, filter_of(name->list, name->name), FT_BOOLEAN, (int)name->bits,
                      TFS(&tfs_set_notset), bit->mask, NULL);
            /* Until it is registered: another name of the same bit gets no field. */
            bit->hf = -2;
            break;
        }
    }
    return 0;
}

static int32_t take_status(void *user _U_, const struct cluscope_name *name)
{
    put_name(status_names, name);
    return 0;
}

static int32_t take_control_code(void *user _U_, const struct cluscope_name *name)
{
    put_name(control_code_names, name);
    return 0;
}

void each_flag(const struct cluscope_table *key, uint64_t value, void (*each)(int hf, void *user), void *user)
{
    const table_t *table = (const table_t *)g_hash_table_lookup(tables, key);

    for (unsigned i = 0; table != NULL && i < table->bits->len; i++) {
        const bit_t *bit = &g_array_index(table->bits, bit_t, i);

        if (bit->hf > 0 && (value & bit->mask) != 0)
            each(bit->hf, user);
    }
}

static enum ftenum uint_type(unsigned bits)
{
    switch (bits) {
    case 8: return FT_UINT8;
    case 64: return FT_UINT64;
    /* An enumeration has 16 bits in NDR and 32 in NDR64. */
    default: return FT_UINT32;
    }
}

static enum ftenum type_of(uint32_t kind, const struct cluscope_field *field)
{
    switch (kind) {
    case CLUSCOPE_KIND_UINT: return uint_type(field->bits);
    case CLUSCOPE_KIND_INT: return field->bits == 64 ? FT_INT64 : FT_INT32;
    case CLUSCOPE_KIND_BOOL: return FT_BOOLEAN;
    case CLUSCOPE_KIND_FILETIME: return FT_ABSOLUTE_TIME;
    case CLUSCOPE_KIND_HANDLE:
    case CLUSCOPE_KIND_GUID: return FT_GUID;
    case CLUSCOPE_KIND_TEXT: return FT_STRING;
    case CLUSCOPE_KIND_UNITS:
        return field->meaning == CLUSCOPE_MEANING_TEXT || field->meaning == CLUSCOPE_MEANING_SECRET
                       || field->meaning == CLUSCOPE_MEANING_MULTI_SZ
                   ? FT_STRING
                   : FT_BYTES;
    case CLUSCOPE_KIND_BYTES: return FT_BYTES;
    case CLUSCOPE_KIND_IPV4: return FT_IPv4;
    case CLUSCOPE_KIND_IPV6: return FT_IPv6;
    /* A value of any kind is shown as text. */
    case CLUSCOPE_KIND_NONE: return FT_STRING;
    default: return FT_NONE;
    }
}

static const table_t *names_of(const struct cluscope_field *field)
{
    if (field->table != NULL)
        return (const table_t *)g_hash_table_lookup(tables, field->table);
    switch (field->meaning) {
    case CLUSCOPE_MEANING_STATUS:
    case CLUSCOPE_MEANING_RPC_STATUS: return status_names;
    case CLUSCOPE_MEANING_CONTROL_CODE: return control_code_names;
    default: return NULL;
    }
}

static int32_t take_field(void *user _U_, const struct cluscope_field *field)
{
    static const uint8_t member[16];
    uint32_t kind = field->kind == CLUSCOPE_KIND_LIST ? field->element_kind : field->kind;
    field_key_t *key;
    field_t *made;
    const table_t *names;
    const void *strings = NULL;
    int display = BASE_NONE;
    char *blurb;

    /* The interfaces of the RPC runtime are Wireshark's. */
    if (memcmp(field->interface_uuid, member, 16) != 0 && !is_spoken(field->interface_uuid))
        return 0;
    /* Nothing travels of a binding handle. Versions share most parameters. */
    if (field->meaning == CLUSCOPE_MEANING_BINDING || field_of(field->container, field->field) != NULL)
        return 0;
    made = g_new(field_t, 1);
    made->type = type_of(kind, field);
    names = names_of(field);
    switch (made->type) {
    case FT_UINT8:
    case FT_UINT32:
        display = field->meaning == CLUSCOPE_MEANING_FLAGS || field->meaning == CLUSCOPE_MEANING_NOTIFY_FLAGS
                          || field->meaning == CLUSCOPE_MEANING_OBJECT_KIND || names == status_names
                          || names == control_code_names
                      ? BASE_HEX
                      : BASE_DEC;
        if (names != NULL)
            strings = names->names32->data;
        break;
    case FT_UINT64:
        display = field->meaning == CLUSCOPE_MEANING_FLAGS || field->meaning == CLUSCOPE_MEANING_NOTIFY_FLAGS ? BASE_HEX
                                                                                                               : BASE_DEC;
        if (names != NULL) {
            strings = names->names->data;
            display |= BASE_VAL64_STRING;
        }
        break;
    case FT_INT32:
    case FT_INT64: display = BASE_DEC; break;
    case FT_ABSOLUTE_TIME: display = ABSOLUTE_TIME_UTC; break;
    default: break;
    }
    key = g_new(field_key_t, 1);
    key->container.data = text_of(field->container);
    key->container.length = field->container.length;
    key->name.data = text_of(field->field);
    key->name.length = field->field.length;
    g_hash_table_insert(declared, key, made);
    blurb = field->wire_type.length != 0 ? text_of(field->wire_type) : NULL;
    add_field(&made->hf, key->name.data, filter_of(field->container, field->field), made->type, display, strings, 0,
              blurb);
    return 0;
}

static void add_own_fields(void)
{
    add_field(&fields.method, "Method", "cluscope.method", FT_STRING, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.object, "Object", "cluscope.object", FT_STRING, BASE_NONE, NULL, 0,
              "Name of the object that a handle stands for, from the call that opened it");
    add_field(&fields.object_kind, "Kind of object", "cluscope.object.kind", FT_STRING, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.object_state, "State of the handle", "cluscope.object.state", FT_STRING, BASE_NONE, NULL, 0,
              "Why the handle is not open, as far as the capture shows");
    add_field(&fields.object_opened, "Opened in frame", "cluscope.object.opened", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.status, "Status", "cluscope.status", FT_UINT32, BASE_HEX, status_names->names32->data, 0,
              "What the call came to");
    add_field(&fields.control_code, "Control code", "cluscope.control_code", FT_UINT32, BASE_HEX,
              control_code_names->names32->data, 0, "Of a response that of its request");
    add_field(&fields.property_name, "name", "cluscope.property.name", FT_STRING, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.property_value, "value", "cluscope.property.value", FT_STRING, BASE_NONE, NULL, 0,
              "A value of any type as text: a number in decimal digits, bytes in hexadecimal ones");
    add_field(&fields.property_number, "number", "cluscope.property.number", FT_INT64, BASE_DEC, NULL, 0,
              "A value that is a number");
    add_field(&fields.property_bytes, "bytes", "cluscope.property.bytes", FT_BYTES, BASE_NONE, NULL, 0,
              "A value of bytes that hold something else");
    add_field(&fields.list, "List", "cluscope.list", FT_NONE, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.null, "Null pointer", "cluscope.null", FT_STRING, BASE_NONE, NULL, 0, "Path of the null pointer");
    add_field(&fields.secret, "Secret", "cluscope.secret", FT_STRING, BASE_NONE, NULL, 0, "Path of the secret");
    add_field(&fields.alias, "Full pointer to what was there before", "cluscope.alias", FT_UINT64, BASE_HEX, NULL, 0, NULL);
    add_field(&fields.uint, "Number", "cluscope.value.uint", FT_UINT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.integer, "Number", "cluscope.value.int", FT_INT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.boolean, "Mark", "cluscope.value.bool", FT_BOOLEAN, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.time, "Time", "cluscope.value.time", FT_ABSOLUTE_TIME, ABSOLUTE_TIME_UTC, NULL, 0, NULL);
    add_field(&fields.handle, "Handle", "cluscope.value.handle", FT_GUID, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.guid, "GUID", "cluscope.value.guid", FT_GUID, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.text, "Text", "cluscope.value.text", FT_STRING, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.bytes, "Bytes", "cluscope.value.bytes", FT_BYTES, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.ipv4, "IPv4 address", "cluscope.value.ipv4", FT_IPv4, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.ipv6, "IPv6 address", "cluscope.value.ipv6", FT_IPv6, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.structure, "Structure", "cluscope.value.structure", FT_NONE, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.opaque, "Stub", "cluscope.opaque", FT_BYTES, BASE_NONE, NULL, 0,
              "The stub of a method of which nobody says what it holds");
    add_field(&fields.trailing, "Trailing bytes", "cluscope.trailing", FT_BYTES, BASE_NONE, NULL, 0,
              "Bytes behind a structure or a stub that nothing declares");
    add_field(&fields.unread, "Unread bytes", "cluscope.unread", FT_BYTES, BASE_NONE, NULL, 0,
              "Bytes that could not be read because of an error before them");
    add_field(&fields.padding, "Padding", "cluscope.ndr.padding", FT_BYTES, BASE_NONE, NULL, 0, NULL);
    add_field(&fields.referent, "Referent", "cluscope.ndr.referent", FT_UINT64, BASE_HEX, NULL, 0, NULL);
    add_field(&fields.maximum_count, "Maximum count", "cluscope.ndr.maximum_count", FT_UINT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.offset, "Offset", "cluscope.ndr.offset", FT_UINT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.actual_count, "Actual count", "cluscope.ndr.actual_count", FT_UINT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.syntax, "Syntax", "cluscope.list.syntax", FT_UINT64, BASE_HEX, NULL, 0, NULL);
    add_field(&fields.length, "Length", "cluscope.list.length", FT_UINT64, BASE_DEC, NULL, 0, NULL);
    add_field(&fields.end_mark, "End mark", "cluscope.list.end_mark", FT_BYTES, BASE_NONE, NULL, 0, NULL);
}

const char *control_code_name(uint32_t code)
{
    return try_val_to_str(code, (const value_string *)(void *)control_code_names->names32->data);
}

void register_fields(int proto)
{
    static int *subtrees[] = {&ett_values};

    declared = g_hash_table_new(hash_key, same_key);
    tables = g_hash_table_new(g_direct_hash, g_direct_equal);
    registering = g_array_new(FALSE, FALSE, sizeof(hf_register_info));
    status_names = new_table();
    control_code_names = new_table();
    cluscope_tables(take_name, NULL);
    cluscope_tables(take_bit, NULL);
    cluscope_statuses(take_status, NULL);
    cluscope_control_codes(take_control_code, NULL);
    cluscope_fields(take_field, NULL);
    add_own_fields();
    /* Ids are -1 until they are given, or Wireshark takes the fields for registered ones. */
    for (unsigned i = 0; i < registering->len; i++)
        *g_array_index(registering, hf_register_info, i).p_id = -1;
    /* The array stays: Wireshark keeps what is in it. */
    proto_register_field_array(proto, (hf_register_info *)(void *)registering->data, (int)registering->len);
    proto_register_subtree_array(subtrees, array_length(subtrees));
}

typedef struct {
    GArray *methods;
    dcerpc_dissect_fnct_t *request, *response;
} methods_t;

static int32_t take_method(void *user, const struct cluscope_method *method)
{
    const methods_t *all = (const methods_t *)user;
    dcerpc_sub_dissector one = {method->opnum, text_of(method->name), all->request, all->response};

    g_array_append_val(all->methods, one);
    return 0;
}

dcerpc_sub_dissector *methods_of(const uint8_t uuid[16], uint16_t major, uint16_t minor,
                                 dcerpc_dissect_fnct_t *request, dcerpc_dissect_fnct_t *response)
{
    methods_t all = {g_array_new(TRUE, TRUE, sizeof(dcerpc_sub_dissector)), request, response};

    cluscope_methods(uuid, major, minor, take_method, &all);
    return (dcerpc_sub_dissector *)(void *)g_array_free(all.methods, FALSE);
}
