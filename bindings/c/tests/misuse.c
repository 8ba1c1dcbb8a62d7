/* What goes wrong must be an error, lose nothing and leak nothing: run under valgrind and AddressSanitizer. */
#include <cluscope.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, failures;

static void check(int line, const char *what, int holds)
{
    checks++;
    if (!holds) {
        failures++;
        fprintf(stderr, "line %d: %s\n", line, what);
    }
}

#define CHECK(condition) check(__LINE__, #condition, condition)

static const uint8_t CLUSAPI[16] = {0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11,
                                    0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f};

/* ApiOpenResource of "I", ClusAPI 3.0. */
static const uint8_t OPEN[] = {2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 'I', 0, 0, 0};

/* bind, ClusAPI 3.0 in NDR, call 1; bind_ack; request, opnum 102, call 2; fault. */
static const uint8_t BIND[] = {
    5, 0, 11, 3, 16, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0, 0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0,
    0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 8, 0, 0x2b, 0xe2, 0x3f, 0x2f, 3, 0, 0, 0,
    4, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0};
static const uint8_t BIND_ACK[] = {
    5, 0, 12, 3, 16, 0, 0, 0, 56, 0, 0, 0, 1, 0, 0, 0, 0xb8, 0x10, 0xb8, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
    0, 0, 0, 0, 4, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0};
static const uint8_t REQUEST[] = {5, 0, 0, 3, 16, 0, 0, 0, 24, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 102, 0};

static struct cluscope_bytes bytes(const void *data, size_t length)
{
    struct cluscope_bytes lent;
    lent.data = (const uint8_t *)data;
    lent.length = length;
    return lent;
}

static struct cluscope_stub stub_of(const uint8_t *data, size_t length)
{
    struct cluscope_stub stub;
    memset(&stub, 0, sizeof stub);
    stub.size = sizeof stub;
    memcpy(stub.interface_uuid, CLUSAPI, sizeof CLUSAPI);
    stub.version_major = 3;
    stub.opnum = 8;
    stub.data = bytes(data, length);
    return stub;
}

static int32_t count_value(void *user, const struct cluscope_value *value)
{
    (void)value;
    ++*(int *)user;
    return 0;
}

static int32_t stop_value(void *user, const struct cluscope_value *value)
{
    (void)value;
    ++*(int *)user;
    return 1;
}

static int32_t count_text(void *user, const char *data, size_t length)
{
    (void)data;
    *(int *)user += (int)length;
    return 0;
}

static int32_t stop_text(void *user, const char *data, size_t length)
{
    (void)user;
    (void)data;
    (void)length;
    return -5;
}

static void stubs(void)
{
    struct cluscope_stub stub = stub_of(OPEN, sizeof OPEN);
    struct cluscope_context *context = NULL;
    struct cluscope_error error;
    struct cluscope_text name, json;
    uint32_t code = 1;
    int seen = 0;
    char large[sizeof(struct cluscope_stub) + 64];
    struct {
        uint32_t size;
        int32_t status;
    } small;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;

    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == 0 && seen == 1);
    CHECK(cluscope_stub_visit(NULL, count_value, &seen, &error) == CLUSCOPE_ERROR_NULL && error.message[0] != '\0');
    CHECK(error.status == CLUSCOPE_ERROR_NULL && error.offset == UINT64_MAX);
    CHECK(cluscope_stub_visit(&stub, NULL, &seen, NULL) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_stub_json(&stub, NULL, NULL, &error) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_stub_visit(&stub, stop_value, &seen, &error) == CLUSCOPE_ERROR_STOPPED && seen == 2);
    CHECK(cluscope_stub_json(&stub, stop_text, NULL, &error) == CLUSCOPE_ERROR_STOPPED);
    CHECK(cluscope_stub_json(&stub, count_text, &seen, &error) == 0);

    /* Sizes: too small, none, larger than known with nothing behind, larger with something behind. */
    stub.size = sizeof stub - 1;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_SIZE);
    stub.size = 0;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_SIZE);
    stub.size = sizeof large;
    memset(large, 0, sizeof large);
    memcpy(large, &stub, sizeof stub);
    CHECK(cluscope_stub_visit((struct cluscope_stub *)(void *)large, count_value, &seen, &error) == 0);
    large[sizeof large - 1] = 1;
    CHECK(cluscope_stub_visit((struct cluscope_stub *)(void *)large, count_value, &seen, &error) == CLUSCOPE_ERROR_SIZE);
    stub.size = sizeof stub;
    CHECK(cluscope_stub_visit((struct cluscope_stub *)(void *)(large + 1), count_value, &seen, &error) ==
          CLUSCOPE_ERROR_ARGUMENT);
    /* An error of another size is not written to; one that is unset neither. */
    small.size = sizeof small;
    small.status = 77;
    CHECK(cluscope_stub_visit(NULL, count_value, &seen, (struct cluscope_error *)(void *)&small) == CLUSCOPE_ERROR_NULL);
    CHECK(small.status == 77);

    /* Bytes that can't be. */
    stub.data = bytes(NULL, 5);
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_NULL);
    stub.data = bytes(OPEN, SIZE_MAX);
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_SIZE);
    stub.data = bytes(NULL, 0);
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_MALFORMED && error.offset == 0);
    stub = stub_of(OPEN, 10);
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_MALFORMED && error.offset == 8);
    CHECK(strcmp(error.field, "lpszResourceName") == 0);
    CHECK(cluscope_stub_json(&stub, count_text, &seen, &error) == CLUSCOPE_ERROR_MALFORMED && error.offset == 8);

    /* Numbers that mean nothing. */
    stub = stub_of(OPEN, sizeof OPEN);
    stub.direction = 2;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_ARGUMENT);
    stub = stub_of(OPEN, sizeof OPEN);
    stub.syntax = 7;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_ARGUMENT);
    stub = stub_of(OPEN, sizeof OPEN);
    stub.byte_order = UINT32_MAX;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_ARGUMENT);
    stub = stub_of(OPEN, sizeof OPEN);
    stub.options = 0x80000000u;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_ARGUMENT);
    stub = stub_of(OPEN, sizeof OPEN);
    stub.version_major = 4;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_INTERFACE);
    stub = stub_of(OPEN, sizeof OPEN);
    stub.opnum = 65535;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_METHOD);
    CHECK(cluscope_method_name(CLUSAPI, 3, 0, 8, &name) == 0 && name.length == 15);
    CHECK(cluscope_method_name(CLUSAPI, 3, 0, 999, &name) == CLUSCOPE_ERROR_METHOD);
    CHECK(cluscope_method_name(NULL, 3, 0, 8, &name) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_method_name(CLUSAPI, 3, 0, 8, NULL) == CLUSCOPE_ERROR_NULL);

    /* Contexts. */
    stub = stub_of(OPEN, sizeof OPEN);
    CHECK(cluscope_context_new(&stub, NULL, &error) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_context_new(&stub, &context, &error) == 0 && context != NULL);
    CHECK(cluscope_context_control_code(context, &code) == 0 && code == 0);
    CHECK(cluscope_context_control_code(NULL, &code) == CLUSCOPE_ERROR_NULL);
    stub.direction = CLUSCOPE_RESPONSE;
    CHECK(cluscope_context_new(&stub, &context, &error) == CLUSCOPE_ERROR_ARGUMENT);
    stub.context = context;
    stub.opnum = 9;
    CHECK(cluscope_stub_visit(&stub, count_value, &seen, &error) == CLUSCOPE_ERROR_HANDLE);
    cluscope_context_free(context);
    cluscope_context_free(NULL);

    /* JSON. */
    json.data = "{\"interface\":\"clusapi\"";
    json.length = strlen(json.data);
    CHECK(cluscope_stub_encode(json, count_text, &seen, &error) == CLUSCOPE_ERROR_JSON && error.message[0] != '\0');
    json.data = "\xff";
    json.length = 1;
    CHECK(cluscope_stub_encode(json, count_text, &seen, &error) == CLUSCOPE_ERROR_UTF8);
    json.data = NULL;
    CHECK(cluscope_stub_encode(json, count_text, &seen, &error) == CLUSCOPE_ERROR_NULL);

    CHECK(strcmp(cluscope_status_name(CLUSCOPE_ERROR_SIZE), "CLUSCOPE_ERROR_SIZE") == 0);
    CHECK(strcmp(cluscope_status_name(12345), "CLUSCOPE_ERROR_UNKNOWN") == 0);
    CHECK(cluscope_abi_version() >= CLUSCOPE_ABI_VERSION && cluscope_version()[0] != '\0');
}

/* What messages do to whoever is under test. */
struct watcher {
    struct cluscope_session *session;
    struct cluscope_connection *connection;
    int messages, stop, meddle;
    int length;
};

static int32_t take(void *user, const struct cluscope_message *message)
{
    struct watcher *watcher = (struct watcher *)user;
    int seen = 0;
    watcher->messages++;
    if (cluscope_message_json(message, count_text, &watcher->length, NULL) != 0) {
        return -1;
    }
    cluscope_message_visit(message, 0, count_value, &seen, NULL);
    if (watcher->meddle) {
        /* Whatever a callback tries with what it was called from. */
        CHECK(cluscope_session_finish(watcher->session, NULL) == CLUSCOPE_ERROR_BUSY);
        CHECK(cluscope_session_free(watcher->session) == CLUSCOPE_ERROR_BUSY);
        CHECK(cluscope_connection_free(watcher->connection) == CLUSCOPE_ERROR_BUSY);
        CHECK(cluscope_connection_data(watcher->connection, 0, 1, 0, bytes(BIND, sizeof BIND), NULL) ==
              CLUSCOPE_ERROR_BUSY);
    }
    return watcher->stop > 0 && watcher->stop-- > 0;
}

static struct cluscope_session *session_of(struct watcher *watcher)
{
    struct cluscope_session_options options;
    memset(watcher, 0, sizeof *watcher);
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.message = take;
    options.user = watcher;
    CHECK(cluscope_session_new(&options, &watcher->session, NULL) == 0);
    return watcher->session;
}

static struct cluscope_connection *connection_of(struct watcher *watcher, uint64_t stream)
{
    struct cluscope_ends ends;
    memset(&ends, 0, sizeof ends);
    ends.size = sizeof ends;
    ends.stream = stream;
    ends.client.family = 4;
    ends.client.port = 50000;
    ends.server.family = 6;
    ends.server.port = 49664;
    CHECK(cluscope_connection_new(watcher->session, &ends, &watcher->connection, NULL) == 0);
    return watcher->connection;
}

static void streams(void)
{
    struct cluscope_session_options options;
    struct cluscope_connection *connection;
    struct cluscope_session *session = NULL;
    struct cluscope_packet packet;
    struct cluscope_datagram datagram;
    struct cluscope_ends ends;
    struct cluscope_error error;
    struct watcher watcher;
    uint64_t frames[2] = {1, 2};
    int32_t status = 0;
    int n;
    memset(&error, 0, sizeof error);
    memset(&options, 0, sizeof options);
    error.size = sizeof error;
    options.size = sizeof options;

    CHECK(cluscope_session_new(&options, &session, &error) == CLUSCOPE_ERROR_NULL);
    options.message = take;
    options.user = &watcher;
    CHECK(cluscope_session_new(&options, NULL, &error) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_session_new(NULL, &session, &error) == CLUSCOPE_ERROR_NULL);
    options.memory_limit = 1;
    CHECK(cluscope_session_new(&options, &session, &error) == CLUSCOPE_ERROR_ARGUMENT);
    options.memory_limit = 0;
    options.filter.data = "status ==";
    options.filter.length = 9;
    CHECK(cluscope_session_new(&options, &session, &error) == CLUSCOPE_ERROR_FILTER);
    options.filter.length = 0;
    options.assume.data = "nonsense";
    options.assume.length = 8;
    CHECK(cluscope_session_new(&options, &session, &error) == CLUSCOPE_ERROR_FILTER);

    /* A conversation in pieces; the callback meddles. */
    session = session_of(&watcher);
    connection = connection_of(&watcher, 7);
    watcher.meddle = 1;
    CHECK(cluscope_connection_data(connection, 0, 1, 5, bytes(BIND, 20), &error) == 0 && watcher.messages == 0);
    CHECK(cluscope_connection_data(connection, 0, 1, 5, bytes(BIND + 20, sizeof BIND - 20), &error) == 0);
    CHECK(watcher.messages == 1);
    CHECK(cluscope_connection_data(connection, 2, 1, 5, bytes(BIND, 20), &error) == CLUSCOPE_ERROR_ARGUMENT);
    CHECK(cluscope_connection_data(connection, 1, 2, 6, bytes(BIND_ACK, sizeof BIND_ACK), &error) == 0);
    CHECK(cluscope_connection_data(connection, 0, 3, 7, bytes(REQUEST, sizeof REQUEST), &error) == 0);
    CHECK(watcher.messages == 3);
    /* Asked to stop in the middle of two requests: the second comes first thing in the next call. */
    watcher.stop = 1;
    {
        uint8_t two[2 * sizeof REQUEST];
        memcpy(two, REQUEST, sizeof REQUEST);
        memcpy(two + sizeof REQUEST, REQUEST, sizeof REQUEST);
        CHECK(cluscope_connection_data(connection, 0, 4, 8, bytes(two, sizeof two), &error) == CLUSCOPE_ERROR_STOPPED);
    }
    CHECK(watcher.messages == 4);
    CHECK(cluscope_connection_gap(connection, 0, 5, 9, 100, 99, &error) == CLUSCOPE_ERROR_ARGUMENT);
    CHECK(cluscope_connection_gap(connection, 0, 5, 9, 100, CLUSCOPE_REASON_NOT_CAPTURED, &error) == 0);
    CHECK(watcher.messages >= 5);
    CHECK(cluscope_connection_end(connection, 0, 6, 10, CLUSCOPE_REASON_FIN, &error) == 0);
    CHECK(cluscope_connection_data(connection, 0, 7, 11, bytes(REQUEST, sizeof REQUEST), &error) ==
          CLUSCOPE_ERROR_FINISHED);
    /* Another kind of handle, and packets where there were streams. */
    CHECK(cluscope_session_finish((struct cluscope_session *)(void *)connection, &error) == CLUSCOPE_ERROR_HANDLE);
    CHECK(cluscope_connection_data((struct cluscope_connection *)(void *)session, 0, 1, 1, bytes(OPEN, 1), &error) ==
          CLUSCOPE_ERROR_HANDLE);
    memset(&packet, 0, sizeof packet);
    packet.size = sizeof packet;
    packet.link_type = 1;
    packet.data = bytes(OPEN, sizeof OPEN);
    CHECK(cluscope_session_packet(session, &packet, &error) == CLUSCOPE_ERROR_ARGUMENT);
    watcher.meddle = 0;
    CHECK(cluscope_session_finish(session, &error) == 0);
    CHECK(cluscope_session_finish(session, &error) == CLUSCOPE_ERROR_FINISHED);
    CHECK(cluscope_connection_data(connection, 1, 8, 12, bytes(REQUEST, 1), &error) == CLUSCOPE_ERROR_FINISHED);
    /* Whichever is freed first. */
    CHECK(cluscope_session_free(session) == 0);
    CHECK(cluscope_connection_data(connection, 1, 8, 12, bytes(REQUEST, 1), &error) == CLUSCOPE_ERROR_FINISHED);
    CHECK(cluscope_connection_free(connection) == 0);

    /* What is no DCE/RPC, and connections that are freed with something waiting in them. */
    session = session_of(&watcher);
    connection = connection_of(&watcher, 1);
    for (n = 0; n < 10000 && status == 0; n++) {
        status = cluscope_connection_data(connection, 0, 1, 5, bytes("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 37),
                                          &error);
    }
    CHECK(status == CLUSCOPE_NOT_WANTED);
    CHECK(cluscope_connection_data(connection, 0, 1, 5, bytes("x", 1), &error) == CLUSCOPE_NOT_WANTED);
    CHECK(cluscope_connection_free(connection) == 0);
    connection = connection_of(&watcher, 2);
    CHECK(cluscope_connection_data(connection, 0, 1, 5, bytes(BIND, sizeof BIND), &error) == 0);
    CHECK(cluscope_connection_data(connection, 0, 2, 6, bytes(REQUEST, 20), &error) == 0);
    CHECK(watcher.messages == 1);
    CHECK(cluscope_connection_free(connection) == 0 && watcher.messages == 2);
    memset(&ends, 0, sizeof ends);
    ends.size = sizeof ends;
    CHECK(cluscope_connection_new(session, &ends, &connection, &error) == CLUSCOPE_ERROR_ARGUMENT);
    CHECK(cluscope_connection_new(session, NULL, &connection, &error) == CLUSCOPE_ERROR_NULL);
    memset(&datagram, 0, sizeof datagram);
    datagram.size = sizeof datagram;
    datagram.source.family = 4;
    datagram.destination.family = 4;
    datagram.data = bytes(OPEN, sizeof OPEN);
    datagram.frames = frames;
    datagram.frame_count = 2;
    for (n = 0, status = 0; n < 1000 && status == 0; n++) {
        status = cluscope_session_datagram(session, &datagram, &error);
    }
    CHECK(status == CLUSCOPE_NOT_WANTED);
    datagram.frames = NULL;
    CHECK(cluscope_session_datagram(session, &datagram, &error) == CLUSCOPE_ERROR_NULL);
    datagram.frames = frames;
    datagram.frame_count = SIZE_MAX;
    CHECK(cluscope_session_datagram(session, &datagram, &error) == CLUSCOPE_ERROR_SIZE);
    /* Freed without an end. */
    CHECK(cluscope_session_free(session) == 0);
    CHECK(cluscope_session_free(NULL) == 0 && cluscope_connection_free(NULL) == 0);
}

static void keys(void)
{
    static const char text[] = "password LAB\\user secret\nnonsense\n";
    struct cluscope_session_options options;
    struct cluscope_session *session = NULL;
    struct cluscope_keys *keys = NULL;
    struct cluscope_error error;
    struct watcher watcher;
    memset(&error, 0, sizeof error);
    memset(&options, 0, sizeof options);
    memset(&watcher, 0, sizeof watcher);
    error.size = sizeof error;
    options.size = sizeof options;
    CHECK(cluscope_keys_new(NULL, &error) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_keys_new(&keys, &error) == 0);
    CHECK(cluscope_keys_add_text(keys, bytes(text, sizeof text - 1), &error) == CLUSCOPE_ERROR_KEYS);
    CHECK(strstr(error.message, "line 2") != NULL && strstr(error.message, "secret") == NULL);
    CHECK(cluscope_keys_add_text(keys, bytes(NULL, 3), &error) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_keys_add_keytab(keys, bytes(text, sizeof text), &error) == CLUSCOPE_ERROR_KEYS);
    CHECK(cluscope_keys_add_ccache(keys, bytes(text, sizeof text), &error) == CLUSCOPE_ERROR_KEYS);
    CHECK(cluscope_keys_add_text(NULL, bytes(text, 1), &error) == CLUSCOPE_ERROR_NULL);
    options.message = take;
    options.user = &watcher;
    options.keys = keys;
    CHECK(cluscope_session_new(&options, &session, &error) == 0);
    CHECK(cluscope_keys_add_text(keys, bytes(text, 20), &error) == CLUSCOPE_ERROR_BUSY);
    CHECK(cluscope_keys_free((struct cluscope_keys *)(void *)session) == CLUSCOPE_ERROR_HANDLE);
    CHECK(cluscope_keys_free(keys) == 0);
    CHECK(cluscope_session_free(session) == 0);
}

static int32_t count_field(void *user, const struct cluscope_field *field)
{
    (void)field;
    return ++*(int *)user == 1000;
}

static int32_t count_name(void *user, const struct cluscope_name *name)
{
    (void)name;
    return ++*(int *)user == 100;
}

int main(void)
{
    int seen = 0;
    stubs();
    streams();
    keys();
    CHECK(cluscope_fields(NULL, NULL) == CLUSCOPE_ERROR_NULL);
    CHECK(cluscope_fields(count_field, &seen) == CLUSCOPE_ERROR_STOPPED && seen == 1000);
    seen = 0;
    CHECK(cluscope_tables(count_name, &seen) == CLUSCOPE_ERROR_STOPPED && seen == 100);
    printf("misuse: %d checks, %d failures\n", checks, failures);
    return failures != 0;
}
