/* SPDX-License-Identifier: MIT */
/* What the tests of the model's tables share: the shipped files, and one mistake in them at a time.
 */
#include "fixture_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

mtl__arena table_arena;
mtl__table_text human[MTL__N_TABLES];

int read_human(void **state)
{
    (void)state;
    mtl__arena_init(&table_arena, 0);
    for (int i = 0; i < MTL__N_TABLES; i++) {
        char path[1024], *text = NULL;
        mtl_error err = {0};
        snprintf(path, sizeof path, "%s/models/human/%s", MTL_SOURCE_ROOT,
                 mtl__model_table_file((enum mtl__model_table)i));
        if (mtl__file_read(&table_arena, path, MTL__TSV_MAX_BYTES, &text, &human[i].length, &err) <
            0)
            return -1;
        human[i].text = text;
    }
    return 0;
}

int free_human(void **state)
{
    (void)state;
    mtl__arena_free(&table_arena);
    return 0;
}

static const char *place_of(enum mtl__model_table which, const char *text)
{
    const char *at = strstr(human[which].text, text);
    if (at == NULL)
        fail_msg("'%s' is not in %s", text, mtl__model_table_file(which));
    return at;
}

mtl__table_text edited(enum mtl__model_table which, const char *from, const char *to)
{
    const char *s = human[which].text, *at = place_of(which, from);
    const size_t n = strlen(s) + strlen(to) + 1;
    char *t = mtl__arena_alloc(&table_arena, n);
    assert_non_null(t);
    snprintf(t, n, "%.*s%s%s", (int)(at - s), s, to, at + strlen(from));
    return (mtl__table_text){t, strlen(t)};
}

static int line_of(const mistake *k)
{
    const char *at = place_of(k->table, k->from);
    int line = 1 + (*at == '\n');
    for (const char *p = human[k->table].text; p < at; p++)
        line += *p == '\n';
    return line;
}

static void check_mistake(const mistake *k, bool at_its_line)
{
    mtl__table_text t[MTL__N_TABLES];
    memcpy(t, human, sizeof t);
    t[k->table] = edited(k->table, k->from, k->to);
    mtl_model *m = NULL;
    mtl_error err = {0};
    const int ret = mtl__model_load_memory(&m, "models/mine", t, &err);
    char file[128], text[900];
    snprintf(file, sizeof file, "models/mine/%s", mtl__model_table_file(k->table));
    mtl_error_format(&err, text, sizeof text);
    if (ret != k->code || m != NULL)
        fail_msg("'%s' for '%s' gave %d: %s", k->to, k->from, ret, text);
    if (err.code != ret || strcmp(err.file, file) != 0 || strcmp(err.field, k->field) != 0 ||
        strstr(err.text, k->says) == NULL)
        fail_msg("expected %s, field %s, '%s'; got: %s", file, k->field, k->says, text);
    if (at_its_line && err.line != line_of(k))
        fail_msg("expected line %d; got: %s", line_of(k), text);
}

void check_mistakes(const mistake *list, size_t n, bool at_its_line)
{
    for (size_t i = 0; i < n; i++)
        check_mistake(&list[i], at_its_line);
}
