/* Packets: for a host that has nothing but a capture file. Prints each message as `cluscope dissect` does, one JSON object
 * a line.
 *
 *     packets [--hide-secrets] [--filter EXPR] [--keys FILE] [--keytab FILE] CAPTURE
 *
 * Reads pcap (either byte order, micro- and nanoseconds) and the blocks of pcapng that carry packets.
 */
#include <cluscope.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file in memory. */
struct file {
    unsigned char *data;
    size_t length;
};

static int read_file(const char *name, struct file *file)
{
    FILE *stream = fopen(name, "rb");
    size_t room = 1 << 16, got;
    file->length = 0;
    file->data = (unsigned char *)malloc(room);
    if (stream == NULL || file->data == NULL) {
        fprintf(stderr, "%s: can't be read\n", name);
        return -1;
    }
    while ((got = fread(file->data + file->length, 1, room - file->length, stream)) > 0) {
        file->length += got;
        if (file->length == room) {
            unsigned char *more = (unsigned char *)realloc(file->data, room *= 2);
            if (more == NULL) {
                return -1;
            }
            file->data = more;
        }
    }
    fclose(stream);
    return 0;
}

/* Says what a function returned, unless that was success. */
static int failed(const char *what, int32_t status, const struct cluscope_error *error)
{
    if (status < 0) {
        fprintf(stderr, "%s: %s: %s\n", what, cluscope_status_name(status), error->message);
    }
    return status < 0;
}

/* A line of output. */
static int32_t write_line(void *user, const char *data, size_t length)
{
    FILE *out = (FILE *)user;
    return fwrite(data, 1, length, out) == length && fputc('\n', out) != EOF ? 0 : -1;
}

/* Each message; the view would do for most programs, here the whole object is wanted. */
static int32_t message(void *user, const struct cluscope_message *message)
{
    return cluscope_message_json(message, write_line, user, NULL);
}

/* Numbers of a file in its byte order. */
static uint32_t u32(const unsigned char *at, int big)
{
    return big ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static uint32_t u16(const unsigned char *at, int big)
{
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static int packet(struct cluscope_session *session, uint32_t link_type, uint64_t frame, int64_t time,
                  const unsigned char *data, size_t length, size_t original_length)
{
    struct cluscope_packet packet;
    struct cluscope_error error;
    memset(&packet, 0, sizeof packet);
    memset(&error, 0, sizeof error);
    packet.size = sizeof packet;
    error.size = sizeof error;
    packet.link_type = link_type;
    packet.frame = frame;
    packet.time = time;
    packet.data.data = data;
    packet.data.length = length;
    packet.original_length = original_length;
    return failed("packet", cluscope_session_packet(session, &packet, &error), &error);
}

static int pcap(struct cluscope_session *session, const struct file *file)
{
    uint32_t magic = u32(file->data, 0);
    int big = magic == 0xd4c3b2a1u || magic == 0x4d3cb2a1u;
    int64_t unit = u32(file->data, big) == 0xa1b23c4du ? 1 : 1000;
    uint32_t link_type = u32(file->data + 20, big) & 0x0fffffffu;
    size_t at = 24;
    uint64_t frame = 0;
    while (file->length - at >= 16) {
        const unsigned char *record = file->data + at;
        uint32_t length = u32(record + 8, big);
        int64_t time = (int64_t)u32(record, big) * 1000000000 + (int64_t)u32(record + 4, big) * unit;
        if (length > file->length - at - 16) {
            fprintf(stderr, "the last packet is cut off\n");
            break;
        }
        if (packet(session, link_type, ++frame, time, record + 16, length, u32(record + 12, big))) {
            return -1;
        }
        at += 16 + length;
    }
    return 0;
}

/* What an interface description block says of packets. */
struct interface_description {
    uint32_t link_type;
    uint32_t snap_length;
    /* Units of time in a second, and what is to be added. */
    uint64_t units;
    int64_t offset;
};

static void interface_options(struct interface_description *description, const unsigned char *at, size_t length, int big)
{
    while (length >= 4) {
        uint32_t code = u16(at, big), size = u16(at + 2, big);
        size_t whole = 4 + (((size_t)size + 3) & ~(size_t)3);
        if (code == 0 || whole > length) {
            return;
        }
        if (code == 9 && size == 1) {
            unsigned exponent = at[4] & 0x7fu;
            description->units = 1;
            while (exponent-- > 0) {
                description->units *= (at[4] & 0x80u) ? 2 : 10;
            }
        } else if (code == 14 && size == 8) {
            uint64_t low = u32(at + (big ? 8 : 4), big), high = u32(at + (big ? 4 : 8), big);
            description->offset = (int64_t)(high << 32 | low);
        }
        at += whole;
        length -= whole;
    }
}

static int64_t time_of(const struct interface_description *description, uint64_t ticks)
{
    uint64_t seconds = ticks / description->units, rest = ticks % description->units;
    uint64_t nanoseconds = description->units == 1000000000 ? rest : rest * 1000000000 / description->units;
    return ((int64_t)seconds + description->offset) * 1000000000 + (int64_t)nanoseconds;
}

static int pcapng(struct cluscope_session *session, const struct file *file)
{
    enum { MOST = 64 };
    struct interface_description descriptions[MOST];
    size_t count = 0, at = 0;
    uint64_t frame = 0;
    int big = 0, result = 0;
    while (result == 0 && file->length - at >= 12) {
        const unsigned char *block = file->data + at, *body = block + 8;
        uint32_t type, length;
        size_t size;
        if (u32(block, 0) == 0x0a0d0d0au) {
            big = u32(body, 0) != 0x1a2b3c4du;
            count = 0;
        }
        type = u32(block, big);
        length = u32(block + 4, big);
        if (length < 12 || length % 4 != 0 || length > file->length - at) {
            fprintf(stderr, "a block is cut off\n");
            break;
        }
        size = length - 12;
        if (type == 1 && size >= 8 && count < MOST) {
            struct interface_description *description = &descriptions[count++];
            description->link_type = u16(body, big);
            description->snap_length = u32(body + 4, big);
            description->units = 1000000;
            description->offset = 0;
            interface_options(description, body + 8, size - 8, big);
        } else if (type == 6 && size >= 20) {
            uint32_t interface_id = u32(body, big), captured = u32(body + 12, big);
            uint64_t ticks = (uint64_t)u32(body + 4, big) << 32 | u32(body + 8, big);
            frame++;
            if (interface_id < count && captured <= size - 20) {
                const struct interface_description *description = &descriptions[interface_id];
                result = packet(session, description->link_type, frame, time_of(description, ticks), body + 20, captured,
                                u32(body + 16, big));
            }
        } else if (type == 3 && size >= 4) {
            uint32_t original = u32(body, big);
            frame++;
            if (count > 0) {
                size_t captured = original < size - 4 ? original : size - 4;
                if (descriptions[0].snap_length != 0 && captured > descriptions[0].snap_length) {
                    captured = descriptions[0].snap_length;
                }
                result = packet(session, descriptions[0].link_type, frame, CLUSCOPE_NO_TIME, body + 4, captured, original);
            }
        }
        /* Journal entries, custom blocks and Sysdig events have a frame number in Wireshark, too. */
        frame += type == 2 || type == 9 || type == 0x0bad || type == 0x40000bad || type == 0x0204 || type == 0x0216 ||
                 type == 0x0221;
        at += length;
    }
    return result;
}

/* What was given up for a limit, as the last line. */
static int32_t counter(void *user, struct cluscope_text name, uint64_t count)
{
    int *any = (int *)user;
    printf("%s\"%.*s\":%llu", *any ? "," : "{\"type\":\"limits\",", (int)name.length, name.data, (unsigned long long)count);
    *any = 1;
    return 0;
}

static int keys_of(struct cluscope_keys *keys, const char *name, int keytab)
{
    struct cluscope_error error;
    struct cluscope_bytes bytes;
    struct file file;
    int32_t status;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    if (read_file(name, &file) != 0) {
        return -1;
    }
    bytes.data = file.data;
    bytes.length = file.length;
    status = keytab ? cluscope_keys_add_keytab(keys, bytes, &error) : cluscope_keys_add_text(keys, bytes, &error);
    memset(file.data, 0, file.length);
    free(file.data);
    return failed(name, status, &error);
}

int main(int count, char **arguments)
{
    struct cluscope_session_options options;
    struct cluscope_session *session = NULL;
    struct cluscope_keys *keys = NULL;
    struct cluscope_error error;
    struct file file;
    const char *name = NULL;
    int n, any = 0, result = 1;
    memset(&options, 0, sizeof options);
    memset(&error, 0, sizeof error);
    options.size = sizeof options;
    error.size = sizeof error;
    options.message = message;
    options.user = stdout;
    if (cluscope_abi_version() < CLUSCOPE_ABI_VERSION ||
        failed("keys", cluscope_keys_new(&keys, &error), &error)) {
        return 1;
    }
    for (n = 1; n < count; n++) {
        if (strcmp(arguments[n], "--hide-secrets") == 0) {
            options.options |= CLUSCOPE_OPTION_HIDE_SECRETS;
        } else if (strcmp(arguments[n], "--filter") == 0 && n + 1 < count) {
            options.filter.data = arguments[++n];
            options.filter.length = strlen(arguments[n]);
        } else if (strcmp(arguments[n], "--keys") == 0 && n + 1 < count) {
            any |= keys_of(keys, arguments[++n], 0);
        } else if (strcmp(arguments[n], "--keytab") == 0 && n + 1 < count) {
            any |= keys_of(keys, arguments[++n], 1);
        } else {
            name = arguments[n];
        }
    }
    options.keys = keys;
    if (any == 0 && name != NULL && !failed("session", cluscope_session_new(&options, &session, &error), &error)) {
        if (read_file(name, &file) == 0) {
            if (file.length >= 24 && u32(file.data, 0) == 0x0a0d0d0au) {
                result = pcapng(session, &file);
            } else if (file.length >= 24) {
                result = pcap(session, &file);
            }
            result |= failed("finish", cluscope_session_finish(session, &error), &error);
            cluscope_session_counters(session, counter, &any);
            if (any) {
                puts("}");
            }
            free(file.data);
        }
    }
    cluscope_session_free(session);
    cluscope_keys_free(keys);
    return result;
}
