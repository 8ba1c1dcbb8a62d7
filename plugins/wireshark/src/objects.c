/* What context handles stand for: kept by the library, which is shown each message once, in order.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "message.h"

#include <epan/conversation.h>
#include <epan/proto_data.h>
#include <string.h>

/* Of the file that is open. */
static struct cluscope_objects *table;

static gboolean free_table(wmem_allocator_t *scope _U_, wmem_cb_event_t event _U_, void *user _U_)
{
    cluscope_objects_free(table);
    table = NULL;
    return FALSE;
}

static const char *keep(struct cluscope_text text)
{
    return text.length == 0 ? NULL : wmem_strndup(wmem_file_scope(), text.data, text.length);
}

/* Words of the library's, which are few: one copy of each. */
static const char *word(struct cluscope_text text)
{
    char *copied;
    const char *interned;

    if (text.length == 0)
        return NULL;
    copied = g_strndup(text.data, text.length);
    interned = g_intern_string(copied);
    g_free(copied);
    return interned;
}

static int32_t take_object(void *user, const struct cluscope_object *object)
{
    wmem_array_t *all = (wmem_array_t *)user;
    object_t kept;

    memset(&kept, 0, sizeof kept);
    memcpy(kept.uuid, object->uuid, 16);
    kept.attributes = object->attributes;
    kept.used = (object->flags & CLUSCOPE_OBJECT_USED) != 0;
    kept.has_opened = (object->flags & CLUSCOPE_OBJECT_OPENED) != 0;
    kept.opened = (uint32_t)object->opened;
    kept.field = word(object->field);
    kept.kind = word(object->kind);
    kept.name = keep(object->name);
    kept.state = word(object->state);
    wmem_array_append_one(all, kept);
    return 0;
}

const objects_t *objects_of(packet_info *pinfo, const dcerpc_info *di, uint32_t call_id, const struct cluscope_stub *stub)
{
    /* Several messages may end in one packet. */
    uint32_t key = call_id * 2 + (stub->direction == CLUSCOPE_RESPONSE) + 1;
    objects_t *kept = (objects_t *)p_get_proto_data(wmem_file_scope(), pinfo, proto_cluscope, key);
    struct cluscope_message_place place;
    wmem_array_t *found;

    if (kept != NULL || PINFO_FD_VISITED(pinfo))
        return kept;
    if (table == NULL) {
        if (cluscope_objects_new(&table, NULL) != CLUSCOPE_OK)
            return NULL;
        wmem_register_callback(wmem_file_scope(), free_table, NULL);
    }
    memset(&place, 0, sizeof place);
    place.size = sizeof place;
    place.call_id = call_id;
    place.association = di->conv != NULL ? di->conv->conv_index : 0;
    place.frame = pinfo->num;
    if (stub->direction == CLUSCOPE_RESPONSE && di->call_data->req_frame < pinfo->num)
        place.request_frame = di->call_data->req_frame;
    found = wmem_array_new(pinfo->pool, sizeof(object_t));
    cluscope_objects_message(table, stub, &place, take_object, found, NULL);
    if (wmem_array_get_count(found) == 0)
        return NULL;
    kept = wmem_new(wmem_file_scope(), objects_t);
    kept->count = wmem_array_get_count(found);
    kept->objects = (object_t *)wmem_memdup(wmem_file_scope(), wmem_array_get_raw(found), kept->count * sizeof(object_t));
    p_add_proto_data(wmem_file_scope(), pinfo, proto_cluscope, key, kept);
    return kept;
}

const object_t *object_at(const objects_t *objects, const char *field, const uint8_t uuid[16])
{
    for (unsigned i = 0; objects != NULL && i < objects->count; i++) {
        const object_t *object = &objects->objects[i];

        if (memcmp(object->uuid, uuid, 16) == 0 && g_strcmp0(object->field, field) == 0)
            return object;
    }
    return NULL;
}
