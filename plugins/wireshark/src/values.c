/* Gathers the values of a stub.
 *
 * The library calls back for each value. What is called back neither adds items nor throws: it copies, and stops at a limit.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "message.h"

#include <string.h>

typedef struct {
    wmem_allocator_t *scope;
    message_t *message;
    wmem_array_t *values;
    bool wanted;
    unsigned limit;
    unsigned stub_length;
    bool returned;
} gathering_t;

/* Text with a terminator; NULL for an empty one. A null byte inside would end it: it is shown as U+2400. */
static const char *copy(wmem_allocator_t *scope, struct cluscope_text text)
{
    static const char null_picture[] = "\xe2\x90\x80";
    const char *next;
    size_t nulls = 0;

    if (text.data == NULL || text.length == 0)
        return NULL;
    if (memchr(text.data, 0, text.length) == NULL)
        return wmem_strndup(scope, text.data, text.length);
    for (size_t i = 0; i < text.length; i++)
        nulls += text.data[i] == 0;
    char *copied = (char *)wmem_alloc(scope, text.length + 2 * nulls + 1);
    char *to = copied;
    for (next = text.data; next < text.data + text.length; next++) {
        if (*next == 0) {
            memcpy(to, null_picture, 3);
            to += 3;
        } else {
            *to++ = *next;
        }
    }
    *to = 0;
    return copied;
}

static bool is(struct cluscope_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* The status of the call: the return value, or of a method that returns a handle the first status parameter. */
static void take_status(gathering_t *gathering, const struct cluscope_value *value)
{
    message_t *message = gathering->message;
    bool returned = is(value->field, "return");

    if (value->event != CLUSCOPE_EVENT_VALUE || value->depth != 1 || value->kind != CLUSCOPE_KIND_UINT
        || value->meaning != CLUSCOPE_MEANING_STATUS)
        return;
    if (message->has_status && !returned)
        return;
    message->has_status = true;
    message->status = (uint32_t)value->number;
    message->status_offset = (unsigned)value->offset;
    message->status_name = copy(gathering->scope, value->name);
}

static bool is_short(uint32_t kind)
{
    return kind == CLUSCOPE_KIND_GUID || kind == CLUSCOPE_KIND_HANDLE || kind == CLUSCOPE_KIND_IPV4
           || kind == CLUSCOPE_KIND_IPV6;
}

static int32_t gather(void *user, const struct cluscope_value *value)
{
    gathering_t *gathering = (gathering_t *)user;
    wmem_allocator_t *scope = gathering->scope;
    value_t kept;

    take_status(gathering, value);
    if (!gathering->wanted)
        return 0;
    if (value->event == CLUSCOPE_EVENT_OVERHEAD && !show_overhead && value->overhead != CLUSCOPE_OVERHEAD_TRAILING
        && value->overhead != CLUSCOPE_OVERHEAD_UNREAD)
        return 0;
    /* Ends are kept beyond the limit: whatever began is closed. */
    if (value->event != CLUSCOPE_EVENT_END && wmem_array_get_count(gathering->values) >= gathering->limit) {
        gathering->message->cut = true;
        return 1;
    }
    memset(&kept, 0, sizeof kept);
    kept.event = (uint8_t)value->event;
    kept.kind = (uint8_t)value->kind;
    kept.meaning = (uint8_t)value->meaning;
    kept.role = (uint8_t)value->role;
    kept.overhead = (uint8_t)value->overhead;
    kept.secret = value->secret != 0;
    kept.index = value->index;
    kept.depth = value->depth;
    kept.number = value->number;
    kept.table = value->table;
    /* Inside the stub, whatever the library says. */
    kept.offset = (unsigned)MIN(value->offset, gathering->stub_length);
    kept.length = (unsigned)MIN(value->length, gathering->stub_length - kept.offset);
    if (value->event != CLUSCOPE_EVENT_END) {
        kept.field = field_of(value->container, value->field);
        kept.path = copy(scope, value->path);
        kept.text = copy(scope, value->text);
        kept.name = copy(scope, value->name);
        kept.type = copy(scope, value->type);
        kept.label = copy(scope, value->field);
        if (value->event == CLUSCOPE_EVENT_DIAGNOSTIC)
            kept.type = copy(scope, value->section);
        /* Of GUIDs and addresses; longer ones are those of the stub. */
        if (value->bytes.data != NULL && value->bytes.length <= sizeof kept.bytes && is_short(value->kind)) {
            memcpy(kept.bytes, value->bytes.data, value->bytes.length);
            kept.bytes_length = (uint8_t)value->bytes.length;
        }
    }
    wmem_array_append_one(gathering->values, kept);
    return 0;
}

message_t *read_message(wmem_allocator_t *scope, struct cluscope_stub *stub, bool wanted, unsigned limit)
{
    message_t *message = wmem_new0(scope, message_t);
    gathering_t gathering = {
        .scope = scope,
        .message = message,
        .values = wmem_array_new(scope, sizeof(value_t)),
        .wanted = wanted,
        .limit = limit,
        .stub_length = (unsigned)stub->data.length,
    };

    message->error.size = sizeof message->error;
    message->result = cluscope_stub_visit(stub, gather, &gathering, &message->error);
    message->values = (value_t *)wmem_array_get_raw(gathering.values);
    message->count = wmem_array_get_count(gathering.values);
    return message;
}
