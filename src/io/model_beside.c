/* SPDX-License-Identifier: MIT */
/* Models stand beside one another (models/human, models/mouse), and a scenario for one is easily
   run under another. Where a name is unknown, the tables beside are looked at for it: a scan of
   first cells, made only on the way to a message. Whatever goes wrong here is no news: then nothing
   is said. */
#include "io/model_beside.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 20000, MOST_FOLDERS = 200 };

/* Has the table a line that begins with the name and a tab? */
static bool has_row(const char *path, const char *name)
{
    char piece[512];
    const size_t n = strlen(name);
    FILE *f = n > 0 && n < sizeof piece - 2 ? fopen(path, "r") : NULL;
    if (!f)
        return false;
    bool found = false, begins = true;
    for (int rows = 0; !found && rows < MOST_ROWS && fgets(piece, sizeof piece, f);) {
        found = begins && strncmp(piece, name, n) == 0 && piece[n] == '\t';
        begins = strchr(piece, '\n') != NULL;
        rows += begins;
    }
    fclose(f);
    return found;
}

/* Where the last part of a path begins, the separators at its end left out; *end: behind it. */
static size_t last_part(const char *path, size_t *end)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    *end = n;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n;
}

void mtl__model_beside(const mtl_model *m, const char *file, const char *name, char *buf,
                       size_t size)
{
    char parent[1024], path[1400], best[128] = "";
    size_t end = 0;
    const size_t at = m->dir ? last_part(m->dir, &end) : 0;
    if (size > 0)
        buf[0] = '\0';
    if (size == 0 || !m->dir || end == at || at >= sizeof parent || strchr(name, '\n'))
        return;
    memcpy(parent, m->dir, at);
    parent[at] = '\0';
    DIR *d = opendir(at ? parent : ".");
    if (!d)
        return;
    struct dirent *e;
    for (int i = 0; i < MOST_FOLDERS && (e = readdir(d)) != NULL; i++) {
        const size_t l = strlen(e->d_name);
        if (e->d_name[0] == '.' || l >= sizeof best || (best[0] && strcmp(e->d_name, best) > 0) ||
            (l == end - at && strncmp(e->d_name, m->dir + at, l) == 0))
            continue;
        snprintf(path, sizeof path, "%s%s/%s", parent, e->d_name, file);
        if (has_row(path, name))
            memcpy(best, e->d_name, l + 1);
    }
    closedir(d);
    if (best[0])
        snprintf(buf, size, "; the model '%s' has it: --model %s%s", best, parent, best);
}
