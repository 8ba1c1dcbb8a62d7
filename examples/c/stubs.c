/* Bare stubs: for a host that has its own DCE/RPC and knows of each stub which interface, version and opnum it is for, as
 * Zeek's dce_rpc_request_stub and dce_rpc_response_stub tell. Here the host is played by lines on standard input, fields
 * separated by blanks:
 *
 *     UUID MAJOR MINOR OPNUM DIRECTION SYNTAX ORDER REQUEST-ORDER REQUEST STUB
 *
 * The UUID is 32 hexadecimal digits as in a little-endian PDU; DIRECTION 0 is a request, 1 a response; SYNTAX 0 is NDR, 1
 * NDR64; ORDER 0 is little-endian, 1 big-endian; REQUEST is the stub of a response's request (- for none) and STUB the stub
 * itself, as hexadecimal digits.
 *
 *     stubs json <STUBS      prints each stub as one JSON object
 *     stubs values <STUBS    prints each value: event, kind, offset, length, number, path, text, name
 *     stubs encode <OBJECTS  the way back: JSON objects to hexadecimal digits
 */
#include <cluscope.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turns hexadecimal digits into bytes in their place. */
static struct cluscope_bytes bytes_of(char *text)
{
    struct cluscope_bytes bytes;
    size_t n = 0;
    while (digit(text[2 * n]) >= 0 && digit(text[2 * n + 1]) >= 0) {
        text[n] = (char)(digit(text[2 * n]) << 4 | digit(text[2 * n + 1]));
        n++;
    }
    bytes.data = (const uint8_t *)text;
    bytes.length = n;
    return bytes;
}

static char *field(char **line)
{
    char *begin = *line, *end = begin + strcspn(begin, " \n");
    *line = *end == '\0' ? end : end + 1;
    *end = '\0';
    return begin;
}

static int32_t write_line(void *user, const char *data, size_t length)
{
    FILE *out = (FILE *)user;
    return fwrite(data, 1, length, out) == length && fputc('\n', out) != EOF ? 0 : -1;
}

static int32_t write_hex(void *user, const char *data, size_t length)
{
    size_t n;
    (void)user;
    for (n = 0; n < length; n++) {
        printf("%02x", (unsigned char)data[n]);
    }
    return putchar('\n') == EOF;
}

/* Text with everything in it that would end a field or line written as \xx. */
static void print_text(struct cluscope_text text)
{
    size_t n;
    for (n = 0; n < text.length; n++) {
        unsigned char c = (unsigned char)text.data[n];
        if (c <= ' ' || c == '\\' || c >= 0x7f) {
            printf("\\%02x", c);
        } else {
            putchar(c);
        }
    }
}

static int32_t value(void *user, const struct cluscope_value *value)
{
    static const char *const events[] = {"?", "value", "begin", "end", "overhead", "diagnostic", "error"};
    (void)user;
    if (value->event > CLUSCOPE_EVENT_BUFFER_ERROR) {
        /* A newer library tells of more. */
        return 0;
    }
    printf("%s %u %u %lu %lu %llu ", events[value->event], (unsigned)value->kind, (unsigned)value->meaning,
           (unsigned long)value->offset, (unsigned long)value->length, (unsigned long long)value->number);
    print_text(value->path);
    putchar(' ');
    print_text(value->container);
    putchar('.');
    print_text(value->field);
    putchar(' ');
    print_text(value->text);
    putchar(' ');
    print_text(value->name);
    putchar('\n');
    return 0;
}

static void stub(const char *mode, char *line)
{
    struct cluscope_error error;
    struct cluscope_stub stub;
    struct cluscope_bytes uuid = bytes_of(field(&line));
    int32_t status;
    memset(&error, 0, sizeof error);
    memset(&stub, 0, sizeof stub);
    error.size = sizeof error;
    stub.size = sizeof stub;
    if (uuid.length == sizeof stub.interface_uuid) {
        memcpy(stub.interface_uuid, uuid.data, sizeof stub.interface_uuid);
    }
    stub.version_major = (uint16_t)strtoul(field(&line), NULL, 10);
    stub.version_minor = (uint16_t)strtoul(field(&line), NULL, 10);
    stub.opnum = (uint16_t)strtoul(field(&line), NULL, 10);
    stub.direction = (uint32_t)strtoul(field(&line), NULL, 10);
    stub.syntax = (uint32_t)strtoul(field(&line), NULL, 10);
    stub.byte_order = (uint32_t)strtoul(field(&line), NULL, 10);
    stub.request_byte_order = (uint32_t)strtoul(field(&line), NULL, 10);
    stub.request = bytes_of(field(&line));
    stub.data = bytes_of(field(&line));
    if (strcmp(mode, "json") == 0) {
        status = cluscope_stub_json(&stub, write_line, stdout, &error);
    } else {
        stub.options = CLUSCOPE_OPTION_DIAGNOSTICS | CLUSCOPE_OPTION_OVERHEAD;
        status = cluscope_stub_visit(&stub, value, NULL, &error);
        printf("done %s", cluscope_status_name(status));
        if (status == CLUSCOPE_ERROR_MALFORMED) {
            printf(" %llu %s: %s", (unsigned long long)error.offset, error.field, error.message);
        }
        putchar('\n');
    }
    if (status < 0 && status != CLUSCOPE_ERROR_MALFORMED && status != CLUSCOPE_ERROR_METHOD) {
        fprintf(stderr, "%s: %s\n", cluscope_status_name(status), error.message);
    }
}

static void encode(const char *line)
{
    struct cluscope_error error;
    struct cluscope_text json;
    int32_t status;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    json.data = line;
    json.length = strcspn(line, "\n");
    status = cluscope_stub_encode(json, write_hex, NULL, &error);
    if (status < 0) {
        printf("%s: %s\n", cluscope_status_name(status), error.message);
    }
}

int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "json";
    size_t room = 1 << 24;
    char *line = (char *)malloc(room);
    if (line == NULL) {
        return 1;
    }
    while (fgets(line, (int)room, stdin) != NULL) {
        if (strcmp(mode, "encode") == 0) {
            encode(line);
        } else {
            stub(mode, line);
        }
    }
    free(line);
    return 0;
}
