/* The plugin: protocols, preferences, and what happens with a message.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "message.h"

#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <string.h>
#include <ws_version.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = CLUSCOPE_PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);

int proto_cluscope = -1;
gboolean show_secrets = FALSE;
gboolean show_overhead = FALSE;
static guint max_items = 100000;

/* Of one packet, whatever number of messages it completes: Wireshark gives up at a million (gui.max_tree_items). */
#define MAX_ITEMS_OF_PACKET 400000

/* The interfaces, as the library lists them; those of the RPC runtime are Wireshark's. */
#define MAX_SPOKEN 8
static speaks_t spoken[MAX_SPOKEN];
static unsigned spoken_count;
static int ett_message = -1;

/* What is kept of a call in `se_data`, as long as the file is open. */
typedef struct {
    struct cluscope_context *context;
    uint32_t control_code;
    uint32_t call_id;
} call_t;

/* Preferences. */
static gboolean override_clusapi = TRUE, override_witness = TRUE;
static const struct {
    const char *interface, *name, *title;
    gboolean *wanted;
} overrides[] = {
    {"clusapi", "override_clusapi", "Dissect ClusAPI 3.0 in place of Wireshark", &override_clusapi},
    {"witness", "override_witness", "Dissect Witness in place of Wireshark", &override_witness},
};

bool is_spoken(const uint8_t uuid[16])
{
    for (unsigned i = 0; i < spoken_count; i++)
        if (memcmp(spoken[i].uuid, uuid, 16) == 0)
            return true;
    return false;
}

static const speaks_t *speaks_of(const dcerpc_call_value *call)
{
    for (unsigned i = 0; i < spoken_count; i++)
        if (spoken[i].major == call->ver && guid_cmp(&spoken[i].guid, &call->uuid) == 0)
            return &spoken[i];
    return NULL;
}

static gboolean free_context(wmem_allocator_t *scope _U_, wmem_cb_event_t event _U_, void *context)
{
    cluscope_context_free((struct cluscope_context *)context);
    return FALSE;
}

/* Keeps what a request tells of its response. */
static void keep_call(const dcerpc_info *di, const struct cluscope_stub *stub)
{
    call_t *kept;

    if (di->call_data->se_data != NULL)
        return;
    kept = wmem_new0(wmem_file_scope(), call_t);
    kept->call_id = di->call_id;
    if (cluscope_context_new(stub, &kept->context, NULL) == CLUSCOPE_OK) {
        cluscope_context_control_code(kept->context, &kept->control_code);
        wmem_register_callback(wmem_file_scope(), free_context, kept->context);
    }
    di->call_data->se_data = kept;
}

/* How many items this message may have. */
static unsigned items_left(packet_info *pinfo, unsigned **used)
{
    *used = (unsigned *)p_get_proto_data(pinfo->pool, pinfo, proto_cluscope, 0);
    if (*used == NULL) {
        *used = wmem_new0(pinfo->pool, unsigned);
        p_add_proto_data(pinfo->pool, pinfo, proto_cluscope, 0, *used);
    }
    return MIN(max_items, MAX_ITEMS_OF_PACKET - MIN(**used, MAX_ITEMS_OF_PACKET));
}

static const char *method_name(const speaks_t *speaks, uint16_t opnum)
{
    for (const dcerpc_sub_dissector *method = speaks->methods; method->name != NULL; method++)
        if (method->num == opnum)
            return method->name;
    return NULL;
}

static void add_columns(packet_info *pinfo, const about_t *about, const message_t *message)
{
    /* The object that is asked about stands first, or the one that is opened. */
    for (unsigned i = 0; about->objects != NULL && i < about->objects->count; i++) {
        const object_t *object = &about->objects->objects[i];

        if (object->name != NULL) {
            col_append_fstr(pinfo->cinfo, COL_INFO, ", %s \"%s\"", object->kind, object->name);
            break;
        }
    }
    if (!about->response && about->control_code != 0) {
        const char *name = control_code_name(about->control_code);

        if (name != NULL)
            col_append_fstr(pinfo->cinfo, COL_INFO, ", %s", name);
        else
            col_append_fstr(pinfo->cinfo, COL_INFO, ", control code 0x%08x", about->control_code);
    }
    if (message->has_status && message->status_name != NULL)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", %s", message->status_name);
    else if (message->has_status)
        col_append_fstr(pinfo->cinfo, COL_INFO, ", 0x%08x", message->status);
    if (message->result == CLUSCOPE_ERROR_MALFORMED)
        col_append_str(pinfo->cinfo, COL_INFO, " [can't be read to its end]");
}

static int dissect(tvbuff_t *tvb, int offset, packet_info *pinfo, proto_tree *tree, dcerpc_info *di, guint8 *drep,
                   bool response)
{
    static const uint8_t nothing[1];
    int captured = tvb_captured_length_remaining(tvb, offset);
    int reported = tvb_reported_length_remaining(tvb, offset);
    const speaks_t *speaks = speaks_of(di->call_data);
    place_t place = {tvb, offset, (unsigned)captured, (unsigned)reported, pinfo, tree};
    about_t about = {NULL, response, 0, NULL};
    struct cluscope_stub stub;
    message_t *message;
    const call_t *call;
    unsigned *used;

    if (speaks == NULL || captured < 0)
        return offset;
    memset(&stub, 0, sizeof stub);
    stub.size = sizeof stub;
    stub.options = CLUSCOPE_OPTION_DIAGNOSTICS | CLUSCOPE_OPTION_OVERHEAD;
    if (!show_secrets)
        stub.options |= CLUSCOPE_OPTION_HIDE_SECRETS;
    memcpy(stub.interface_uuid, speaks->uuid, 16);
    stub.version_major = speaks->major;
    stub.version_minor = speaks->minor;
    stub.opnum = di->call_data->opnum;
    stub.direction = response ? CLUSCOPE_RESPONSE : CLUSCOPE_REQUEST;
    stub.syntax = (di->call_data->flags & DCERPC_IS_NDR64) != 0 ? CLUSCOPE_NDR64 : CLUSCOPE_NDR;
    stub.byte_order = (drep[0] & DREP_LITTLE_ENDIAN) != 0 ? CLUSCOPE_LITTLE_ENDIAN : CLUSCOPE_BIG_ENDIAN;
    stub.data.data = captured > 0 ? tvb_get_ptr(tvb, offset, captured) : nothing;
    stub.data.length = (size_t)captured;

    /* A response without a request comes with a call that is not kept. */
    if (!response)
        keep_call(di, &stub);
    call = (const call_t *)di->call_data->se_data;
    if (call != NULL) {
        about.control_code = call->control_code;
        if (response)
            stub.context = call->context;
    }
    col_set_str(pinfo->cinfo, COL_PROTOCOL, speaks->label);
    message = read_message(pinfo->pool, &stub, tree != NULL, items_left(pinfo, &used));
    *used += message->count;
    about.method = method_name(speaks, stub.opnum);
    /* Connectionless responses come without a number. */
    about.objects = objects_of(pinfo, di, call != NULL ? call->call_id : di->call_id, &stub);
    add_columns(pinfo, &about, message);
    proto_item_set_hidden(proto_tree_add_item(tree, proto_cluscope, tvb, offset, captured, ENC_NA));
    add_message(&place, &about, message);
    return offset + captured;
}

static int dissect_request(tvbuff_t *tvb, int offset, packet_info *pinfo, proto_tree *tree, dcerpc_info *di, guint8 *drep)
{
    return dissect(tvb, offset, pinfo, tree, di, drep, false);
}

static int dissect_response(tvbuff_t *tvb, int offset, packet_info *pinfo, proto_tree *tree, dcerpc_info *di, guint8 *drep)
{
    return dissect(tvb, offset, pinfo, tree, di, drep, true);
}

/* Takes an interface over from Wireshark's own dissector, or gives it back. */
static void apply(speaks_t *speaks)
{
    bool take = speaks->own_methods == NULL || speaks->wanted == NULL || *speaks->wanted;

    if (take && !speaks->taken)
        dcerpc_init_uuid(speaks->proto, ett_message, &speaks->guid, speaks->major, speaks->methods, speaks->opnum_hf);
    else if (!take && speaks->taken)
        dcerpc_init_uuid(speaks->own_proto, ett_message, &speaks->guid, speaks->major, speaks->own_methods,
                         speaks->own_opnum_hf);
    speaks->taken = take;
}

static void apply_preferences(void)
{
    for (unsigned i = 0; i < spoken_count; i++)
        apply(&spoken[i]);
}

static int32_t take_interface(void *user _U_, const struct cluscope_interface *interface)
{
    speaks_t *speaks;

    if (interface->runtime != 0 || spoken_count == MAX_SPOKEN)
        return 0;
    speaks = &spoken[spoken_count++];
    speaks->name = g_strndup(interface->name.data, interface->name.length);
    memcpy(speaks->uuid, interface->uuid, 16);
    speaks->guid = guid_of(interface->uuid);
    speaks->major = interface->version_major;
    speaks->minor = interface->version_minor;
    speaks->label = g_strdup_printf("%s %u.%u", speaks->name, speaks->major, speaks->minor);
    speaks->opnum_hf = -1;
    speaks->proto = proto_register_protocol(
        g_strdup_printf("%.*s, version %u.%u (cluscope)", (int)interface->title.length, interface->title.data,
                        speaks->major, speaks->minor),
        speaks->label, g_strdup_printf("cluscope.%s%u", speaks->name, speaks->major));
    for (unsigned i = 0; i < array_length(overrides); i++)
        if (strcmp(overrides[i].interface, speaks->name) == 0)
            speaks->wanted = overrides[i].wanted;
    return 0;
}

static void register_protocol(void)
{
    static int *subtrees[] = {&ett_message};
    module_t *module;

    proto_cluscope = proto_register_protocol("Failover cluster (cluscope)", "cluscope", "cluscope");
    cluscope_interfaces(take_interface, NULL);
    register_fields(proto_cluscope);
    proto_register_subtree_array(subtrees, array_length(subtrees));
    register_experts(proto_cluscope);
    for (unsigned i = 0; i < spoken_count; i++) {
        hf_register_info info = {
            &spoken[i].opnum_hf, {"Operation", "cluscope.opnum", FT_UINT16, BASE_DEC, NULL, 0, NULL, HFILL}};
        hf_register_info *opnum = g_new(hf_register_info, 1);

        *opnum = info;
        proto_register_field_array(proto_cluscope, opnum, 1);
    }
    module = prefs_register_protocol(proto_cluscope, apply_preferences);
    for (unsigned i = 0; i < array_length(overrides); i++)
        prefs_register_bool_preference(module, overrides[i].name, overrides[i].title,
                                       "Off: by the dissector that comes with Wireshark, where it has one",
                                       overrides[i].wanted);
    prefs_register_bool_preference(module, "show_secrets", "Show secrets",
                                   "Show passwords, tokens and what may be such", &show_secrets);
    prefs_register_bool_preference(module, "show_overhead", "Show counts, referents and padding",
                                   "Show the bytes of a stub that are no values, so that every byte has an item",
                                   &show_overhead);
    prefs_register_uint_preference(module, "max_items", "Items of a message",
                                   "A message with more values is shown up to there, and says so", 10, &max_items);
}

/* After Wireshark's own dissectors have registered. */
static void hand_off(void)
{
    for (unsigned i = 0; i < spoken_count; i++) {
        speaks_t *speaks = &spoken[i];

        speaks->methods =
            methods_of(speaks->uuid, speaks->major, speaks->minor, dissect_request, dissect_response);
        speaks->own_methods = dcerpc_get_proto_sub_dissector(&speaks->guid, speaks->major);
        if (speaks->own_methods != NULL) {
            speaks->own_opnum_hf = dcerpc_get_proto_hf_opnum(&speaks->guid, speaks->major);
            speaks->own_proto = proto_registrar_get_parent(speaks->own_opnum_hf);
        }
        apply(speaks);
    }
}

void plugin_register(void)
{
    static proto_plugin plugin;

    if (cluscope_abi_version() < CLUSCOPE_ABI_VERSION)
        return;
    plugin.register_protoinfo = register_protocol;
    plugin.register_handoff = hand_off;
    proto_register_plugin(&plugin);
}
