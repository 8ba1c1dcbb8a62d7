/* Streams and datagrams: for a host that puts TCP together itself and calls for each piece, as Suricata's app-layer, Zeek's
 * analyzers and gopacket's reassembly do. Here the host is played by lines on standard input, one call each, fields
 * separated by blanks:
 *
 *     data     STREAM SIDE FRAME TIME CLIENT PORT SERVER PORT BYTES
 *     gap      STREAM SIDE FRAME TIME CLIENT PORT SERVER PORT LOST REASON
 *     end      STREAM SIDE FRAME TIME CLIENT PORT SERVER PORT REASON
 *     datagram STREAM SIDE FRAME TIME SOURCE PORT DESTINATION PORT WIRE-LENGTH IDENTIFICATION FRAME,FRAME... BYTES
 *
 * Addresses and bytes are hexadecimal digits (- for no bytes), TIME is in nanoseconds since 1970 or -. Prints each message
 * as `cluscope dissect` does.
 *
 *     streams [--keys FILE] [--keytab FILE] <CALLS
 */
#include <cluscope.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connections that the host has open. */
enum { CONNECTIONS = 1024, FRAMES = 256 };

struct open_connection {
    uint64_t stream;
    struct cluscope_connection *handle;
};

struct host {
    struct cluscope_session *session;
    struct cluscope_error error;
    struct open_connection connections[CONNECTIONS];
    size_t count;
};

static int failed(const char *what, int32_t status, const struct cluscope_error *error)
{
    if (status < 0) {
        fprintf(stderr, "%s: %s: %s\n", what, cluscope_status_name(status), error->message);
    }
    return status < 0;
}

static int32_t write_line(void *user, const char *data, size_t length)
{
    FILE *out = (FILE *)user;
    return fwrite(data, 1, length, out) == length && fputc('\n', out) != EOF ? 0 : -1;
}

static int32_t message(void *user, const struct cluscope_message *message)
{
    return cluscope_message_json(message, write_line, user, NULL);
}

static int digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turns hexadecimal digits into bytes in their place; returns how many. */
static size_t bytes_of(char *text)
{
    size_t n = 0;
    while (digit(text[2 * n]) >= 0 && digit(text[2 * n + 1]) >= 0) {
        text[n] = (char)(digit(text[2 * n]) << 4 | digit(text[2 * n + 1]));
        n++;
    }
    return n;
}

static struct cluscope_endpoint endpoint(char *address, const char *port)
{
    struct cluscope_endpoint end;
    size_t length = bytes_of(address);
    memset(&end, 0, sizeof end);
    end.family = length == 16 ? 6 : 4;
    end.port = (uint16_t)strtoul(port, NULL, 10);
    memcpy(end.address, address, length <= 16 ? length : 16);
    return end;
}

/* The connection of this number; made where there is none. */
static struct cluscope_connection *connection(struct host *host, const struct cluscope_ends *ends)
{
    struct open_connection *entry;
    size_t n;
    for (n = 0; n < host->count; n++) {
        if (host->connections[n].stream == ends->stream) {
            return host->connections[n].handle;
        }
    }
    if (host->count == CONNECTIONS) {
        fprintf(stderr, "too many connections\n");
        return NULL;
    }
    entry = &host->connections[host->count];
    entry->stream = ends->stream;
    if (failed("connection", cluscope_connection_new(host->session, ends, &entry->handle, &host->error), &host->error)) {
        return NULL;
    }
    host->count++;
    return entry->handle;
}

/* Forgets a connection, after which a new one may have its number. */
static void forget(struct host *host, uint64_t stream)
{
    size_t n;
    for (n = 0; n < host->count; n++) {
        if (host->connections[n].stream == stream) {
            cluscope_connection_free(host->connections[n].handle);
            host->connections[n] = host->connections[--host->count];
            return;
        }
    }
}

/* The next field of a line. */
static char *field(char **line)
{
    char *begin = *line, *end = begin + strcspn(begin, " \n");
    *line = *end == '\0' ? end : end + 1;
    *end = '\0';
    return begin;
}

static int call(struct host *host, char *line)
{
    const char *what = field(&line);
    struct cluscope_ends ends;
    struct cluscope_connection *open;
    uint32_t side;
    uint64_t frame;
    int64_t time;
    int32_t status = 0;
    char *text, *address;
    memset(&ends, 0, sizeof ends);
    ends.size = sizeof ends;
    ends.stream = strtoull(field(&line), NULL, 10);
    side = (uint32_t)strtoul(field(&line), NULL, 10);
    frame = strtoull(field(&line), NULL, 10);
    text = field(&line);
    time = text[0] == '-' && text[1] == '\0' ? CLUSCOPE_NO_TIME : (int64_t)strtoll(text, NULL, 10);
    address = field(&line);
    ends.client = endpoint(address, field(&line));
    address = field(&line);
    ends.server = endpoint(address, field(&line));
    if (strcmp(what, "datagram") == 0) {
        struct cluscope_datagram datagram;
        uint64_t frames[FRAMES];
        memset(&datagram, 0, sizeof datagram);
        datagram.size = sizeof datagram;
        datagram.side = side;
        datagram.stream = ends.stream;
        datagram.source = ends.client;
        datagram.destination = ends.server;
        datagram.frame = frame;
        datagram.time = time;
        datagram.wire_length = (size_t)strtoull(field(&line), NULL, 10);
        datagram.identification = (int32_t)strtol(field(&line), NULL, 10);
        datagram.frames = frames;
        for (text = field(&line); *text != '\0' && datagram.frame_count < FRAMES; text += *text == ',') {
            frames[datagram.frame_count++] = strtoull(text, &text, 10);
        }
        text = field(&line);
        datagram.data.length = bytes_of(text);
        datagram.data.data = (const uint8_t *)text;
        return failed(what, cluscope_session_datagram(host->session, &datagram, &host->error), &host->error);
    }
    open = connection(host, &ends);
    if (open == NULL) {
        return -1;
    }
    if (strcmp(what, "data") == 0) {
        struct cluscope_bytes data;
        text = field(&line);
        data.length = bytes_of(text);
        data.data = (const uint8_t *)text;
        status = cluscope_connection_data(open, side, frame, time, data, &host->error);
        if (status == CLUSCOPE_ERROR_FINISHED) {
            /* The host goes on with a number whose connection has ended: a new one whose beginning it missed. */
            forget(host, ends.stream);
            open = connection(host, &ends);
            status = cluscope_connection_data(open, side, frame, time, data, &host->error);
        }
    } else if (strcmp(what, "gap") == 0) {
        uint64_t lost = strtoull(field(&line), NULL, 10);
        uint32_t reason = (uint32_t)strtoul(field(&line), NULL, 10);
        status = cluscope_connection_gap(open, side, frame, time, lost, reason, &host->error);
    } else if (strcmp(what, "end") == 0) {
        uint32_t reason = (uint32_t)strtoul(field(&line), NULL, 10);
        status = cluscope_connection_end(open, side, frame, time, reason, &host->error);
    } else {
        fprintf(stderr, "%s: no such call\n", what);
        return -1;
    }
    /* Nothing more of a connection without DCE/RPC is of use; a real host takes its hook off. */
    return failed(what, status, &host->error);
}

static int32_t counter(void *user, struct cluscope_text name, uint64_t count)
{
    int *any = (int *)user;
    printf("%s\"%.*s\":%llu", *any ? "," : "{\"type\":\"limits\",", (int)name.length, name.data, (unsigned long long)count);
    *any = 1;
    return 0;
}

static int keys_of(struct cluscope_keys *keys, const char *name, int keytab)
{
    static unsigned char room[1 << 16];
    struct cluscope_error error;
    struct cluscope_bytes bytes;
    FILE *file = fopen(name, "rb");
    int32_t status;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    if (file == NULL) {
        fprintf(stderr, "%s: can't be read\n", name);
        return -1;
    }
    bytes.data = room;
    bytes.length = fread(room, 1, sizeof room, file);
    fclose(file);
    status = keytab ? cluscope_keys_add_keytab(keys, bytes, &error) : cluscope_keys_add_text(keys, bytes, &error);
    memset(room, 0, sizeof room);
    return failed(name, status, &error);
}

int main(int count, char **arguments)
{
    static struct host host;
    struct cluscope_session_options options;
    struct cluscope_keys *keys = NULL;
    size_t room = 1 << 20;
    char *line = (char *)malloc(room);
    int n, any = 0, result = 0;
    memset(&options, 0, sizeof options);
    host.error.size = sizeof host.error;
    options.size = sizeof options;
    options.message = message;
    options.user = stdout;
    if (line == NULL || failed("keys", cluscope_keys_new(&keys, &host.error), &host.error)) {
        return 1;
    }
    for (n = 1; n + 1 < count; n += 2) {
        result |= keys_of(keys, arguments[n + 1], strcmp(arguments[n], "--keytab") == 0);
    }
    options.keys = keys;
    if (result != 0 || failed("session", cluscope_session_new(&options, &host.session, &host.error), &host.error)) {
        return 1;
    }
    while (result == 0 && fgets(line, (int)room, stdin) != NULL) {
        result = call(&host, line);
    }
    result |= failed("finish", cluscope_session_finish(host.session, &host.error), &host.error);
    cluscope_session_counters(host.session, counter, &any);
    if (any) {
        puts("}");
    }
    while (host.count > 0) {
        forget(&host, host.connections[0].stream);
    }
    cluscope_session_free(host.session);
    cluscope_keys_free(keys);
    free(line);
    return result;
}
