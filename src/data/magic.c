/* What a file is, by its first bytes: a name may say anything. */
#include "data/archive.h"

#include <string.h>

typedef struct known {
    const char *bytes;
    int count;
    int at;
    lac_magic is;
} known;

#define PICTURE "a table names pictures, or holds their pixels"
#define LABELS "'lacuna import' makes a table of label files such as this"
#define UNPACK "unpack it first: zip, tar, 7z, gz, xz, bz2 and zst are read as they are"
#define AS_CSV "write it as CSV, a line a picture, with columns NAME_x, NAME_y and Image"

static const known table[] = {
    {"PK\3\4", 4, 0, {LAC_PACKING_ZIP, "a zip file", NULL}},
    {"PK\5\6", 4, 0, {LAC_PACKING_ZIP, "a zip file", NULL}},
    {"7z\xbc\xaf\x27\x1c", 6, 0, {LAC_PACKING_7Z, "a 7z file", NULL}},
    {"ustar", 5, 257, {LAC_PACKING_TAR, "a tar file", NULL}},
    {"\x1f\x8b", 2, 0, {LAC_PACKING_GZ, "a gz file", NULL}},
    {"\xfd" "7zXZ", 6, 0, {LAC_PACKING_FILTER, "an xz file", NULL}},
    {"BZh", 3, 0, {LAC_PACKING_FILTER, "a bz2 file", NULL}},
    {"\x28\xb5\x2f\xfd", 4, 0, {LAC_PACKING_FILTER, "a zst file", NULL}},
    {"Rar!", 4, 0, {0, "a RAR file", UNPACK}},
    {"\x5d\0\0", 3, 0, {0, "an lzma file", UNPACK}},
    {"\x04\x22\x4d\x18", 4, 0, {0, "an lz4 file", UNPACK}},
    {"\x1f\x9d", 2, 0, {0, "a file of compress (.Z)", UNPACK}},
    {"\x89PNG", 4, 0, {0, "a PNG picture", PICTURE}},
    {"\xff\xd8\xff", 3, 0, {0, "a JPEG picture", PICTURE}},
    {"GIF8", 4, 0, {0, "a GIF picture", PICTURE}},
    {"WEBP", 4, 8, {0, "a WebP picture", PICTURE}},
    {"II*\0", 4, 0, {0, "a TIFF picture", PICTURE}},
    {"MM\0*", 4, 0, {0, "a TIFF picture", PICTURE}},
    {"P2\n", 3, 0, {0, "a PGM picture", PICTURE}},
    {"P3\n", 3, 0, {0, "a PPM picture", PICTURE}},
    {"P5\n", 3, 0, {0, "a PGM picture", PICTURE}},
    {"P6\n", 3, 0, {0, "a PPM picture", PICTURE}},
    {"ftyp", 4, 4, {0, "a HEIF or AVIF picture, or a film", PICTURE}},
    {"\x89HDF\r\n\x1a\n", 8, 0, {0, "an HDF5 file", AS_CSV}},
    {"\x93NUMPY", 6, 0, {0, "a NumPy file", AS_CSV}},
    {"PAR1", 4, 0, {0, "a Parquet file", AS_CSV}},
    {"\xd0\xcf\x11\xe0", 4, 0, {0, "a file of Excel or of another office program", AS_CSV}},
    {"SQLite format 3", 15, 0, {0, "an SQLite file", AS_CSV}},
    {"MATLAB 5.0", 10, 0, {0, "a MATLAB file", AS_CSV}},
    {"%PDF", 4, 0, {0, "a PDF file", AS_CSV}},
    {"version:", 8, 0, {0, "a file of points (.pts)", LABELS}},
    {"scorer,", 7, 0, {0, "a DeepLabCut file", LABELS}},
    {"scorer;", 7, 0, {0, "a DeepLabCut file", LABELS}},
    {"scorer\t", 7, 0, {0, "a DeepLabCut file", LABELS}},
    {"\xff\xfe", 2, 0, {0, "a text in UTF-16", "save it in UTF-8"}},
    {"\xfe\xff", 2, 0, {0, "a text in UTF-16", "save it in UTF-8"}},
};

lac_magic lac_magic_of(const char *bytes, size_t size)
{
    for (const known *k = table; k < table + LAC_COUNT(table); k++)
        if ((size_t)k->at + (size_t)k->count <= size &&
            memcmp(bytes + k->at, k->bytes, (size_t)k->count) == 0)
            return k->is;
    size_t i = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < size && memchr(" \t\r\n", bytes[i], 4))
        i++;
    if (i < size && (bytes[i] == '{' || bytes[i] == '['))
        return (lac_magic){0, "a JSON file", LABELS};
    int is_xml = i + 1 < size && bytes[i] == '<' &&
                 (memchr("?!", bytes[i + 1], 2) || ((bytes[i + 1] | 32) >= 'a' &&
                                                    (bytes[i + 1] | 32) <= 'z'));
    if (is_xml)
        return (lac_magic){0, "an XML file", LABELS};
    return (lac_magic){0};
}
