/* SPDX-License-Identifier: MIT */
/* Reads plates that were exported as text: results of Applied Biosystems machines (QuantStudio,
   ViiA 7, StepOne, 7500; with or without the lines before the table), Bio-Rad QuantaSoft and QX
   Manager, and the generic table of docs/formats.md. Columns are found by their names; instruments
   may have any others besides, the generic table may not. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/plate_read.h"

const char *const mtl__plate_format_name[MTL__N_PLATE_FORMATS] = {"auto", "quantstudio", "generic",
                                                                  "quantasoft", "rdml"};

enum column {
    WELL,
    POSITION,
    OMIT,
    SAMPLE,
    TARGET,
    TASK,
    CT,
    QUANTITY,
    PARTITIONS,
    POSITIVE,
    NEGATIVE,
    BOTH,
    ONLY_ONE,
    ONLY_TWO,
    NEITHER,
    VOLUME,
    MERGED,
    CHANNEL,
    N_COLUMNS
};
static const char *const column_word[N_COLUMNS] = {"a well",
                                                   "a position",
                                                   "omit",
                                                   "a sample",
                                                   "a target",
                                                   "a task",
                                                   "CT",
                                                   "a quantity",
                                                   "accepted droplets",
                                                   "positives",
                                                   "negatives",
                                                   "double positives",
                                                   "single positives",
                                                   "single positives",
                                                   "double negatives",
                                                   "a volume",
                                                   "merged wells",
                                                   "a channel"};

/* What instruments call a column, as mtl__sheet_key makes it. */
static const struct alias {
    const char *key;
    enum column column;
} aliases[] = {
    {"well", WELL},
    {"wellposition", POSITION},
    {"wellpos", POSITION},
    {"pos", POSITION},
    {"omit", OMIT},
    {"sample", SAMPLE},
    {"samplename", SAMPLE},
    {"sampledescription1", SAMPLE},
    {"target", TARGET},
    {"targetname", TARGET},
    {"detector", TARGET},
    {"detectorname", TARGET},
    {"task", TASK},
    {"ct", CT},
    {"cq", CT},
    {"crt", CT},
    {"quantity", QUANTITY},
    {"qty", QUANTITY},
    {"accepteddroplets", PARTITIONS},
    {"positives", POSITIVE},
    {"negatives", NEGATIVE},
    {"ch1pch2p", BOTH},
    {"ch1pch2m", ONLY_ONE},
    {"ch1mch2p", ONLY_TWO},
    {"ch1mch2m", NEITHER},
    {"mergedwells", MERGED},
    {"targettype", CHANNEL},
};
/* The generic table: these and no others. */
static const char *const generic_columns[] = {"well",     "sample",       "target",    "task",
                                              "ct",       "quantity",     "omit",      "partitions",
                                              "positive", "both",         "only_this", "only_other",
                                              "neither",  "partition_nl", "merged"};
static const enum column generic_column[] = {WELL,     SAMPLE,   TARGET,     TASK,     CT,
                                             QUANTITY, OMIT,     PARTITIONS, POSITIVE, BOTH,
                                             ONLY_ONE, ONLY_TWO, NEITHER,    VOLUME,   MERGED};
enum { N_GENERIC = sizeof generic_columns / sizeof *generic_columns };

typedef struct reader {
    mtl__plate_maker *m;
    mtl__sheet sheet;
    mtl_error *err;
    enum mtl__plate_format format;
    int header;        /* row */
    int at[N_COLUMNS]; /* -1 = none */
    int block;         /* wells of the block, as the lines before the table say; 0 */
    int not_read, odd_task, no_sample;
} reader;

static const char *get(const reader *r, int row, enum column c)
{
    return mtl__sheet_get(&r->sheet, row, r->at[c]);
}

static const char *field(const reader *r, enum column c)
{
    return mtl__sheet_get(&r->sheet, r->header, r->at[c]);
}

/* ---------------------------------------------------------------- the header */
static int find_generic(const char *name)
{
    for (int k = 0; k < N_GENERIC; k++)
        if (strcmp(generic_columns[k], name) == 0)
            return (int)generic_column[k];
    return -1;
}

static int find_alias(const char *name)
{
    char key[64];
    mtl__sheet_key(name, key);
    for (size_t k = 0; k < sizeof aliases / sizeof *aliases; k++)
        if (strcmp(aliases[k].key, key) == 0)
            return (int)aliases[k].column;
    return -1;
}

static bool has_cell(const reader *r, int row, const char *name)
{
    for (int i = 0; i < r->sheet.row[row].n; i++)
        if (strcmp(r->sheet.row[row].cell[i].text, name) == 0)
            return true;
    return false;
}

/* Columns of one line, if it is a header: it names a well and a target. */
static bool try_header(reader *r, int row, enum mtl__plate_format format)
{
    for (int c = 0; c < N_COLUMNS; c++)
        r->at[c] = -1;
    for (int i = 0; i < r->sheet.row[row].n; i++) {
        const char *name = r->sheet.row[row].cell[i].text;
        const int c = format == MTL__PLATE_GENERIC ? find_generic(name) : find_alias(name);
        if (c >= 0 && r->at[c] < 0)
            r->at[c] = i;
    }
    r->header = row;
    return (r->at[WELL] >= 0 || r->at[POSITION] >= 0) && r->at[TARGET] >= 0;
}

static bool has_readings(const reader *r, enum mtl__plate_format format)
{
    const bool droplets = r->at[PARTITIONS] >= 0 && r->at[POSITIVE] >= 0;
    return format == MTL__PLATE_QUANTASOFT    ? droplets
           : format == MTL__PLATE_QUANTSTUDIO ? r->at[CT] >= 0
                                              : droplets || r->at[CT] >= 0;
}

static bool is_generic(const reader *r, int row)
{
    return has_cell(r, row, "well") && (has_cell(r, row, "ct") || has_cell(r, row, "partitions"));
}

/* The first line that is a header with readings; one without is kept for the message. */
static int find_header(reader *r)
{
    static const char *const words =
        "export the table of results (well, sample, target and CT or droplets)";
    const enum mtl__plate_format asked = r->m->o->format;
    int almost = -1;
    for (int row = 0; row < r->sheet.n_rows; row++) {
        enum mtl__plate_format f = asked;
        if (f == MTL__PLATE_AUTO && is_generic(r, row))
            f = MTL__PLATE_GENERIC;
        if (f == MTL__PLATE_AUTO) {
            try_header(r, row, f);
            f = r->at[PARTITIONS] >= 0 ? MTL__PLATE_QUANTASOFT : MTL__PLATE_QUANTSTUDIO;
        }
        if (!try_header(r, row, f))
            continue;
        r->format = f;
        if (has_readings(r, f))
            return MTL_OK;
        almost = row;
    }
    if (almost >= 0)
        return mtl__sheet_fail(&r->sheet, almost, -1, r->err, MTL_ERR_SYNTAX, NULL,
                               "a table of wells without a column of %s; %s",
                               r->format == MTL__PLATE_QUANTASOFT ? "droplets" : "CT", words);
    return mtl__fail_at(r->err, MTL_ERR_SYNTAX, r->sheet.file, 0, 0, NULL,
                        "no header line with a well and a target%s%s; %s",
                        asked == MTL__PLATE_AUTO ? "" : " as in format ",
                        asked == MTL__PLATE_AUTO ? "" : mtl__plate_format_name[asked], words);
}

static int check_header(reader *r)
{
    bool seen[N_COLUMNS] = {false};
    for (int i = 0; i < r->sheet.row[r->header].n; i++) {
        const char *name = r->sheet.row[r->header].cell[i].text;
        const int c = r->format == MTL__PLATE_GENERIC ? find_generic(name) : find_alias(name);
        if (c < 0 && r->format == MTL__PLATE_GENERIC && name[0]) {
            char hint[160] = "";
            mtl__hint(hint, sizeof hint, name, N_GENERIC, mtl__nearest_strings, generic_columns);
            return mtl__sheet_fail(&r->sheet, r->header, i, r->err, MTL_ERR_NAME, name,
                                   "unknown column '%.60s'%s", name, hint);
        }
        if (c >= 0 && seen[c] && (c == CT || c == WELL || c == TARGET))
            return mtl__sheet_fail(&r->sheet, r->header, i, r->err, MTL_ERR_DUPLICATE, name,
                                   "%s is there twice: '%.40s' and '%.40s'", column_word[c],
                                   field(r, (enum column)c), name);
        if (c >= 0)
            seen[c] = true;
    }
    return MTL_OK;
}

/* "* Instrument Type = x", "Instrument Type<tab>x", "Block Type: 96". */
static int read_preamble(reader *r)
{
    for (int row = 0; row < r->header; row++) {
        const mtl__sheet_row *w = &r->sheet.row[row];
        char key[64], name[96];
        const char *text = w->cell[0].text;
        const size_t n = strcspn(text, "=:");
        snprintf(name, sizeof name, "%.*s", (int)(n < 90 ? n : 90), text);
        mtl__sheet_key(name, key);
        const char *value = text[n] ? text + n + 1 : w->n > 1 ? w->cell[1].text : "";
        value += strspn(value, " ");
        if (strcmp(key, "blocktype") == 0)
            r->block = strstr(value, "384") ? 384 : strstr(value, "96") ? 96 : 0;
        if (strcmp(key, "instrumenttype") == 0 && *value) {
            r->m->p->instrument = mtl__arena_strdup(&r->m->p->arena, value);
            if (!r->m->p->instrument)
                return mtl__nomem(r->err);
        }
    }
    return MTL_OK;
}

/* ---------------------------------------------------------------- cells */
static int bad_cell(reader *r, int row, enum column c, const char *why)
{
    return mtl__sheet_fail(&r->sheet, row, r->at[c], r->err, MTL_ERR_VALUE, field(r, c),
                           "'%.40s' is %s", get(r, row, c), why);
}

/* A count of partitions; -1 where nothing is said. */
static int read_count(reader *r, int row, enum column c, int64_t *out)
{
    const char *text = get(r, row, c);
    double x;
    *out = -1;
    if (!text[0])
        return MTL_OK;
    if (mtl__sheet_number(&r->sheet, text, &x) < 0 || x < 0 || x > 1e12 || floor(x) < x)
        return bad_cell(r, row, c, "no count of droplets");
    *out = (int64_t)x;
    return MTL_OK;
}

static bool means_undetermined(const char *text)
{
    static const char *const word[] = {"undetermined", "na",   "nan", "noct", "nocq",
                                       "noamp",        "none", "neg", "nd",   "noamplification"};
    char key[64];
    if (strcmp(text, "-") == 0)
        return true;
    mtl__sheet_key(text, key);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (strcmp(key, word[i]) == 0)
            return true;
    return false;
}

static int read_ct(reader *r, int row, mtl__reaction *w)
{
    const char *text = get(r, row, CT);
    if (!text[0]) {
        r->not_read += !w->omit;
        w->omit = true;
        return MTL_OK;
    }
    if (means_undetermined(text))
        return MTL_OK;
    if (mtl__sheet_number(&r->sheet, text, &w->ct) < 0 || !(w->ct > 0 && w->ct <= 100)) {
        w->ct = NAN;
        return bad_cell(r, row, CT, "no cycle number (0 to 100) nor Undetermined");
    }
    return MTL_OK;
}

static int read_omit(reader *r, int row, bool *out)
{
    char key[64];
    mtl__sheet_key(get(r, row, OMIT), key);
    *out = strcmp(key, "true") == 0 || strcmp(key, "yes") == 0 || strcmp(key, "1") == 0 ||
           strcmp(key, "x") == 0 || strcmp(key, "omit") == 0;
    if (!*out && key[0] && strcmp(key, "false") != 0 && strcmp(key, "no") != 0 &&
        strcmp(key, "0") != 0)
        return bad_cell(r, row, OMIT, "neither true nor false");
    return MTL_OK;
}

/* Words of all instruments; false if there is no such task. */
static bool role_of(const char *text, enum mtl__role *out)
{
    static const struct {
        const char *key;
        enum mtl__role role;
    } task[] = {{"", MTL__ROLE_UNKNOWN},
                {"unknown", MTL__ROLE_UNKNOWN},
                {"unkn", MTL__ROLE_UNKNOWN},
                {"sample", MTL__ROLE_UNKNOWN},
                {"endogenouscontrol", MTL__ROLE_UNKNOWN},
                {"endo", MTL__ROLE_UNKNOWN},
                {"reference", MTL__ROLE_UNKNOWN},
                {"standard", MTL__ROLE_STANDARD},
                {"std", MTL__ROLE_STANDARD},
                {"ntc", MTL__ROLE_BLANK},
                {"blank", MTL__ROLE_BLANK},
                {"negative", MTL__ROLE_BLANK},
                {"negativecontrol", MTL__ROLE_BLANK},
                {"negctrl", MTL__ROLE_BLANK},
                {"control", MTL__ROLE_CONTROL},
                {"positivecontrol", MTL__ROLE_CONTROL},
                {"posctrl", MTL__ROLE_CONTROL},
                {"positive", MTL__ROLE_CONTROL},
                {"ipc", MTL__ROLE_CONTROL}};
    char key[64];
    mtl__sheet_key(text, key);
    for (size_t i = 0; i < sizeof task / sizeof *task; i++)
        if (strcmp(key, task[i].key) == 0) {
            *out = task[i].role;
            return true;
        }
    return false;
}

static int read_role(reader *r, int row, mtl__reaction *w, int *channel)
{
    static const char *const generic[] = {"unknown", "standard", "blank", "control"};
    const enum column c = r->format == MTL__PLATE_QUANTASOFT ? CHANNEL : TASK;
    const char *text = get(r, row, c);
    if (c == CHANNEL && strncmp(text, "Ch", 2) == 0 && text[2] >= '1' && text[2] <= '9') {
        *channel = text[2] - '0';
        text += 3;
    }
    if (role_of(text, &w->role))
        return MTL_OK;
    if (r->format == MTL__PLATE_GENERIC) {
        char hint[96] = "";
        mtl__hint(hint, sizeof hint, text, 4, mtl__nearest_strings, generic);
        return mtl__sheet_fail(&r->sheet, row, r->at[c], r->err, MTL_ERR_NAME, field(r, c),
                               "'%.40s' is none of unknown, standard, blank, control%s", text,
                               hint);
    }
    r->odd_task++;
    return MTL_OK;
}

static int read_quantity(reader *r, int row, mtl__reaction *w)
{
    const char *text = get(r, row, QUANTITY);
    double x;
    if (w->role != MTL__ROLE_STANDARD || !text[0])
        return MTL_OK;
    if (mtl__sheet_number(&r->sheet, text, &x) < 0 || !(x > 0) || x > 1e15)
        return bad_cell(r, row, QUANTITY, "no quantity above 0");
    w->quantity = x;
    return MTL_OK;
}

/* ---------------------------------------------------------------- wells */
/* The place of a well: "A1", or its number where there is no position. */
static int read_well(reader *r, int row, mtl__reaction *w)
{
    const enum column c = r->at[POSITION] >= 0 ? POSITION : WELL;
    long long number;
    char name[16];
    w->well = get(r, row, c);
    if (!w->well[0])
        return mtl__sheet_fail(&r->sheet, row, r->at[c], r->err, MTL_ERR_VALUE, field(r, c),
                               "the well is missing");
    if (mtl__parse_int(w->well, &number) == MTL_OK && number >= 1 && number <= 384) {
        const int columns = r->block == 384 ? 24 : 12;
        w->row = (int)(number - 1) / columns;
        w->column = (int)(number - 1) % columns;
        w->well = mtl__arena_strdup(&r->m->p->arena, mtl__well_name(w->row, w->column, name));
        if (!w->well)
            return mtl__nomem(r->err);
    } else if (mtl__well_place(w->well, &w->row, &w->column) < 0) {
        return bad_cell(r, row, c, "no well of a plate");
    }
    if (get(r, row, MERGED)[0])
        w->row = w->column = -1;
    return MTL_OK;
}

/* How partitions fall with the other dye; which of the two this is shows in its channel, else in
   its number of positives. */
static int read_duplex(reader *r, int row, mtl__reaction *w, int channel)
{
    int64_t one, two;
    MTL_TRY(read_count(r, row, BOTH, &w->both));
    MTL_TRY(read_count(r, row, ONLY_ONE, &one));
    MTL_TRY(read_count(r, row, ONLY_TWO, &two));
    MTL_TRY(read_count(r, row, NEITHER, &w->neither));
    if (w->both < 0 || one < 0 || two < 0 || w->neither < 0) {
        w->both = w->neither = -1;
        return MTL_OK;
    }
    const bool second = channel == 2 || (channel == 0 && w->both + one != w->positive);
    w->only_this = second ? two : one;
    w->only_other = second ? one : two;
    if (w->both + one + two + w->neither != w->partitions)
        return bad_cell(r, row, BOTH,
                        "wrong: the four classes of droplets do not sum to those "
                        "accepted");
    if (w->both + w->only_this != w->positive)
        return bad_cell(r, row, POSITIVE, "not the sum of single and double positives");
    return MTL_OK;
}

static int read_droplets(reader *r, int row, mtl__reaction *w, int channel)
{
    int64_t negative;
    MTL_TRY(read_count(r, row, PARTITIONS, &w->partitions));
    MTL_TRY(read_count(r, row, POSITIVE, &w->positive));
    MTL_TRY(read_count(r, row, NEGATIVE, &negative));
    const char *nl = get(r, row, VOLUME);
    if (w->partitions <= 0 || w->positive < 0) {
        w->partitions = w->positive = 0;
        r->not_read += !w->omit;
        w->omit = true;
        return MTL_OK;
    }
    if (w->positive > w->partitions)
        return bad_cell(r, row, POSITIVE, "more than the accepted droplets");
    if (negative >= 0 && negative + w->positive != w->partitions)
        return bad_cell(r, row, NEGATIVE,
                        "wrong: positives and negatives do not sum to the "
                        "accepted droplets");
    if (nl[0] && (mtl__sheet_number(&r->sheet, nl, &w->partition_nl) < 0 ||
                  !(w->partition_nl > 0 && w->partition_nl < 1e6)))
        return bad_cell(r, row, VOLUME, "no volume in nL");
    return read_duplex(r, row, w, channel);
}

static bool is_digital(const reader *r, int row)
{
    return r->format == MTL__PLATE_QUANTASOFT ||
           (r->format == MTL__PLATE_GENERIC && get(r, row, PARTITIONS)[0]);
}

static int one_row(reader *r, int row)
{
    mtl__reaction *w;
    int channel = 0;
    const char *target = get(r, row, TARGET), *sample = get(r, row, SAMPLE);
    if (!target[0] && !sample[0] && (!get(r, row, CT)[0] || means_undetermined(get(r, row, CT))))
        return MTL_OK; /* an empty well */
    if (!target[0])
        return mtl__sheet_fail(&r->sheet, row, r->at[TARGET], r->err, MTL_ERR_VALUE,
                               field(r, TARGET), "the target is missing");
    MTL_TRY(mtl__maker_next(r->m, &w, r->err));
    w->line = r->sheet.row[row].line;
    w->sample = sample;
    w->target = target;
    MTL_TRY(read_well(r, row, w));
    MTL_TRY(read_omit(r, row, &w->omit));
    MTL_TRY(read_role(r, row, w, &channel));
    MTL_TRY(read_quantity(r, row, w));
    r->m->merged_wells[r->m->p->n - 1] = get(r, row, MERGED);
    r->no_sample += !sample[0] && w->role == MTL__ROLE_UNKNOWN;
    return is_digital(r, row) ? read_droplets(r, row, w, channel) : read_ct(r, row, w);
}

/* Behind the table: another section, or a few lines after an empty one. */
static bool is_over(const reader *r, int row)
{
    const char *first = r->sheet.row[row].cell[0].text;
    int a, b;
    if (first[0] == '[')
        return true;
    return r->format == MTL__PLATE_QUANTSTUDIO && row > r->header + 1 &&
           r->sheet.row[row].line > r->sheet.row[row - 1].line + 1 &&
           mtl__well_place(first, &a, &b) < 0 && strspn(first, "0123456789") != strlen(first);
}

static int read_rows(reader *r)
{
    for (int row = r->header + 1; row < r->sheet.n_rows && !is_over(r, row); row++) {
        if (r->format == MTL__PLATE_GENERIC && r->sheet.row[row].cell[0].text[0] == '#')
            continue;
        MTL_TRY(one_row(r, row));
    }
    if (r->not_read)
        mtl__maker_remark(r->m, "%d wells have no reading and are left out", r->not_read);
    if (r->odd_task)
        mtl__maker_remark(r->m, "%d wells have a task of another name; they are taken for samples",
                          r->odd_task);
    if (r->no_sample)
        mtl__maker_remark(r->m, "%d wells have a target and no sample", r->no_sample);
    return MTL_OK;
}

int mtl__plate_read_text(mtl__plate_maker *m, const char *data, size_t length, mtl_error *err)
{
    static const char *const key[] = {"well", "wellposition", "wellpos", "pos", ""};
    reader r = {.m = m, .err = err};
    char *text;
    size_t n;
    MTL_TRY(mtl__sheet_decode(&text, &n, &m->p->arena, m->p->file, data, length, err));
    MTL_TRY(mtl__sheet_cut(&r.sheet, &m->p->arena, m->p->file, text, key, err));
    if (r.sheet.n_rows == 0)
        return mtl__fail_at(err, MTL_ERR_SYNTAX, m->p->file, 0, 0, NULL, "the file is empty");
    MTL_TRY(find_header(&r));
    MTL_TRY(check_header(&r));
    MTL_TRY(read_preamble(&r));
    const enum column c = r.at[CT] >= 0 ? CT : VOLUME;
    MTL_TRY(mtl__sheet_decimals(&r.sheet, r.header + 1, r.at[c], field(&r, c), err));
    return read_rows(&r);
}
