#include <cluscope.h>
#include <stdio.h>
#include <string.h>

static int32_t print(void *user, const struct cluscope_value *value)
{
    (void)user;
    if (value->event == CLUSCOPE_EVENT_VALUE) {
        printf("%.*s: bytes %zu to %zu, \"%.*s\"\n", (int)value->path.length, value->path.data, value->offset,
               value->offset + value->length, (int)value->text.length, value->text.data);
    }
    return 0;
}

int main(void)
{
    static const uint8_t clusapi[] = {0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11,
                                      0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f};
    static const uint8_t data[] = {4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 'I', 0, 'P', 0, '1', 0, 0, 0};
    struct cluscope_stub stub;
    memset(&stub, 0, sizeof stub);
    stub.size = sizeof stub;
    memcpy(stub.interface_uuid, clusapi, sizeof clusapi);
    stub.version_major = 3;
    stub.opnum = 8; /* ApiOpenResource */
    stub.direction = CLUSCOPE_REQUEST;
    stub.data.data = data;
    stub.data.length = sizeof data;
    return cluscope_stub_visit(&stub, print, NULL, NULL) != CLUSCOPE_OK;
}
