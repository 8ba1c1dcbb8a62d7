/* Adds what was read of a stub to the tree: an item for each value, with its bytes.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "message.h"

#include <epan/to_str.h>
#include <string.h>

static expert_field ei_error = EI_INIT;
static expert_field ei_diagnostic = EI_INIT;
static expert_field ei_buffer_error = EI_INIT;
static expert_field ei_cut = EI_INIT;
static expert_field ei_truncated = EI_INIT;
static expert_field ei_opaque = EI_INIT;

void register_experts(int proto)
{
    static ei_register_info experts[] = {
        {&ei_error, {"cluscope.error", PI_UNDECODED, PI_ERROR, "The stub can't be read to its end", EXPFILL}},
        {&ei_buffer_error,
         {"cluscope.buffer_error", PI_UNDECODED, PI_WARN, "What the buffer holds can't be read to its end", EXPFILL}},
        {&ei_diagnostic, {"cluscope.diagnostic", PI_PROTOCOL, PI_WARN, "Breaks a rule of the specification", EXPFILL}},
        {&ei_cut, {"cluscope.cut", PI_UNDECODED, PI_NOTE, "More values than the preference allows", EXPFILL}},
        {&ei_truncated, {"cluscope.truncated", PI_UNDECODED, PI_NOTE, "Only a part of the stub was captured", EXPFILL}},
        {&ei_opaque, {"cluscope.reserved", PI_UNDECODED, PI_NOTE, "Nobody says what the stub holds", EXPFILL}},
    };

    expert_register_field_array(expert_register_protocol(proto), experts, array_length(experts));
}

/* Levels of a tree: hostile bytes nest far less deep, and what lies deeper would be shown on the last one. */
#define LEVELS 64

/* What is known of something that has begun. */
typedef struct {
    proto_tree *tree;
    proto_item *item;
    const value_t *begin;
    unsigned elements;
    const char *property;     /* the name of the property that it is */
    const char *title;        /* what stands behind its label: its first text, or its values */
} level_t;

typedef struct {
    const place_t *place;
    const about_t *about;
    const message_t *message;
    level_t levels[LEVELS];
    unsigned level;
    /* Items by path, for diagnostics. */
    wmem_map_t *items;
} adding_t;

static const char *label_of(const adding_t *adding, const value_t *value)
{
    if (value->index >= 0)
        return wmem_strdup_printf(adding->place->pinfo->pool, "[%u]", (unsigned)value->index);
    return value->label != NULL ? value->label : "value";
}

static const char *unit_of(const value_t *value)
{
    switch (value->meaning) {
    case CLUSCOPE_MEANING_BYTES: return " bytes";
    case CLUSCOPE_MEANING_MILLISECONDS: return " ms";
    case CLUSCOPE_MEANING_SECONDS: return " s";
    case CLUSCOPE_MEANING_MINUTES: return " min";
    case CLUSCOPE_MEANING_HOURS: return " h";
    case CLUSCOPE_MEANING_PERCENT: return " %";
    default: return "";
    }
}

/* A number as people read it: its name with the number behind, or its time, or a number with its unit. */
static const char *number_text(const adding_t *adding, const value_t *value)
{
    wmem_allocator_t *scope = adding->place->pinfo->pool;
    const char *number;

    switch (value->meaning) {
    case CLUSCOPE_MEANING_FLAGS:
    case CLUSCOPE_MEANING_NOTIFY_FLAGS:
    case CLUSCOPE_MEANING_OBJECT_KIND:
    case CLUSCOPE_MEANING_CONTROL_CODE:
        number = wmem_strdup_printf(scope, "0x%08" PRIx64, value->number);
        break;
    case CLUSCOPE_MEANING_STATUS:
    case CLUSCOPE_MEANING_RPC_STATUS:
        number = value->number > 0xffff ? wmem_strdup_printf(scope, "0x%08" PRIx64, value->number)
                                        : wmem_strdup_printf(scope, "%" PRIu64, value->number);
        break;
    default:
        if (value->kind == CLUSCOPE_KIND_INT)
            number = wmem_strdup_printf(scope, "%" PRId64 "%s", (int64_t)value->number, unit_of(value));
        else
            number = wmem_strdup_printf(scope, "%" PRIu64 "%s", value->number, unit_of(value));
    }
    if (value->name != NULL)
        return wmem_strdup_printf(scope, "%s (%s)", value->name, number);
    if (value->text != NULL)
        return wmem_strdup_printf(scope, "%s (%s)", value->text, number);
    return number;
}

/* The bytes of a value as they stand in the stub. */
static const uint8_t *bytes_of(const adding_t *adding, const value_t *value)
{
    const place_t *place = adding->place;

    return value->length == 0 ? NULL : tvb_get_ptr(place->tvb, place->start + (int)value->offset, (int)value->length);
}

static const char *hex_of(const adding_t *adding, const value_t *value)
{
    return value->length == 0
               ? ""
               : bytes_to_str_maxlen(adding->place->pinfo->pool, bytes_of(adding, value), value->length, 0);
}

/* A value in a few words, for the item around it. */
static const char *brief_of(const adding_t *adding, const value_t *value)
{
    wmem_allocator_t *scope = adding->place->pinfo->pool;

    if (value->secret && !show_secrets)
        return "(secret)";
    switch (value->kind) {
    case CLUSCOPE_KIND_UINT:
    case CLUSCOPE_KIND_INT:
    case CLUSCOPE_KIND_BOOL: return number_text(adding, value);
    case CLUSCOPE_KIND_NULL: return "null";
    case CLUSCOPE_KIND_BYTES:
        if (value->text == NULL)
            return wmem_strdup_printf(scope, "%u bytes", value->length);
        /* fall through */
    default: return value->text != NULL ? value->text : "";
    }
}

typedef struct {
    const adding_t *adding;
    const value_t *value;
    proto_tree *tree;
    int start;
} flag_place_t;

static void add_flag(int hf, void *user)
{
    const flag_place_t *at = (const flag_place_t *)user;

    int *const bits[] = {&hf, NULL};

    /* The other function takes 32 bits. */
    proto_tree_add_bitmask_list_value(at->tree, at->adding->place->tvb, at->start, (int)at->value->length, bits,
                                      at->value->number);
}

e_guid_t guid_of(const uint8_t bytes[16])
{
    e_guid_t guid;

    guid.data1 = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    guid.data2 = (uint16_t)(bytes[4] | bytes[5] << 8);
    guid.data3 = (uint16_t)(bytes[6] | bytes[7] << 8);
    memcpy(guid.data4, bytes + 8, 8);
    return guid;
}

/* The field of a value, if it is of this kind of type; else the one that all such values share. */
static int hf_of(const value_t *value, bool fits, int shared)
{
    return value->field != NULL && fits ? value->field->hf : shared;
}

static enum ftenum type_of(const value_t *value)
{
    return value->field != NULL ? value->field->type : FT_NONE;
}

static bool is_uint32(enum ftenum type)
{
    return type == FT_UINT8 || type == FT_UINT16 || type == FT_UINT32;
}

static proto_item *add_number(adding_t *adding, proto_tree *tree, const value_t *value, const char *label, int start)
{
    const place_t *place = adding->place;
    enum ftenum type = type_of(value);
    const char *shown = number_text(adding, value);
    int length = (int)value->length;
    proto_item *item;

    if (value->kind == CLUSCOPE_KIND_INT) {
        if (type == FT_INT32)
            item = proto_tree_add_int_format(tree, value->field->hf, place->tvb, start, length, (int32_t)value->number,
                                             "%s: %s", label, shown);
        else
            item = proto_tree_add_int64_format(tree, hf_of(value, type == FT_INT64, fields.integer), place->tvb, start,
                                               length, (int64_t)value->number, "%s: %s", label, shown);
    } else if (is_uint32(type) && value->number <= 0xffffffff) {
        item = proto_tree_add_uint_format(tree, value->field->hf, place->tvb, start, length, (uint32_t)value->number,
                                          "%s: %s", label, shown);
    } else {
        item = proto_tree_add_uint64_format(tree, hf_of(value, type == FT_UINT64, fields.uint), place->tvb, start,
                                            length, value->number, "%s: %s", label, shown);
    }
    if (value->meaning == CLUSCOPE_MEANING_FLAGS && value->table != NULL && value->number != 0) {
        flag_place_t at = {adding, value, proto_item_add_subtree(item, ett_values), start};
        each_flag(value->table, value->number, add_flag, &at);
    }
    return item;
}

static proto_item *add_time(adding_t *adding, proto_tree *tree, const value_t *value, const char *label, int start)
{
    nstime_t time;

    time.secs = (time_t)(value->number / 10000000) - 11644473600;
    time.nsecs = (int)(value->number % 10000000) * 100;
    return proto_tree_add_time_format(tree, hf_of(value, type_of(value) == FT_ABSOLUTE_TIME, fields.time),
                                      adding->place->tvb, start, (int)value->length, &time, "%s: %s (%" PRIu64 ")", label,
                                      value->text != NULL ? value->text : "", value->number);
}

/* A value that may be of any kind: always the same field, whose value is a text. */
static proto_item *add_any(adding_t *adding, proto_tree *tree, int hf, int number_hf, const value_t *value,
                           const char *label, int start)
{
    const place_t *place = adding->place;
    wmem_allocator_t *scope = place->pinfo->pool;
    const char *text = value->text != NULL ? value->text : "", *shown = text;
    proto_item *item;
    bool number = false;

    switch (value->kind) {
    case CLUSCOPE_KIND_UINT:
    case CLUSCOPE_KIND_BOOL:
        text = wmem_strdup_printf(scope, "%" PRIu64, value->number);
        shown = number_text(adding, value);
        number = true;
        break;
    case CLUSCOPE_KIND_INT:
        text = wmem_strdup_printf(scope, "%" PRId64, (int64_t)value->number);
        shown = number_text(adding, value);
        number = true;
        break;
    case CLUSCOPE_KIND_BYTES:
        /* Text of bytes is that of a security descriptor. */
        if (value->text == NULL)
            shown = text = hex_of(adding, value);
        break;
    case CLUSCOPE_KIND_FILETIME:
        shown = wmem_strdup_printf(scope, "%s (%" PRIu64 ")", text, value->number);
        break;
    default:
        break;
    }
    item = proto_tree_add_string_format(tree, hf, place->tvb, start, (int)value->length, text, "%s: %s", label, shown);
    /* Texts don't compare as numbers do. */
    if (number && number_hf > 0)
        proto_item_set_hidden(proto_tree_add_int64(tree, number_hf, place->tvb, start, (int)value->length,
                                                   (int64_t)value->number));
    return item;
}

static proto_item *add_text(adding_t *adding, proto_tree *tree, int hf, const value_t *value, const char *label, int start)
{
    const char *text = value->text != NULL ? value->text : "";

    return proto_tree_add_string_format(tree, hf, adding->place->tvb, start, (int)value->length, text, "%s: %s", label,
                                        text);
}

static proto_item *add_bytes(adding_t *adding, proto_tree *tree, int hf, const value_t *value, const uint8_t *bytes,
                             const char *label, int start)
{
    static const uint8_t none[1];
    unsigned count = value->length;
    const char *shown = value->text;

    if (shown == NULL)
        shown = count == 0 ? "" : bytes_to_str(adding->place->pinfo->pool, bytes, count);
    return proto_tree_add_bytes_format(tree, hf, adding->place->tvb, start, (int)count, count == 0 ? none : bytes,
                                       "%s: %u bytes%s%s", label, count, *shown == 0 ? "" : ", ", shown);
}

/* What a handle stands for. */
static void add_object(adding_t *adding, proto_tree *tree, const object_t *object, const char *field, int start, int length)
{
    const place_t *place = adding->place;
    proto_item *item;

    if (object->name != NULL) {
        item = proto_tree_add_string_format(tree, fields.object, place->tvb, start, length, object->name,
                                            "%s: %s \"%s\"", field, object->kind, object->name);
        proto_item_set_generated(item);
    }
    item = proto_tree_add_string(tree, fields.object_kind, place->tvb, start, length, object->kind);
    proto_item_set_generated(item);
    if (object->has_opened) {
        item = proto_tree_add_uint(tree, fields.object_opened, place->tvb, start, length, object->opened);
        proto_item_set_generated(item);
    }
    if (object->state != NULL) {
        item = proto_tree_add_string(tree, fields.object_state, place->tvb, start, length, object->state);
        proto_item_set_generated(item);
    }
}

static proto_item *add_guid(adding_t *adding, proto_tree *tree, const value_t *value, const char *label, int start)
{
    const place_t *place = adding->place;
    bool handle = value->kind == CLUSCOPE_KIND_HANDLE;
    const object_t *object = handle ? object_at(adding->about->objects, value->label, value->bytes) : NULL;
    e_guid_t guid = guid_of(value->bytes);
    proto_item *item = proto_tree_add_guid_format(
        tree, hf_of(value, type_of(value) == FT_GUID, handle ? fields.handle : fields.guid), place->tvb, start,
        (int)value->length, &guid, "%s: %s", label, value->text != NULL ? value->text : "");

    if (handle && value->number != 0)
        proto_item_append_text(item, ", attributes 0x%" PRIx64, value->number);
    if (object != NULL) {
        if (object->name != NULL)
            proto_item_append_text(item, ", %s \"%s\"", object->kind, object->name);
        if (object->state != NULL)
            proto_item_append_text(item, " (%s)", object->state);
        add_object(adding, proto_item_add_subtree(item, ett_values), object, "Object", start, (int)value->length);
    }
    return item;
}

static proto_item *add_value(adding_t *adding, proto_tree *tree, const value_t *value, const char *label, int start)
{
    const place_t *place = adding->place;
    enum ftenum type = type_of(value);
    int length = (int)value->length;

    if (value->kind == CLUSCOPE_KIND_NULL)
        return proto_tree_add_string_format(tree, fields.null, place->tvb, start, length, value->path, "%s: null", label);
    if (value->kind == CLUSCOPE_KIND_ALIAS)
        return proto_tree_add_uint64_format(tree, fields.alias, place->tvb, start, length, value->number,
                                            "%s: the same as 0x%" PRIx64, label, value->number);
    if (value->secret && !show_secrets)
        return proto_tree_add_string_format(tree, fields.secret, place->tvb, start, length, value->path,
                                            "%s: secret, or what may be one, %d bytes", label, length);
    if (value->role == CLUSCOPE_ROLE_PROPERTY_NAME)
        return add_text(adding, tree, fields.property_name, value, label, start);
    if (value->role == CLUSCOPE_ROLE_PROPERTY_VALUE)
        return add_any(adding, tree, fields.property_value, fields.property_number, value, label, start);
    if (type == FT_STRING && value->kind != CLUSCOPE_KIND_TEXT && value->kind != CLUSCOPE_KIND_UNITS)
        return add_any(adding, tree, value->field->hf, -1, value, label, start);
    switch (value->kind) {
    case CLUSCOPE_KIND_UINT:
    case CLUSCOPE_KIND_INT:
        return add_number(adding, tree, value, label, start);
    case CLUSCOPE_KIND_BOOL:
        return proto_tree_add_boolean_format(tree, hf_of(value, type == FT_BOOLEAN, fields.boolean), place->tvb, start,
                                             length, value->number != 0, "%s: %s", label,
                                             value->number != 0 ? "true" : "false");
    case CLUSCOPE_KIND_FILETIME:
        return add_time(adding, tree, value, label, start);
    case CLUSCOPE_KIND_HANDLE:
    case CLUSCOPE_KIND_GUID: return add_guid(adding, tree, value, label, start);
    case CLUSCOPE_KIND_TEXT:
        return add_text(adding, tree, hf_of(value, type == FT_STRING, fields.text), value, label, start);
    case CLUSCOPE_KIND_UNITS:
        if (value->text != NULL || value->meaning == CLUSCOPE_MEANING_TEXT || value->meaning == CLUSCOPE_MEANING_MULTI_SZ)
            return add_text(adding, tree, hf_of(value, type == FT_STRING, fields.text), value, label, start);
        return add_bytes(adding, tree, hf_of(value, type == FT_BYTES, fields.bytes), value, bytes_of(adding, value), label,
                         start);
    case CLUSCOPE_KIND_IPV4: {
        uint32_t ipv4 = 0;

        if (value->bytes_length == 4)
            memcpy(&ipv4, value->bytes, 4);
        return proto_tree_add_ipv4_format(tree, hf_of(value, type == FT_IPv4, fields.ipv4), place->tvb, start, length,
                                          ipv4, "%s: %s", label, value->text != NULL ? value->text : "");
    }
    case CLUSCOPE_KIND_IPV6: {
        ws_in6_addr ipv6;

        memset(&ipv6, 0, sizeof ipv6);
        if (value->bytes_length == 16)
            memcpy(&ipv6, value->bytes, 16);
        return proto_tree_add_ipv6_format(tree, hf_of(value, type == FT_IPv6, fields.ipv6), place->tvb, start, length,
                                          &ipv6, "%s: %s", label, value->text != NULL ? value->text : "");
    }
    default:
        return add_bytes(adding, tree, hf_of(value, type == FT_BYTES, fields.bytes), value, bytes_of(adding, value), label,
                         start);
    }
}

/* The bytes of a buffer with its secrets out: zeros, as many as there are bytes of them. */
static const uint8_t *without_secrets(adding_t *adding, const value_t *buffer, bool *masked)
{
    const place_t *place = adding->place;
    const message_t *message = adding->message;
    uint8_t *bytes = (uint8_t *)tvb_memdup(place->pinfo->pool, place->tvb, place->start + (int)buffer->offset,
                                           buffer->length);

    *masked = false;
    if (show_secrets)
        return bytes;
    for (const value_t *value = buffer; value < message->values + message->count; value++) {
        unsigned end = buffer->offset + buffer->length;

        if (value->event == CLUSCOPE_EVENT_END && value->offset == buffer->offset && value->length == buffer->length
            && value->kind == CLUSCOPE_KIND_BYTES)
            break;
        if (value->secret && value->offset >= buffer->offset && value->offset + value->length <= end) {
            memset(bytes + (value->offset - buffer->offset), 0, value->length);
            *masked = true;
        }
    }
    return bytes;
}

/* Of what begins: its item. */
static proto_item *add_outer(adding_t *adding, proto_tree *tree, const value_t *value, const char *label, int start)
{
    const place_t *place = adding->place;
    enum ftenum type = type_of(value);
    int length = (int)value->length;

    switch (value->kind) {
    case CLUSCOPE_KIND_BYTES: {
        bool masked = false;
        const uint8_t *bytes = value->length == 0 ? NULL : without_secrets(adding, value, &masked);
        int hf = value->role == CLUSCOPE_ROLE_PROPERTY_VALUE ? fields.property_bytes
                                                              : hf_of(value, type == FT_BYTES, fields.bytes);
        proto_item *item = add_bytes(adding, tree, hf, value, bytes, label, start);

        if (masked)
            proto_item_append_text(item, ", without secrets");
        return item;
    }
    case CLUSCOPE_KIND_LIST:
        return proto_tree_add_none_format(tree, fields.list, place->tvb, start, length, "%s", label);
    default:
        return proto_tree_add_none_format(tree, hf_of(value, type == FT_NONE, fields.structure), place->tvb, start, length,
                                          "%s: %s", label, value->type != NULL ? value->type : "");
    }
}

static void add_overhead(adding_t *adding, proto_tree *tree, const value_t *value, int start)
{
    const place_t *place = adding->place;
    int length = (int)value->length, hf = fields.padding;

    switch (value->overhead) {
    case CLUSCOPE_OVERHEAD_REFERENT: hf = fields.referent; break;
    case CLUSCOPE_OVERHEAD_MAXIMUM_COUNT: hf = fields.maximum_count; break;
    case CLUSCOPE_OVERHEAD_OFFSET: hf = fields.offset; break;
    case CLUSCOPE_OVERHEAD_ACTUAL_COUNT: hf = fields.actual_count; break;
    case CLUSCOPE_OVERHEAD_SYNTAX: hf = fields.syntax; break;
    case CLUSCOPE_OVERHEAD_LENGTH: hf = fields.length; break;
    case CLUSCOPE_OVERHEAD_END_MARK: hf = fields.end_mark; break;
    case CLUSCOPE_OVERHEAD_TRAILING: hf = fields.trailing; break;
    case CLUSCOPE_OVERHEAD_UNREAD: hf = fields.unread; break;
    default: break;
    }
    if (hf == fields.padding || hf == fields.trailing || hf == fields.unread || hf == fields.end_mark)
        proto_tree_add_item(tree, hf, place->tvb, start, length, ENC_NA);
    else
        proto_tree_add_uint64(tree, hf, place->tvb, start, length, value->number);
}

/* The item that a path leads to, or the nearest one around it. */
static proto_item *item_at(adding_t *adding, const char *path)
{
    wmem_allocator_t *scope = adding->place->pinfo->pool;
    char *rest;

    if (path == NULL)
        return NULL;
    rest = wmem_strdup(scope, path);
    for (;;) {
        proto_item *item = (proto_item *)wmem_map_lookup(adding->items, rest);
        char *dot, *bracket;

        if (item != NULL || *rest == 0)
            return item;
        dot = strrchr(rest, '.');
        bracket = strrchr(rest, '[');
        if (bracket != NULL && (dot == NULL || bracket > dot))
            dot = bracket;
        if (dot == NULL)
            return NULL;
        *dot = 0;
    }
}

static void add_diagnostics(adding_t *adding)
{
    const place_t *place = adding->place;
    const message_t *message = adding->message;
    proto_item *top = proto_tree_get_parent(place->tree);

    for (unsigned i = 0; i < message->count; i++) {
        const value_t *value = &message->values[i];
        proto_item *item;

        if (value->event != CLUSCOPE_EVENT_DIAGNOSTIC)
            continue;
        item = item_at(adding, value->path);
        expert_add_info_format(place->pinfo, item != NULL ? item : top, &ei_diagnostic, "%s: %s (%" PRIu64 "; %s)",
                               value->name != NULL ? value->name : "", value->text != NULL ? value->text : "",
                               value->number, value->type != NULL ? value->type : "");
    }
}

/* A level of the tree; deeper ones share the last. */
static level_t *level_at(adding_t *adding)
{
    return &adding->levels[MIN(adding->level, LEVELS - 1)];
}

static void begin(adding_t *adding, const value_t *value, proto_item *item)
{
    level_t *level;

    adding->level++;
    if (adding->level >= LEVELS)
        return;
    level = level_at(adding);
    memset(level, 0, sizeof *level);
    level->tree = proto_item_add_subtree(item, ett_values);
    level->item = item;
    level->begin = value;
}

/* What stands in something is known at its end: where that is, how much there is, and what it is called. */
static void end(adding_t *adding, const value_t *value)
{
    level_t *level = level_at(adding);
    const value_t *outer = level->begin;

    if (adding->level == 0)
        return;
    adding->level--;
    if (adding->level + 1 >= LEVELS)
        return;
    if (value->kind == CLUSCOPE_KIND_LIST || value->kind == CLUSCOPE_KIND_RECORD)
        proto_item_set_len(level->item, (int)value->length);
    if (value->kind == CLUSCOPE_KIND_LIST)
        proto_item_append_text(level->item, " (%u)", level->elements);
    else if (level->property != NULL)
        proto_item_set_text(level->item, "[%u] %s%s%s", (unsigned)MAX(outer->index, 0), level->property,
                            level->title != NULL ? ": " : "", level->title != NULL ? level->title : "");
    else if (level->title != NULL && outer->index >= 0)
        proto_item_append_text(level->item, ", %s", level->title);
}

/* Names what is around a value: a property by its name and values, any other structure by its first text. */
static void entitle(adding_t *adding, const value_t *value)
{
    unsigned at = MIN(adding->level, LEVELS - 1);
    level_t *level = &adding->levels[at];
    const char *text;

    if (value->role == CLUSCOPE_ROLE_PROPERTY_NAME)
        level->property = value->text;
    else if (value->role == CLUSCOPE_ROLE_PROPERTY_VALUE) {
        text = wmem_strndup(adding->place->pinfo->pool, brief_of(adding, value), 100);
        if (level->title == NULL)
            level->title = text;
        /* The entry, its list, the property; a value that is a list of texts is one level deeper. */
        for (unsigned up = at; up > 0 && up + 4 > at; up--) {
            level_t *property = &adding->levels[up];

            if (property->property == NULL)
                continue;
            if (property->title == NULL)
                property->title = text;
            else if (strlen(property->title) < 200)
                property->title = wmem_strdup_printf(adding->place->pinfo->pool, "%s, %s", property->title, text);
            break;
        }
    } else if (value->kind == CLUSCOPE_KIND_TEXT && level->title == NULL && level->begin != NULL && !value->secret)
        level->title = value->text;
}

/* Whether the handle stands in the message itself. */
static bool is_shown(const message_t *message, const object_t *object)
{
    for (unsigned i = 0; i < message->count; i++) {
        const value_t *value = &message->values[i];

        if (value->kind == CLUSCOPE_KIND_HANDLE && g_strcmp0(value->label, object->field) == 0
            && memcmp(value->bytes, object->uuid, 16) == 0)
            return true;
    }
    return false;
}

static void add_values(const place_t *place, const about_t *about, const message_t *message)
{
    adding_t adding;
    bool diagnostics = false;

    memset(&adding, 0, sizeof adding);
    adding.place = place;
    adding.about = about;
    adding.message = message;
    adding.levels[0].tree = place->tree;
    adding.items = wmem_map_new(place->pinfo->pool, wmem_str_hash, g_str_equal);
    for (unsigned i = 0; i < message->count; i++) {
        const value_t *value = &message->values[i];
        level_t *level = level_at(&adding);
        int start = place->start + (int)value->offset;
        proto_item *item;

        switch (value->event) {
        case CLUSCOPE_EVENT_END:
            end(&adding, value);
            break;
        case CLUSCOPE_EVENT_BEGIN:
            level->elements++;
            item = add_outer(&adding, level->tree, value, label_of(&adding, value), start);
            if (value->path != NULL)
                wmem_map_insert(adding.items, value->path, item);
            begin(&adding, value, item);
            break;
        case CLUSCOPE_EVENT_OVERHEAD:
            add_overhead(&adding, level->tree, value, start);
            break;
        case CLUSCOPE_EVENT_DIAGNOSTIC:
            diagnostics = true;
            break;
        case CLUSCOPE_EVENT_BUFFER_ERROR:
            proto_tree_add_expert_format(level->tree, place->pinfo, &ei_buffer_error, place->tvb, start,
                                         (int)value->length, "%s", value->text != NULL ? value->text : "");
            break;
        default:
            level->elements++;
            item = add_value(&adding, level->tree, value, label_of(&adding, value), start);
            if (value->path != NULL)
                wmem_map_insert(adding.items, value->path, item);
            entitle(&adding, value);
        }
    }
    if (diagnostics)
        add_diagnostics(&adding);
    /* What the response does not hand back was in its request. */
    for (unsigned i = 0; about->response && about->objects != NULL && i < about->objects->count; i++) {
        const object_t *object = &about->objects->objects[i];

        if (object->used && object->name != NULL && !is_shown(message, object)) {
            proto_item *used = proto_tree_add_string_format(place->tree, fields.object, place->tvb, place->start, 0,
                                                            object->name, "%s of the request: %s \"%s\"", object->field,
                                                            object->kind, object->name);
            proto_item_set_generated(used);
        }
    }
}

/* What is known of the message as a whole. Items in brackets stand for no bytes of their own. */
static void add_summary(const place_t *place, const about_t *about, const message_t *message)
{
    proto_tree *tree = place->tree;
    proto_item *item;

    if (about->method != NULL) {
        item = proto_tree_add_string(tree, fields.method, place->tvb, place->start, 0, about->method);
        proto_item_set_generated(item);
    }
    if (about->control_code != 0) {
        item = proto_tree_add_uint(tree, fields.control_code, place->tvb, place->start, 0, about->control_code);
        proto_item_set_generated(item);
    }
    if (message->has_status) {
        item = proto_tree_add_uint_format_value(tree, fields.status, place->tvb, place->start + (int)message->status_offset,
                                                4, message->status, "%s (0x%x)",
                                                message->status_name != NULL ? message->status_name : "unknown",
                                                message->status);
        proto_item_set_generated(item);
    }
}

static void add_result(const place_t *place, const message_t *message)
{
    proto_item *top = proto_tree_get_parent(place->tree);
    unsigned offset;

    if (message->cut)
        expert_add_info_format(place->pinfo, top, &ei_cut, "More than %u values: the others are not shown",
                               message->count);
    else if (message->result == CLUSCOPE_ERROR_METHOD) {
        proto_tree_add_item(place->tree, fields.opaque, place->tvb, place->start, (int)place->captured, ENC_NA);
        expert_add_info_format(place->pinfo, top, &ei_opaque, "%s", message->error.message);
    } else if (place->captured < place->reported) {
        expert_add_info_format(place->pinfo, top, &ei_truncated, "%u of %u bytes of the stub are there", place->captured,
                               place->reported);
    } else if (message->result != CLUSCOPE_OK) {
        offset = (unsigned)MIN(message->error.offset, place->captured);
        proto_tree_add_expert_format(place->tree, place->pinfo, &ei_error, place->tvb, place->start + (int)offset,
                                     (int)(place->captured - offset), "%s%s%s (offset %u of %u)", message->error.field,
                                     message->error.field[0] != 0 ? ": " : "", message->error.message, offset,
                                     place->captured);
    }
}

void add_message(const place_t *place, const about_t *about, const message_t *message)
{
    if (place->tree == NULL)
        return;
    add_summary(place, about, message);
    add_values(place, about, message);
    add_result(place, message);
}
