/* SPDX-License-Identifier: MIT */
/* Feeds every file of the folders named to a fuzz target, and a few inputs that no folder can hold:
   an empty one, zeros, and every prefix of the first file. A crash or a sanitizer's report fails.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    uint8_t *data = malloc((size_t)1 << 20);
    *size = data ? fread(data, 1, (size_t)1 << 20, f) : 0;
    fclose(f);
    return data;
}

/* In a block of exactly that size, so that a sanitizer sees a read past the end. */
static void feed(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact)
        return;
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static int replay_folder(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d)
        return 0;
    int n = 0;
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[4096];
        size_t size = 0;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        uint8_t *data = read_whole(path, &size);
        if (!data)
            continue;
        feed(data, size);
        /* Cut short at 200 places: ends of files are where readers go wrong. */
        for (size_t k = 0; n == 0 && k < 200; k++)
            feed(data, size * k / 200);
        free(data);
        n++;
    }
    closedir(d);
    return n;
}

int main(int argc, char **argv)
{
    static const uint8_t zeros[64];
    int n = 0;
    feed(zeros, 0);
    feed(zeros, sizeof zeros);
    for (int i = 1; i < argc; i++)
        n += replay_folder(argv[i]);
    printf("%d seeds replayed\n", n);
    return n > 0 ? 0 : 1;
}
